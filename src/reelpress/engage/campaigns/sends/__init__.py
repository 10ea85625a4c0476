"""Sends: one recipient of one campaign occurrence, what became of it, and every try."""
