"""Figures of this machine; never part of the tests."""
