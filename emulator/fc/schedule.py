"""When a timer trigger fires: cron expressions of six fields, or `@every 5m`. Pure: the clock is an argument.

Source: FC "Time triggers" page: seconds first, UTC unless the expression begins with CRON_TZ=, whole minutes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


class Field(NamedTuple):
    """A place in a cron expression and what may stand there."""

    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()


FIELDS = (
    Field("seconds", 0, 59),
    Field("minutes", 0, 59),
    Field("hours", 0, 23),
    Field("day of month", 1, 31),
    Field("month", 1, 12, MONTHS),
    Field("day of week", 0, 7, DAYS),
)
HORIZON = timedelta(days=366 * 5)  # a 29th of February is never further away than this, save around 2100


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
    """Fires at the minutes that all fields allow."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    zone: tzinfo

    def after(self, moment: datetime) -> datetime:
        """Give the next time to fire, in UTC, strictly later than `moment`."""
        at = moment.astimezone(self.zone).replace(second=0, microsecond=0) + timedelta(minutes=1)
        last = at + HORIZON
        while at < last:
            if not self.day_matches(at):
                at = (at + timedelta(days=1)).replace(hour=0, minute=0)
            elif at.hour not in self.hours:
                at = (at + timedelta(hours=1)).replace(minute=0)
            elif at.minute not in self.minutes:
                at += timedelta(minutes=1)
            else:
                return at.astimezone(timezone.utc)
        raise ScheduleError("the schedule never fires")

    def day_matches(self, at: datetime) -> bool:
        """Tell whether date fields allow this day; all of them must."""
        return at.month in self.months and at.day in self.days and at.isoweekday() % 7 in self.weekdays


def parse(expression: str) -> Every | Cron:
    """Read a cronExpression of a timer trigger; raise ScheduleError with what is wrong."""
    zone: tzinfo = timezone.utc
    if found := re.match(r"CRON_TZ=(\S+)\s+", expression):
        zone, expression = zone_of(found[1]), expression[found.end() :]
    if found := re.fullmatch(r"@every (\d+)m", expression):
        if not int(found[1]):
            raise ScheduleError("@every 0m: the interval must be a minute or more")
        return Every(timedelta(minutes=int(found[1])))
    parts = expression.split()
    if len(parts) != len(FIELDS):
        raise ScheduleError(f"{expression!r}: want six fields (seconds first) or `@every <n>m`")
    sets = [parse_field(part, field) for part, field in zip(parts, FIELDS, strict=True)]
    if sets[0] != {0}:
        raise ScheduleError(f"{expression!r}: FC fires at whole minutes, so seconds must be 0")
    _, minutes, hours, days, months, weekdays = sets
    cron = Cron(minutes, hours, days, months, frozenset(day % 7 for day in weekdays), zone)
    cron.after(ANY_TIME)  # one that never fires is refused here
    return cron


def zone_of(name: str) -> tzinfo:
    """The time zone of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ScheduleError(f"CRON_TZ={name}: there is no such time zone") from None


def parse_field(text: str, field: Field) -> frozenset[int]:
    """Read one field: `*`, `?`, `5`, `1-5`, `*/10`, `MON-FRI`, and lists of these."""
    chosen: set[int] = set()
    for item in text.upper().split(","):
        span, _, step = item.partition("/")
        first, last = parse_span(span, field)
        every = int(step or 1) if step.isdigit() or not step else 0
        if first is None or last is None or not field.low <= first <= last <= field.high or not every:
            raise ScheduleError(f"{text!r} is no value for {field.name} ({field.low} to {field.high})")
        chosen.update(range(first, (field.high if step and first == last else last) + 1, every))
    return frozenset(chosen)


def parse_span(span: str, field: Field) -> tuple[int | None, int | None]:
    """Read `*` or `a` or `a-b`; None stands for what is no number and no known word."""
    if span in ("*", "?"):
        return field.low, field.high
    first, dash, last = span.partition("-")
    start = parse_value(first, field)
    return start, parse_value(last, field) if dash else start


def parse_value(text: str, field: Field) -> int | None:
    """Read a number or the name of a month or weekday."""
    if text in field.words:
        return field.words.index(text) + field.low
    return int(text) if text.isdigit() else None
