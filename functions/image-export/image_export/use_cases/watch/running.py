"""The tick's look at running tasks: one DescribeTasks for each hundred of an account and region; ended ones are moved.

Decides nothing about an export: `advance` does. Reads no body of an export whose task goes on, but one for its role,
and some where that no longer works.
"""

from collections import defaultdict
from collections.abc import Iterator

from msgspec.structs import replace

from ...decisions.codes import is_throttling
from ...decisions.state.exporting import goes_on
from ...errors import ImageExportError, Refused
from ...values import ledger_keys as keys
from ...values.account import AssumedRole
from ...values.cause import Cause
from ...values.export_request import ExportRequest
from ...values.facts import Hold
from ...values.place import Place
from ...values.steps import Observed
from ...values.task import Task
from ..export.either_role import roles_of
from .tick import Tick

TASKS_A_CALL = 100  # DescribeTasks takes that many ids (docs/cloud-facts.md#fact-2)
BODIES_READ = 20  # of an account and region in one tick, to find a role that works
UNRESPONSIVE_MOST = 2  # accounts and regions that are waited for in vain here; the rest of the time is for other work

Hinted = tuple[keys.Running, str]


def look_at_running(tick: Tick) -> None:
    """Look at all that runs, as the names of its hints say it. Who is not looked at comes first in another tick."""
    places = defaultdict[Place, list[Hinted]](list)
    for entry in tick.context.ledger.walk(keys.Running.below()):
        running = keys.Running.read(entry.key)
        if running:
            places[running.place].append((running, entry.key))
    for place, hinted in tick.in_turn(list(places.items())):
        if len(tick.unresponsive) >= UNRESPONSIVE_MOST:
            return
        _Group(tick, place, hinted).look()


class _Group:
    """What runs in one account and region."""

    def __init__(self, tick: Tick, place: Place, hinted: list[Hinted]) -> None:
        self._tick = tick
        self._context = tick.context
        self._place = place
        self._hinted = hinted
        self._bodies = self._recorded()
        self._requests: dict[AssumedRole, ExportRequest] = {}  # through whose roles to ask, until one is refused
        self._refused: set[AssumedRole] = set()
        self._no_answer: Cause | None = None  # what came instead of an answer
        self._hold: Hold | None = None
        self._hold_is_read = False

    def look(self) -> None:
        """Look at them all, by the hundred."""
        for start in range(0, len(self._hinted), TASKS_A_CALL):
            if self._place not in self._tick.unresponsive and self._tick.has_time_to_look():
                self._look_at(self._hinted[start : start + TASKS_A_CALL])

    def _look_at(self, some: list[Hinted]) -> None:
        briefs = self._briefs([running for running, _ in some])
        now = keys.stamp(self._context.ledger.now)
        for running, key in some:
            brief = briefs.get(running.task_id) if briefs is not None else None
            moved = briefs is not None and (brief is None or not goes_on(brief.status))
            if (moved or running.look_at <= now) and self._tick.has_time_to_look():
                self._move(running.export_id, brief, key)

    def _move(self, export: str, brief: Task | None, hint: str) -> None:
        """An end lifts the concurrent hold (docs/protocol.md#rule-15), which is read when the first task has moved.

        A service that has just given no answer is not asked again for each of them.
        """
        if not self._hold_is_read:
            self._hold, self._hold_is_read = self._context.hold(self._place), True
        failed = self._no_answer if self._place in self._tick.unresponsive else None
        moved = self._tick.advance(export, observed=Observed(brief=brief, hold=self._hold, failed=failed), hint=hint)
        if moved and moved.finished_at and self._hold and self._hold.until is None:
            self._hold = None

    def _briefs(self, some: list[keys.Running]) -> dict[str, Task] | None:
        """The short tasks by id, in one call; None where they cannot be had now, which is no verdict on any of them."""
        for request in self._through():
            try:
                cloud = self._context.clouds.at(request.role, request.region_id, request.oss_bucket)
                briefs = {task.task_id: task for task in cloud.tasks([one.task_id for one in some])}
            except ImageExportError as fault:
                self._failed(fault)
                if isinstance(fault, Refused) and not is_throttling(fault.code):
                    self._refused.add(self._requests.pop(request.role).role)
            else:
                self._tick.answering.add(self._place)
                return briefs
            if self._place in self._tick.unresponsive:
                break
        return None

    def _through(self) -> Iterator[ExportRequest]:
        """Through whose roles to ask: those that this tick knows, then others that the exports recorded.

        A tightened policy does not blind us to what was started; nor does the role of one export to the others.
        """
        yield from list(self._requests.values())
        for request in self._bodies:
            for role in roles_of(self._context.policy, request):
                if role not in self._requests and role not in self._refused:
                    self._requests[role] = replace(request, role=role)
                    yield self._requests[role]

    def _recorded(self) -> Iterator[ExportRequest]:
        """The requests of some that run, from here and there among them, and of others in another minute."""
        apart = -(-len(self._hinted) // BODIES_READ)
        for running, _ in self._tick.in_turn(self._hinted)[::apart]:
            try:
                found = self._context.ledger.requested(running.export_id)
            except ImageExportError as fault:
                self._failed(fault)
            else:
                if found:
                    yield found.request

    def _failed(self, fault: ImageExportError) -> None:
        self._tick.heard(self._place, fault.code)
        self._no_answer = fault.cause
        said = {"code": fault.code, "error": fault.cause.message, "cloud_request_id": fault.cause.request_id}
        self._context.log.warning("look.failed", region_id=self._place.region_id, **said)
