"""Attributes by which calls may name a customer (MoEngage: Identity Resolution)."""
