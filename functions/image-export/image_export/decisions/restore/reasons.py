"""What a restore does or waits for, as its facts tell it without a look. Pure."""

from ...values.restore.record import RestoreRecord
from .table import RestorePhase, phase


def reason_of(record: RestoreRecord) -> str | None:
    """The `Reason` that lists and looks show; None where its status says it all."""
    at = phase(record)
    if at is RestorePhase.ENDED:
        return None
    if at is RestorePhase.DISCARDING:
        return "Discarding"
    if record.cancel_at:
        return "Cancelling"
    return "Unpacking" if at is RestorePhase.READY and record.unpacking_at else record.noted
