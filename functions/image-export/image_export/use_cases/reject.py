"""What cannot be taken is logged, kept under `rejected/`, and announced like an end: once an id, until accepted."""

from datetime import datetime

from ..decisions import hints
from ..decisions.announcements import rejected_event
from ..decisions.redaction import redact
from ..decisions.waiting import TELL_MOST, TOLD_FOR, growing
from ..errors import CloudFault
from ..values.arrival import Sighting
from ..values.cause import Cause
from ..values.facts import Told
from ..values.notify_target import NotifyTarget, target_slug
from ..values.wire import Wire
from .outside import Outside

KEPT_BYTES = 64 * 1024  # what a stranger may make us keep


class Kept(Wire, frozen=True, kw_only=True):
    """What it takes to try again: the image that was named, or the event, redacted, and which part of it."""

    sighting: Sighting | None = None
    body: str | None = None
    position: int = 0
    region_id: str = ""


class Rejection(Wire, frozen=True, kw_only=True):
    """Why, of what (its SHA-256), and who is to be told."""

    digest: str
    cause: Cause
    notify: tuple[NotifyTarget, ...]
    kept: Kept = Kept()


def kept_event(body: bytes, position: int, region_id: str) -> Kept:
    """An event as it may be kept: without what looks like a secret; not at all where it is large, or no text."""
    try:
        text = redact(body.decode()) if len(body) <= KEPT_BYTES else None
    except UnicodeDecodeError:
        text = None
    return Kept(body=text, position=position, region_id=region_id)


def reject(outside: Outside, digest: str, cause: Cause, kept: Kept) -> None:
    """Keep and announce a rejection; the same input again is the same rejection. Raises LedgerFault."""
    outside.log.warning("event.rejected", sha256=digest, code=cause.code, error=cause.message)
    outside.ledger.ready()
    notify = outside.policy.notify if outside.policy else ()
    rejection = Rejection(digest=digest, cause=cause, notify=notify, kept=kept)
    outside.ledger.mark(f"rejected/{digest}/event", rejection)
    tell_rejected(outside, digest, hint=None)


def tell_rejected(outside: Outside, digest: str, hint: str | None) -> None:
    """Tell every target that has not accepted the rejection yet; leave a hint where one still has not."""
    ledger = outside.ledger
    found = ledger.read(f"rejected/{digest}/event", Rejection)
    if found:
        told = {entry.key for entry in ledger.walk(f"rejected/{digest}/told-")}
        pending = [target for target in found.fact.notify if _told_key(digest, target) not in told]
        refused = [one for one in pending if one in outside.mute or not _tell(outside, found.fact, one, found.at)]
        if refused and ledger.now - found.at < TOLD_FOR:
            ledger.put(hints.due(growing(found.at, ledger.now, most=TELL_MOST), f"rejected-{digest}"))
        elif refused:  # it stays under rejected/, to be told by hand
            outside.log.error("event.given_up", event_id=f"rejected-{digest}")
    if hint:
        ledger.delete(hint)


def _told_key(digest: str, target: NotifyTarget) -> str:
    return f"rejected/{digest}/told-{target_slug(target)}"


def _tell(outside: Outside, rejection: Rejection, target: NotifyTarget, since: datetime) -> bool:
    event = rejected_event(rejection.digest, rejection.cause, since)
    try:
        outside.tell(target, event)
    except CloudFault as fault:
        outside.log.warning("event.refused", target=target.name, event_id=event["id"], code=fault.code)
        return False
    outside.ledger.mark(_told_key(rejection.digest, target), Told())
    outside.log.info("event.told", target=target.name, event_id=event["id"])
    return True
