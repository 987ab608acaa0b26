"""Reads what is asked for, and has it printed. Changes nothing."""

import difflib
import re
from itertools import islice

from image_export.errors import AskerFault, CloudFault
from image_export.use_cases.export.drilled import with_drill
from image_export.use_cases.export.missing_objects import missing_now, with_missing
from image_export.use_cases.export.shown import Showing
from image_export.values import ledger_keys as keys
from image_export.values.cause import Cause
from image_export.values.export import Export
from image_export.values.forms import EXPORT_ID

from ..answers.exports import Images, ShownExport
from ..deployed import Deployed
from ..following.rows import Row
from ..options import Output
from ..reading import CommandLog, Reader
from ..tables import show_document
from .advice import what_now
from .facts import Facts, facts_of
from .images import images
from .printing import show_export, show_image
from .timeline import timeline

NAMES_LOOKED_THROUGH = 5000  # for what may have been meant
MEANT_MAX = 3
HINT = (
    "Try `image-export list --image-name '*{0}*'`; an image that no night has seen yet stands in "
    "`image-export plan --image-name '*{0}*'`."
)

HINTS = {
    "rejected-": "Of events `image-export events show {0}` tells.",
    "untold-": "Of deliveries `image-export events show {0}` tells.",
    "exp-": "`image-export list` shows what exports there are; an id looks like exp-mwkh3htwuwqi6f7n-0001.",
    "m-": "See that the id is whole; `image-export plan` shows the images of now.",
}


def show(deployed: Deployed, output: Output, what: str) -> None:
    """Raises AskerFault where there is no such export or image, and LedgerFault."""
    reader = Reader(deployed)
    reader.ledger.check_readable()
    if re.fullmatch(EXPORT_ID, what):
        facts = facts_of(reader.ledger, what)
        if facts is None:
            raise _unknown(reader, what)
        _export(reader, output, facts)
        return
    found = images(reader, what)
    if not found:
        raise _unknown(reader, what)
    if output == "json":
        show_document(Images(images=tuple(found)))
        return
    for image in found:
        show_image(image, map(reader.row, image.exports))


def _unknown(reader: Reader, what: str) -> AskerFault:
    names = (keys.History.read(entry.key) for entry in reader.ledger.walk(keys.History.below()))
    known = {part for name in islice(names, NAMES_LOOKED_THROUGH) if name for part in (name.export_id, name.image_id)}
    meant = difflib.get_close_matches(what, known, MEANT_MAX, 0.8)
    elsewhere = next((hint for start, hint in HINTS.items() if what.startswith(start)), HINT)
    advice = f"Did you mean {' or '.join(meant)}?" if meant else elsewhere.format(what)
    return AskerFault(Cause(code="NotFound", message=f"The ledger knows no {what}.", recommend=advice), status=404)


def as_now(reader: Reader, facts: Facts) -> Export:
    """The export with what the cloud says of it now: as HTTP answers it."""
    record = facts.record
    export = reader.export(record, reader.seen(record), Showing(reader.ledger, CommandLog()))
    if not record.ended or record.ended.status != "Completed":
        return export
    for cloud in reader.ways(record):
        try:
            return with_missing(export, missing_now(cloud, record))
        except CloudFault:
            continue
    return with_missing(export, facts.looked.fact.missing if facts.looked else ())


def _export(reader: Reader, output: Output, facts: Facts) -> None:
    export, now = with_drill(as_now(reader, facts), reader.ledger, CommandLog()), reader.ledger.latest
    shown = ShownExport(export=export, timeline=timeline(facts, export, now), next=what_now(facts, export))
    if output == "json":
        show_document(shown)
        return
    claimed = facts.record.claim.image if facts.record.claim else None
    where = reader.where(export.account_id, export.region_id)
    show_export(shown, Row(export=export, at=now, where=where, size_gib=claimed.disks_gib if claimed else 0))
