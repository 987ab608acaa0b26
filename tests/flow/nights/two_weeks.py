"""The two weeks, lived on an emulator: real functions, hand-driven time. Answers what was seen, and judges nothing."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from alicloud_emulator.running import RunningEmulator

from ..world import TEMPLATES
from .calendar import DAYS, DOWN_DAYS, KEPT_DAYS, NIGHT, Birth, Calendar, down
from .deployment import arguments

QUOTAS = {"concurrent_exports": 2, "weekly_exports": 11, "api_qps": 10_000}
TICKS = (2.25, 2.75, 3.25, 3.75, 4.5, 5.25, 6, 7, 8.25, 9.75, 11.75, 13.75, 15.75, 17.75, 19.75, 21.75, 23.75)  # hours
TICKS_WHILE_DOWN = TICKS[1::4]  # each waits for a region that does not answer
SETTLING_DAYS, MENDED_DAYS = 10, 3
EVENTS_MOST = 3  # FC repeats an event that fails so often


@dataclass(frozen=True)
class Seen:
    """What the two weeks have left behind."""

    births: tuple[Birth, ...]
    tasks: tuple[dict[str, Any], ...]
    calls: tuple[dict[str, Any], ...]
    received: tuple[dict[str, Any], ...]
    lines: tuple[dict[str, Any], ...]  # of the functions' log, in order
    keys: tuple[str, ...]  # of the ledger
    nights: int
    days: int  # lived by the calendar
    began: datetime


def live(seed: int, folder: Path, *, days: int = DAYS) -> Seen:
    """Live the calendar of a seed, then let what is open come to its end."""
    with RunningEmulator(*arguments(folder, nightly_s=63), log=folder / "functions.log") as emulator:
        return _Life(emulator, Calendar(seed)).live(days)


class _Life:
    def __init__(self, emulator: RunningEmulator, calendar: Calendar) -> None:
        self._emulator = emulator
        self._calendar = calendar
        self._births: list[Birth] = []
        self._deleted: set[str] = set()
        self._nights = 0
        self._began = self._now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)

    def live(self, days: int) -> Seen:
        """Day by day; then nights and ticks go on until nothing is open."""
        self._emulator.post("quotas", QUOTAS)
        for day in range(days):
            self._day(day)
        for day in range(days, days + SETTLING_DAYS):
            if day >= days + MENDED_DAYS and not self._open():
                break
            self._rest(day)
        return self._seen(days)

    # A day

    def _day(self, day: int) -> None:
        self._faulty(day)
        self._night(day, cut=True)
        self._delete_old(day)
        self._mend(day)
        births = self._calendar.births(day)
        ticks = TICKS_WHILE_DOWN if day in DOWN_DAYS else TICKS
        moments = [(hour, None) for hour in ticks] + [(birth.hour, birth) for birth in births]
        for hour, birth in sorted(moments, key=lambda moment: moment[0]):
            self._until(day, hour)
            if birth:
                self._bear(birth)
            else:
                self._tick()

    def _rest(self, day: int) -> None:
        """A day without anything new or wrong."""
        self._emulator.delete("faults")
        self._night(day, cut=False)
        self._mend(day)
        for hour in TICKS:
            self._until(day, hour)
            self._tick()

    def _faulty(self, day: int) -> None:
        self._emulator.delete("faults")
        orders = down() if day in DOWN_DAYS else []
        self._emulator.post("faults", orders + self._calendar.faults(day))

    def _night(self, day: int, *, cut: bool) -> None:
        self._until(day, NIGHT)
        orders = self._calendar.cut(day) if cut else []
        if orders:
            self._emulator.delete("faults")  # those of the cut come first
            self._emulator.post("faults", orders + (down() if day in DOWN_DAYS else []))
        self._nights += 1
        self._try(lambda: self._emulator.post("timers/on_nightly"))
        if orders:
            self._faulty(day)

    def _bear(self, birth: Birth) -> None:
        self._emulator.post("images", birth.fields())
        self._births.append(birth)
        for _ in range(birth.events):
            event = json.dumps(TEMPLATES["trail"]).replace("m-bp146shijn7hujku3w8z", birth.image_id)
            event = event.replace("cn-hangzhou", birth.region).replace("1234567890123456", birth.account_id)
            for _ in range(EVENTS_MOST):
                if self._try(lambda body=event: self._emulator.invoke("image-export-event", body.encode())):
                    break

    def _delete_old(self, day: int) -> None:
        """Images rotate; those that were mended are kept."""
        for birth in self._births:
            if birth.day == day - KEPT_DAYS and not birth.fails_first:
                self._emulator.post(f"images/{birth.image_id}", {"Status": "Deleted"})

    def _mend(self, day: int) -> None:
        """What fails at first is mended after its second night."""
        for birth in self._births:
            if birth.fails_first and birth.day == day - 2:
                plan = {"outcome": "finish", "takes_s": birth.takes_s}
                self._emulator.post(f"images/{birth.image_id}", {"_export": plan})

    # Time and its functions

    def _now(self) -> datetime:
        return datetime.fromisoformat(self._emulator.get("clock")["now"])

    def _until(self, day: int, hour: float) -> None:
        """Cloud time moves to this hour, whatever time the work before it has taken."""
        left = self._began + timedelta(days=day, hours=hour) - self._now()
        self._emulator.advance(max(left.total_seconds(), 0))

    def _tick(self) -> None:
        self._try(self._emulator.tick)

    def _try(self, call: Any) -> bool:
        """Whether the function answered; one that was killed or gave up is the watcher's to make good."""
        try:
            call()
        except RuntimeError:
            return False
        return True

    # What is there

    def _open(self) -> bool:
        return any("/open/" in key for key in self._ledger())

    def _ledger(self) -> list[str]:
        objects = self._emulator.state("objects")
        return [one["key"] for one in objects if one["bucket"].startswith("image-export-ledger")]

    def _seen(self, days: int) -> Seen:
        state = self._emulator.get("state")
        logs = [json.loads(one["line"]) for one in self._emulator.get("logs") if one["line"].startswith("{")]
        return Seen(
            births=tuple(self._births),
            tasks=tuple(state["tasks"]),
            calls=tuple(self._emulator.get("calls")),
            received=tuple(state["received"]),
            lines=tuple(logs),
            keys=tuple(self._ledger()),
            nights=self._nights,
            days=days,
            began=self._began,
        )
