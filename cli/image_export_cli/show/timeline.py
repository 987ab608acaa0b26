"""The facts of an export as a story: what happened when, in plain words. Pure."""

from collections.abc import Iterator
from datetime import datetime

from image_export.decisions.results.export_view import manifest_address
from image_export.values.cause import Cause
from image_export.values.export import Export, RequestedBy
from image_export.values.facts import Result
from image_export.values.notify_target import target_slug, targets_of
from image_export.values.record import Record

from ..answers.exports import Entry
from ..deployment.files import many
from .facts import Facts

ASKED = {
    "event": "an event that told of the image",
    "http": "a request over HTTP",
    "nightly": "the night",
    "watch": "the watcher, which had found the image by itself",
    "invoke": "a direct request to image-export-event",
}
NOT_CALLED = {"Unreached": "ECS could not be reached, so ExportImage was not called"}


def timeline(facts: Facts, export: Export, now: datetime) -> tuple[Entry, ...]:
    """All of it in order; `export` is how it stands at `now`."""
    return tuple(sorted(_entries(facts, export, now), key=lambda entry: entry.at))


def _entries(facts: Facts, export: Export, now: datetime) -> Iterator[Entry]:
    record = facts.record
    yield _requested(record)
    for attempt in facts.attempts:
        yield from _attempt(attempt, facts)
    if facts.cancel:
        asker = facts.cancel.fact.requested_by
        message = f"{_by(asker)} asked for the end."
        yield Entry(at=facts.cancel.at, what="CancelRequested", message=message, requested_by=asker)
    yield from _troubles(record)
    if record.stalled and record.stalled_at:
        far = f" at {record.stalled.progress}" if record.stalled.progress else ""
        message = f"The task{far} takes longer than its disks explain."
        yield Entry(at=record.stalled_at, what="Stalled", message=message, task_id=record.task_id)
    yield from _now(record, export, now)
    if record.ended and record.ended_at:
        yield _ended(record, record.ended_at)
    yield from _afterwards(facts)


def _requested(record: Record) -> Entry:
    request = record.request
    rule = f", as the rule {request.rule} wants it" if request.rule else ""
    message = f"{_by(request.requested_by)} asked for it{rule}."
    return Entry(at=record.requested_at, what="Requested", message=message, requested_by=request.requested_by)


def _by(asker: RequestedBy) -> str:
    about = (
        f"id {asker.id}",
        f"by the name {asker.name}" if asker.name else "",
        f"from {asker.address}" if asker.address else "",
    )
    words = ASKED.get(asker.trigger, asker.trigger)
    return f"{words[0].upper()}{words[1:]} ({', '.join(filter(None, about))})"


def _attempt(record: Record, facts: Facts) -> Iterator[Entry]:
    claim, number = record.claim, record.attempt
    if claim is None or record.claimed_at is None:
        return
    said = {
        "start": f"Attempt {number} was claimed, with the prefix {claim.oss_prefix}.",
        "adopt": f"Task {claim.task_id} of an earlier attempt was found, and is followed.",
        "cancel": "The export was called off before another attempt.",
        "end": "It was settled that no attempt comes any more.",
    }
    cause = claim.ended.error if claim.ended else None
    yield Entry(at=record.claimed_at, what="Claimed", message=said[claim.kind], attempt=number, error=cause)
    doubt = facts.doubts.get(number)
    if doubt:
        message = f"ExportImage was called and gave no usable answer: {_cause(doubt.fact.cause)}"
        yield Entry(at=doubt.at, what="InDoubt", message=message, attempt=number, error=doubt.fact.cause)
    if record.result and record.settled_at:
        yield _result(record.result, record.settled_at, number)


def _result(result: Result, at: datetime, number: int) -> Entry:
    if result.outcome == "started":
        how = "was taken for ours after the wait" if result.inferred else "started: ExportImage was called"
        message = f"Task {result.task_id} {how}."
        return Entry(at=at, what="Started", message=message, attempt=number, task_id=result.task_id)
    if result.outcome == "void":
        return Entry(
            at=at, what="NotStarted", message=f"Attempt {number} is proven to have made no task.", attempt=number
        )
    cause = result.cause
    called = NOT_CALLED.get(cause.code if cause else "", "ExportImage was called, and refused")
    message = f"{called}: {_cause(cause)}"
    return Entry(at=at, what="Refused", message=message, attempt=number, error=cause)


