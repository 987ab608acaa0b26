"""Faults of our own invention, each a small patch over the real code. Replacing is the purpose here."""

# ruff: noqa: SLF001 - replacing what is private is the purpose

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from image_export.decisions import codes
from image_export.decisions.codes import Handling
from image_export.decisions.objects import disks, integrity
from image_export.decisions.results import delivery as outbox
from image_export.decisions.results import notifications
from image_export.decisions.state import claims, exporting, not_started, proof, ready
from image_export.decisions.state import in_doubt as doubt
from image_export.errors import FactUnreadable
from image_export.use_cases.delivery import outbox as deliveries
from image_export.use_cases.delivery.outgoing import OfExport
from image_export.use_cases.export import advance, perform, record
from image_export.use_cases.export.observe import TaskOwner
from image_export.use_cases.ledger.fact_store import FactStore, Standing
from image_export.use_cases.ledger.ledger import Ledger
from image_export.use_cases.watch import deliver as deliver_due
from image_export.use_cases.watch import sweep, waiting
from image_export.values import ledger_keys as keys
from image_export.values.cause import Cause
from image_export.values.facts import Ended, Result
from image_export.values.record import Record
from image_export.values.steps import End, Settle, Situation, Unmark
from tests.fakes import FakeStore

from .protocol_mutants import PERFORM, overwrites
from .world import LedgerOfAProcess

TIMED_OUT = Ended(status="Failed", error=Cause(code="Timeout", message="It took too long."))


def unproven(patch: pytest.MonkeyPatch) -> None:
    """Finished is Completed; nobody looks at the objects."""
    patch.setitem(exporting.TASK, "Finished", lambda *_: End(Ended(status="Completed")))


def lapse_counted_from_the_start(patch: pytest.MonkeyPatch) -> None:
    """A task that has run for a day and is not known once has vanished."""
    vanished = exporting._vanished
    patch.setattr(
        exporting,
        "_vanished",
        lambda record, now: vanished(replace(record, vanished_at=record.started_at, missed_at=now), now),
    )


def lapses_bridged(patch: pytest.MonkeyPatch) -> None:
    """Nobody asks whether somebody looked in between."""
    vanished = exporting._vanished
    patch.setattr(exporting, "_vanished", lambda record, now: vanished(replace(record, missed_at=now), now))


def lapse_never_over(patch: pytest.MonkeyPatch) -> None:
    """Nobody writes down that a task is known again."""
    patch.setitem(PERFORM, Unmark, lambda _context, look, _step: look.with_facts(vanished_at=None))


def unreadable_is_none(patch: pytest.MonkeyPatch) -> None:
    """A fact that another version wrote is none."""
    read = LedgerOfAProcess.read

    def lenient(self: LedgerOfAProcess, key: str, kind: type[Any]) -> Any:
        try:
            return read(self, key, kind)
        except FactUnreadable:
            return None

    patch.setattr(LedgerOfAProcess, "read", lenient)


def told_before_it_stands(patch: pytest.MonkeyPatch) -> None:
    """The end is told, then recorded."""

    def end(context: Any, look: Any, step: End) -> Any:
        early = OfExport(replace(look.record, ended=step.ended, ended_at=context.ledger.now))
        for pending in early.pending:
            deliveries.send(context, pending.target, [early.event(pending)])
        return perform._end(context, look, step)

    patch.setitem(PERFORM, End, end)


def a_state_ignored(patch: pytest.MonkeyPatch) -> None:
    """A task that was cancelled is taken for one that goes on."""
    patch.setitem(exporting.TASK, "Deleted", exporting._go_on)


def unknown_word_is_a_verdict(patch: pytest.MonkeyPatch) -> None:
    """A status that nobody has met is a failure."""
    patch.setitem(exporting.TASK, "BeingVerified", exporting._failed)


def timeout_is_failure(patch: pytest.MonkeyPatch) -> None:
    """A task that takes long has failed."""

    def go_on(situation: Situation, task: Any) -> Any:
        due = exporting._stall_due(situation.record, situation.now)
        return End(TIMED_OUT) if due else exporting._go_on(situation, task)

    for word in ("Waiting", "Pending", "Processing", "Paused"):
        patch.setitem(exporting.TASK, word, go_on)


def late_objects_are_missing(patch: pytest.MonkeyPatch) -> None:
    """What is not there right after Finished is missing."""
    patch.setattr(proof, "VISIBLE_WITHIN", timedelta(0))


