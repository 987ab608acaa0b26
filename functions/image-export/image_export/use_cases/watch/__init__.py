"""The watcher's tick: running tasks, what is due, what waits for room, sweeps."""
