"""The two clocks: the wall clock, and the cloud's own time. No other module asks what time it is."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

Action = Callable[[datetime], None]


def wall() -> datetime:
    """The wall clock, which judges signatures, nonces and the time-out of functions."""
    return datetime.now(timezone.utc)


class CloudClock:
    """Time in the cloud: `speed` times as fast as the wall clock, 1:1 while an invocation is in flight.

    What is due runs in the order of its time, whether time passed or jumped; it is told the time that it was due at.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._invocations = 0
        self._then, self._mark = wall(), time.monotonic()
        self._due: list[tuple[datetime, int, Action]] = []
        self._order = itertools.count()
        self._timer: asyncio.TimerHandle | None = None

    def wall(self) -> datetime:
        """The wall clock's time, aware, UTC."""
        return wall()

    def now(self) -> datetime:
        """The cloud's time, aware, UTC."""
        return self._then + timedelta(seconds=(time.monotonic() - self._mark) * self._rate)

    def advance(self, seconds: float) -> None:
        """Jump ahead; whatever became due has run when this returns."""
        self._rebase(seconds)
        self.run_due()

    def at(self, when: datetime, action: Action) -> None:
        """Run `action(when)` in the event loop once cloud time has reached `when`."""
        heapq.heappush(self._due, (when, next(self._order), action))
        self._set_timer()

    def run_due(self) -> None:
        """Run what is due by now; the dispatcher calls it so that no answer is older than the clock."""
        while self._due and self._due[0][0] <= self.now():
            when, _, action = heapq.heappop(self._due)
            action(when)
        self._set_timer()

    async def sleep_until(self, when: datetime) -> None:
        """Return when cloud time has reached `when`, also after a jump or a change of pace."""
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.at(when, lambda _: None if woken.done() else woken.set_result(None))
        await woken

    @contextmanager
    def invocation(self) -> Iterator[None]:
        """While any of these is open, cloud time runs as fast as the wall clock."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def stop(self) -> None:
        """Forget what is due."""
        self._due.clear()
        self._set_timer()

    @property
    def _rate(self) -> float:
        return 1.0 if self._invocations else self._speed

    def _count(self, change: int) -> None:
        self._rebase()
        self._invocations += change
        self._set_timer()

    def _rebase(self, seconds: float = 0) -> None:
        self._then, self._mark = self.now() + timedelta(seconds=seconds), time.monotonic()

    def _set_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._due:
            wait_s = (self._due[0][0] - self.now()).total_seconds() / self._rate
            self._timer = asyncio.get_running_loop().call_later(max(wait_s, 0), self.run_due)
