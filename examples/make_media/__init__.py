"""Draws and synthesises every picture, clip and sound of the sample templates."""
