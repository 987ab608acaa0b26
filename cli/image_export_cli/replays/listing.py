"""What failed, was rejected or not told, by name: lists the ledger and reads what it lists. Changes nothing."""

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Literal, NamedTuple

from image_export.decisions.results.undelivered import Undelivered, read_key
from image_export.errors import AskerFault, FactUnreadable
from image_export.use_cases.entrances.redeliver import kept
from image_export.use_cases.entrances.reject import Rejection
from image_export.use_cases.ledger.ledger import Ledger
from image_export.values import ledger_keys as keys
from image_export.values.cause import Cause
from image_export.values.facts import Ended

Kind = Literal["Export", "Event", "Delivery"]
OF = {"res-": "a restore", "dri-": "a drill"}
READ_AT_A_TIME = 16  # connections to the ledger
SHORTEST = len(keys.REJECTED) + 12  # of a rejection's name, where it is shown cut
BEGINNING = re.compile(r"[0-9a-f]{1,64}")


class Item(NamedTuple):
    """One that can be replayed; `by` is the export that has come after it, if one has."""

    name: str
    kind: Kind
    at: datetime
    what: str
    cause: Cause
    by: str | None = None


class Listed(NamedTuple):
    """One that a listing names; `read` asks for the rest."""

    name: str
    kind: Kind
    at: datetime
    read: Callable[[str], Item | None]


class EndedName(NamedTuple):
    """An export that failed or was cancelled, by names alone; `by` is the newest that has come after it."""

    export_id: str
    failed: bool
    at: datetime
    by: str | None


def items(ledger: Ledger) -> list[Item]:
    """Failed and cancelled exports, rejections and what could not be told, in the order in which they came about."""
    with ThreadPoolExecutor(READ_AT_A_TIME) as pool:
        read = pool.map(_read, [*_ended(ledger), *_rejected(ledger), *_undelivered(ledger)])
        return sorted(filter(None, read), key=lambda item: item.at)


def ended_names(ledger: Ledger) -> list[EndedName]:
    """The exports that failed or were cancelled."""
    newest: dict[str, str] = {}
    ended: list[tuple[keys.Cancelled | keys.Failed, datetime]] = []
    for entry in [*ledger.walk(keys.Known.below()), *ledger.walk(keys.Failed.below())]:
        again = keys.Cancelled.read(entry.key) or keys.Failed.read(entry.key)
        one = again or keys.Known.read(entry.key)
        if one:
            newest[one.natural_key] = max(one.export_id, newest.get(one.natural_key, ""))
        if again:
            ended.append((again, entry.modified_at))
    last = {one: newest[one.natural_key] for one, _ in ended}
    return [
        EndedName(one.export_id, isinstance(one, keys.Failed), at, last[one] if last[one] > one.export_id else None)
        for one, at in ended
    ]


def _ended(ledger: Ledger) -> Iterator[Listed]:
    for one in ended_names(ledger):
        yield Listed(one.export_id, "Export", one.at, partial(_end, ledger, one.by))


def _end(ledger: Ledger, by: str | None, name: str) -> Item | None:
    """By the two facts that say it: all that there is of an export would be a listing and five reads or more."""
    requested, ended = ledger.requested(name), ledger.read(keys.Ended(name).key, Ended)
    if requested is None or ended is None:
        return None
    asked = Cause(code="Cancelled", message="Somebody asked for the end of the export.")
    return Item(name, "Export", ended.at, requested.request.image_id, ended.fact.error or asked, by)


def _rejected(ledger: Ledger) -> Iterator[Listed]:
    for rejected, at in _events(ledger):
        yield Listed(rejected.name, "Event", at, partial(_rejection, ledger))


def _rejection(ledger: Ledger, name: str) -> Item | None:
    rejected = keys.Rejected.named(name)
    found = ledger.read(rejected.key, Rejection) if rejected else None
    if found is None:
        return None
    sighting = found.fact.kept.sighting
    return Item(name, "Event", found.at, sighting.image_id if sighting else "an event", found.fact.cause)


def _undelivered(ledger: Ledger) -> Iterator[Listed]:
    for entry in ledger.walk(keys.Undelivered.below()):
        undelivered = read_key(entry.key)
        if undelivered:
            yield Listed(undelivered.name, "Delivery", entry.modified_at, partial(_pending, ledger, undelivered))


def _pending(ledger: Ledger, undelivered: Undelivered, name: str) -> Item | None:
    pending = kept(ledger, undelivered)
    if pending is None:
        return None
    message = f"{pending.target.name} has not accepted that it is {undelivered.kind}."
    what = pending.record.request.image_id if pending.record else OF.get(undelivered.of[:4], "an event")
    return Item(name, "Delivery", pending.at, what, Cause(code="NotTold", message=message))


def _read(listed: Listed) -> Item | None:
    """One that cannot be understood is listed with that, and hides no other."""
    try:
        return listed.read(listed.name)
    except FactUnreadable as fault:
        return Item(listed.name, listed.kind, listed.at, "unreadable", fault.cause)


def _events(ledger: Ledger, beginning: str = "") -> Iterator[tuple[keys.Rejected, datetime]]:
    for entry in ledger.walk(keys.Rejected.below() + beginning):
        rejected = keys.Rejected.read(entry.key)
        if rejected:
            yield rejected, entry.modified_at


def is_beginning(name: str) -> bool:
    """Whether the name of a rejection may begin so, with or without `…`."""
    return keys.Rejected.named(name) is not None and BEGINNING.fullmatch(_beginning(name)) is not None


def _beginning(name: str) -> str:
    return name.removeprefix(keys.REJECTED).rstrip("….")


def short_names(names: Sequence[str]) -> dict[str, str]:
    """For each rejection the beginning of its name that tells it from all others, and then some."""
    rejected = [name for name in names if keys.Rejected.named(name)]
    length = SHORTEST
    while len({name[:length] for name in rejected}) < len(rejected):
        length += 1
    return {name: name[:length] for name in rejected}


def whole_name(ledger: Ledger, name: str) -> str:
    """The name itself, or the only one of a rejection that begins so. Raises AskerFault."""
    if not is_beginning(name):
        return name
    beginning = _beginning(name)
    found = [rejected.name for rejected, _ in _events(ledger, beginning)]
    if len(found) > 1:
        message = f"{len(found)} rejections begin like {keys.REJECTED}{beginning}: give more of the name."
        raise AskerFault(Cause(code="NameAmbiguous", message=message), status=409)
    return found[0] if found else name
