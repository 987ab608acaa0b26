"""The plain HTTP headers that the signatures of EventBridge's data API and of FC's API 2016-08-15 cover."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from alicloud_emulator.errors import ApiError

if TYPE_CHECKING:
    from alicloud_emulator.calls import Call

SKEW = timedelta(minutes=15)


def check_date(call: Call, date: str) -> None:
    """Date is in RFC 1123's form, and within 15 minutes of the wall clock."""
    try:
        signed_at = parsedate_to_datetime(date)
    except ValueError as cause:
        raise ApiError(400, "InvalidArgument", f"the header Date is {date!r}, want RFC 1123 in GMT") from cause
    if signed_at.tzinfo is None or abs(call.clock.wall() - signed_at) > SKEW:
        raise ApiError(403, "RequestTimeTooSkewed", "the header Date is not within 15 minutes of our clock")


def check_md5(call: Call, signed: str | None, *, in_hex_too: bool = False) -> None:
    """Content-MD5, where it is sent, is that of the body: in base64, or also in hexadecimal."""
    digest = hashlib.md5(call.body, usedforsecurity=False)
    right = {base64.b64encode(digest.digest()).decode()} | ({digest.hexdigest()} if in_hex_too else set())
    if signed is not None and signed not in right:
        raise ApiError(400, "InvalidArgument", "the header Content-MD5 is not the MD5 of the body")
