"""What is done: the entrances, `advance` and the watcher, over collaborators that `ports.py` declares."""
