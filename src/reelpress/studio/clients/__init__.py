"""API callers of Studio: their credentials, their tokens, and who may call."""
