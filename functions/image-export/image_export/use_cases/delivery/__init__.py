"""The outbox: what notify targets have not accepted yet, delivered by the watcher."""
