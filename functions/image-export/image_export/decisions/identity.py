"""Who is who: the names of exports, prefixes and events, all derived, none from chance or clocks. Pure."""

import hashlib
from base64 import b32encode

from ..values.export_request import ExportRequest

CALLER_PREFIX_MAX = 17  # PROTOCOL 8: 17 + 12 + 1 = 30, the most that ExportImage takes
OWN_PREFIX_CHARS = 12
VOIDS_MAX = 25  # letters a to z


def _hash(text: str, chars: int) -> str:
    return b32encode(hashlib.sha256(text.encode()).digest()).decode().lower()[:chars]


def natural_key(request: ExportRequest) -> str:
    """A hash of what makes two requests the same export: account, region, image, bucket and format (PROTOCOL 3)."""
    parts = (request.account_id, request.region_id, request.image_id, request.oss_bucket, request.image_format)
    return _hash("\n".join(parts), 16)


def export_id(key: str, generation: int) -> str:
    """`exp-<natural key>-<generation>`; generations sort as text."""
    return f"exp-{key}-{generation:04d}"


def generation(export: str) -> int:
    """The generation number of an ExportId."""
    return int(export.rsplit("-", 1)[1])


def oss_prefix(request: ExportRequest, export: str, voids: int) -> str:
    """The OSSPrefix of an attempt: the caller's part, then ours; one of over 17 exactly as given (PROTOCOL 8)."""
    if len(request.caller_prefix) > CALLER_PREFIX_MAX:
        return request.caller_prefix
    return request.caller_prefix + _hash(export, OWN_PREFIX_CHARS) + "abcdefghijklmnopqrstuvwxyz"[min(voids, VOIDS_MAX)]


def same_parameters(one: ExportRequest, other: ExportRequest) -> bool:
    """Whether two requests of one natural key ask for the same: what is left are the prefix and the role name."""
    return (one.caller_prefix, one.role_name) == (other.caller_prefix, other.role_name)


def token_key(request: ExportRequest, token: str) -> str:
    """The ledger's name for a ClientToken; tokens of different accounts never meet."""
    return _hash(f"{request.account_id}\n{token}", 32)


def parameters_hash(request: ExportRequest) -> str:
    """A hash of all that a repeated ClientToken must repeat (IdempotentParameterMismatch otherwise)."""
    return _hash("\n".join((natural_key(request), request.caller_prefix, request.role_name or "")), 32)