def one_object_is_enough(patch: pytest.MonkeyPatch) -> None:
    """Nobody counts the objects against the disks."""
    held = disks.by_key
    patch.setattr(disks, "by_key", lambda seen, of: (held(seen, of)[0], ()))


def any_object_is_good(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks into the objects."""
    patch.setattr(integrity, "fault", lambda *_: None)


def strangers_objects_are_ours(patch: pytest.MonkeyPatch) -> None:
    """Whatever a task names is ours."""
    patch.setattr(proof, "_stranger", lambda *_: None)
    patch.setattr(doubt, "_names_ours", lambda _record, task: bool(task.objects))


def marker_gone_too_soon(patch: pytest.MonkeyPatch) -> None:
    """The open marker goes with the end, and nobody leaves a hint of what is owed."""
    patch.setattr(advance, "settled", lambda record: bool(record.ended))
    patch.setattr(outbox, "hints_for", lambda *_: set())


def told_fact_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Nobody writes down that a target was told."""
    patch.setattr(
        Ledger, "mark_delivered", lambda _self, record, fact, **_: replace(record, delivered=record.delivered | {fact})
    )


def told_fact_too_soon(patch: pytest.MonkeyPatch) -> None:
    """That a target was told is written down first."""
    sends = deliver_due._Round._send

    def send(self: Any, target: str, batch: Any) -> None:
        for item in batch:
            item.entry.outgoing.accepted(self._context.ledger, item.pending)
        sends(self, target, batch)

    patch.setattr(deliver_due._Round, "_send", send)


def refused_is_void(patch: pytest.MonkeyPatch) -> None:
    """A refusal is written down as if nothing had come of the call."""
    settles = perform._settle

    def settle(context: Any, look: Any, step: Settle) -> Any:
        refused = step.result.outcome == "refused"
        return settles(context, look, Settle(Result(outcome="void", cause=step.result.cause)) if refused else step)

    patch.setattr(perform, "_log_result", lambda *_: None)  # no line of the log has such fields
    patch.setattr(perform, "_settle", settle)
    patch.setitem(PERFORM, Settle, settle)


def final_is_tried_again(patch: pytest.MonkeyPatch) -> None:
    """A final refusal is waited for."""
    original = codes.handling

    def handling(code: str) -> Handling:
        kind = original(code)
        return Handling.WAIT if kind is Handling.FINAL else kind

    patch.setattr(ready, "handling", handling)


def unclear_is_refused(patch: pytest.MonkeyPatch) -> None:
    """No usable answer is taken for a refusal, and the next attempt follows."""

    def in_doubt(context: Any, look: Any, cause: Cause) -> Any:
        settle = Settle(Result(outcome="refused", cause=replace(cause, code="Throttling")))
        return perform._settle(context, look, settle)

    patch.setattr(perform, "_in_doubt", in_doubt)


def prefix_not_unique(patch: pytest.MonkeyPatch) -> None:
    """The caller's prefix is used as it is."""
    for module in (claims, not_started):
        patch.setattr(module, "oss_prefix", lambda request, _export, _voids: request.caller_prefix or "export")


def conflict_is_lost(patch: pytest.MonkeyPatch) -> None:
    """A 409 is taken for somebody else's, though it may be our own write."""
    creates, stands = FakeStore.create, FactStore.standing
    answers: dict[int, bool] = {}

    def create(self: FakeStore, key: str, body: bytes) -> bool:
        answers[id(self)] = creates(self, key, body)
        return answers[id(self)]

    def standing(self: FactStore, key: str, kind: Any, nonce: str) -> Standing[Any]:
        found = stands(self, key, kind, nonce)
        return Standing(found.fact, found.at, ours=found.ours and answers[id(self.store)])

    patch.setattr(FakeStore, "create", create)
    patch.setattr(FactStore, "standing", standing)


def conflict_is_ours(patch: pytest.MonkeyPatch) -> None:
    """A 409 is taken for our own write."""
    stands = FactStore.standing

    def standing(self: FactStore, key: str, kind: Any, nonce: str) -> Standing[Any]:
        found = stands(self, key, kind, nonce)
        return Standing(found.fact, found.at, ours=True)

    patch.setattr(FactStore, "standing", standing)


def end_overwritten(patch: pytest.MonkeyPatch) -> None:
    """The last verdict wins."""
    overwrites(patch, "/ended")


def policy_not_looked_at_again(patch: pytest.MonkeyPatch) -> None:
    """What was allowed at the request is allowed at the claim."""
    patch.setattr(advance, "still_allowed", lambda *_: None)


def starts_without_a_policy(patch: pytest.MonkeyPatch) -> None:
    """A policy that cannot be read forbids nothing."""
    patch.setattr(advance, "phase", lambda _record: None)


def no_sweep_of_images(patch: pytest.MonkeyPatch) -> None:
    """Images that no event told of are nobody's."""
    patch.setattr(sweep, "_images", lambda *_: iter(()))


def no_sweep_of_markers(patch: pytest.MonkeyPatch) -> None:
    """A marker without a hint is nobody's, and the first hint comes after it."""
    patch.setattr(sweep, "_unhinted", lambda _context: iter(()))
    patch.setattr(record, "_first_hint", lambda *_: "due/20200101T000000Z/exp-nothing-0001")


def known_too_soon(patch: pytest.MonkeyPatch) -> None:
    """An image is known as exported before its export stands."""
    makes = record._make

    def make(context: Any, request: Any, export: str) -> Any:
        context.ledger.put(keys.Known.of(request.place, export).key)
        return makes(context, request, export)

    patch.setattr(record, "_make", make)


def hold_never_falls(patch: pytest.MonkeyPatch) -> None:
    """A group that was told of its quota is not tried again."""
    patch.setattr(waiting, "_is_closed", lambda _tick, _group, hold: hold is not None)


def window_too_short(patch: pytest.MonkeyPatch) -> None:
    """A caller is thought to be gone a few seconds after its claim."""
    patch.setattr(doubt, "AFTER_CLAIM", timedelta(seconds=10))


def window_starts_at_the_claim(patch: pytest.MonkeyPatch) -> None:
    """A task's time is thought to have seconds."""
    patch.setattr(doubt, "BEFORE_CLAIM", timedelta(0))


def nameless_finished_is_void(patch: pytest.MonkeyPatch) -> None:
    """A Finished task without names or objects is taken for none."""
    patch.setattr(doubt, "_without_objects", lambda *_: Settle(Result(outcome="void")))


def inferred_is_certain(patch: pytest.MonkeyPatch) -> None:
    """A task that is ours by inference is kept from other exports in doubt."""
    settles = perform._settle

    def settle(context: Any, look: Any, step: Settle) -> Any:
        look = settles(context, look, step)
        if look.record.task_id:
            owner = TaskOwner(export_id=look.record.export_id)
            context.ledger.put(keys.Task(look.record.request.place, look.record.task_id).key, owner)
        return look

    patch.setitem(PERFORM, Settle, settle)


def end_read_last(patch: pytest.MonkeyPatch) -> None:
    """A record is read from its beginning to its end, while others write."""
    reads_end, reads_attempts = Ledger._with_end, Ledger._with_attempts
    patch.setattr(Ledger, "_with_end", lambda _self, record, **_: record)

    def with_attempts(self: Ledger, record: Any, listed: int) -> Any:
        return reads_end(self, reads_attempts(self, record, listed), stalled=True)

    patch.setattr(Ledger, "_with_attempts", with_attempts)


def waits_for_what_has_ended(patch: pytest.MonkeyPatch) -> None:
    """A nameless task of somebody else is waited for, ended or not."""
    patch.setattr(not_started, "goes_on", lambda _status: True)


def sighting_left_behind(patch: pytest.MonkeyPatch) -> None:
    """A hint comes behind what it leads to."""

    def schedule(self: Ledger, hint: str, then: Callable[[], Any]) -> Any:
        done = then()
        self.put(hint)
        return done

    patch.setattr(Ledger, "schedule", schedule)


def late_task_id_dropped(patch: pytest.MonkeyPatch) -> None:
    """A worker that comes too late with its TaskId keeps it to itself."""
    patch.setattr(perform, "_undo_double", lambda *_: None)


def void_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    """What a void attempt made after all is nobody's."""
    patch.setattr(not_started, "next_step", lambda *_: None)


def adopted_too_late(patch: pytest.MonkeyPatch) -> None:
    """An adopted task's objects must be younger than its adoption."""
    patch.setattr(Record, "began_at", property(lambda self: self.claimed_at))


def fortnight_from_the_event(patch: pytest.MonkeyPatch) -> None:
    """A target is given up at its first refusal, where the event is old."""
    owes = notifications.pending

    def pending(record: Record) -> list[Any]:
        return [replace(one, refused_since=one.happened_at) for one in owes(record)]

    patch.setattr(notifications, "pending", pending)
