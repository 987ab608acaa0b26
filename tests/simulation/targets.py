"""The notify targets of a life: they take what they are told, refuse it for days, do not answer, or answer late."""

from collections import defaultdict
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from image_export.errors import CloudFault
from tests.fakes import START, FakeNotifier, refused, unanswered

if TYPE_CHECKING:
    from .world import Invocation, World

SILENT_S = 45.0  # how long one waits in all for a service that takes connections and never answers
SLOW_S = (5.0, 60.0)  # for each answer


class Attempt(NamedTuple):
    """A delivery that somebody has begun."""

    at: datetime
    worker: "Invocation"
    target: str
    event_id: str


class Targets(FakeNotifier):
    """All of them (port: Notifier)."""

    def __init__(self, world: "World") -> None:
        super().__init__(faults=world.trouble)
        self._world = world
        self._dice = Random(f"{world.seed}-answers")  # noqa: S311 - dice, not secrets
        self.refuses_until: dict[str, datetime] = {}
        self.unresponsive = False  # instead of refusing, they do not answer
        self.slow_until: dict[str, datetime] = {}
        self.attempts: list[Attempt] = []
        self.accepted_at: dict[tuple[str, str], datetime] = {}  # target and event: when, the first time
        self.refusals: dict[tuple[str, str], list[datetime]] = defaultdict(list)  # target and event: when, each time

    def deliver(self, target: Any, event: Any) -> None:
        """Whoever tells sees it fail; the target may have heard it all the same."""
        world = self._world
        self.attempts.append(Attempt(world.clock.now, world.worker, target.name, event["id"]))
        world.worker.delivered_at = world.worker.delivered_at or world.clock.now
        try:
            if self.slow_until.get(target.name, START) > world.clock.now:
                world.wait(self._dice.uniform(*SLOW_S))
            if self.unresponsive and self._refuses(target):
                world.wait(SILENT_S)
                raise unanswered("Unanswered")
            super().deliver(target, event)
        except CloudFault:
            self.refusals[target.name, event["id"]].append(world.clock.now)
            raise

    def _refuses(self, target: Any) -> bool:
        return self.refuses_until.get(target.name, START) > self._world.clock.now

    def _take(self, target: Any, event: Any) -> None:
        if self._refuses(target):
            raise refused("EventBusNotExist")
        super()._take(target, event)
        self.accepted_at.setdefault((target.name, event["id"]), self._world.clock.now)
