"""When a task may end: roughly, by its percent, or by what others of its account and region took. Pure."""

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from ...values.facts import Pace, Took
from ...values.record import Record

KEPT = 20  # of the last exports of an account and region


class Seen(NamedTuple):
    """How far a task was, and when that was seen."""

    progress: str | None
    at: datetime


def estimated_end(record: Record, seen: Seen, pace: Pace, now: datetime) -> datetime | None:
    """Linear from StartedAt by the percent that was seen; before it moves, by the size of its disks.

    None where nothing can be said: before the start, after the end, and where it should have ended by now.
    """
    if record.started_at is None or record.ended:
        return None
    percent = percent_of(seen.progress)
    by_percent = max(seen.at - record.started_at, timedelta(0)) * 100 / max(percent or 0, 1)
    whole = by_percent if percent else timedelta(seconds=seconds_a_gib(pace) * _size_gib(record))
    ends = (record.started_at + whole).replace(microsecond=0)
    return ends if whole and ends >= now else None


def with_another(pace: Pace, record: Record) -> Pace:
    """The pace with an export that is Completed, by OSS's times; as it was where they or the size are not known."""
    if record.started_at is None or record.ended_at is None or not _size_gib(record):
        return pace
    took = Took(seconds=max(int((record.ended_at - record.started_at).total_seconds()), 1), size_gib=_size_gib(record))
    return Pace(took=(*pace.took, took)[-KEPT:])


def _size_gib(record: Record) -> int:
    image = record.claim.image if record.claim else None
    return image.disks_gib if image else 0


def seconds_a_gib(pace: Pace) -> float:
    """What the last exports took, together; 0 where there were none."""
    return sum(one.seconds for one in pace.took) / max(sum(one.size_gib for one in pace.took), 1)


def percent_of(progress: str | None) -> int | None:
    """The number that a task's progress says; None where it says none."""
    found = re.fullmatch(r"([0-9]{1,3})%", progress or "")
    return min(int(found[1]), 100) if found else None
