"""Plain data of the workspace that templates name: content blocks and product sets."""
