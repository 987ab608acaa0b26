"""The step table of a restore: from its facts and what was just seen to the one next step. Pure.

    phase       facts                                     what it does
    READY       no claim, or the last attempt is over     look behind a refusal, at objects; have them unpacked; claim
    CALLING     a claim without result                    look for the image by name, else ImportImage: the same call
    IMPORTING   a result with an image                    follow the image, set what import cannot, compare, decide
    IMPORTED    an outcome `copy`                         claim the copy into the other region, or the end
    DISCARDING  an outcome `discard`                      delete image and snapshots
    KEPT        an outcome `keep`                         delete the temporary image, end as Completed
    CALLED_OFF  the newest claim is an end                delete the temporary image, end as it says
    ENDED       a verdict                                 delete what was unpacked for it, then rest

One image, because a call can be repeated: its ClientToken and the image's name are of the attempt, and the name is
looked for first. Whoever made the claim calls at once; others when that worker must be dead, and take a refusal for
final when no call can be on its way any more (docs/protocol.md#rule-19). What others were refused is looked behind: a
call of theirs that arrives late may have made the image all the same.

A restore into another region has one attempt more: CALLING and IMPORTING are then of the copy, there, by CopyImage.
The temporary image goes last. No call that is late makes a copy of it then.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum, auto

from msgspec import UNSET
from msgspec.structs import replace

from ...values.cause import Cause
from ...values.facts import LookRefused
from ...values.image import Image
from ...values.restore.facts import ImportClaim, ImportResult, Outcome, RestoreEnded, TemporaryImage
from ...values.restore.record import RestoreRecord
from ...values.restore.request import RESTORE_TAG
from ...values.restore.restore import Difference
from ...values.restore.steps import (
    AskToUnpack,
    CallCopy,
    CallImport,
    CancelImport,
    Decide,
    DeleteMade,
    DeleteTemporary,
    EndRestore,
    LookAtImport,
    LookAtMade,
    LookAtSources,
    LookForName,
    Made,
    MakeImportClaim,
    NoteArchives,
    NoteRefusal,
    NoteSnapshots,
    Rest,
    RestoreSituation,
    RestoreStep,
    SetAfterwards,
    SettleImport,
    SweepUnpacked,
)
from ...values.task import Task
from ..state.backoff import LOOK_MOST, MINUTE, growing
from .codes import Meaning, advised, meaning, reason
from .comparing import differences, unset
from .mapping import sources
from .names import made_name
from .objects import changed_object, has_archives, imported_keys, is_unpacked, source_keys
from .refusals import lasts, to_note

WORKER_DEAD = timedelta(minutes=6)  # FC kills at 300 seconds whoever may call ImportImage
CALLS_OVER = timedelta(minutes=15)  # after the claim: no call of an earlier worker is on its way any more
VISIBLE_WITHIN = timedelta(minutes=15)  # an image that ImportImage has answered
UNPACK_REFUSED_FOR = timedelta(minutes=30)
UNPACKER_DEAD = timedelta(minutes=15)  # without a word from whoever unpacks
IMPORT_LOOK_MOST = timedelta(minutes=3)
ON_ITS_WAY = frozenset({"Waiting", "Creating"})


UNRULED = "PolicyInvalid"  # nothing starts where nobody can read what is allowed
CALLED_OFF = Cause(code="Cancelled", message="It was called off before an image was seen.")


class RestorePhase(Enum):
    """Where a restore stands, by its facts alone."""

    READY = auto()
    CALLING = auto()
    IMPORTING = auto()
    IMPORTED = auto()
    DISCARDING = auto()
    KEPT = auto()
    CALLED_OFF = auto()
    ENDED = auto()


OF_OUTCOME = {"keep": RestorePhase.KEPT, "discard": RestorePhase.DISCARDING, "copy": RestorePhase.IMPORTED}


def phase(record: RestoreRecord) -> RestorePhase:
    """The one phase that the facts allow."""
    if record.ended:
        return RestorePhase.ENDED
    if record.claim is None:
        return RestorePhase.READY
    if record.claim.kind == "end":
        return RestorePhase.CALLED_OFF
    if record.result is None:
        return RestorePhase.CALLING
    if record.discarded_at:
        return RestorePhase.READY
    if record.outcome is None:
        return RestorePhase.READY if record.result.outcome == "refused" else RestorePhase.IMPORTING
    return OF_OUTCOME[record.outcome.kind]


def next_step(situation: RestoreSituation) -> RestoreStep:
    """The next step; the same situation always gives the same one."""
    at, seen = phase(situation.record), situation.seen
    if seen.failed and at is not RestorePhase.ENDED:
        return _unseen(situation, seen.failed)
    return DECIDE[at](situation)


# READY


def _ready(situation: RestoreSituation) -> RestoreStep:
    record, seen, now = situation
    behind = _behind(situation)
    if behind:
        return behind
    if _is_called_off(record):
        return _end(record, RestoreEnded(status="Cancelled"))
    if record.claim and not _goes_on(record):
        return _end(record, _failed(_last_cause(record)))
    if seen.unruled:
        return Rest(UNRULED, growing(record.requested_at, now, most=LOOK_MOST))
    if seen.forbidden:
        return _end(record, _failed(seen.forbidden))
    if seen.objects is UNSET or seen.takes_archives is UNSET:
        return LookAtSources(source_keys(record))
    if record.look_refused and record.look_refused.cause:
        return NoteRefusal(LookRefused(since=now))
    wrong = changed_object(record, seen.objects, source_keys(record))
    if wrong:
        return _end(record, _failed(wrong))
    unpacked = _unpacks(record, seen.takes_archives)
    if unpacked and not is_unpacked(record):
        return _have_unpacked(record, now)
    found = sources(record.request, record.restore_id, unpacked=unpacked)
    gone = (record.outcome.image_id,) if record.outcome else ()
    claim = ImportClaim(kind="import", sources=found, unpacked=unpacked, discarded=gone)
    return MakeImportClaim(record.attempt + 1, claim)


def _is_called_off(record: RestoreRecord) -> bool:
    """Also where this look has not seen the cancel itself, and another has acted on it."""
    refused = record.result.cause if record.result else None
    discarded = record.outcome is not None and record.outcome.kind == "discard" and record.outcome.cause is None
    return record.cancel_at is not None or discarded or refused == CALLED_OFF


def _behind(situation: RestoreSituation) -> RestoreStep | None:
    """Before an attempt that others than its claimer were refused is over: has a call of theirs come late?

    Whoever had looked before the refusal stood is dead six minutes later, and what it sent has arrived and is listed.
    """
    record, seen, now = situation
    if not _may_be_behind(record):
        return None
    listed_at = (record.settled_at or now) + CALLS_OVER + VISIBLE_WITHIN
    if now < listed_at:
        return Rest("Cancelling" if record.cancel_at else "LookingBehind", listed_at)
    if seen.named is UNSET:
        return LookForName()
    if seen.named is None or not is_ours(record, seen.named.image) or _is_gone(record, seen.named.image):
        return None
    if seen.named.image.status in ON_ITS_WAY:
        return Rest("Discarding", now + MINUTE)
    return Decide(_discarding(seen.named, record.result.cause if record.result else None))


def _may_be_behind(record: RestoreRecord) -> bool:
    """Whether more than one call may have been made; the one that the claimer makes at once has been answered."""
    if record.result is None or record.result.outcome != "refused" or record.outcome:
        return False
    return bool(record.settled_at and record.claimed_at and record.settled_at - record.claimed_at >= WORKER_DEAD)


def _is_gone(record: RestoreRecord, image: Image) -> bool:
    """Whether an earlier attempt has deleted it, and it is still listed. One that lost our tag was left, and stays."""
    return record.claim is not None and image.image_id in record.claim.discarded and is_ours(record, image)


def _discarding(made: Made, cause: Cause | None) -> Outcome:
    return Outcome(kind="discard", image_id=made.image.image_id, snapshot_ids=made.snapshot_ids, cause=cause)


def _goes_on(record: RestoreRecord) -> bool:
    """Whether what came of the last attempt may be mended by unpacking."""
    claim, result = record.claim, record.result
    if claim is None or result is None or claim.unpacked or record.is_copy or record.request.unpack != "auto":
        return False
    came_late = result.outcome == "imported"  # a CreateFailed says little: the archive may be why
    to_unpack = came_late or (result.cause is not None and meaning(result.cause.code) is Meaning.UNPACK)
    return to_unpack and has_archives(record)


def _last_cause(record: RestoreRecord) -> Cause:
    discarded = record.outcome.cause if record.outcome else None
    refused = record.result.cause if record.result else None
    return refused or discarded or Cause(code="ImportFailed", message="The import came to nothing.")


def _unpacks(record: RestoreRecord, takes_archives: bool | None) -> bool:
    if record.request.unpack == "never" or not has_archives(record):
        return False
    return record.request.unpack == "always" or record.claim is not None or takes_archives is False


def _have_unpacked(record: RestoreRecord, now: datetime) -> RestoreStep:
    if record.unpack_failed:
        return _end(record, _failed(record.unpack_failed))
    if record.unpacking_at and now - record.unpacking_at < UNPACKER_DEAD:
        return Rest("Unpacking", record.unpacking_at + UNPACKER_DEAD)  # whoever unpacks leaves a hint when it is done
    refused, last = record.unpack_refused, record.unpack_refused_at
    if refused and refused.cause and last and last - refused.since >= UNPACK_REFUSED_FOR:
        return _end(record, _failed(refused.cause))
    return AskToUnpack()


# CALLING


def _calling(situation: RestoreSituation) -> RestoreStep:
    record, seen, now = situation
    claimed_at = record.claimed_at or now
    if not seen.first_call and now - claimed_at < WORKER_DEAD:
        return Rest("Importing", claimed_at + WORKER_DEAD)
    if seen.named is UNSET:
        return LookForName()
    if isinstance(seen.named, Made):
        if _is_gone(record, seen.named.image):
            return Rest("Importing", now + MINUTE)
        return SettleImport(_of_named(record, seen.named.image))
    if seen.called:
        return _after_refusal(situation, seen.called)
    if record.cancel_at and not seen.first_call:
        return SettleImport(ImportResult(outcome="refused", cause=CALLED_OFF))
    if seen.unruled:
        return Rest(UNRULED, growing(claimed_at, now, most=LOOK_MOST))
    if seen.forbidden:
        return SettleImport(ImportResult(outcome="refused", cause=seen.forbidden))
    return CallCopy() if record.is_copy else CallImport()


def is_ours(record: RestoreRecord, image: Image) -> bool:
    """Whether the restore made the image: its tag says so."""
    return image.tags.get(RESTORE_TAG) == record.restore_id


def _of_named(record: RestoreRecord, image: Image) -> ImportResult:
    if is_ours(record, image):
        return ImportResult(outcome="imported", image_id=image.image_id)
    message = f"There is an image of the name {made_name(record)!r} already ({image.image_id})."
    cause = Cause(code="InvalidImageName.Duplicated", message=message)
    return ImportResult(outcome="refused", cause=advised(cause))


def _after_refusal(situation: RestoreSituation, cause: Cause) -> RestoreStep:
    record, seen, now = situation
    means, claimed_at = meaning(cause.code), record.claimed_at or now
    refused = SettleImport(ImportResult(outcome="refused", cause=advised(cause)))
    is_over = seen.first_call or now - claimed_at >= CALLS_OVER
    if means in (Meaning.FINAL, Meaning.UNPACK) and is_over:
        return refused
    if means is Meaning.TAKEN and now - claimed_at >= CALLS_OVER:  # and nobody sees by whom
        return refused
    noted = to_note(record, cause if means is Meaning.ROLE else None, now)
    if noted:
        return noted
    if means is Meaning.ROLE and is_over and lasts(record, now):
        return refused
    return Rest(reason(cause.code), growing(claimed_at, now, most=LOOK_MOST))


# IMPORTING


def _importing(situation: RestoreSituation) -> RestoreStep:
    record, seen, now = situation
    if seen.made is UNSET:
        return LookAtMade()
    if seen.made is None:
        return _vanished(record, now)
    if not set(seen.made.snapshot_ids) <= set(record.snapshot_ids):
        return NoteSnapshots(tuple(dict.fromkeys((*record.snapshot_ids, *seen.made.snapshot_ids))))
    image = seen.made.image
    if image.status == "CreateFailed":
        return _create_failed(situation, seen.made)
    if record.cancel_at:
        return _cancel(situation, seen.made)
    if image.status != "Available":
        return Rest(None, growing(record.settled_at or now, now, most=IMPORT_LOOK_MOST))
    return _available(situation, seen.made)


def _vanished(record: RestoreRecord, now: datetime) -> RestoreStep:
    """A cancelled import may take its image with it; one that was just answered may not be listed yet."""
    until = (record.settled_at or now) + VISIBLE_WITHIN
    if now < until:
        return Rest("ImageNotVisible", min(until, now + MINUTE))
    gone = Cause(code="ImageVanished", message=f"{record.image_id}, which was being made, is gone.")
    return _discard(record, None, None if record.cancel_at else gone, now)


def _create_failed(situation: RestoreSituation, made: Made) -> RestoreStep:
    record, seen, now = situation
    if record.result and record.result.task_id and seen.task is UNSET:
        return LookAtImport()
    task = seen.task if isinstance(seen.task, Task) else None
    said = task.cause if task else None
    cause = said or Cause(
        code="CreateFailed",
        message=f"ECS could not make {made.image.image_id} of what was {'copied' if record.is_copy else 'imported'}, "
        "and does not say why.",
        recommend="Restore it into the bucket's region, and copy it from there."
        if record.is_copy
        else "Look whether the object is whole (a drill does), and ask Alibaba Cloud by ticket.",
    )
    return _discard(record, made, None if record.cancel_at else cause, now)


def _cancel(situation: RestoreSituation, made: Made) -> RestoreStep:
    record, seen, now = situation
    if made.image.status not in ON_ITS_WAY:
        return _discard(record, made, None, now)
    if record.result and record.result.task_id and not seen.cancel_asked:
        return CancelImport()
    return Rest("Cancelling", now + MINUTE)


def _available(situation: RestoreSituation, made: Made) -> RestoreStep:
    """It may be made of an object that was altered since it was looked at: then nobody knows what is in it."""
    record, seen, now = situation
    if record.temporary:
        return _compared(situation, made, record.temporary.differences)
    imported = imported_keys(record)
    if seen.objects is UNSET:
        return LookAtSources(imported)
    wrong = changed_object(record, seen.objects, [key for key in imported if seen.objects.get(key)])
    if wrong:
        return _discard(record, made, wrong, now)
    archived = record.claim is not None and not record.claim.unpacked and has_archives(record)
    if archived and seen.takes_archives is not True:
        return NoteArchives(takes=True)
    gone = tuple(
        Difference(about=f"Object {key}", wanted="there", found="gone since")
        for key in imported
        if not seen.objects.get(key)
    )
    if not record.request.copies:
        return _compared(situation, made, gone)
    noted = record.snapshot_ids
    return Decide(Outcome(kind="copy", image_id=made.image.image_id, snapshot_ids=noted, differences=gone))


def _compared(situation: RestoreSituation, made: Made, gone: tuple[Difference, ...]) -> RestoreStep:
    request, image = situation.record.request, made.image
    if any(unset(request, image)) and not situation.seen.modified:
        return SetAfterwards()
    return Decide(Outcome(kind="keep", image_id=image.image_id, differences=differences(request, image) + gone))


# IMPORTED


def _imported(situation: RestoreSituation) -> RestoreStep:
    """One key for both, so that nothing is copied of an image that is being deleted."""
    record, seen, now = situation
    claim = record.claim
    if claim is None:
        raise ValueError("imported without a claim")
    if record.cancel_at:
        return _end(record, RestoreEnded(status="Cancelled"))
    if seen.unruled:
        return Rest(UNRULED, growing(record.settled_at or now, now, most=LOOK_MOST))
    if seen.forbidden:
        return _end(record, _failed(seen.forbidden))
    copy = replace(claim, kind="copy", temporary=_temporary(record))
    return MakeImportClaim(record.attempt + 1, copy)


def _temporary(record: RestoreRecord) -> TemporaryImage | None:
    """What is to be deleted before the restore ends."""
    outcome, result = record.outcome, record.result
    if outcome is None or outcome.kind != "copy":
        return record.temporary
    return TemporaryImage(
        attempt=record.attempt,
        image_id=outcome.image_id,
        snapshot_ids=outcome.snapshot_ids,
        task_id=result.task_id if result else None,
        started_at=record.settled_at,
        not_before=record.settled_at and _over_at(record, record.settled_at),
        differences=outcome.differences,
    )


def _discard(record: RestoreRecord, made: Made | None, cause: Cause | None, now: datetime) -> RestoreStep:
    over_at = _over_at(record, now)
    if now < over_at:
        return Rest("Discarding", over_at)
    snapshots = tuple(dict.fromkeys((*record.snapshot_ids, *(made.snapshot_ids if made else ()))))
    return Decide(Outcome(kind="discard", image_id=record.image_id or "", snapshot_ids=snapshots, cause=cause))


def _over_at(record: RestoreRecord, now: datetime) -> datetime:
    """Not before all calls are over: a repetition that comes after the deletion might import once more."""
    settled_at, claimed_at = record.settled_at or now, record.claimed_at or now
    return settled_at if settled_at - claimed_at < WORKER_DEAD else settled_at + CALLS_OVER


# The end


def _kept(situation: RestoreSituation) -> RestoreStep:
    outcome = situation.record.outcome
    if outcome is None:
        raise ValueError("kept without an outcome")
    if _is_left(situation.record):
        return _delete_temporary(situation)
    return EndRestore(RestoreEnded(status="Completed", image_id=outcome.image_id, differences=outcome.differences))


def _called_off(situation: RestoreSituation) -> RestoreStep:
    if _is_left(situation.record):
        return _delete_temporary(situation)
    claim = situation.record.claim
    return EndRestore((claim and claim.ended) or RestoreEnded(status="Cancelled"))


def _is_left(record: RestoreRecord) -> bool:
    """Whether a temporary image is, or may be, still there."""
    return record.temporary is not None and record.temporary_gone_at is None


def _ended(situation: RestoreSituation) -> RestoreStep:
    """What was unpacked goes when nobody can be unpacking any more."""
    record, seen, now = situation
    if record.unpacking_at is None or record.swept_at:
        return Rest()
    quiet_at = max(record.unpacking_at, record.ended_at or now) + UNPACKER_DEAD
    if now < quiet_at:
        return Rest("Sweeping", quiet_at)
    if seen.failed:
        return Rest(seen.failed.code, growing(record.ended_at or now, now, most=LOOK_MOST))
    return SweepUnpacked()


def _delete_temporary(situation: RestoreSituation) -> RestoreStep:
    first, now = situation.record.temporary, situation.now
    if first and first.not_before and now < first.not_before:
        return Rest("Discarding", first.not_before)
    return DeleteTemporary()


def _end(record: RestoreRecord, ended: RestoreEnded) -> RestoreStep:
    claim = ImportClaim(kind="end", ended=ended, temporary=_temporary(record))
    return MakeImportClaim(record.attempt + 1, claim)


def _failed(cause: Cause) -> RestoreEnded:
    return RestoreEnded(status="Failed", error=advised(cause))


def _unseen(situation: RestoreSituation, cause: Cause) -> RestoreStep:
    """Before anything was called, a refusal that lasts is an answer; afterwards somebody has to see it to its end."""
    record, seen, now = situation
    means = meaning(cause.code)
    refused = seen.refused and means in (Meaning.FINAL, Meaning.ROLE, Meaning.UNPACK)
    if phase(record) is RestorePhase.READY and refused:
        noted = to_note(record, cause, now)
        if noted:
            return noted
        if lasts(record, now) and not _may_be_behind(record):
            return _end(record, _failed(cause))
    since = record.settled_at or record.claimed_at or record.requested_at
    return Rest(reason(cause.code), growing(since, now, most=LOOK_MOST))


DECIDE: dict[RestorePhase, Callable[[RestoreSituation], RestoreStep]] = {
    RestorePhase.READY: _ready,
    RestorePhase.CALLING: _calling,
    RestorePhase.IMPORTING: _importing,
    RestorePhase.IMPORTED: _imported,
    RestorePhase.DISCARDING: lambda _situation: DeleteMade(),
    RestorePhase.KEPT: _kept,
    RestorePhase.CALLED_OFF: _called_off,
    RestorePhase.ENDED: _ended,
}
