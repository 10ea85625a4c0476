"""The whole program put together: every route, every job."""

from reelpress.app.assembly import build_app, build_registry

__all__ = ["build_app", "build_registry"]
