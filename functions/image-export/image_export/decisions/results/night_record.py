"""The text of a night's record: one JSON value in gzip, made of parts that are put behind each other unread. Pure.

Gzip members that follow each other are one file. So each part of a night is compressed once, where it comes about, and
never again. Each image has a line of its own, so that one is found without reading all.
"""

import gzip
import hashlib
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import BytesIO
from typing import Any, TypeVar

import msgspec
from msgspec import field
from msgspec.structs import replace

from ...values.ledger_keys import NightOpen, NightPart
from ...values.night import ImageNight, LimitedRow, NightFinished, NightRecord, NightRow
from ...values.policy import Policy
from ...values.run import Decision
from ...values.wire import Wire

UNREADABLE = (OSError, EOFError, ValueError, zlib.error)  # of what is no whole gzip file, or holds no rows
GZIP = 16 + zlib.MAX_WBITS
SEPARATOR = b",\n"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

P = TypeVar("P", NightPart, NightOpen)


def policy_hash(policy: Policy) -> str:
    """The SHA-256 of the policy in JSON: files that differ in comments and layout alone have the same."""
    return hashlib.sha256(msgspec.json.encode(policy, order="deterministic")).hexdigest()


def row_of(decision: Decision, export_id: str | None = None) -> NightRow:
    """The decision as the record has it, with its export."""
    names = set(NightRow.__struct_fields__) - {"export_id"}
    fields = {name: getattr(decision, name) for name in names}
    return NightRow(**fields, export_id=export_id or decision.export_id)


def settled(limited: LimitedRow, export_id: str | None, *, chosen: bool) -> NightRow:
    """What became at last of an image among which a rule has chosen. Without an export, none could be recorded."""
    row = limited.row
    if chosen and (export_id or not limited.natural_key):
        reason = row.reason if row.wanted else f"rule {row.rule} has chosen it"  # by another worker
        return replace(row, wanted=True, left_over=False, reason=reason, export_id=export_id)
    return left_over(row, UNRECORDED if chosen else limited.otherwise)


def left_over(row: NightRow, reason: str) -> NightRow:
    """The same image, wanted and not recorded by this night."""
    return replace(row, wanted=False, left_over=True, warning=None, reason=reason)


UNRECORDED = "a fact of its export cannot be read, so that the next night tries again; the log names it"
MEANWHILE = "its export was recorded already"
UNCHOSEN = "what its rule has chosen cannot be read, so that the next night tries again; the log names it"
GONE = "its rule was taken out of the policy while the night was under way"


def compressed(lines: Iterable[bytes]) -> bytes:
    """These texts as one member. The same texts give the same bytes."""
    packer = zlib.compressobj(wbits=GZIP)
    return b"".join([*map(packer.compress, lines), packer.flush()])


def part_of(rows: Iterable[msgspec.Struct]) -> bytes:
    """These rows as one member, a line each; between two lines stands what JSON wants there."""
    return compressed(SEPARATOR * bool(number) + msgspec.json.encode(row) for number, row in enumerate(rows))


def lines_of(body: bytes) -> Iterator[bytes]:
    """The lines of a part or record, without what stands between them; never all at once.

    Raises one of UNREADABLE where it is no whole gzip file.
    """
    with gzip.open(BytesIO(body)) as text:
        for line in text:
            yield line.strip(b",\n")


def around(finished: NightFinished) -> tuple[bytes, bytes]:
    """What stands before the images, and behind them."""
    fields = finished.wire()
    head = {name: fields[name] for name in ("RunId", "BeganAt", "FinishedAt", "Policy")}
    tail = {name: fields[name] for name in ("Totals", "Warnings")}
    before = msgspec.json.encode(head)[:-1] + b',"Images":[\n'
    return compressed([before]), compressed([b"\n],", msgspec.json.encode(tail)[1:], b"\n"])


def joined(finished: NightFinished, parts: Iterable[bytes]) -> bytes:
    """The whole record, of parts that hold a row at least."""
    before, after = around(finished)
    between = compressed([SEPARATOR])
    text = bytearray(before)
    for number, part in enumerate(parts):
        text += between * bool(number) + part
    return bytes(text + after)


def covering(parts: Iterable[P]) -> list[P]:
    """Of parts whose pages overlap, since several workers have written them, those that are needed.

    One whose pages stand in others is left out. Where two overlap in part an image may be listed twice, and none is
    missing.
    """
    found: list[P] = []
    for part in sorted(parts, key=lambda one: (one.place, one.first, -one.last)):
        before = found[-1] if found and found[-1].place == part.place else None
        if before is None or part.last > before.last:
            found.append(part)
    return found


def night_of(body: bytes, image_id: str) -> ImageNight | None:
    """What a record says of the image; None where it does not list it. Reads no further than that.

    Raises one of UNREADABLE where it is no record.
    """
    lines, named = lines_of(body), msgspec.json.encode(image_id)
    head = msgspec.json.decode(next(lines, b"") + b"]}", type=_Head)
    rows = (_row_in(line, named) for line in lines)
    row = next(filter(None, rows), None)
    return ImageNight(run_id=head.run_id, began_at=head.began_at, decided=row) if row else None


class _Head(Wire, frozen=True, kw_only=True):
    """What stands before the images."""

    run_id: str = field(name="RunId")
    began_at: datetime = field(name="BeganAt")


def _row_in(line: bytes, image_id: bytes) -> NightRow | None:
    """The row of that image, given as JSON; None where the line is another's. A line that cannot be read is none."""
    if image_id not in line:
        return None
    try:
        row = msgspec.json.decode(line, type=NightRow)
    except msgspec.MsgspecError:
        return None
    return row if msgspec.json.encode(row.image_id) == image_id else None


def night_schema() -> dict[str, Any]:
    """The JSON Schema of the record."""
    return {"$schema": DIALECT, "title": "The record of a night", **msgspec.json.schema(NightRecord)}
