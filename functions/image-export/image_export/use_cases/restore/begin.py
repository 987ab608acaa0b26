"""A restore as an entrance asks for it: recorded and looked at once, or planned. Reads no envelope."""

from typing import NamedTuple

from ...decisions.restore.view import restore_of
from ...errors import LedgerFault
from ...values.export import RequestedBy
from ...values.restore.record import RestoreRecord
from ...values.restore.request import AskedRestore, RestoreRequest
from ...values.restore.restore import RestorePlan
from ..context import Context
from . import facts
from .advance import MovedRestore, advance
from .ports import Importing
from .record import RecordedRestore, plan, record, wanted
from .record import cancel as ask_for_the_end


class BegunRestore(NamedTuple):
    """A restore after its first look, and whether this call made it."""

    moved: MovedRestore
    created: bool


def begin(
    context: Context, importing: Importing, asked: AskedRestore, asker: RequestedBy
) -> RestorePlan | BegunRestore:
    """Record it and take a first look; for a DryRun plan it, and write nothing.

    Raises AskerFault for what cannot be, CloudFault where the manifest cannot be read, and LedgerFault.
    """
    context.ledger.ready()
    restore, request = wanted(context, importing, asked, asker)
    if asked.dry_run:
        return plan(context, importing, restore, request)
    recorded = record(context, restore, request)
    return BegunRestore(_first_look(context, importing, recorded, request), recorded.created)


def _first_look(
    context: Context, importing: Importing, recorded: RecordedRestore, request: RestoreRequest
) -> MovedRestore:
    """It is recorded, so it is accepted, even where the ledger does not answer any more.

    Raises LedgerFault where it was there before: nobody knows how it stands then.
    """
    restore = recorded.restore_id
    try:
        moved = _known(context, restore) if not recorded.created else None
        moved = moved or advance(context, importing, restore, hint=recorded.hint)
        if moved:
            return moved
    except LedgerFault as fault:
        if not recorded.created:
            raise
        _say_broken(context, restore, fault)
    made = RestoreRecord(restore_id=restore, request=request, requested_at=context.ledger.now)
    return MovedRestore(made, restore_of(made))


def _known(context: Context, restore: str) -> MovedRestore | None:
    """One that has ended already, as it is; the watcher delivers what is owed of it."""
    known = facts.load(context.ledger, restore)
    return MovedRestore(known, restore_of(known)) if known and known.ended else None


def cancel(context: Context, importing: Importing, known: RestoreRecord, asker: RequestedBy) -> MovedRestore:
    """The restore after a look; it is called off, and what it has made is deleted. As it is, where it had ended.

    Raises LedgerFault.
    """
    if known.ended:
        return MovedRestore(known, restore_of(known))
    hint = ask_for_the_end(context, known, asker)
    try:
        moved = advance(context, importing, known.restore_id, hint=hint)
    except LedgerFault as fault:
        _say_broken(context, known.restore_id, fault)
        moved = None
    return moved or MovedRestore(known, restore_of(known))


def _say_broken(context: Context, restore: str, fault: LedgerFault) -> None:
    context.log.bind(restore_id=restore).warning("look.broken", code=fault.code, error=fault.cause.message)
