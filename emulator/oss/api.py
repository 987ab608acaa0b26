"""The operations of OSS."""

from emulator.calls import Operation

OPERATIONS: dict[str, Operation] = {}
