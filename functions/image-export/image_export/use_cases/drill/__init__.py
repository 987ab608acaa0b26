"""Drills: planned, moved on, cleaned up after."""
