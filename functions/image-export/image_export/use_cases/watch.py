"""`on_watch`: one tick. Looks at what is due, at running tasks by the hundred, at what waits for room; never sleeps.

Reads names, not bodies: the cost of a tick grows with what changed. Whatever is wrong with one export stops no other.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby, islice

from ..decisions import hints
from ..decisions.exporting import goes_on
from ..decisions.hints import Running
from ..decisions.refusals import is_full
from ..decisions.waiting import LOOK_MOST
from ..errors import ImageExportError
from ..values.answer import Answer
from ..values.cause import Cause
from ..values.export import Export
from ..values.facts import Hold, Requested
from ..values.steps import Sight
from ..values.task import Task
from . import sweep
from .advance import SECONDS_TO_START, advance
from .nightly import go_on
from .outside import Outside
from .reject import tell_rejected
from .see import see_again

SECONDS_FOR_A_LOOK = 45.0
TASKS_A_CALL = 100  # DescribeTasks takes that many ids (facts §2)
ROLES_TRIED = 5  # of a hundred running exports, where a role no longer works
SILENCE = frozenset({"Unanswered", "Unreached"})

Hinted = tuple[Running, str]


class Tick:
    """One tick's work and what it touched."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self.exports: dict[str, Export] = {}
        self.rejected: list[Cause] = []
        self._silent: set[tuple[str, str]] = set()  # accounts and regions that do not answer

    def run(self) -> None:
        """Everything that is due: ends first, since they make room; then due looks; then what waits for room."""
        self._outside.ledger.ready()
        holds = self._holds()
        self._look_at_running(holds)
        self._look_at_due()
        self._start_waiting(self._holds() if holds else {})
        self._sweep()

    def _has_time(self, seconds: float = SECONDS_FOR_A_LOOK) -> bool:
        return self._outside.remaining_s() > seconds

    def _advance(self, export: str, *, sight: Sight | None = None, hint: str | None = None) -> Export | None:
        """One export's look; its fault stays its own. A marker without `requested` is helped along (PROTOCOL 4)."""
        ledger = self._outside.ledger
        try:
            found = advance(self._outside, export, sight=sight, hint=hint)
            if found is None and ledger.help_along(export):
                found = advance(self._outside, export, sight=sight, hint=hint)
            if found:
                self.exports[export] = found.export
                if found.export.reason in SILENCE:
                    self._silent.add((found.export.account_id, found.export.region_id))
            elif hint:
                ledger.delete(hint)
        except Exception as fault:  # noqa: BLE001 - a fault, or a bug, of one export must not stop the others
            self._broken(fault, export_id=export)
            return None
        return found and found.export

    def _broken(self, fault: Exception, **fields: str) -> None:
        code = fault.code if isinstance(fault, ImageExportError) else type(fault).__name__
        known = isinstance(fault, ImageExportError)
        self._outside.log.error("look.broken", code=code, error=str(fault), exc_info=not known, **fields)

    def _holds(self) -> dict[str, Hold]:
        ledger = self._outside.ledger
        found = ((entry.key[len("holds/") :], ledger.read(entry.key, Hold)) for entry in ledger.walk("holds/"))
        return {group: hold.fact for group, hold in found if hold}

    # Running

    def _look_at_running(self, holds: dict[str, Hold]) -> None:
        names = ((hints.read_running(entry.key), entry.key) for entry in self._outside.ledger.walk("running/"))
        ours: Iterator[Hinted] = ((running, key) for running, key in names if running)
        for (account, region), group in groupby(ours, key=lambda one: (one[0].account_id, one[0].region_id)):
            hold = holds.get(f"{account}/{region}")
            for some in _chunks(group, TASKS_A_CALL):
                self._look_at_tasks(some, hold)

    def _look_at_tasks(self, some: list[Hinted], hold: Hold | None) -> None:
        briefs = self._briefs([running for running, _ in some])
        now = hints.stamp(self._outside.ledger.now)
        for running, key in some:
            brief = briefs.get(running.task_id) if briefs is not None else None
            stalls = running.stalls_at != "-" and running.stalls_at <= now
            moved = briefs is not None and (brief is None or not goes_on(brief.status))
            if (moved or stalls) and self._has_time():
                self._advance(running.export_id, sight=Sight(brief=brief, hold=hold), hint=key)

    def _briefs(self, some: list[Running]) -> dict[str, Task] | None:
        """The short tasks by id, in one call; None where they cannot be had now, which is no verdict on any of them.

        Through the role that an export recorded: a tightened policy does not blind us to what was started. Where that
        one no longer works, through those that the others of the hundred recorded.
        """
        tried: set[str] = set()
        for running in some:
            try:
                requested = self._outside.ledger.read(f"exports/{running.export_id}/requested", Requested)
                if requested is None or requested.fact.request.role.role_arn in tried:
                    continue
                request = requested.fact.request
                tried.add(request.role.role_arn)
                cloud = self._outside.clouds.at(request.role, running.region_id, request.oss_bucket)
                return {task.task_id: task for task in cloud.tasks([one.task_id for one in some])}
            except ImageExportError as fault:
                self._outside.log.warning("look.failed", region_id=running.region_id, code=fault.code, error=str(fault))
                if len(tried) >= ROLES_TRIED:
                    break
        return None

    # Due

    def _look_at_due(self) -> None:
        """What several hints lead to is looked at once: ticks that overlap would multiply them."""
        ledger, looked = self._outside.ledger, set[str]()
        for entry in ledger.walk("due/"):
            name = hints.read_due(entry.key)
            if name is None:
                continue
            stamp, kind, rest = name
            if stamp > hints.stamp(ledger.now) or not self._has_time():
                return
            what = f"{kind}-{rest}"
            if what in looked:
                ledger.delete(entry.key)
                continue
            looked.add(what)
            if kind == "exp" and self._silent and self._is_silent(what):
                continue
            if not self._look(what, kind, rest, entry.key):
                ledger.put(hints.due(ledger.now + LOOK_MOST, what))  # later, or it would stand in the way of the others
                ledger.delete(entry.key)

    def _is_silent(self, export: str) -> bool:
        """Whether this tick has waited for that account and region in vain already: the next one asks again."""
        requested = self._outside.ledger.read(f"exports/{export}/requested", Requested)
        if requested is None:
            return False
        request = requested.fact.request
        return (request.account_id, request.region_id) in self._silent

    def _look(self, what: str, kind: str, rest: str, hint: str) -> bool:
        """Whether the look came to an end of its own, whatever that was."""
        if kind == "exp":
            return self._advance(what, hint=hint) is not None or not self._outside.ledger.page(hint, limit=1)
        try:
            if kind == "sighted":
                seen = see_again(self._outside, rest, hint)
                if seen.export:
                    self.exports[seen.export.export_id] = seen.export
                if seen.rejected:
                    self.rejected.append(seen.rejected)
            else:
                tell_rejected(self._outside, rest, hint)
        except Exception as fault:  # noqa: BLE001 - the same
            self._broken(fault, hint=hint)
            return False
        return True

    # Waiting for room

    def _start_waiting(self, holds: dict[str, Hold]) -> None:
        """Group by group, by priority, until the cloud says that there is no room; on hold, one probe a tick."""
        for group in self._groups():
            hold = holds.get(group)
            if hold and hold.until and self._outside.ledger.now < hold.until:
                continue
            for entry in self._outside.ledger.walk(f"waiting/{group}/"):
                if not self._has_time(SECONDS_TO_START + SECONDS_FOR_A_LOOK):
                    return
                sight = Sight(hold=hold, probe=hold is not None, queued=True)
                export = self._advance(entry.key.rsplit("/", 1)[1], sight=sight, hint=entry.key)
                if export and is_full(export.reason):
                    break
                hold = None if export and export.task_id else hold

    def _groups(self) -> Iterator[str]:
        """The groups that have someone waiting: one listing each, however many wait."""
        after = "waiting/"
        while page := self._outside.ledger.page("waiting/", after=after, limit=1):
            group = "/".join(page[0].key.split("/")[1:3])
            yield group
            after = f"waiting/{group}/~"

    # Sweeps

    def _sweep(self) -> None:
        """Markers without a hint get a look (PROTOCOL 14), and new images are looked for, each in its own time."""
        due = sweep.due(self._outside)
        if sweep.MARKERS in due:
            for export in sweep.unhinted(self._outside):
                if not self._has_time():
                    return
                self._advance(export)
            self._outside.ledger.put(sweep.MARKERS)
        for group, last in due.items():
            if isinstance(group, sweep.Group) and self._has_time():
                self._sweep_images(group, last)

    def _sweep_images(self, group: sweep.Group, last: datetime | None) -> None:
        try:
            for export in sweep.images(self._outside, group, last):
                self.exports[export.export_id] = export
        except Exception as fault:  # noqa: BLE001 - the same: one account or region stops no other
            self._broken(fault, account_id=group.role.account_id, region_id=group.region_id)


def watch(outside: Outside, *, request_id: str) -> Answer:
    """One tick. Raises OurFault where the ledger cannot be used at all."""
    tick = Tick(outside)
    tick.run()
    go_on(outside, request_id=request_id)
    return Answer(request_id=request_id, exports=tuple(tick.exports.values()), rejected=tuple(tick.rejected))


def _chunks(items: Iterable[Hinted], size: int) -> Iterator[list[Hinted]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
