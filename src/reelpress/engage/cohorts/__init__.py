"""Cohorts that analytics partners keep in step."""
