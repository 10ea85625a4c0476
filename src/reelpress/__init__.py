"""Reelpress: a self-hosted press for personal media."""
