"""A live Studio with a client."""

from tests.support.studio_kit import studio

__all__ = ["studio"]
