"""EventBridge: buses, rules with filter patterns, targets, and PutEvents as an RPC action (2020-04-01)."""
