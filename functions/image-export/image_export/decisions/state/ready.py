"""READY: from a recorded export to the claim for its next attempt, or to its end before it began. Pure.

An end before the start takes a claim's slot, as a cancel does (docs/protocol.md#rule-11): beside it, another worker
could start.
"""

from datetime import datetime, timedelta

from msgspec import UNSET

from ...values.cause import Cause
from ...values.facts import Result
from ...values.image import Image
from ...values.record import Record
from ...values.steps import LookAtHold, LookAtImage, LookAtPrefix, Mark, Situation, Step, Unmark, Wait
from ..codes import FOREIGN, PAUSED, QUOTA, Handling, advised, handling, is_throttling, reason
from ..naming import LETTERS, VOIDS_MAX, is_verbatim
from . import claims, not_started, refused_looks
from .backoff import LOOK_MOST, MINUTE, VISIBLE_WITHIN, growing

ROLE_GRACE = timedelta(minutes=10)  # docs/protocol.md#p6: a role that was just made or mended does not work yet
FINAL_LOOKS = frozenset({"InvalidRegionId.NotFound", "RegionId.NotFound"})

# DescribeImages' status words (docs/cloud-facts.md#fact-3): may be exported | will be | will never be.
# Any other word is waited for.
IMAGE: dict[str, str] = {
    "Available": "export",
    "Creating": "wait",
    "Waiting": "wait",
    "CreateFailed": "fail",
    "UnAvailable": "fail",
    "Deprecated": "fail",
}


def next_step(situation: Situation) -> Step:
    """Look, wait, claim or end; a cancel comes first."""
    record, observed, _ = situation
    if record.cancel_at:
        return claims.cancel(record)
    if observed.forbidden:
        return claims.fail(record, observed.forbidden)
    if record.result and record.result.outcome == "refused":
        step = _after_refusal(situation, record.result)
        if step is not None:
            return step
    if observed.image is UNSET:
        return LookAtImage()
    return _after_look(situation)


def _after_refusal(situation: Situation, result: Result) -> Step | None:
    """None where the next attempt may be made now."""
    record, observed, now = situation
    cause, refused_at = advised(_cause(result)), record.settled_at or now
    kind = handling(cause.code)
    if kind is Handling.FINAL:
        return claims.fail(record, cause, result.http_status)
    if kind is Handling.ROLE or (kind is Handling.FRESH and observed.renewals > 1):
        step = _denied(record, cause, refused_at, result.http_status)
        if step is not None:
            return step
    if kind is Handling.FRESH and observed.renewals == 1:
        return None  # fresh credentials are tried at once, once
    if cause.code in QUOTA:
        return None  # the group's hold decides
    most = LOOK_MOST if cause.code in FOREIGN or is_throttling(cause.code) else 2 * MINUTE
    until = growing(record.requested_at, refused_at, most=most)
    return None if now >= until else Wait(reason(cause.code), until=until)


def _denied(record: Record, cause: Cause, refused_at: datetime, http_status: int | None = None) -> Step | None:
    """The role does not work: noted, and the cause where it did not ten minutes before; None while it may yet."""
    if record.denied_at is None:
        return Mark("denied")
    return claims.fail(record, cause, http_status) if refused_at - record.denied_at > ROLE_GRACE else None


def _works_again(record: Record) -> Step | None:
    """No look was refused, and neither was the last attempt for the role's sake: what comes is another trouble."""
    refusal = handling(_cause(record.result).code) if record.result else Handling.WAIT
    return Unmark("denied") if record.denied_at and refusal not in (Handling.ROLE, Handling.FRESH) else None


def _after_look(situation: Situation) -> Step:
    record, image, now = situation.record, situation.observed.image, situation.now
    if not isinstance(image, Image):
        return _not_there(record, now)
    fate = IMAGE.get(image.status, "wait")
    if fate == "fail":
        return claims.fail(record, _never_available(image), image=image)
    if fate == "wait":
        until = growing(record.requested_at, now, most=LOOK_MOST, share=0.25)
        return _works_again(record) or Wait("ImageNotAvailable", until=until)
    found = not_started.next_step(situation, image) if record.voids else None
    return found or _works_again(record) or _claim(situation, image)


def _claim(situation: Situation, image: Image) -> Step:
    record, observed, _ = situation
    if observed.hold is UNSET:
        return LookAtHold()
    if observed.paused:
        return Wait(PAUSED, queued=True)
    if observed.hold and not observed.probe:
        return Wait(reason(observed.hold.code), queued=True)
    if not observed.in_turn:
        return Wait(None, queued=True)
    if record.voids > VOIDS_MAX:
        return claims.fail(record, _too_many_voids(record), image=image)
    if is_verbatim(record.request) and not record.voids:  # after a void everything under it was looked for
        if observed.prefix_taken is UNSET:
            return LookAtPrefix()
        if observed.prefix_taken:
            return claims.fail(record, observed.prefix_taken, http_status=409, image=image)
    return claims.start(record, image)


def _not_there(record: Record, now: datetime) -> Step:
    """It is deleted, or never was; but one that a rule wants was seen a moment ago, and lists lag behind."""
    request = record.request
    if request.rule is not None and now - record.requested_at < VISIBLE_WITHIN:
        return Wait("ImageNotVisible", until=now + MINUTE)
    message = f"There is no image {request.image_id} in {request.region_id} in account {request.account_id}."
    return claims.fail(record, advised(Cause(code="InvalidImageId.NotFound", message=message)))


def _never_available(image: Image) -> Cause:
    return Cause(
        code="IncorrectImageStatus",
        message=f"The image is {image.status} and will not become Available.",
        recommend="Create the image again; the new one is exported by itself if a rule wants it.",
    )


def _too_many_voids(record: Record) -> Cause:
    return Cause(
        code="StartUnconfirmed",
        message=f"{len(LETTERS)} of {record.attempt} ExportImage calls were lost without a task.",
        recommend="Look at the network between the function and ECS, then ask for the export again.",
    )


def _cause(result: Result) -> Cause:
    return result.cause or Cause(code="Unknown", message="The refusal was recorded without its cause.")


def unseen(situation: Situation) -> Step:
    """A look before the start has failed. Without an answer it is no verdict, and neither is a refusal at once."""
    record, observed, now = situation
    cause = observed.failed or Cause(code="Unknown", message="A look has failed.")
    if not observed.refused:
        return Wait(cause.code, until=growing(record.requested_at, now, most=LOOK_MOST, share=0.25))
    step = look_failed(record, cause, now)
    if not isinstance(step, Wait) or handling(cause.code) is Handling.ROLE:
        return step

    def give_up(why: Cause) -> Step:
        return claims.fail(record, refused_looks.unseen(record, why, "the image"))

    return refused_looks.after(situation, step, give_up)


def look_failed(record: Record, cause: Cause, now: datetime) -> Step:
    """A look before the start was refused: AssumeRole, DescribeImages. It is no verdict (docs/protocol.md#rule-12).

    But what cannot be there does not come, and a role that has not worked for ten minutes is the cause.
    """
    if cause.code in FINAL_LOOKS:
        return claims.fail(record, advised(cause))
    step = _denied(record, advised(cause), now) if handling(cause.code) is Handling.ROLE else None
    return step or Wait(reason(cause.code), until=growing(record.requested_at, now, most=LOOK_MOST, share=0.25))
