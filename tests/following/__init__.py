"""Exports that are followed to their end: looks, rows and lines."""
