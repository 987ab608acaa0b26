"""The tick's look at running tasks: one DescribeTasks for each hundred of an account and region; ended ones are moved.

Decides nothing about an export: `advance` does. Reads no body of an export whose task goes on, but one for its role.
"""

from collections import defaultdict
from collections.abc import Iterator

from ..decisions import hints
from ..decisions.exporting import goes_on
from ..decisions.hints import Running
from ..errors import ImageExportError
from ..values.export_request import ExportRequest
from ..values.facts import Hold, Requested
from ..values.steps import Sight
from ..values.task import Task
from .tick import Tick

TASKS_A_CALL = 100  # DescribeTasks takes that many ids (facts §2)
ROLES_TRIED = 5  # of a hundred running exports, where a role no longer works
SILENT_MOST = 2  # accounts and regions that are waited for in vain here; the rest of the time is for other work

Hinted = tuple[Running, str]


def look_at_running(tick: Tick) -> None:
    """Look at all that runs, as the names of its hints say it. Who is not looked at comes first in another tick."""
    groups = defaultdict[tuple[str, str], list[Hinted]](list)
    for entry in tick.outside.ledger.walk("running/"):
        running = hints.read_running(entry.key)
        if running:
            groups[running.account_id, running.region_id].append((running, entry.key))
    for (account, region), hinted in tick.in_turn(list(groups.items())):
        if len(tick.silent) >= SILENT_MOST:
            return
        _Group(tick, account, region).look(hinted)


class _Group:
    """What runs in one account and region."""

    def __init__(self, tick: Tick, account_id: str, region_id: str) -> None:
        self._tick = tick
        self._outside = tick.outside
        self._where = (account_id, region_id)
        self._heeded: ExportRequest | None = None  # the request through whose role ECS has answered
        self._hold: Hold | None = None
        self._hold_is_read = False

    def look(self, hinted: list[Hinted]) -> None:
        for start in range(0, len(hinted), TASKS_A_CALL):
            if self._where not in self._tick.silent and self._tick.has_time():
                self._look_at(hinted[start : start + TASKS_A_CALL])

    def _look_at(self, some: list[Hinted]) -> None:
        briefs = self._briefs([running for running, _ in some])
        now = hints.stamp(self._outside.ledger.now)
        for running, key in some:
            brief = briefs.get(running.task_id) if briefs is not None else None
            stalls = running.stalls_at != "-" and running.stalls_at <= now
            moved = briefs is not None and (brief is None or not goes_on(brief.status))
            if (moved or stalls) and self._tick.has_time():
                self._move(running.export_id, brief, key)

    def _move(self, export: str, brief: Task | None, hint: str) -> None:
        """An end lifts the group's concurrent hold (PROTOCOL 15), which is read when the first task has moved."""
        if not self._hold_is_read:
            self._hold, self._hold_is_read = self._outside.hold("/".join(self._where)), True
        moved = self._tick.advance(export, sight=Sight(brief=brief, hold=self._hold), hint=hint)
        if moved and moved.finished_at and self._hold and self._hold.until is None:
            self._hold = None

    def _briefs(self, some: list[Running]) -> dict[str, Task] | None:
        """The short tasks by id, in one call; None where they cannot be had now, which is no verdict on any of them."""
        for request in self._requests(some):
            try:
                cloud = self._outside.clouds.at(request.role, request.region_id, request.oss_bucket)
                briefs = {task.task_id: task for task in cloud.tasks([one.task_id for one in some])}
            except ImageExportError as fault:
                self._failed(fault)
            else:
                self._heeded = request
                self._tick.answering.add(self._where)
                return briefs
            if self._where in self._tick.silent:
                break
        return None

    def _requests(self, some: list[Running]) -> Iterator[ExportRequest]:
        """Through whose roles to ask: the one that was heeded before, else those that the exports recorded.

        A tightened policy does not blind us to what was started; nor does the role of one export to the others.
        """
        if self._heeded:
            yield self._heeded
        tried: set[str] = set()
        for running in some:
            request = self._recorded(running.export_id) if len(tried) < ROLES_TRIED else None
            if request and request.role.role_arn not in tried:
                tried.add(request.role.role_arn)
                yield request

    def _recorded(self, export: str) -> ExportRequest | None:
        try:
            requested = self._outside.ledger.read(f"exports/{export}/requested", Requested)
        except ImageExportError as fault:
            self._failed(fault)
            return None
        return requested.fact.request if requested else None

    def _failed(self, fault: ImageExportError) -> None:
        self._tick.heard(*self._where, fault.code)
        self._outside.log.warning("look.failed", region_id=self._where[1], code=fault.code, error=str(fault))
