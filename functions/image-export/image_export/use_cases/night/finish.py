"""The end of a night: its record is joined, and it is told. No export hangs on it: a fault is logged and told.

In this order, so that whoever dies in between is repeated and changes nothing that stands: the record, the fact that
the night is told from, the hints to deliver it, and the parts, which go.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from ...decisions.naming import run_key
from ...decisions.results.night_record import UNREADABLE, policy_hash
from ...errors import LedgerFault
from ...values import ledger_keys as keys
from ...values.night import NightFinished
from ...values.run import Run
from ..context import Context
from ..delivery.announcing import announce
from .parts import find_parts, join


def finish(context: Context, run: Run, warnings: Iterable[str]) -> tuple[str, ...]:
    """Write the record of a run that is through, and have it told. Answers its warnings, with what the record lacks.

    Raises LedgerFault where the ledger does not answer: the run is repeated, and comes here again.
    """
    policy, name = context.ruled(), keys.NightRecord(run.date, run_key(run.run_id))
    lacking = (f"the night's record lacks {run.record_fault}",) if run.record_fault else ()
    finished = NightFinished(
        run_id=run.run_id,
        began_at=run.began_at,
        finished_at=context.ledger.now,
        policy=policy_hash(policy),
        totals=run.totals,
        warnings=(*warnings, *lacking),
        record=context.ledger.address(name.key),
        notify=policy.notify,
        channels=policy.channels,
    )
    finished = _record(context, run, finished)
    told = keys.NightFinished(run.date, name.run)
    announce(context, told.name, told.key, finished)
    return finished.warnings


def _record(context: Context, run: Run, finished: NightFinished) -> NightFinished:
    """What is told: of the record, or of why there is none. Its parts go once it stands."""
    try:
        parts = find_parts(context, run)
        if not parts.is_recorded:
            join(context, run, parts, finished)
    except (LedgerFault, *UNREADABLE) as fault:
        code = fault.code if isinstance(fault, LedgerFault) else type(fault).__name__
        context.log.error("nightly.record_incomplete", code=code, error=str(fault))
        warning = f"the night's record could not be written: {fault}"
        return replace(finished, record=None, warnings=(*finished.warnings, warning))
    for key in parts.keys:
        context.forget(key)
    return finished
