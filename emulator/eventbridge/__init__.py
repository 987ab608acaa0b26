"""EventBridge: buses, rules with filter patterns, targets, and PutEvents as an RPC action (2020-04-01)."""

from emulator.eventbridge.api import OPERATIONS
from emulator.eventbridge.buses import EventBridge, Rule, Target

__all__ = ["OPERATIONS", "EventBridge", "Rule", "Target"]
