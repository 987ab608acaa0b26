"""Where an export is found: the watcher's hints (docs/protocol.md#rule-14) and the history, by names. Pure."""

import re
from datetime import datetime, timedelta, timezone

import msgspec

from ..values.export import Verdict
from ..values.export_request import ExportRequest
from ..values.forms import EXPORT_ID
from ..values.record import Record
from ..values.steps import Wait
from .state.stall import next_look

STAMP = "%Y%m%dT%H%M%SZ"
PRIORITY_MAX = 9999
AHEAD = timedelta(minutes=10)
INDEXED = "swept/indexed"  # made by the watcher of the first version that writes names by image
OVERLAPPING = timedelta(hours=1)  # instances of two versions, while a new one is deployed
CANCELLED = "/cancelled"  # behind the name of an export that is known: one listing of what is known shows it
LAST_STAMP = "99991231235959"
DELIVER = "deliver"
EXPORT = re.compile(rf"(?:^|[/-])({EXPORT_ID})(?:/|$)")


class Running(msgspec.Struct, frozen=True):
    """A running hint, read back from its name."""

    account_id: str
    region_id: str
    task_id: str
    export_id: str
    look_at: str  # by itself: a stamp; "-", which sorts first, where an earlier version knew no time for that


class DueDelivery(msgspec.Struct, frozen=True):
    """A delivery's hint, read back from its name: when, how urgent, to whom (by slug), of what."""

    stamp: str
    order: str
    targets: tuple[str, ...]
    what: str  # an export's id, rejected-… or untold-…


def hints_for(record: Record, wait: Wait, now: datetime) -> set[str]:
    """The hints of an export that waits like this: one by state, and one by time where there is a time."""
    request = record.request
    group = f"{request.account_id}/{request.region_id}"
    names = set()
    if wait.running and record.task_id:
        look_at = next_look(record, now) or now
        names.add(f"running/{group}/{record.task_id}/{record.export_id}/{stamp(look_at)}")
    if wait.queued:
        first = min(max(PRIORITY_MAX - request.priority, 0), PRIORITY_MAX)
        names.add(f"waiting/{group}/{first:04d}/{stamp(record.requested_at)}/{record.export_id}")
    if record.stalled_at and not record.ended:
        names.add(stalled(record))
    if wait.until or not names:
        names.add(due(wait.until or record.requested_at, record.export_id))
    return names


def stalled(record: Record) -> str:
    """The name by which nights know that the export takes too long."""
    return f"stalled/{record.request.account_id}/{record.request.region_id}/{record.export_id}"


def due(at: datetime, what: str) -> str:
    """A hint to look at `what` at that time. Names sort by time."""
    return f"due/{stamp(at)}/{what}"


def listed(at: datetime, request: ExportRequest, export: str) -> str:
    """Where the export stands in the history: what sorts first is newest."""
    return f"history/{_backwards(at)}/{request.region_id}/{request.image_id}/{export}"


def _backwards(at: datetime) -> str:
    return f"{int(LAST_STAMP) - int(at.astimezone(timezone.utc).strftime('%Y%m%d%H%M%S')):014d}"


def of_image(place: str) -> str:
    """The name by which an export is found among those of its image, from its name in the history."""
    _, backwards, region, image, export = place.split("/")
    return f"images/{image}/{backwards}/{region}/{export}"


def in_history(name: str) -> str | None:
    """The other way round; None for a name that is none of ours."""
    parts = name.split("/")
    return f"history/{parts[2]}/{parts[3]}/{parts[1]}/{parts[4]}" if len(parts) == 5 else None


def since_when_indexed(at: datetime) -> str:
    """The place in the history before which each export has a name by image. `at`: when the watcher first saw to it.

    Not much before it an instance of an earlier version may still have recorded one without.
    """
    return f"history/{_backwards(at + OVERLAPPING)}"


def known(kind: str, request: ExportRequest, export: str) -> str:
    """Where a name says that there is such an export (`known`), or that it failed (`failed`)."""
    key, generation = export.split("-")[1:]
    return f"{kind}/{request.account_id}/{request.region_id}/{key}/{generation}"


def ended(status: Verdict, request: ExportRequest, export: str) -> str | None:
    """The name by which plans know how the export ended; None for one that they may take for standing."""
    if status == "Cancelled":
        return known("known", request, export) + CANCELLED
    return known("failed", request, export) if status == "Failed" else None


def read_running(key: str) -> Running | None:
    """The parts of a running hint's name; None for a name that is none of ours."""
    parts = key.split("/")
    return Running(*parts[1:]) if len(parts) == 6 else None


def delivery(due: DueDelivery) -> str:
    """A hint that only deliveries are owed, to whom and how urgently. Nothing has to be read to know that."""
    return f"due/{due.stamp}/{'.'.join((DELIVER, due.order, *due.targets))}-{due.what}"


def read_delivery(key: str) -> DueDelivery | None:
    """The parts of a delivery's hint; None for another's. Version 0.1.0 left some that name no target."""
    due = read_due(key)
    if due is None:
        return None
    stamp, kind, rest = due
    word, *parts = kind.split(".")
    if word == "rejected":
        return DueDelivery(stamp, "", (), f"{word}-{rest}")
    return DueDelivery(stamp, parts[0], tuple(parts[1:]), rest) if word == DELIVER and parts else None


def export_in(key: str) -> str | None:
    """The export that a hint leads to, whatever it is owed there."""
    found = EXPORT.search(key)
    return found[1] if found else None


def read_due(key: str) -> tuple[str, str, str] | None:
    """The stamp, kind (exp, sighted, deliver…) and rest of a due hint's name; None for a name that is none of ours."""
    parts = key.split("/")
    kind, dash, rest = parts[-1].partition("-")
    return (parts[1], kind, rest) if len(parts) == 3 and dash else None


def may_be_ahead(hint: str, now: datetime) -> bool:
    """Whether what the hint leads to may still be on its way: the hint is written first, and FC kills its writer.

    A sighting, or an export that waits. Where another look at an export comes due, the writer of its hint is gone.
    """
    due, parts = read_due(hint), hint.split("/")
    written = ""
    if due and due[1] == "sighted":
        written = due[0]
    elif parts[0] == "waiting" and len(parts) == 6:
        written = parts[4]
    return written > stamp(now - AHEAD)


def stamp(at: datetime) -> str:
    """A time that sorts as text."""
    return at.astimezone(timezone.utc).strftime(STAMP)
