"""Does an export fit a query? By its name in the history as far as that says it, then by itself. Pure."""

from datetime import datetime, timedelta, timezone
from typing import Protocol

from ...values.export import Export
from ...values.export_query import ExportQuery
from ...values.ledger_keys import History, backwards
from ..policy.matching import is_like

RECORDING = timedelta(minutes=10)  # a name is written before the export is: by whoever is killed then, so much
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=timezone.utc), datetime(9999, 1, 1, tzinfo=timezone.utc)
BY_A_RULE = ("event", "nightly", "watch")  # the triggers whose exports a rule may have wanted


class Times(Protocol):
    """A query for a span of time."""

    @property
    def since(self) -> datetime | None: ...
    @property
    def until(self) -> datetime | None: ...


class Dated(Protocol):
    """A name that begins with its time."""

    @property
    def backwards(self) -> str: ...


def fits_name(query: ExportQuery, name: History) -> bool:
    """Whether the name alone fits, its time aside."""
    return query.region_id in (None, name.region_id) and query.image_id in (None, name.image_id)


def fits(query: ExportQuery, export: Export) -> bool:
    """Whether the export itself does."""
    same = (
        query.region_id in (None, export.region_id)
        and query.account_id in (None, export.account_id)
        and query.image_id in (None, export.image_id)
        and query.rule in (None, export.rule)
        and query.status in (None, export.status)
    )
    return same and in_time(query, export.requested_at) and is_named(query.image_name, export.image_name)


def first_name(query: Times) -> str:
    """The time, as names have it, with which the newest name begins that may fit. Empty: with the newest of all."""
    return backwards(_within(query.until)) if query.until else ""


def is_older(query: Times, name: Dated) -> bool:
    """Whether neither this name nor one behind it can fit."""
    return query.since is not None and name.backwards > backwards(_within(query.since) - RECORDING)


def may_lack_its_rule(query: ExportQuery, ended: Export) -> bool:
    """Whether an export as the history has it must be asked for its rule: versions up to 0.1.0 wrote none there."""
    return query.rule is not None and ended.rule is None and ended.requested_by.trigger in BY_A_RULE


def _within(at: datetime) -> datetime:
    """The time, or the nearest that a name can have."""
    return min(max(at, EARLIEST), LATEST)


def in_time(query: Times, at: datetime) -> bool:
    """Whether the time is within the span, its ends included."""
    return (query.since is None or query.since <= at) and (query.until is None or at <= query.until)


def is_named(glob: str | None, name: str | None) -> bool:
    """Whether the name is like the glob; None is like everything."""
    return glob is None or (name is not None and is_like(name, glob))
