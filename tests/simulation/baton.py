"""Who runs, and when: workers hand on a baton at every call, and virtual time jumps to whoever is next.

One thread; the same seed gives the same order. Not a clock for anybody else: it moves the fakes' one.
"""

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

from greenlet import getcurrent, greenlet

from tests.fakes import Clock

Work = Callable[[], object]


class Runner(greenlet):
    """A worker's thread of work, and whatever the world knows of it."""

    carries: object = None


class CloudClock(Clock):
    """Answers take no time by themselves: what a call takes is the baton's to say."""

    def tick(self) -> datetime:
        """The time of one answer."""
        return self.now


class Baton:
    """A queue of what happens next. Whoever sleeps lets the others run; with nobody before him, time just passes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._hub = getcurrent()
        self._order = itertools.count()
        self._queue: list[tuple[datetime, int, Work]] = []

    def at(self, when: datetime, work: Work) -> None:
        """Something happens in the world at that time. It must not sleep."""
        heapq.heappush(self._queue, (when, next(self._order), work))

    def start(self, when: datetime, work: Work) -> None:
        """A worker begins at that time; it may sleep."""
        self.at(when, Runner(work, self._hub).switch)

    def sleep(self, seconds: float) -> None:
        """Called by a worker: everything that comes earlier happens first."""
        wakes = self._clock.now + timedelta(0, seconds)
        if not self._queue or self._queue[0][0] > wakes:
            self._clock.now = wakes
            return
        self.at(wakes, getcurrent().switch)
        self._hub.switch()

    def run(self, until: datetime) -> None:
        """Let everything happen up to that time, and whatever a worker has begun by then."""
        while self._queue and self._queue[0][0] <= until:
            when, _, work = heapq.heappop(self._queue)
            self._clock.now = max(self._clock.now, when)
            work()
        self._clock.now = max(self._clock.now, until)

    @property
    def next_at(self) -> datetime | None:
        """When something happens next; None where nothing does."""
        return self._queue[0][0] if self._queue else None
