"""A live Studio in the test's own process, for what needs no processes of its own."""

from tests.support.studio_kit import receiver, settings, studio

__all__ = ["receiver", "settings", "studio"]
