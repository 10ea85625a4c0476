"""Uploaded templates, media and fonts: sniffed, probed, normalised, stored by content."""
