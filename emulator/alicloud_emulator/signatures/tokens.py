"""The security token of an STS key: it must be there, be the right one, and not have ended by the cloud's clock."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from alicloud_emulator.errors import ApiError
from alicloud_emulator.identity import AccessKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """How a protocol calls the two refusals."""

    status: int
    wrong: str
    expired: str


RPC = Codes(status=400, wrong="InvalidSecurityToken.Malformed", expired="InvalidSecurityToken.Expired")
OSS = Codes(status=403, wrong="InvalidSecurityToken", expired="SecurityTokenExpired")
FC = Codes(status=403, wrong="InvalidSecurityToken", expired="SecurityTokenExpired")
EVENTBRIDGE = Codes(status=403, wrong="SecurityTokenInvalid", expired="StsAccessIdExpired")


def check(key: AccessKey, token: str | None, now: datetime, codes: Codes) -> None:
    """Raise unless the token that came with a key is the key's own and still valid at `now`."""
    if not hmac.compare_digest((token or "").encode(), (key.security_token or "").encode()):
        raise ApiError(codes.status, codes.wrong, "Specified SecurityToken is malformed.")
    if key.expires_at is not None and now >= key.expires_at:
        raise ApiError(codes.status, codes.expired, "Specified SecurityToken is expired.")
