"""Function Compute as the handlers see it: invocations with a time-out, warm instances, deliveries that are repeated.

Each handler does what `index.py` does with its use case; nothing is decided here.
"""

import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from greenlet import getcurrent

from image_export.errors import ImageExportError
from image_export.use_cases.context import Context
from tests.fakes import Died

from .baton import Runner
from .world import Clouds, Instance, Invocation, World

TIMEOUT_S = {"event": 120.0, "http": 120.0, "nightly": 600.0, "watch": 300.0}  # s.yaml
REPEATS = {"event": 3, "http": 0, "nightly": 3, "watch": 0}
WARM = 0.7  # how often an invocation meets a warm instance, if there is one

Work = Callable[[Context], Any]
Heard = Callable[[Any], None]  # what the caller does with the answer; None where none came


class Functions:
    """The four functions, deployed in a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._warm: dict[str, list[Instance]] = {kind: [] for kind in TIMEOUT_S}
        self._invocations = 0

    def invoke(self, when: datetime, kind: str, work: Work, heard: Heard = lambda _answer: None) -> None:
        """The function runs at that time, and again as often as FC repeats what did not end well."""
        self._start(when, kind, work, heard, REPEATS[kind])

    def _start(self, when: datetime, kind: str, work: Work, heard: Heard, repeats: int) -> None:
        world = self._world

        def run() -> None:
            answer = self._run(kind, work)
            if answer is None and repeats:
                again = world.clock.now + timedelta(seconds=60 + world.random.random() * 600)
                self._start(again, kind, work, heard, repeats - 1)
            else:
                heard(answer)

        world.baton.start(when, run)

    def _run(self, kind: str, work: Work) -> Any:
        world, warm = self._world, self._warm[kind]
        self._invocations += 1
        instance = warm.pop() if warm and world.random.random() < WARM else Instance(world)
        deadline = world.clock.now + timedelta(seconds=TIMEOUT_S[kind])
        worker = Invocation(
            f"{kind}-{self._invocations}", deadline, instance, world.policy, kind=kind, began=world.clock.now
        )
        if kind == "watch":
            world.watchers.append(worker)
            worker.waiting = frozenset(key.rsplit("/", 1)[1] for key in world.objects.below("waiting/"))
        runner = getcurrent()
        assert isinstance(runner, Runner)
        runner.carries = worker
        if worker.policy is None and kind != "watch":
            return None
        try:
            answer = work(self._context(worker))
        except Died:
            world.tell(f"{worker.name} died")
            return None
        except ImageExportError as fault:
            world.tell(f"{worker.name} raised {fault}")
            answer = None
        except Exception:  # noqa: BLE001 - a bug of ours
            world.breaks("no bug", f"{worker.name}: {traceback.format_exc(limit=-3)}")
            return None
        warm.append(instance)
        worker.ended = world.clock.now if answer is not None else None
        return answer

    def _context(self, worker: Invocation) -> Context:
        world = self._world
        worker.instance.ledger.begin()
        log = world.log.bind(worker=worker.name)

        def remaining_s() -> float:
            return (worker.deadline - world.clock.now).total_seconds()

        clouds = Clouds(world)
        return Context(worker.instance.ledger, clouds, world.notifier, worker.policy, log, remaining_s)
