"""The parts of which the receivers' signatures are made, each in its own way."""

from __future__ import annotations

import base64
import hashlib
import hmac

from alicloud_emulator.calls import Call

# What is thought of a signature; NONE: none is asked for.
NONE, VALID, MISSING, EXPIRED, INVALID = "none", "valid", "missing", "expired", "invalid"
LONGEST_STAMP = 20  # digits


def hmac_sha256(key: bytes, message: bytes) -> str:
    """In base64."""
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


def is_fresh(call: Call, stamp: str, *, of_second: int, within_s: int) -> bool:
    """Whether a time stamp, in such parts of a second, is near the wall clock, which judges every signature here."""
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= LONGEST_STAMP):
        return False
    return abs(call.clock.wall().timestamp() - int(stamp) / of_second) <= within_s


def is_one_of(sent: str, right: list[str]) -> bool:
    """Whether what was sent is one of the right signatures."""
    return any(hmac.compare_digest(sent.encode(errors="replace"), one.encode()) for one in right)
