"""Where Studio stands, in a few numbers."""
