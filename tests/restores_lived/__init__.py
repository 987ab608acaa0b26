"""Lives of restores: faults at every call, other people, and every reading of what the cloud may do, by seed."""
