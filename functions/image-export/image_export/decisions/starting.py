"""READY: from a recorded export to the claim for its next attempt, or to its end before it began. Pure."""

from datetime import datetime, timedelta

from msgspec import UNSET

from ..values.cause import Cause
from ..values.facts import Claim, Ended, Result
from ..values.image import Image
from ..values.record import Record
from ..values.steps import End, LookAtHold, LookAtImage, MakeClaim, Sight, Step, Wait
from .identity import VOIDS_MAX, oss_prefix
from .refusals import FOREIGN, QUOTA, Handling, advised, handling, is_throttling, reason
from .waiting import MINUTE, growing

ROLE_GRACE = timedelta(minutes=10)  # P6: a role that was just created does not work at once
VISIBLE_WITHIN = timedelta(minutes=15)  # an image that a creation event named
WAIT_MOST = timedelta(minutes=10)

# DescribeImages' status words (facts §3): may be exported | will be | will never be. Any other word is waited for.
IMAGE: dict[str, str] = {
    "Available": "export",
    "Creating": "wait",
    "Waiting": "wait",
    "CreateFailed": "fail",
    "UnAvailable": "fail",
    "Deprecated": "fail",
}


def next_step(record: Record, sight: Sight, now: datetime) -> Step:
    """Look, wait, claim or end; a cancel comes first."""
    if record.cancel_at:
        return MakeClaim(record.attempt + 1, Claim(kind="cancel", voids=_voids(record)))
    if sight.forbidden:
        return End(Ended(status="Failed", error=sight.forbidden))
    if record.result and record.result.outcome == "refused":
        step = _after_refusal(record, record.result, sight, now)
        if step is not None:
            return step
    if sight.image is UNSET:
        return LookAtImage()
    return _after_look(record, sight, now)


def _after_refusal(record: Record, result: Result, sight: Sight, now: datetime) -> Step | None:
    """None where the next attempt may be made now."""
    cause, refused_at = advised(_cause(result)), record.settled_at or now
    kind = handling(cause.code)
    if kind is Handling.FINAL or (kind is Handling.ROLE and now - record.requested_at > ROLE_GRACE):
        return End(Ended(status="Failed", error=cause))
    if cause.code in QUOTA or (kind is Handling.FRESH and sight.renewals == 1):
        return None  # the group's hold decides; fresh credentials are tried at once, once
    most = WAIT_MOST if cause.code in FOREIGN or is_throttling(cause.code) else 2 * MINUTE
    until = growing(record.requested_at, refused_at, most=most)
    return None if now >= until else Wait(reason(cause.code), until=until)


def _after_look(record: Record, sight: Sight, now: datetime) -> Step:
    image = sight.image
    if not isinstance(image, Image):
        return _not_there(record, now)
    fate = IMAGE.get(image.status, "wait")
    if fate == "fail":
        return End(Ended(status="Failed", error=_never_available(image)))
    if fate == "wait":
        return Wait("ImageNotAvailable", until=growing(record.requested_at, now, most=WAIT_MOST, share=0.25))
    return _claim(record, sight, image)


def _claim(record: Record, sight: Sight, image: Image) -> Step:
    if sight.hold is UNSET:
        return LookAtHold()
    if sight.hold and not sight.probe:
        return Wait(reason(sight.hold.code), queued=True)
    voids = _voids(record)
    if voids > VOIDS_MAX:
        return End(Ended(status="Failed", error=_too_many_voids(record)))
    prefix = oss_prefix(record.request, record.export_id, voids)
    return MakeClaim(record.attempt + 1, Claim(kind="start", oss_prefix=prefix, voids=voids, image=image))


def _voids(record: Record) -> int:
    before = record.claim.voids if record.claim else 0
    return before + (1 if record.result and record.result.outcome == "void" else 0)


def _not_there(record: Record, now: datetime) -> Step:
    if record.request.named_by_creation and now - record.requested_at < VISIBLE_WITHIN:
        return Wait("ImageNotVisible", until=now + MINUTE)
    request = record.request
    message = f"There is no image {request.image_id} in {request.region_id} in account {request.account_id}."
    return End(Ended(status="Failed", error=advised(Cause(code="InvalidImageId.NotFound", message=message))))


def _never_available(image: Image) -> Cause:
    return Cause(
        code="IncorrectImageStatus",
        message=f"The image is {image.status} and will not become Available.",
        recommend="Create the image again; the new one is exported by itself if a rule wants it.",
    )


def _too_many_voids(record: Record) -> Cause:
    return Cause(
        code="StartUnconfirmed",
        message=f"{record.attempt} ExportImage calls in a row were lost without a task.",
        recommend="Look at the network between the function and ECS, then ask for the export again.",
    )


def _cause(result: Result) -> Cause:
    return result.cause or Cause(code="Unknown", message="The refusal was recorded without its cause.")


def look_failed(record: Record, cause: Cause, now: datetime) -> Step:
    """A look before the start was refused (AssumeRole, DescribeImages): a role may not work yet, anything else is over.

    Throttling, faults of the network and expired tokens only put the look off.
    """
    kind = handling(cause.code)
    if kind is Handling.FINAL or (kind is Handling.ROLE and now - record.requested_at > ROLE_GRACE):
        return End(Ended(status="Failed", error=advised(cause)))
    return Wait(reason(cause.code), until=growing(record.requested_at, now, most=WAIT_MOST, share=0.25))
