"""The operations of FC's API 2016-08-15."""

from emulator.calls import Operation

OPERATIONS: dict[str, Operation] = {}
