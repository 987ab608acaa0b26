"""The operations of ECS 2014-05-26."""

from emulator.calls import Operation

OPERATIONS: dict[str, Operation] = {}
