"""Who signed this call? One checker for each wire protocol; each returns the key or raises ApiError."""

from collections.abc import Callable

from emulator.calls import Call
from emulator.identity import AccessKey
from emulator.signatures import fc, oss, rpc

CHECKERS: dict[str, Callable[[Call], AccessKey]] = {"rpc": rpc.check, "oss": oss.check, "fc": fc.check}
