"""Restores, over fakes."""
