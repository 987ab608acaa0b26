"""Notify targets: buses of EventBridge and functions, each in its own form."""
