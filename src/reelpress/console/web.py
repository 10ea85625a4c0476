"""The console's pages and static files."""

from fastapi import FastAPI


def mount_console(app: FastAPI) -> None:
    """Add every page below /console."""
    del app
