"""EventBridge: buses, rules with filter patterns, targets, and PutEvents as an RPC action (2020-04-01)."""

from alicloud_emulator.eventbridge.api import OPERATIONS
from alicloud_emulator.eventbridge.buses import EventBridge, Rule, Target

__all__ = ["OPERATIONS", "EventBridge", "Rule", "Target"]
