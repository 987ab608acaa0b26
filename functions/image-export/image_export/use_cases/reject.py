"""What cannot be taken is logged, kept under `rejected/`, and announced like an end: once an id, until accepted."""

from datetime import datetime

from ..decisions import hints
from ..decisions.announcements import rejected_event
from ..decisions.waiting import TELL_MOST, TOLD_FOR, growing
from ..errors import CloudFault
from ..values.cause import Cause
from ..values.facts import Told
from ..values.notify_target import NotifyTarget, target_slug
from ..values.wire import Wire
from .outside import Outside


class Rejection(Wire, frozen=True, kw_only=True):
    """Why, of what (its SHA-256), and who is to be told."""

    digest: str
    cause: Cause
    notify: tuple[NotifyTarget, ...]


def reject(outside: Outside, digest: str, cause: Cause) -> None:
    """Keep and announce a rejection; the same input again is the same rejection. Raises LedgerFault."""
    outside.log.warning("event.rejected", sha256=digest, code=cause.code, error=cause.message)
    outside.ledger.ready()
    rejection = Rejection(digest=digest, cause=cause, notify=outside.policy.notify if outside.policy else ())
    outside.ledger.mark(f"rejected/{digest}/event", rejection)
    tell_rejected(outside, digest, hint=None)


def tell_rejected(outside: Outside, digest: str, hint: str | None) -> None:
    """Tell every target that has not accepted the rejection yet; leave a hint where one still has not."""
    ledger = outside.ledger
    found = ledger.read(f"rejected/{digest}/event", Rejection)
    if found:
        told = {entry.key for entry in ledger.walk(f"rejected/{digest}/told-")}
        pending = [target for target in found.fact.notify if _told_key(digest, target) not in told]
        refused = [target for target in pending if not _tell(outside, found.fact, target, found.at)]
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
        outside.notifier.tell(target, event)
    except CloudFault as fault:
        outside.log.warning("event.refused", target=target.name, event_id=event["id"], code=fault.code)
        return False
    outside.ledger.mark(_told_key(rejection.digest, target), Told())
    outside.log.info("event.told", target=target.name, event_id=event["id"])
    return True
