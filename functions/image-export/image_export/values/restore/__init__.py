"""A restore: what is asked for, its facts, and the steps that it takes. Pure data."""
