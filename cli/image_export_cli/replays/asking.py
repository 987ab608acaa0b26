"""Has the function do something once more, and says what came of it."""

from msgspec.structs import replace

from image_export.decisions.results.export_view import export_of
from image_export.decisions.results.undelivered import read_name
from image_export.use_cases.ledger.ledger import Ledger
from image_export.values import ledger_keys as keys
from image_export.values.export import Export
from image_export.values.restore.answer import RestoreAnswer

from ..deployed import Deployed
from ..outcomes import RETRY, SHOW, Outcome
from .details import replayable
from .listing import whole_name

GONE_WRONG = frozenset({"Failed", "Cancelled"})


def retried(deployed: Deployed, name: str) -> Outcome:
    """Ask for it, unless it is known here that it would be refused. Raises ImageExportError."""
    whole = whole_name(deployed.ledger, name)
    replayable(deployed.ledger, whole)
    outcome = outcome_of(whole, deployed.entrance.invoked({"Replay": whole}, RestoreAnswer))
    if outcome.result == "NotDone" and outcome.export:
        return replace(outcome, next=_after(deployed.ledger, outcome.export))
    return outcome


def _after(ledger: Ledger, failed: Export) -> str:
    """What to type next: an export that has failed too is retried by its own name, unless another one has followed."""
    listed = ledger.walk(keys.generations(failed.export_id.split("-")[1]))
    newest = max(filter(None, (keys.export_in(entry.key) for entry in listed)), default=failed.export_id)
    record = ledger.load(newest) if newest != failed.export_id else None
    goes_on = record is not None and export_of(record).status not in GONE_WRONG
    return (SHOW if goes_on else RETRY).format(newest)


def outcome_of(name: str, answer: RestoreAnswer) -> Outcome:
    """What the answer says of the one thing that was asked for."""
    for cause in answer.rejected:
        return Outcome(name=name, result="NotDone", error=cause)
    if read_name(name):
        return Outcome(name=name, result="Done", note="the watcher delivers it at its next tick")
    for restore in answer.restores:
        note = f"{restore.restore_id} is {restore.status}; `image-export restore show {restore.restore_id}` follows it"
        return Outcome(name=name, result="NotDone" if restore.status in GONE_WRONG else "Done", note=note)
    for export in answer.exports:
        return Outcome(name=name, result="NotDone" if export.status in GONE_WRONG else "Done", export=export)
    if answer.undecided:
        note = "the image cannot be seen yet; the watcher looks for it for some minutes"
        return Outcome(name=name, result="NotDone", note=note)
    because = "; ".join(answer.ignored_because) or "the functions' log tells why"
    return Outcome(name=name, result="NotDone", note=f"nothing was done: {because}")
