"""Where delivery campaigns go."""
