"""Whether the watcher is at work: when a tick last did all that it had to, as the ledger has it."""

from collections.abc import Iterator
from datetime import datetime, timezone

from image_export.decisions.watcher import is_overdue
from image_export.use_cases.ledger.watcher_facts import read_watcher

from ...deployment.finding import Finding, looking, note, ok, wrong
from ..examined import Examined

SUBJECT = "watcher"
DEAD = (
    "See below whether the function and its trigger are there and enabled. If they are, its log says watch.failed with "
    "a code, or FC ended it."
)
NEW = "After the first deployment, or an upgrade, look again in two minutes. If it stays so, its log says why."


def watcher(examined: Examined) -> Iterator[Finding]:
    """By its facts, and by the ledger's clock."""
    yield from looking(SUBJECT, _watcher, examined)


def _watcher(examined: Examined) -> Iterator[Finding]:
    ledger = examined.cloud.ledger(examined.deployment.settings)
    found = read_watcher(ledger)
    said = f"Has last done its work {_at(found.succeeded)}" if found.succeeded else "Has never done its work"
    if is_overdue(found.since, ledger.now):
        missed = "" if found.succeeded or found.awaited is None else f", and was missed {_at(found.awaited)}"
        message = f"{said}{missed}. Nothing starts, ends or is delivered meanwhile."
        yield wrong(SUBJECT, message, DEAD)
    elif found.succeeded:
        yield ok(SUBJECT, f"{said}.")
    else:
        yield note(SUBJECT, f"{said}, as far as the ledger knows.", NEW)


def _at(at: datetime) -> str:
    return f"at {at.astimezone(timezone.utc):%Y-%m-%d %H:%M:%S} UTC"
