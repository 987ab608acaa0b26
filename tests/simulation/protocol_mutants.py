"""The rows of docs/protocol.md#what-broke-without-a-rule, each as a patch over the real code.

What takes away an assumption instead of a rule is a `Ground`, in `mutants.py`.
"""

# ruff: noqa: SLF001 - replacing what is private is the purpose

from datetime import timedelta
from typing import Any

import pytest
from msgspec import UNSET, json
from msgspec.structs import replace

from image_export.decisions.state import exporting, in_doubt, ready, table
from image_export.use_cases.export import advance, perform, record
from image_export.use_cases.ledger.fact_store import FactStore, Written
from image_export.use_cases.ledger.ledger import Ledger
from image_export.use_cases.watch import sweep
from image_export.values import ledger_keys as keys
from image_export.values.facts import Ended, Requested, Result
from image_export.values.steps import End, LookForKeys, Settle, Situation
from image_export.values.task import Task

PERFORM: dict[Any, Any] = perform.PERFORM


def versioned(patch: pytest.MonkeyPatch) -> None:
    """The functions work on a versioned bucket."""
    patch.setattr(FactStore, "ready", lambda _self, **_: None)


def retried_in_place(patch: pytest.MonkeyPatch) -> None:
    """ExportImage is called again at once where its answer was lost."""
    patch.setattr(perform, "_in_doubt", lambda context, look, _cause: perform._export(context, look, look.record.claim))


def no_claim(patch: pytest.MonkeyPatch) -> None:
    """Whoever writes the claim has it."""
    overwrites(patch, "/claim-")


def overwrites(patch: pytest.MonkeyPatch, part: str) -> None:
    """Facts of that name are put, over whatever is there."""
    marks = FactStore.mark

    def mark(self: FactStore, key: str, fact: object) -> str:
        if part not in key:
            return marks(self, key, fact)
        nonce = self.nonce()
        self.ask(lambda: self.store.put(key, json.encode(Written(nonce=nonce, fact=fact))))
        return nonce

    patch.setattr(FactStore, "mark", mark)


def by_workers_clocks(patch: pytest.MonkeyPatch) -> None:
    """Waits are judged by each worker's own clock."""
    patch.setattr(FactStore, "now", property(lambda self: self.store.now + self.clock_is_off))


def believes_after_a_minute(patch: pytest.MonkeyPatch) -> None:
    """An empty task list is believed one minute after the claim."""
    patch.setattr(in_doubt, "LISTED_WITHIN", timedelta(minutes=1))


def failed_is_foreign(patch: pytest.MonkeyPatch) -> None:
    """A nameless task that failed is taken for somebody else's."""
    original = in_doubt._without_names

    def without(nameless: list[Task], *rest: Any) -> Any:
        return original([one for one in nameless if one.status not in in_doubt.ENDED_WITHOUT_OBJECTS], *rest)

    patch.setattr(in_doubt, "_without_names", without)


def failed_is_ours_at_once(patch: pytest.MonkeyPatch) -> None:
    """A nameless task that failed is taken for ours without waiting."""
    _takes(patch, lambda one: one.status in in_doubt.ENDED_WITHOUT_OBJECTS, inferred=True)


def any_running_is_ours(patch: pytest.MonkeyPatch) -> None:
    """Whatever runs on the image is taken for ours."""
    over = {*in_doubt.ENDED_WITHOUT_OBJECTS, "Finished"}
    _takes(patch, lambda one: one.status not in over, inferred=False)


def _takes(patch: pytest.MonkeyPatch, which: Any, *, inferred: bool) -> None:
    original = in_doubt._without_names

    def without(nameless: list[Task], *rest: Any) -> Any:
        found = [one for one in nameless if which(one)]
        if found:
            return Settle(Result(outcome="started", task_id=found[0].task_id, inferred=inferred))
        return original(nameless, *rest)

    patch.setattr(in_doubt, "_without_names", without)


