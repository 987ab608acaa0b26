"""How each step is taken: one function per step of `values/steps.py`, from a Look to the next Look. Decides nothing."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from ...decisions.codes import UNREACHED, UNREADABLE, Handling, handling
from ...decisions.state.aftermath import Effect, follows, hold_of
from ...decisions.state.backoff import MINUTE
from ...decisions.state.estimate import with_another
from ...errors import CloudFault, LedgerFault, Refused, Unreached
from ...values import ledger_keys as keys
from ...values.cause import Cause
from ...values.facts import Claim, Doubt, Hold, Pace, Result, Since
from ...values.record import Record
from ...values.steps import (
    CancelTask,
    End,
    MakeClaim,
    Mark,
    MarkMissed,
    MarkStalled,
    NoteRefusal,
    Settle,
    SinceWhen,
    Unmark,
)
from ...values.task import Task
from ..context import Context
from ..ports import StartExport
from .either_role import cloud_of, role_of_today
from .look import Look
from .observe import LOOK, TaskOwner

replace = msgspec.structs.replace
T = TypeVar("T")
SINCE_WHEN: dict[SinceWhen, type[keys.Vanished | keys.Denied]] = {"vanished": keys.Vanished, "denied": keys.Denied}
CANCELS_MAX = 3  # of a task that must not be; nobody looks at it again


def _make_claim(context: Context, look: Look, step: MakeClaim) -> Look:
    """Create the claim; the owner of a start, and nobody else, calls ExportImage, once (docs/protocol.md#rule-5)."""
    context.ledger.ready(anew=True)
    standing = context.ledger.create(keys.Claim(look.record.export_id, step.attempt).key, step.claim)
    if not standing.ours:
        return Look(context.ledger.with_attempt(look.record, step.attempt), look.observed)
    claimed = look.with_facts(
        attempt=step.attempt, claim=standing.fact, claimed_at=standing.at, result=None, settled_at=None
    )
    return _export(context, claimed, step.claim) if step.claim.kind == "start" else claimed


def _export(context: Context, look: Look, claim: Claim) -> Look:
    """The one call. Refused or unreached: it did not happen. Anything else: the claim stays in doubt."""
    request = look.record.request
    start = StartExport(
        request.image_id, request.oss_bucket, claim.oss_prefix or "", request.image_format, request.role_name
    )
    try:
        task_id = cloud_of(context, look.record).export_image(start)
    except (Refused, Unreached) as fault:
        unreached = isinstance(fault, Unreached) and fault.code != UNREADABLE
        cause = replace(fault.cause, code=UNREACHED) if unreached else fault.cause
        context.log.info("export.answered", attempt=look.record.attempt, **_said(cause))
        if handling(cause.code) is Handling.DOUBT:
            return _in_doubt(context, look, cause)
        return _settle(context, look, Settle(Result(outcome="refused", cause=cause, http_status=fault.status)))
    except CloudFault as fault:
        return _in_doubt(context, look, fault.cause)
    context.log.info("export.answered", attempt=look.record.attempt, task_id=task_id)  # whatever the ledger does now
    seen = look.with_observed(brief=Task(task_id=task_id, status="Waiting", created_at=context.ledger.now))
    return _settle(context, seen, Settle(Result(outcome="started", task_id=task_id)))


def _in_doubt(context: Context, look: Look, cause: Cause) -> Look:
    """What came instead of an answer is kept, for the end may have to name it; where it cannot be, the log has it."""
    context.log.warning("export.start_in_doubt", attempt=look.record.attempt, **_said(cause))
    key = keys.Doubt(look.record.export_id, look.record.attempt).key
    try:
        context.ledger.mark(key, Doubt(cause=cause))
    except LedgerFault as fault:
        context.log.warning("doubt.not_kept", **_said(fault.cause))
    return look.with_facts(doubt=cause)


def _said(cause: Cause) -> dict[str, str | None]:
    """The cloud's own words and its RequestId, as each line of the log has them."""
    return {"code": cause.code, "error": cause.message, "cloud_request_id": cause.request_id}


def _settle(context: Context, look: Look, step: Settle) -> Look:
    """Whose the task is stands first: a worker that dies in between leaves no task that others take for theirs."""
    if step.result.task_id and not step.result.inferred:  # which of two in doubt has it is not known
        key = keys.Task(look.record.request.place, step.result.task_id).key
        context.ledger.put(key, TaskOwner(export_id=look.record.export_id))
    key = keys.Result(look.record.export_id, look.record.attempt).key
    standing = context.ledger.create(key, step.result)
    settled = look.with_facts(result=standing.fact, settled_at=standing.at)
    if standing.ours:
        _log_result(context, settled.record, standing.fact)
    elif step.result.task_id and step.result.task_id != standing.fact.task_id:
        _undo_double(context, settled.record, step.result.task_id)
    return _after_result(context, settled, standing.fact)


def _log_result(context: Context, record: Record, result: Result) -> None:
    cause = result.cause
    said = _said(cause) if cause else {}
    context.log.info(f"export.{result.outcome}", task_id=result.task_id, attempt=record.attempt, **said)


def _undo_double(context: Context, record: Record, task_id: str) -> None:
    """Our answer came after the claim was settled otherwise: the extra task goes, visibly (docs/protocol.md#rule-5)."""
    context.log.error("export.doubled", task_id=record.task_id, extra_task_id=task_id)
    for _ in range(CANCELS_MAX):  # three calls at most, and nobody else will
        try:
            return cloud_of(context, record).cancel_task(task_id)
        except CloudFault as fault:
            context.log.error("export.double_not_cancelled", extra_task_id=task_id, code=fault.code)
    return None


def _after_result(context: Context, look: Look, result: Result) -> Look:
    look = look.with_observed(candidates=msgspec.UNSET, keys=msgspec.UNSET, prefix_taken=msgspec.UNSET)
    look = look.with_observed(failed=None)
    place = look.record.request.place
    match follows(result, on_hold=isinstance(look.observed.hold, Hold)):
        case Effect.HOLD_ENDS:
            context.forget(keys.Hold(place).key)
            return look.with_observed(hold=None)
        case Effect.HOLD_BEGINS:
            hold = hold_of(result, context.ledger.now)
            context.keep(keys.Hold(place).key, hold)
            return look.with_observed(hold=hold, probe=False)
        case Effect.CREDENTIALS_ARE_RENEWED:
            context.clouds.renew(role_of_today(context, look.record), look.record.request.region_id)
            return look.with_observed(renewals=look.observed.renewals + 1)
        case Effect.NOTHING:
            return look


def _cancel_task(context: Context, look: Look, _step: CancelTask) -> Look:
    """Ask; the task's own end decides (docs/protocol.md#rule-11). A refusal means that the next look asks again."""
    try:
        cloud_of(context, look.record).cancel_task(look.record.task_id or "")
    except Refused as fault:
        context.log.warning("task.cancel_refused", task_id=look.record.task_id, code=fault.code)
        return look.with_observed(cancel_asked=True, cancel_refused=fault.cause)
    return look.with_observed(cancel_asked=True)


def _scheduled(context: Context, look: Look, then: Callable[[], T]) -> T:
    """Write a fact of an export behind a hint to look at it soon."""
    return context.ledger.schedule(keys.due(context.ledger.now + MINUTE, look.record.export_id), then)


def _mark_stalled(context: Context, look: Look, step: MarkStalled) -> Look:
    """Behind a hint: whoever ends the export meanwhile may not know that this is to be told."""
    key = keys.Stalled(look.record.export_id).key
    standing = _scheduled(context, look, lambda: context.ledger.create(key, step.stalled))
    said = {"progress": standing.fact.progress, "reason": standing.fact.reason}
    context.log.warning("export.stalled", task_id=look.record.task_id, **said)
    return look.with_facts(stalled=standing.fact, stalled_at=standing.at)


def _mark_missed(context: Context, look: Look, _step: MarkMissed) -> Look:
    context.ledger.put(keys.Missed(look.record.export_id).key, Since())
    return look.with_facts(missed_at=context.ledger.now)


def _note_refusal(context: Context, look: Look, step: NoteRefusal) -> Look:
    """The fact is put over itself, so that its time says when it was last so."""
    key = keys.LookRefused(look.record.export_id).key
    _scheduled(context, look, lambda: context.ledger.put(key, step.refused))
    return look.with_facts(look_refused=step.refused, look_refused_at=context.ledger.now)


def _mark(context: Context, look: Look, step: Mark) -> Look:
    """Since when is the ledger's word, which a first mark keeps: no `Date` that is off ends an export.

    Behind a hint: what runs well is not looked at, and nobody would see that the fact has to go again.
    """
    key = SINCE_WHEN[step.name](look.record.export_id).key
    standing = _scheduled(context, look, lambda: context.ledger.create(key, Since()))
    return _since(look, step.name, standing.at)


def _unmark(context: Context, look: Look, step: Unmark) -> Look:
    context.ledger.delete(SINCE_WHEN[step.name](look.record.export_id).key)
    return _since(look, step.name, None)


def _since(look: Look, name: SinceWhen, at: datetime | None) -> Look:
    return look.with_facts(vanished_at=at) if name == "vanished" else look.with_facts(denied_at=at)


def _end(context: Context, look: Look, step: End) -> Look:
    """The verdict; a concurrent hold of the group falls when one of ours ends (docs/protocol.md#rule-15)."""
    standing = context.ledger.create(keys.Ended(look.record.export_id).key, step.ended)
    hold = look.observed.hold
    if look.record.task_id and isinstance(hold, Hold) and hold.until is None:
        context.forget(keys.Hold(look.record.request.place).key)
    ended = look.with_facts(ended=standing.fact, ended_at=standing.at)
    if standing.ours and standing.fact.status == "Completed":
        _learn_pace(context, ended.record)
    return ended


def _learn_pace(context: Context, record: Record) -> None:
    """What it took is noted for estimates; of two that end at once, one note may be lost."""
    key = keys.Pace(record.request.place).key
    found = context.readable(key, Pace)
    context.keep(key, with_another(found.fact if found else Pace(), record))


PERFORM: dict[type[Any], Callable[[Context, Look, Any], Look]] = {
    **LOOK,
    MakeClaim: _make_claim,
    Settle: _settle,
    CancelTask: _cancel_task,
    MarkStalled: _mark_stalled,
    MarkMissed: _mark_missed,
    NoteRefusal: _note_refusal,
    Mark: _mark,
    Unmark: _unmark,
    End: _end,
}
