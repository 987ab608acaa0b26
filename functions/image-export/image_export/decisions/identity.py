"""Who is who: the names of exports, prefixes, tokens and sightings, all derived, none from chance or clocks. Pure."""

import hashlib
import re
from base64 import b32encode

from ..values.arrival import Sighting
from ..values.export_request import ExportRequest
from ..values.record import Record

CALLER_PREFIX_MAX = 17  # PROTOCOL 8: 17 + 12 + 1 = 30, the most that ExportImage takes
OWN_PREFIX_CHARS = 12
LETTERS = "abcdefghijklmnopqrstuvwxyz"
VOIDS_MAX = len(LETTERS) - 1


def _hash(*parts: str, chars: int) -> str:
    return b32encode(hashlib.sha256("\n".join(parts).encode()).digest()).decode().lower()[:chars]


def natural_key(request: ExportRequest) -> str:
    """A hash of what makes two requests the same export: account, region, image, bucket and format (PROTOCOL 3)."""
    parts = (request.account_id, request.region_id, request.image_id, request.oss_bucket, request.image_format)
    return _hash(*parts, chars=16)


def export_id(key: str, generation: int) -> str:
    """`exp-<natural key>-<generation>`; generations sort as text."""
    return f"exp-{key}-{generation:04d}"


def generation(export: str) -> int:
    """The generation number of an ExportId."""
    return int(export.rsplit("-", 1)[1])


def is_that(last: Record, request: ExportRequest) -> bool:
    """Whether a request is the newest generation itself, and not a new one (PROTOCOL 3).

    A rule exports an image once, unless (nightly) it failed, or was cancelled and the rule says again. Who asks
    directly means an open export with equal parameters, or the one that the ClientToken made.
    """
    if request.rule is not None:
        again = {"Failed", "Cancelled"} if request.after_cancel else {"Failed"}
        nightly = request.requested_by.trigger == "nightly"
        return not (nightly and last.ended and last.ended.status in again)
    repeated = request.client_token is not None and last.request.client_token == request.client_token
    return parameters_hash(last.request) == parameters_hash(request) and (last.ended is None or repeated)


def oss_prefix(request: ExportRequest, export: str, voids: int) -> str:
    """An attempt's OSSPrefix: the caller's part, then ours; one of over 17 exactly as given (PROTOCOL 8)."""
    if is_whole(request):
        return request.caller_prefix
    return request.caller_prefix + _hash(export, chars=OWN_PREFIX_CHARS) + LETTERS[min(voids, VOIDS_MAX)]


def common_prefix(request: ExportRequest, export: str) -> str:
    """What the prefixes of all attempts begin with."""
    prefix = oss_prefix(request, export, 0)
    return prefix if is_whole(request) else prefix[:-1]


def is_whole(request: ExportRequest) -> bool:
    """Whether the caller's prefix leaves no room for ours."""
    return len(request.caller_prefix) > CALLER_PREFIX_MAX


def is_under(request: ExportRequest, prefix: str, key: str) -> bool:
    """Whether an object belongs to that prefix: prefixes are letters and digits, so what follows is neither.

    A prefix that is not unique by itself is so for one image, whose id is no part of another's there.
    """
    rest = key[len(prefix) :]
    if not key.startswith(prefix) or rest[:1].isalnum():
        return False
    of_image = rf"(?<![A-Za-z0-9]){re.escape(request.image_id)}(?![A-Za-z0-9])"
    return not is_whole(request) or re.search(of_image, rest) is not None


def token_key(request: ExportRequest, token: str) -> str:
    """The ledger's name for a ClientToken; tokens of different accounts never meet."""
    return _hash(request.account_id, token, chars=32)


def parameters_hash(request: ExportRequest) -> str:
    """A hash of all that a repeated ClientToken must repeat (IdempotentParameterMismatch otherwise)."""
    return _hash(natural_key(request), request.caller_prefix, request.role_name or "", chars=32)


def asked_hash(request: ExportRequest) -> str:
    """The same of what the caller has said: a prefix that the policy gave is another one when the policy changes."""
    prefix = "" if request.default_prefix else request.caller_prefix
    return _hash(natural_key(request), prefix, request.role_name or "", chars=32)


def run_key(run_id: str) -> str:
    """The ledger's name for a nightly run, whatever the timer's event calls it."""
    return _hash(run_id, chars=32)


def sighting_key(sighting: Sighting) -> str:
    """The ledger's name for an image that was named and is not decided upon; repeated events meet in it."""
    parts = (sighting.account_id or "", sighting.region_id, sighting.image_id)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
