"""The life of one export: record it, advance it, close it."""
