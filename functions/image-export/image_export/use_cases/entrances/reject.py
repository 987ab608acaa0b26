"""What cannot be taken is logged, kept under `rejected/`, and delivered by the watcher like an end."""

from msgspec import field

from ...decisions.results.delivery import hints_for
from ...decisions.results.notifications import REJECTION
from ...decisions.secret_shapes import redact
from ...values import ledger_keys as keys
from ...values.arrival import Sighting
from ...values.cause import Cause
from ...values.notify_target import AnyChannel, CloudTarget, targets_of
from ...values.wire import Wire
from ..context import Context

KEPT_BYTES = 64 * 1024  # what a stranger may make us keep


class Kept(Wire, frozen=True, kw_only=True):
    """What it takes to try again: the image that was named, or the event, redacted, and which part of it."""

    sighting: Sighting | None = field(name="Sighting", default=None)
    body: str | None = field(name="Body", default=None)
    position: int = field(name="Position", default=0)
    region_id: str = field(name="RegionId", default="")


class Rejection(Wire, frozen=True, kw_only=True):
    """Why, of what (its SHA-256), and who is to be told."""

    digest: str = field(name="Digest")
    cause: Cause = field(name="Cause")
    notify: tuple[CloudTarget, ...] = field(name="Notify")
    channels: tuple[AnyChannel, ...] = field(name="Channels", default=())
    kept: Kept = field(name="Kept", default=Kept())


def kept_event(body: bytes, position: int, region_id: str) -> Kept:
    """An event as it may be kept: without what looks like a secret; not at all where it is large, or no text."""
    try:
        text = redact(body.decode()) if len(body) <= KEPT_BYTES else None
    except UnicodeDecodeError:
        text = None
    return Kept(body=text, position=position, region_id=region_id)


def reject(context: Context, digest: str, cause: Cause, kept: Kept) -> None:
    """Keep a rejection and leave a hint to deliver it; the same input again is the same one. Raises LedgerFault."""
    context.log.warning("event.rejected", sha256=digest, code=cause.code, error=cause.message)
    context.ledger.ready()
    notify, channels = (context.policy.notify, context.policy.channels) if context.policy else ((), ())
    rejection = Rejection(digest=digest, cause=cause, notify=notify, channels=channels, kept=kept)
    name = keys.Rejected(digest)
    # Before its hints: they are due at once, and go where nothing stands. Whoever it was to be told when it first came
    standing = context.ledger.create(name.key, rejection)
    pending_events = REJECTION.pending(targets_of(standing.fact), context.ledger.now)
    for hint in hints_for(name.name, pending_events, context.ledger.now):
        context.ledger.put(hint)
