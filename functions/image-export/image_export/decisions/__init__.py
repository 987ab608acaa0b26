"""What follows from what: pure functions from values to values. No clock, no network, no state."""
