"""Settings > Advanced settings > Authorization configuration."""

from reelpress.console.pages.authorization.routes import router

__all__ = ["router"]
