"""A live Studio and a receiver for its callbacks."""

from tests.support.studio_kit import receiver, settings, studio

__all__ = ["receiver", "settings", "studio"]
