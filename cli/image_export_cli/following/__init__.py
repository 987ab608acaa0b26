"""Exports followed to their end: what a look shows, and how it is shown again and again."""
