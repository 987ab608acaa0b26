"""The process itself: its log, its secrets, the versions that it loads."""
