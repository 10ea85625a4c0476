"""Where Engage stands, in a few numbers."""
