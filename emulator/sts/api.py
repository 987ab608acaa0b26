"""The operations of STS 2015-04-01."""

from emulator.calls import Operation

OPERATIONS: dict[str, Operation] = {}
