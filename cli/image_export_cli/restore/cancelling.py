"""Has the function call restores off, and says what came of each."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from image_export.values.cause import Cause
from image_export.values.restore.answer import RestoreAnswer
from image_export.values.restore.restore import Restore

from ..agreeing import agree
from ..answers.restores import RestoreOutcome
from ..deployed import Deployed
from ..exit_codes import ExitCode
from ..options import Acting
from ..tables import show_table
from . import rows
from .asking import TOO_OLD
from .outcomes import attempted, show_outcomes
from .reading import RestoreReader


def cancel(deployed: Deployed, ids: Sequence[str], acting: Acting) -> ExitCode:
    """Call the named ones off."""
    reader = RestoreReader(deployed)
    found = {name: reader.known(name) for name in dict.fromkeys(ids)}
    able = [one for one in found.values() if isinstance(one, Restore) and one.status not in rows.ENDED]
    if able:
        show_table(rows.COLUMNS, map(reader.row, able), stderr=True)
        agree(f"Cancel {'this restore' if len(able) == 1 else f'these {len(able)} restores'}?", yes=acting.yes)
    return show_outcomes(_asked(deployed, found), acting.output)


def _asked(deployed: Deployed, found: Mapping[str, Restore | Cause]) -> Iterator[RestoreOutcome]:
    for name, one in found.items():
        if isinstance(one, Cause):
            yield RestoreOutcome(name=name, result="NotDone", error=one)
        elif one.status in rows.ENDED:
            note = None if one.status == "Cancelled" else f"it had ended before: {rows.in_words(one)}"
            yield _outcome(name, one, note)
        else:
            yield attempted(name, partial(_cancelled, deployed, name))


def _cancelled(deployed: Deployed, name: str) -> RestoreOutcome:
    answer = deployed.entrance.invoked({"CancelRestore": name, "Caller": deployed.caller.arn}, RestoreAnswer)
    for cause in answer.rejected:
        return RestoreOutcome(name=name, result="NotDone", error=cause)
    for restore in answer.restores:
        return _outcome(name, restore, None)
    return RestoreOutcome(name=name, result="NotDone", note=TOO_OLD)


def _outcome(name: str, restore: Restore, note: str | None) -> RestoreOutcome:
    """Cancelled, or on its way there: what had ended otherwise before is not."""
    other = restore.status in ("Completed", "Failed")
    return RestoreOutcome(name=name, result="NotDone" if other else "Done", restore=restore, note=note)
