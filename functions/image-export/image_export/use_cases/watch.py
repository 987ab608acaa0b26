"""`on_watch`: one tick. Looks at what is due, at running tasks by the hundred, at what waits for room; never sleeps.

Reads names, not bodies: the cost of a tick grows with what changed. A fault of one export never stops the others.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import groupby, islice

from ..decisions import hints
from ..decisions.exporting import goes_on
from ..decisions.hints import Running
from ..errors import ImageExportError
from ..values.answer import Answer
from ..values.export import Export
from ..values.facts import Hold, Requested
from ..values.steps import Sight
from ..values.task import Task
from .advance import advance
from .outside import Outside
from .ports import Cloud
from .reject import tell_rejected
from .see import see_again

SECONDS_FOR_A_LOOK = 45.0
TASKS_A_CALL = 100  # DescribeTasks takes that many ids (facts §2)
SWEEP_EVERY = timedelta(hours=1)
SWEPT = "swept"
NO_ROOM = frozenset({"ConcurrentQuotaExceed", "WeeklyQuotaExceed", "Throttling"})


class Tick:
    """One tick's work and what it touched."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._exports: dict[str, Export] = {}

    def run(self) -> Iterable[Export]:
        """Everything that is due, in the order of what waits longest for it: ends, due looks, room for more."""
        self._outside.ledger.ready()
        holds = self._holds()
        self._look_at_running(holds)
        self._look_at_due()
        self._start_waiting(self._holds() if holds else {})
        self._sweep()
        return self._exports.values()

    def _has_time(self) -> bool:
        return self._outside.remaining_s() > SECONDS_FOR_A_LOOK

    def _advance(self, export: str, *, sight: Sight | None = None, hint: str | None = None) -> Export | None:
        """One export's look; its fault stays its own. A marker without `requested` is helped along (PROTOCOL 4)."""
        ledger = self._outside.ledger
        try:
            found = advance(self._outside, export, sight=sight, hint=hint)
            if found is None and ledger.copy(f"open/{export}", f"exports/{export}/requested"):
                found = advance(self._outside, export, sight=sight, hint=hint)
            if found:
                self._exports[export] = found
            elif hint:
                ledger.delete(hint)
            return found
        except ImageExportError as fault:
            self._outside.log.error("look.broken", export_id=export, code=fault.code, error=fault.cause.message)
            return None

    def _holds(self) -> dict[str, Hold]:
        ledger = self._outside.ledger
        found = ((entry.key[len("holds/") :], ledger.read(entry.key, Hold)) for entry in ledger.walk("holds/"))
        return {group: hold.fact for group, hold in found if hold}

    # Running

    def _look_at_running(self, holds: dict[str, Hold]) -> None:
        entries = ((hints.read_running(entry.key), entry.key) for entry in self._outside.ledger.walk("running/"))
        for (account, region), group in groupby(entries, key=lambda one: (one[0].account_id, one[0].region_id)):
            hold = holds.get(f"{account}/{region}")
            for some in _chunks(group, TASKS_A_CALL):
                self._look_at_tasks(some, hold)

    def _look_at_tasks(self, some: list[tuple[Running, str]], hold: Hold | None) -> None:
        briefs = self._briefs([running for running, _ in some])
        if briefs is None:
            return
        now = hints.stamp(self._outside.ledger.now)
        for running, key in some:
            brief = briefs.get(running.task_id)
            stalls = running.stalls_at != "-" and running.stalls_at <= now
            if (brief is None or not goes_on(brief.status) or stalls) and self._has_time():
                self._advance(running.export_id, sight=Sight(brief=brief, hold=hold), hint=key)

    def _briefs(self, some: list[Running]) -> dict[str, Task] | None:
        """The short tasks by id, in one call; None where they cannot be had now, which is no verdict on any of them."""
        cloud = self._cloud(some[0])
        if cloud is None:
            return None
        try:
            return {task.task_id: task for task in cloud.tasks([running.task_id for running in some])}
        except ImageExportError as fault:
            self._outside.log.warning(
                "look.failed", region_id=some[0].region_id, code=fault.code, error=fault.cause.message
            )
            return None

    def _cloud(self, running: Running) -> Cloud | None:
        """Through the role that the export recorded: a tightened policy does not blind us to what was started."""
        requested = self._outside.ledger.read(f"exports/{running.export_id}/requested", Requested)
        if requested is None:
            return None
        request = requested.fact.request
        return self._outside.clouds.at(request.role, running.region_id, request.oss_bucket)

    # Due

    def _look_at_due(self) -> None:
        ledger = self._outside.ledger
        for entry in ledger.walk("due/"):
            _, stamp, what = entry.key.split("/")
            if stamp > hints.stamp(ledger.now) or not self._has_time():
                return
            kind, _, digest = what.partition("-")
            if kind == "exp":
                self._advance(what, hint=entry.key)
            else:
                self._other(kind, digest, entry.key)

    def _other(self, kind: str, digest: str, hint: str) -> None:
        try:
            if kind == "sighted":
                export = see_again(self._outside, digest, hint).export
                if export:
                    self._exports[export.export_id] = export
            else:
                tell_rejected(self._outside, digest, hint)
        except ImageExportError as fault:
            self._outside.log.error("look.broken", hint=hint, code=fault.code, error=fault.cause.message)

    # Waiting for room

    def _start_waiting(self, holds: dict[str, Hold]) -> None:
        """Group by group, by priority, until the cloud says that there is no room; on hold, one probe a tick."""
        for group in self._groups():
            hold = holds.get(group)
            if hold and hold.until and self._outside.ledger.now < hold.until:
                continue
            for entry in self._outside.ledger.walk(f"waiting/{group}/"):
                if not self._has_time():
                    return
                sight = Sight(hold=hold, probe=hold is not None)
                export = self._advance(entry.key.rsplit("/", 1)[1], sight=sight, hint=entry.key)
                if export is None or export.reason in NO_ROOM:
                    break
                hold = None if export.task_id else hold

    def _groups(self) -> Iterator[str]:
        """The groups that have someone waiting: one listing each, however many wait."""
        after = "waiting/"
        while page := self._outside.ledger.page("waiting/", after=after, limit=1):
            _, account, region, *_rest = page[0].key.split("/")
            yield f"{account}/{region}"
            after = f"waiting/{account}/{region}/~"

    # Sweep

    def _sweep(self) -> None:
        """Once an hour, markers that have no hint get a look (PROTOCOL 14)."""
        ledger = self._outside.ledger
        last = ledger.page(SWEPT, limit=1)
        if last and ledger.now - last[0].modified_at < SWEEP_EVERY:
            return
        hinted = {
            part
            for prefix in ("running/", "waiting/", "due/")
            for entry in ledger.walk(prefix)
            for part in entry.key.split("/")
        }
        for entry in ledger.walk("open/"):
            if not self._has_time():
                return
            export = entry.key.split("/")[1]
            if export not in hinted:
                self._advance(export)
        ledger.put(SWEPT)


def watch(outside: Outside, *, request_id: str) -> Answer:
    """One tick. Raises OurFault where the ledger cannot be used at all."""
    return Answer(request_id=request_id, exports=tuple(Tick(outside).run()))


def _chunks(items: Iterable[tuple[Running, str]], size: int) -> Iterator[list[tuple[Running, str]]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
