"""The demo: a sample workspace built and played through HTTP only."""
