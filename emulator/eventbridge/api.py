"""The operations of EventBridge 2020-04-01."""

from emulator.calls import Operation

OPERATIONS: dict[str, Operation] = {}
