"""Who is who: the names of exports, prefixes, tokens and sightings, all derived, none from chance or clocks. Pure."""

import hashlib
import re
from base64 import b32decode, b32encode
from functools import lru_cache
from typing import get_args

from msgspec.structs import replace

from ..values.arrival import Sighting
from ..values.export import ImageFormat
from ..values.export_request import DEFAULT_ROLE_NAME, ExportRequest
from ..values.record import Record

CALLER_PREFIX_MAX = 17  # docs/protocol.md#rule-8: 17 + 12 + 1 = 30, the most that ExportImage takes
OWN_PREFIX_CHARS = 12
LETTERS = "abcdefghijklmnopqrstuvwxyz"
VOIDS_MAX = len(LETTERS) - 1
GENERATIONS_KNOWN = 1000  # the objects of later ones are found, and to count on would take a POST its time
GENERATED = re.compile(r".*[a-z2-7]{12}[a-z]")


def _hash(*parts: str, chars: int) -> str:
    return _base32("\n".join(parts).encode(), chars)


def _base32(named: bytes, chars: int) -> str:
    return b32encode(hashlib.sha256(named).digest()).decode().lower()[:chars]


def natural_key(request: ExportRequest) -> str:
    """A hash of account, region, image, bucket and format: what makes requests one export (docs/protocol.md#rule-3)."""
    parts = (request.account_id, request.region_id, request.image_id, request.oss_bucket, request.image_format)
    return _hash(*parts, chars=16)


def export_id(key: str, generation: int) -> str:
    """`exp-<natural key>-<generation>`; generations sort as text."""
    return f"exp-{key}-{generation:04d}"


def generation(export: str) -> int:
    """The generation number of an ExportId."""
    return int(export.rsplit("-", 1)[1])


def is_that(last: Record, request: ExportRequest) -> bool:
    """Whether a request is the newest generation itself, and not a new one (docs/protocol.md#rule-3).

    A rule exports an image once, unless (nightly) it failed, or was cancelled and the rule says again. Who asks
    directly means an open export with equal parameters, or the one that the ClientToken made.
    """
    if request.rule is not None:
        again = {"Failed", "Cancelled"} if request.after_cancel else {"Failed"}
        nightly = request.requested_by.trigger == "nightly"
        return not (nightly and last.ended and last.ended.status in again)
    repeated = request.client_token is not None and last.request.client_token == request.client_token
    return means_the_same(last.request, request) and (last.ended is None or repeated)


def means_the_same(one: ExportRequest, other: ExportRequest) -> bool:
    """Whether two requests want one thing, however they say it: defaults may be named or left out.

    Who names no prefix wants the destination's own, whichever the policy had then and has now.
    """
    same_prefix = one.caller_prefix == other.caller_prefix or not (one.asked_prefix or other.asked_prefix)
    same_role = one.own_role_name == other.own_role_name
    return same_prefix and same_role and natural_key(one) == natural_key(other)


def oss_prefix(request: ExportRequest, export: str, voids: int) -> str:
    """An attempt's OSSPrefix: the caller's part, then ours; over 17 exactly as given (docs/protocol.md#rule-8)."""
    if is_verbatim(request):
        return request.caller_prefix
    return request.caller_prefix + _own_part(request.ledger_id, export) + LETTERS[min(voids, VOIDS_MAX)]


def _own_part(ledger_id: str, export: str) -> str:
    return _base32(_named(ledger_id, export), OWN_PREFIX_CHARS)


def _named(ledger_id: str, export: str) -> bytes:
    return "\n".join(filter(None, (ledger_id, export))).encode()


def common_prefix(request: ExportRequest, export: str) -> str:
    """What the prefixes of all attempts begin with."""
    prefix = oss_prefix(request, export, 0)
    return prefix if is_verbatim(request) else prefix[:-1]


def is_verbatim(request: ExportRequest) -> bool:
    """Whether the caller's prefix leaves no room for ours."""
    return len(request.caller_prefix) > CALLER_PREFIX_MAX


@lru_cache(maxsize=16)  # thousands of digests, and each step of an export asks
def is_generated(request: ExportRequest) -> bool:
    """Whether who asks names a prefix that we make for an export of this image to this bucket, now or one day.

    Ours are of this ledger, or of version 0.1.0, in each format, attempt, and of a thousand generations. Used as given,
    or with our part behind it, it would meet another export's objects or be taken for that export's.
    """
    if not GENERATED.fullmatch(request.asked_prefix):
        return False
    own = b32decode(request.asked_prefix[-OWN_PREFIX_CHARS - 1 : -1].upper() + "AAAA")[:7]  # 56 of its 60 bits
    keys = [natural_key(replace(request, image_format=one)) for one in get_args(ImageFormat)]
    named = [_named(ledger, export_id(key, 0)[:-4]) for ledger in {"", request.ledger_id} for key in keys]
    numbers = [f"{number:04d}".encode() for number in range(1, GENERATIONS_KNOWN + 1)]
    return any(hashlib.sha256(name + number).digest()[:7] == own for name in named for number in numbers)


def is_under(request: ExportRequest, prefix: str, key: str) -> bool:
    """Whether an object belongs to that prefix: prefixes are letters and digits, so what follows is neither.

    A prefix that is not unique by itself is so for one image, whose id is no part of another's there.
    """
    rest = key[len(prefix) :]
    if not key.startswith(prefix) or rest[:1].isalnum():
        return False
    of_image = rf"(?<![A-Za-z0-9]){re.escape(request.image_id)}(?![A-Za-z0-9])"
    return not is_verbatim(request) or re.search(of_image, rest) is not None


def token_key(request: ExportRequest, token: str) -> str:
    """The ledger's name for a ClientToken; tokens of different accounts never meet."""
    return _hash(request.account_id, token, chars=32)


def parameters_hash(request: ExportRequest) -> str:
    """A hash of all that a repeated ClientToken must repeat (IdempotentParameterMismatch otherwise)."""
    return _said_hash(request, request.caller_prefix, request.role_name or "")


def asked_hash(request: ExportRequest) -> str:
    """The same of what the caller has said: a prefix that the policy gave is another one when the policy changes."""
    return _said_hash(request, request.asked_prefix, request.role_name or "")


def is_said_by(request: ExportRequest, parameters: str, asked: str) -> bool:
    """Whether these two hashes, of this version or 0.1.0, are of a request that means the same."""
    roles = (request.own_role_name,) if request.own_role_name else ("", DEFAULT_ROLE_NAME)
    return any(
        _said_hash(request, request.caller_prefix, role) == parameters
        or _said_hash(request, request.asked_prefix, role) == asked
        for role in roles
    )


def _said_hash(request: ExportRequest, prefix: str, role_name: str) -> str:
    return _hash(natural_key(request), prefix, role_name, chars=32)


def run_key(run_id: str) -> str:
    """The ledger's name for a nightly run, whatever the timer's event calls it."""
    return _hash(run_id, chars=32)


def sighting_key(sighting: Sighting) -> str:
    """The ledger's name for an image that was named and is not decided upon; repeated events meet in it."""
    parts = (sighting.account_id or "", sighting.region_id, sighting.image_id)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
