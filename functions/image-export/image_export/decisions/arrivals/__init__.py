"""What arrives from outside: events, requests, timers, replays. From bytes to values, strictly. Pure."""
