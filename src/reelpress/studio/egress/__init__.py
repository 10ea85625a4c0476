"""Egress: the callback that says a medium is ready, or why there is none."""