def no_look_at_the_bucket(patch: pytest.MonkeyPatch) -> None:
    """No task is no export, whatever the bucket holds."""
    patch.setitem(PERFORM, LookForKeys, lambda _context, look, _step: look.with_observed(keys=()))


def cancel_beside_the_claim(patch: pytest.MonkeyPatch) -> None:
    """A cancel ends an export without taking the next claim's slot."""
    original = ready.next_step

    def next_step(situation: Situation) -> Any:
        return End(Ended(status="Cancelled")) if situation.record.cancel_at else original(situation)

    patch.setitem(table.DECIDE, table.Phase.READY, next_step)


def look_is_a_verdict(patch: pytest.MonkeyPatch) -> None:
    """A look at the task that fails ends the export."""
    original = exporting.unseen

    def unseen(situation: Situation) -> Any:
        if situation.observed.task is UNSET:
            return End(Ended(status="Failed", error=situation.observed.failed))
        return original(situation)

    patch.setitem(table.UNSEEN, table.Phase.EXPORTING, unseen)


def told_from_memory(patch: pytest.MonkeyPatch) -> None:
    """What is told is what this worker decided, not what stands."""

    def end(context: Any, look: Any, step: End) -> Any:
        context.ledger.create(keys.Ended(look.record.export_id).key, step.ended)
        return look.with_facts(ended=step.ended, ended_at=context.ledger.now)

    patch.setitem(PERFORM, End, end)


def no_authoritative_marker(patch: pytest.MonkeyPatch) -> None:
    """Hints alone, the old one removed before the new one is written; nobody sweeps."""
    leaves = advance._leave_hints

    def leave_hints(context: Any, record: Any, wait: Any, came_from: str | None) -> Any:
        if came_from:
            context.ledger.delete(came_from)
        return leaves(context, record, wait, None)

    patch.setattr(advance, "_leave_hints", leave_hints)
    patch.setattr(sweep, "_unhinted", lambda _context: iter(()))


def fact_before_marker(patch: pytest.MonkeyPatch) -> None:
    """`requested` first, then the hint and the marker that lead to it."""
    make = record._make

    def made_first(context: Any, request: Any, export: str) -> Any:
        name = keys.History(keys.backwards(context.ledger.now), request.region_id, request.image_id, export)
        requested = Requested(export_id=export, request=request, listed=name.key)
        context.ledger.mark(keys.Requested(export).key, requested)
        return make(context, request, export)

    patch.setattr(record, "_make", made_first)


def ids_by_chance(patch: pytest.MonkeyPatch) -> None:
    """Each request makes an id of its own."""
    make = record._make

    def made_by_chance(context: Any, request: Any, export: str) -> Any:
        stem, _ = export.rsplit("-", 1)
        return make(context, request, f"{stem}-{int(context.ledger.nonce()[1:]):04d}")

    patch.setattr(record, "_make", made_by_chance)


def two_keys_of_results(patch: pytest.MonkeyPatch) -> None:
    """A void has a key of its own beside the result."""
    settles, reads = perform._settle, Ledger.with_attempt

    def settle(context: Any, look: Any, step: Settle) -> Any:
        if step.result.outcome != "void":
            return settles(context, look, step)
        key = f"exports/{look.record.export_id}/void-{look.record.attempt:04d}"
        standing = context.ledger.create(key, step.result)
        return look.with_facts(result=standing.fact, settled_at=standing.at).with_observed(candidates=UNSET, keys=UNSET)

    def with_attempt(self: Ledger, record: Any, attempt: int) -> Any:
        read = reads(self, record, attempt)
        if read is record or read.result:
            return read
        void = self.read(f"exports/{record.export_id}/void-{attempt:04d}", Result)
        return replace(read, result=void.fact, settled_at=void.at) if void else read

    patch.setitem(PERFORM, Settle, settle)
    patch.setattr(Ledger, "with_attempt", with_attempt)
