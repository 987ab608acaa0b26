"""Has the function call drills off, and says what came of each."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from image_export.values.cause import Cause
from image_export.values.drill.drill import Drill

from ..agreeing import agree
from ..answers.drills import DrillOutcome
from ..deployed import Deployed
from ..exit_codes import ExitCode
from ..options import Acting
from ..tables import show_table
from . import rows
from .asking import drilled
from .outcomes import attempted, show_outcomes
from .reading import DrillReader


def cancel(deployed: Deployed, ids: Sequence[str], acting: Acting) -> ExitCode:
    """Call the named ones off."""
    reader = DrillReader(deployed)
    found = {name: reader.known(name) for name in dict.fromkeys(ids)}
    able = [one for one in found.values() if isinstance(one, Drill) and one.verdict is None]
    if able:
        show_table(rows.COLUMNS, map(reader.row, able), stderr=True)
        agree(f"Cancel {'this drill' if len(able) == 1 else f'these {len(able)} drills'}?", yes=acting.yes)
    return show_outcomes(_asked(deployed, found), acting.output)


def _asked(deployed: Deployed, found: Mapping[str, Drill | Cause]) -> Iterator[DrillOutcome]:
    for name, one in found.items():
        if isinstance(one, Cause):
            yield DrillOutcome(name=name, result="NotDone", error=one)
        elif one.verdict:
            note = f"it had ended before: {rows.in_words(one)}"
            yield DrillOutcome(name=name, result="NotDone", drill=one, note=note)
        else:
            yield attempted(name, partial(drilled, deployed, name, {"Cancel": name}))