def _troubles(record: Record) -> Iterator[Entry]:
    if record.waits and record.waits_at and record.waits.reason:
        yield Entry(at=record.waits_at, what="Waits", message=f"It waits: {record.waits.reason}.")
    if record.denied_at:
        yield Entry(at=record.denied_at, what="RoleRefused", message="Since then the account's role has not worked.")
    if record.vanished_at:
        message = "Since then ECS has not known the task."
        yield Entry(at=record.vanished_at, what="TaskUnknown", message=message, task_id=record.task_id)
    if record.refusal and record.refusal.cause:
        cause = record.refusal.cause
        message = f"Since then every look is refused: {_cause(cause)}"
        yield Entry(at=record.refusal.since, what="LooksRefused", message=message, error=cause)


def _now(record: Record, export: Export, now: datetime) -> Iterator[Entry]:
    """How it stands, where it has not ended."""
    if record.ended:
        return
    if export.progress:
        verifying = ", and its objects are being proven" if export.status == "Verifying" else ""
        message = f"The task is at {export.progress}{verifying}."
        yield Entry(at=now, what="Progress", message=message, task_id=export.task_id)
    if export.status == "Requested":
        place = f" at place {export.queue_position} of the queue" if export.queue_position else ""
        why = f": {export.reason}" if export.reason else ""
        yield Entry(at=now, what="Waits", message=f"It waits to be started{place}{why}.")


def _ended(record: Record, at: datetime) -> Entry:
    ended = record.ended
    assert ended is not None  # noqa: S101 - for the type checker: whoever calls has seen it
    why = f": {_cause(ended.error)}" if ended.error else f", with {many(ended.objects, 'proven object')}."
    message = (
        "It was Cancelled." if ended.status == "Cancelled" and not ended.error else f"It {ENDS[ended.status]}{why}"
    )
    return Entry(at=at, what="Ended", message=message, error=ended.error)


ENDS = {"Completed": "is Completed", "Failed": "Failed", "Cancelled": "was Cancelled"}


def _afterwards(facts: Facts) -> Iterator[Entry]:
    record = facts.record
    if record.manifest and facts.manifest_at:
        kept = f"The manifest was written: {manifest_address(record)}"
        message = "The manifest could not be written and was given up." if record.manifest.given_up else kept
        yield Entry(at=facts.manifest_at, what="Manifest", message=message)
    targets = {target_slug(target): target.name for target in targets_of(record.request)}
    for fact, since in record.refused_since.items():
        kind, target = _told(fact, targets)
        message = f"{target} did not accept that it is {kind}" + (
            "" if fact in facts.delivered else ", and has not since."
        )
        yield Entry(at=since, what="NotAccepted", message=message.rstrip(".") + ".", event=kind, target=target)
    for fact, found in facts.delivered.items():
        kind, target = _told(fact, targets)
        if found.fact.given_up:
            message = f"After 14 days it was given up to tell {target} that it is {kind}."
            yield Entry(at=found.at, what="GivenUp", message=message, event=kind, target=target)
        else:
            message = f"{target} was told that it is {kind}."
            yield Entry(at=found.at, what="Delivered", message=message, event=kind, target=target)
    if facts.looked:
        missing = facts.looked.fact.missing
        message = f"{len(missing)} of its objects were gone." if missing else "All of its objects were there."
        yield Entry(at=facts.looked.at, what="LookedAt", message=message)


def _told(fact: str, targets: dict[str, str]) -> tuple[str, str]:
    kind, _, slug = fact.partition("-")
    return kind.capitalize(), targets.get(slug, slug)


def _cause(cause: Cause | None) -> str:
    if cause is None:
        return "nobody said why."
    request = f" (RequestId {cause.request_id})" if cause.request_id else ""
    return f"{cause.code}: {cause.message}{request}"
