"""When a timer trigger fires: cron expressions of six fields, or `@every 5m`. Pure: the clock is an argument.

Source: FC "Time triggers" page: seconds first, UTC unless the expression begins with CRON_TZ=, whole minutes. No page
says what becomes of an hour that a change of the clocks skips or repeats: here the timer fires at each moment whose
local time the expression names, so a skipped time does not fire and a repeated one fires twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

FIELDS = 6
HOUR = timedelta(hours=1)
WRITTEN = re.compile(r"(?:[0-9*?,/-]|[A-Z]{3})+")  # cronsim knows more (`L`, `5#2`), of which FC's page says nothing
ANY_TIME = datetime(2026, 1, 1, tzinfo=timezone.utc)


class ScheduleError(ValueError):
    """The expression is none that FC takes."""


@dataclass(frozen=True)
class Every:
    """Fires at a fixed distance from the moment that the trigger was enabled."""

    interval: timedelta

    def after(self, moment: datetime) -> datetime:
        """Give the next time to fire."""
        return moment + self.interval


@dataclass(frozen=True)
class Cron:
    """Fires at the minutes that all fields allow; of both day fields one is enough, as everywhere in cron."""

    fields: str
    zone: tzinfo

    def after(self, moment: datetime) -> datetime:
        """Give the next time to fire, in UTC, strictly later than `moment`."""
        local = moment.astimezone(timezone.utc).astimezone(self.zone)  # by way of UTC, which knows which of two it is
        due = next(CronSim(self.fields, local), None)
        if due is None:
            raise ScheduleError("the schedule never fires")
        return due.astimezone(timezone.utc)


def parse(expression: str) -> Every | Cron:
    """Read a cronExpression of a timer trigger; raise ScheduleError with what is wrong."""
    zone: tzinfo = timezone.utc
    if found := re.match(r"CRON_TZ=(\S+)\s+", expression):
        zone, expression = zone_of(found[1]), expression[found.end() :]
    if found := re.fullmatch(r"@every (\d+)m", expression):
        if not int(found[1]):
            raise ScheduleError("@every 0m: the interval must be a minute or more")
        return Every(timedelta(minutes=int(found[1])))
    return Cron(fields_of(expression), zone)


def fields_of(expression: str) -> str:
    """The fields as cron knows them."""
    parts = expression.upper().split()
    if len(parts) != FIELDS:
        raise ScheduleError(f"{expression!r}: want six fields (seconds first) or `@every <n>m`")
    for part in parts:
        if not WRITTEN.fullmatch(part):
            raise ScheduleError(f"{part!r} in {expression!r}: want numbers, names of months or days, and * ? , - /")
    fields = " ".join(parts).replace("?", "*")
    try:
        first = CronSim(fields, ANY_TIME)
    except CronSimError as cause:
        raise ScheduleError(f"{expression!r}: {cause}") from None
    if first.seconds != {0}:
        raise ScheduleError(f"{expression!r}: FC fires at whole minutes, so seconds must be 0")
    Cron(fields, timezone.utc).after(ANY_TIME)  # one that never fires is refused here
    return fields


def zone_of(name: str) -> tzinfo:
    """The time zone of that name."""
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ScheduleError(f"CRON_TZ={name}: there is no such time zone") from None
    offsets = [ANY_TIME.replace(month=month).astimezone(zone).utcoffset() or timedelta() for month in range(1, 13)]
    if any((offset - offsets[0]) % HOUR for offset in offsets):  # cronsim counts in whole hours
        raise ScheduleError(f"CRON_TZ={name}: its clocks change by less than an hour, which is not emulated")
    return zone
