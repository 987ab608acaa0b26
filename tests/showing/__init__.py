"""What `show` makes of the facts of an export: its story, and what to do now."""
