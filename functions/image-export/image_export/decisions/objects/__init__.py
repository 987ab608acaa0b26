"""Are exported objects intact, and which disk does each hold? Pure."""
