"""Customers: who they are and what is known about them."""
