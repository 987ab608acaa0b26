"""Drills, over fakes."""
