"""The signature of FC's API 2016-08-15."""

from typing import TYPE_CHECKING

from emulator.errors import ApiError

if TYPE_CHECKING:
    from emulator.calls import Call
    from emulator.identity import AccessKey


def check(call: "Call") -> "AccessKey":
    """The key that signed."""
    raise ApiError(403, "AccessDenied", f"{call.action}: not here yet")
