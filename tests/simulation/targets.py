"""The notify targets of a life: they take what they are told, refuse it for days, do not answer, or answer late.

What the services of channels answer: `channels.py`.
"""

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from image_export.errors import CloudFault
from image_export.values.notify_target import Chat
from tests.fakes import START, FakeNotifier, refused, unanswered

from .channels import HANGS, Service, named_last, refusal

if TYPE_CHECKING:
    from .world import Invocation, World

SILENT_S = 45.0  # how long one waits in all for a service that takes connections and never answers
SLOW_S = (5.0, 60.0)  # for each answer
TAKEN = "taken"


class Attempt(NamedTuple):
    """A delivery that somebody has begun."""

    at: datetime
    worker: "Invocation"
    target: str
    event_id: str


@dataclass(eq=False)
class Message:
    """One message to a channel. `named`: by its worker's policy, or by the last valid one where it has none.

    `answer`: what came back, a code or that it was taken; empty where nobody heard it.
    """

    at: datetime
    worker: "Invocation"
    target: str
    is_to_chat: bool
    named: frozenset[str]
    address: Any
    events: tuple[str, ...]
    kinds: frozenset[str]
    answer: str = ""


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
        self.messages_to_channels: list[Message] = []
        self.accepted_at: dict[tuple[str, str], datetime] = {}  # target and event: when, the first time
        self.refusals: dict[tuple[str, str], list[datetime]] = defaultdict(list)  # target and event: when, each time

    def deliver(self, target: Any, events: Any, address: Any = None, /) -> None:
        """Whoever tells sees it fail; the target may have heard it all the same."""
        world = self._world
        for event in events:
            self.attempts.append(Attempt(world.clock.now, world.worker, target.name, event["id"]))
        world.worker.delivered_at = world.worker.delivered_at or world.clock.now
        service = world.channels.services.get(target.name)
        try:
            if service:
                self._send(service, target, events, address)
                return
            if self.slow_until.get(target.name, START) > world.clock.now:
                world.wait(self._dice.uniform(*SLOW_S))
            if self.unresponsive and self._refuses(target):
                world.wait(SILENT_S)
                raise unanswered("Unanswered")
            super().deliver(target, events, address)
        except CloudFault as fault:
            if "Throttling" in fault.code:
                raise  # it says nothing of the event
            for event in events:
                self.refusals[target.name, event["id"]].append(world.clock.now)
            raise

    def _send(self, service: Service, target: Any, events: Any, address: Any) -> None:
        """A message to a channel. What its service answers by its mood hinders nobody: it is an answer."""
        ids, kinds = tuple(event["id"] for event in events), frozenset(_kind(event["type"]) for event in events)
        worker, now = self._world.worker, self._world.clock.now
        named = frozenset(worker.policy.addresses) if worker.policy else named_last(self._world, worker.began)
        message = Message(now, worker, target.name, isinstance(target, Chat), named, address, ids, kinds)
        self.messages_to_channels.append(message)
        try:
            self._ask(service, target, events)
        except CloudFault as fault:
            message.answer = fault.code
            raise
        message.answer = TAKEN

    def _ask(self, service: Service, target: Any, events: Any) -> None:
        world = self._world
        mood = service.mood(world.clock.now)
        if mood:
            world.tell(f"{world.worker.name} is answered by {target.name}: {mood}")
        if mood == HANGS:
            world.wait(SILENT_S)
            if world.channels.dice.random() < 0.5:
                with suppress(CloudFault):
                    self._take(target, events)
            raise unanswered("Unanswered")
        if mood:
            raise refusal(mood)
        super().deliver(target, events)

    def _refuses(self, target: Any) -> bool:
        return self.refuses_until.get(target.name, START) > self._world.clock.now

    def _take(self, target: Any, events: Any) -> None:
        if self._refuses(target):
            raise refused("EventBusNotExist")
        service = self._world.channels.services.get(target.name)
        if service:
            service.take(self._world.clock.now)
        super()._take(target, events)
        for event in events:
            self.accepted_at.setdefault((target.name, event["id"]), self._world.clock.now)


def _kind(event_type: str) -> str:
    """imageexport:Export:Failed is Failed, imageexport:Night:Finished is NightFinished."""
    _, about, what = event_type.split(":")
    return what if about == "Export" else about + what
