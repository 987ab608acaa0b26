"""A file that is not what its name says, or not all of it; and how a header is unpacked. Pure."""

import struct
from typing import Any


class DamageError(Exception):
    """Why the file is not whole, in words that follow "The object … is not whole: "."""


def need(holds: bool, otherwise: str) -> None:
    """Raise DamageError with these words unless it holds."""
    if not holds:
        raise DamageError(otherwise)


def fields(layout: str, data: bytes, at: int = 0) -> tuple[Any, ...]:
    """Unpack a header that begins at `at`; DamageError where the file is too short for it."""
    need(at >= 0 and at + struct.calcsize(layout) <= len(data), "it ends within its header")
    return struct.unpack_from(layout, data, at)
