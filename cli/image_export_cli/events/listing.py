"""What failed, was rejected or not told, by name: lists the ledger and reads what it lists. Changes nothing."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import NamedTuple

from image_export.decisions.results.undelivered import Untold, read_key
from image_export.errors import AskerFault, FactUnreadable
from image_export.use_cases.entrances.redeliver import kept
from image_export.use_cases.entrances.reject import Rejection
from image_export.use_cases.ledger.ledger import Ledger
from image_export.use_cases.ports import Entry
from image_export.values.cause import Cause
from image_export.values.facts import Ended, Requested

REJECTED = "rejected-"
READ_AT_A_TIME = 16  # connections to the ledger
BEGINNING = re.compile(r"[0-9a-f]{1,64}")


class Item(NamedTuple):
    """One that can be replayed; `by` is the export that has come after it, if one has."""

    name: str
    at: datetime
    what: str
    cause: Cause
    by: str | None = None


class Listed(NamedTuple):
    """One that a listing names; `read` asks for the rest."""

    name: str
    at: datetime
    read: Callable[[str], Item | None]


def items(ledger: Ledger) -> list[Item]:
    """Failed and cancelled exports, rejections and what could not be told, in the order in which they came about."""
    with ThreadPoolExecutor(READ_AT_A_TIME) as pool:
        read = pool.map(_read, [*_ended(ledger), *_rejected(ledger), *_untold(ledger)])
        return sorted(filter(None, read), key=lambda item: item.at)


def _ended(ledger: Ledger) -> Iterator[Listed]:
    """The exports that failed or were cancelled."""
    newest: dict[str, str] = {}
    ended: list[tuple[str, str, datetime]] = []
    for entry in [*ledger.walk("known/"), *ledger.walk("failed/")]:
        kind, _, _, key, generation, *cancelled = entry.key.split("/")
        newest[key] = max(generation, newest.get(key, generation))
        if kind == "failed" or cancelled:
            ended.append((key, generation, entry.modified_at))
    for key, generation, at in ended:
        by = f"exp-{key}-{newest[key]}" if newest[key] > generation else None
        yield Listed(f"exp-{key}-{generation}", at, partial(_end, ledger, by))


def _end(ledger: Ledger, by: str | None, name: str) -> Item | None:
    """By the two facts that say it: all that there is of an export would be a listing and five reads or more."""
    requested, ended = ledger.read(f"exports/{name}/requested", Requested), ledger.read(f"exports/{name}/ended", Ended)
    if requested is None or ended is None:
        return None
    asked = Cause(code="Cancelled", message="Somebody asked for the end of the export.")
    return Item(name, ended.at, requested.fact.request.image_id, ended.fact.error or asked, by)


def _rejected(ledger: Ledger) -> Iterator[Listed]:
    for entry in _events(ledger):
        yield Listed(_name_of(entry), entry.modified_at, partial(_rejection, ledger))


def _rejection(ledger: Ledger, name: str) -> Item | None:
    found = ledger.read(key_of(name), Rejection)
    if found is None:
        return None
    sighting = found.fact.kept.sighting
    return Item(name, found.at, sighting.image_id if sighting else "an event", found.fact.cause)


def _untold(ledger: Ledger) -> Iterator[Listed]:
    for entry in ledger.walk("untold/"):
        untold = read_key(entry.key)
        if untold:
            yield Listed(untold.name, entry.modified_at, partial(_owed, ledger, untold))


def _owed(ledger: Ledger, untold: Untold, name: str) -> Item | None:
    owed = kept(ledger, untold)
    if owed is None:
        return None
    message = f"{owed.target.name} has not accepted that it is {untold.kind}."
    what = owed.record.request.image_id if owed.record else "an event"
    return Item(name, owed.at, what, Cause(code="NotTold", message=message))


def _read(listed: Listed) -> Item | None:
    """One that cannot be understood is listed with that, and hides no other."""
    try:
        return listed.read(listed.name)
    except FactUnreadable as fault:
        return Item(listed.name, listed.at, "unreadable", fault.cause)


def _events(ledger: Ledger, beginning: str = "") -> Iterator[Entry]:
    return (entry for entry in ledger.walk(f"rejected/{beginning}") if entry.key.endswith("/event"))


def _name_of(entry: Entry) -> str:
    return REJECTED + entry.key.split("/")[1]


def key_of(name: str) -> str:
    """Where a rejection is kept."""
    return f"rejected/{name.removeprefix(REJECTED)}/event"


def is_beginning(name: str) -> bool:
    """Whether the name of a rejection may begin so, with or without `…`."""
    return name.startswith(REJECTED) and BEGINNING.fullmatch(_beginning(name)) is not None


def _beginning(name: str) -> str:
    return name.removeprefix(REJECTED).rstrip("….")


def whole_name(ledger: Ledger, name: str) -> str:
    """The name itself, or the only one of a rejection that begins so. Raises AskerFault."""
    if not is_beginning(name):
        return name
    beginning = _beginning(name)
    found = [_name_of(entry) for entry in _events(ledger, beginning)]
    if len(found) > 1:
        message = f"{len(found)} rejections begin like {REJECTED}{beginning}: give more of the name."
        raise AskerFault(Cause(code="NameAmbiguous", message=message), status=409)
    return found[0] if found else name
