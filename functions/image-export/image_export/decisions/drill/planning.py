"""Which exports are drilled today, with a reason for each series. Pure.

A series is the images of one name without a trailing date or number. Its newest proven export is drilled, as often as
the policy's entry says: first what was never drilled, then what was drilled longest ago.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timezone
from fnmatch import fnmatchcase
from typing import NamedTuple

from ...values.drill.policy import DrillEntry
from ...values.export import Export
from ...values.match import span
from ...values.place import Place
from ...values.policy import Policy

TRAILING = re.compile(r"[-_.]?(?:v?\d[\d._-]*)$")


class LastDrill(NamedTuple):
    """Of a series: when it was last drilled."""

    at: datetime


class PlannedDrill(NamedTuple):
    """A series of images, whether its newest export is drilled now, and why (not)."""

    entry: DrillEntry
    series: str
    export: Export
    wanted: bool
    reason: str
    last_at: datetime | None = None


def series_of(name: str | None, image_id: str) -> str:
    """The image's name without a trailing date or number; an image without a name is a series of its own."""
    stem = TRAILING.sub("", name or "")
    return stem or name or image_id


def fits(entry: DrillEntry, policy: Policy, export: Export) -> bool:
    """Whether the entry is about that export."""
    match = entry.match
    account = policy.account(export.account_id)
    return (
        (match.rule is None or export.rule == match.rule)
        and (match.name is None or fnmatchcase(export.image_name or "", match.name))
        and (match.region is None or export.region_id == match.region)
        and (match.account is None or (account is not None and account.name == match.account))
    )


def newest_of_series(entry: DrillEntry, policy: Policy, exports: Iterable[Export]) -> dict[tuple[Place, str], Export]:
    """The newest Completed export of each series; `exports` come newest first."""
    found: dict[tuple[Place, str], Export] = {}
    for export in exports:
        if export.status == "Completed" and export.manifest and fits(entry, policy, export):
            place = Place(export.account_id, export.region_id)
            found.setdefault((place, series_of(export.image_name, export.image_id)), export)
    return found


def plan(
    policy: Policy,
    entry: DrillEntry,
    exports: Sequence[Export],
    last: Mapping[tuple[Place, str], datetime],
    *,
    busy: Iterable[Place],
    begun_today: int,
    now: datetime,
) -> list[PlannedDrill]:
    """Every series of the entry, in the order in which they are due, with its decision."""
    taken, left = set(busy), entry.most_a_day - begun_today
    planned = []
    series = newest_of_series(entry, policy, exports)
    oldest_first = sorted(series, key=lambda one: (last.get(one) or datetime.min.replace(tzinfo=timezone.utc), one))
    for key in oldest_first:
        place, name = key
        why = _against(policy, entry, place, last.get(key), now) or (
            "another drill runs in this account and region" if place in taken else None
        )
        why = why or (f"{entry.most_a_day} began today already" if left <= 0 else None)
        if why is None:
            taken.add(place)
            left -= 1
        reason = why or _for(last.get(key), now)
        planned.append(PlannedDrill(entry, name, series[key], why is None, reason, last.get(key)))
    return planned


def _for(last: datetime | None, now: datetime) -> str:
    return f"drilled {(now - last).days} days ago" if last else "never drilled"


def _against(policy: Policy, entry: DrillEntry, place: Place, last: datetime | None, now: datetime) -> str | None:
    account = policy.account(place.account_id)
    if account is None or account.restore_role is None:
        return "the policy allows no restore in this account (restore_role_arn)"
    if last and now - last < span(entry.every):
        return f"drilled {(now - last).days} days ago, and the policy says every {entry.every}"
    if entry.hours and not is_within(entry.hours, now):
        return f"drills begin from {entry.hours.replace('-', ' to ')} UTC"
    return None


def is_within(hours: str, now: datetime) -> bool:
    """Whether a time is in these hours of UTC, which may go over midnight."""
    begin, end = map(time.fromisoformat, hours.split("-"))
    at = now.astimezone(timezone.utc).time()
    return begin <= at < end if begin <= end else at >= begin or at < end
