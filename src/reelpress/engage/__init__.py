"""Engage knows customers, runs campaigns and answers MoEngage's published API."""
