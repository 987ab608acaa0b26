"""Restores: recorded, moved on, shown, cancelled."""
