"""A drill: a restore that proves and cleans up. Pure data."""
