"""Has the function cancel what is chosen, and says what came of each."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from image_export.values.cause import Cause
from image_export.values.export import Export
from image_export.values.policy import Policy

from ..agreeing import agree
from ..deployed import Deployed, say
from ..exit_codes import ExitCode
from ..options import Acting
from ..outcomes import Outcome, attempted, show_outcomes, status
from ..tables import Column, name_column, show_table
from .choosing import Wanted, chosen, named

ENDED = frozenset({"Completed", "Failed", "Cancelled"})


def cancel(deployed: Deployed, ids: Sequence[str], wanted: Wanted, acting: Acting) -> ExitCode:
    """Cancel the named ones, or those that are wanted."""
    exports = named(deployed.ledger, ids) if ids else chosen(deployed.ledger, wanted)
    caller = deployed.caller.arn
    able = [export for export in exports.values() if isinstance(export, Export) and export.status not in ENDED]
    if able:
        show_table(_columns(deployed.deployment.policy), able, stderr=True)
        agree(f"Cancel {'this export' if len(able) == 1 else f'these {len(able)} exports'}?", yes=acting.yes)
    elif not ids:
        say("No open export fits.")
    return show_outcomes(_asked(deployed, exports, caller), acting.output)


def _columns(policy: Policy) -> tuple[Column, ...]:
    names = {account.account_id: account.name for account in policy.accounts}
    return (
        Column("EXPORT", lambda export: export.export_id),
        name_column(lambda export: export.image_name or export.image_id),
        Column("WHERE", lambda export: f"{names.get(export.account_id, export.account_id)} {export.region_id}"),
        Column("STATUS", status, folds=True),
    )


def _asked(deployed: Deployed, exports: Mapping[str, Export | Cause], caller: str) -> Iterator[Outcome]:
    for name, export in exports.items():
        if isinstance(export, Cause):
            yield Outcome(name=name, result="NotDone", error=export)
        elif export.status in ENDED:
            note = None if export.status == "Cancelled" else f"it had ended before: {status(export)}"
            yield replace(_outcome(name, export), note=note)
        else:
            yield attempted(name, partial(_cancelled, deployed, name, caller))


def _cancelled(deployed: Deployed, name: str, caller: str) -> Outcome:
    answer = deployed.entrance.invoke({"Cancel": name, "Caller": caller})
    for cause in answer.rejected:
        return Outcome(name=name, result="NotDone", error=cause)
    for export in answer.exports:
        return _outcome(name, export)
    note = "the deployed function does not know how to cancel: deploy this version of it"
    return Outcome(name=name, result="NotDone", note=note)


def _outcome(name: str, export: Export) -> Outcome:
    """Cancelled, or on its way there: what had ended otherwise before, or goes on, is not."""
    goes_on = export.status in ("Completed", "Failed") or export.reason == "CancelNotSupported"
    return Outcome(name=name, result="NotDone" if goes_on else "Done", export=export)
