"""When a timer is due: the fields of a cron expression, time zones, and hours that are skipped or come twice."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alicloud_emulator.fc import schedule

NOON = datetime(2026, 11, 24, 12, 0, 30, tzinfo=timezone.utc)  # a Tuesday


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("@every 5m", "2026-11-24 12:05:30"),
        ("0 * * * * *", "2026-11-24 12:01:00"),
        ("0 0 8 * * *", "2026-11-25 08:00:00"),
        ("0 */10 * * * *", "2026-11-24 12:10:00"),
        ("CRON_TZ=Asia/Shanghai 0 0 2 * * *", "2026-11-24 18:00:00"),
        ("0 30 3 * * SUN", "2026-11-29 03:30:00"),
        ("0 30 3 * * 7", "2026-11-29 03:30:00"),
        ("0 0 0 1 JAN ?", "2027-01-01 00:00:00"),
        ("0 0 0 29 2 *", "2028-02-29 00:00:00"),
        ("0 0 9-11 * * mon-fri", "2026-11-25 09:00:00"),
    ],
)
def test_schedules_name_the_next_minute(expression: str, expected: str) -> None:
    found = schedule.parse(expression).after(NOON)
    assert (found.strftime("%Y-%m-%d %H:%M:%S"), found.utcoffset()) == (expected, timedelta(0))


@pytest.mark.parametrize(
    "expression",
    [
        "@every 0m",
        "@every 30s",
        "* * * * *",
        "30 * * * * *",
        "0 61 * * * *",
        "0 x * * * *",
        "0 0 0 30 2 *",
        "0 */x * * * *",
        "CRON_TZ=Asia/Shangai 0 0 2 * * *",
        "CRON_TZ=Australia/Lord_Howe 0 0 2 * * *",
        "0 0 0 L * *",
        "0 0 0 * * 5#2",
    ],
)
def test_a_schedule_that_fc_does_not_take_is_refused(expression: str) -> None:
    with pytest.raises(schedule.ScheduleError):
        schedule.parse(expression)


def times(expression: str, moment: str) -> Iterator[str]:
    """When the timer fires after this moment, in UTC."""
    due = datetime.fromisoformat(moment)
    while True:
        due = schedule.parse(expression).after(due)
        yield f"{due:%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("expression", "moment", "due"),
    [
        ("CRON_TZ=America/New_York 0 30 1 * * *", "2026-11-01T04:10+00:00", ["11-01 05:30", "11-01 06:30"]),
        ("CRON_TZ=America/New_York 0 30 1 * * *", "2026-11-01T06:10+00:00", ["11-01 06:30", "11-02 06:30"]),
        ("CRON_TZ=America/New_York 0 0 * * * *", "2026-11-01T04:10+00:00", ["11-01 05:00", "11-01 06:00"]),
        ("CRON_TZ=America/New_York 0 30 2 * * *", "2027-03-14T00:00+00:00", ["03-15 06:30", "03-16 06:30"]),
        ("CRON_TZ=Europe/Berlin 0 */20 2 * * *", "2026-10-25T00:30+00:00", ["10-25 00:40", "10-25 01:00"]),
    ],
)
def test_an_hour_that_repeats_fires_twice_and_one_that_is_skipped_does_not(
    expression: str, moment: str, due: list[str]
) -> None:
    fires = times(expression, moment)
    assert [next(fires), next(fires)] == due


ZONES: tuple[str, ...] = (
    "UTC",
    "Asia/Shanghai",
    "America/New_York",
    "Europe/Berlin",
    "Africa/Casablanca",
    "Asia/Kathmandu",
)
ZONES += ("America/Santiago", "Asia/Beirut", "Atlantic/Azores", "Pacific/Apia", "America/Scoresbysund", "Asia/Gaza")
# Around the changes of the clocks of these zones, and on any other day.
DAYS = ("2026-03-08", "2026-03-29", "2026-11-01", "2026-10-25", "2026-02-15", "2026-04-05", "2026-09-06", "2026-07-01")


@given(
    st.sampled_from(ZONES),
    st.sampled_from(DAYS),
    st.integers(-24 * 3600, 24 * 3600),
    st.sets(st.integers(0, 59), min_size=1, max_size=3),
    st.sets(st.integers(0, 23), min_size=1, max_size=24),
)
def test_a_timer_fires_next_at_the_first_minute_whose_local_time_is_named(
    name: str, day: str, seconds: int, minutes: set[int], hours: set[int]
) -> None:
    zone, moment = ZoneInfo(name), datetime.fromisoformat(f"{day}T00:00:00+00:00") + timedelta(seconds=seconds)
    at = moment.replace(second=0)
    while True:
        at += timedelta(minutes=1)
        local = at.astimezone(zone)
        if local.minute in minutes and local.hour in hours:
            break
    fields = f"0 {','.join(map(str, minutes))} {','.join(map(str, hours))} * * *"
    assert schedule.parse(f"CRON_TZ={name} {fields}").after(moment.astimezone(zone)) == at
