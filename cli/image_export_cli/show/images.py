"""What is known of an image: its exports, and what the latest nights decided on it. Reads only."""

import gzip
import re

import msgspec

from image_export.decisions.results.night_record import UNREADABLE
from image_export.use_cases.ledger.ledger import Ledger
from image_export.use_cases.night.image_nights import nights_of
from image_export.values import ledger_keys as keys
from image_export.values.export import Export
from image_export.values.export_query import ExportQuery
from image_export.values.night import NightRecord

from ..answers.exports import ShownImage
from ..deployed import say
from ..reading import Reader

IMAGE_ID = r"m-[A-Za-z0-9]{1,60}"


def images(reader: Reader, what: str) -> list[ShownImage]:
    """The image of that id, or those of that exact name. Raises LedgerFault."""
    by_id = re.fullmatch(IMAGE_ID, what) is not None
    query = ExportQuery(image_id=what) if by_id else ExportQuery(image_name=re.sub(r"([*?[])", r"[\1]", what))
    exports: dict[str, list[Export]] = {}
    for export in reader.find(query):
        exports.setdefault(export.image_id, []).append(export)
    ids = [what] if by_id else [*exports, *(one for one in _of_last_night(reader.ledger, what) if one not in exports)]
    found = (_image(reader.ledger, image_id, exports.get(image_id, [])) for image_id in ids)
    return [image for image in found if image]


def _image(ledger: Ledger, image_id: str, exports: list[Export]) -> ShownImage | None:
    nights = nights_of(ledger, image_id)
    if nights.unread:
        say(f"? {len(nights.unread)} records of nights cannot be read: {', '.join(nights.unread[:3])}")
    since = [*([nights.since] if nights.since else []), *(export.requested_at for export in exports)]
    if not since:
        return None
    names = [*(night.decided.image_name for night in nights.nights), *(export.image_name for export in exports)]
    return ShownImage(
        image_id=image_id,
        image_name=next(filter(None, names), None),
        known_since=min(since),
        nights=nights.nights,
        exports=tuple(exports),
    )


def _of_last_night(ledger: Ledger, name: str) -> list[str]:
    """The images that had that name in the latest night: they may never have been exported."""
    records = [entry for entry in ledger.walk(keys.NightRecord.below()) if keys.NightRecord.read(entry.key)]
    last = max(records, key=lambda entry: entry.modified_at, default=None)
    if last is None:
        return []
    try:
        record = msgspec.json.decode(gzip.decompress(ledger.bytes_of(last.key) or b""), type=NightRecord)
    except (*UNREADABLE, msgspec.MsgspecError):
        say(f"? {last.key} cannot be read.")
        return []
    return [row.image_id for row in record.images if row.image_name == name]
