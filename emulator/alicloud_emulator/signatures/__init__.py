"""Who signed this call? One checker for each wire protocol; each returns the key or raises ApiError."""

from collections.abc import Callable

from alicloud_emulator.calls import Call
from alicloud_emulator.identity import AccessKey
from alicloud_emulator.signatures import acs3, eventbridge, fc, oss, oss_v1, rpc


def check_rpc(call: Call) -> AccessKey:
    """RPC actions are signed with HMAC-SHA1 in a parameter, or with ACS3-HMAC-SHA256 in a header."""
    return acs3.check_gateway(call) if acs3.is_used(call.request.headers) else rpc.check(call)


def check_oss(call: Call) -> AccessKey:
    """OSS takes version 1, which some clients send by default, and version 4."""
    return oss_v1.check(call) if call.request.headers.get("Authorization", "").startswith("OSS ") else oss.check(call)


CHECKERS: dict[str, Callable[[Call], AccessKey]] = {
    "rpc": check_rpc,
    "oss": check_oss,
    "fc": fc.check,
    "fc3": acs3.check_fc,
    "eventbridge": eventbridge.check,
}
