"""Requests: one accepted order for one customer's medium, from acceptance to finish."""
