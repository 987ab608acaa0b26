"""Lives of drills: hours of plans, faults at every call, guests that speak or do not, by seed."""
