"""Who signed this call? One checker for each wire protocol; each returns the key or raises ApiError."""

from collections.abc import Callable

from alicloud_emulator.calls import Call
from alicloud_emulator.identity import AccessKey
from alicloud_emulator.signatures import acs3, eventbridge, fc, oss, oss_v1, rpc
from alicloud_emulator.signatures.keyring import Keyring


def check_rpc(call: Call, keyring: Keyring) -> AccessKey:
    """RPC actions are signed with HMAC-SHA1 in a parameter, or with ACS3-HMAC-SHA256 in a header."""
    return acs3.check_gateway(call, keyring) if acs3.is_used(call.request.headers) else rpc.check(call, keyring)


def check_oss(call: Call, keyring: Keyring) -> AccessKey:
    """OSS takes version 1, which some clients send by default, and version 4."""
    is_version_1 = call.request.headers.get("Authorization", "").startswith("OSS ")
    return oss_v1.check(call, keyring) if is_version_1 else oss.check(call, keyring)


CHECKERS: dict[str, Callable[[Call, Keyring], AccessKey]] = {
    "rpc": check_rpc,
    "oss": check_oss,
    "fc": fc.check,
    "fc3": acs3.check_fc,
    "eventbridge": eventbridge.check,
}
