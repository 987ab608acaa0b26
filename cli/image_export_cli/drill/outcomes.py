"""What came of each drill that somebody asked for: a line as it comes, or one JSON document of all. Asks nobody."""

from collections.abc import Callable, Iterable

from ..answers.drills import DrillOutcome
from ..deployed import cause_in_words
from ..exit_codes import ExitCode
from ..options import Output
from ..outcomes import attempted_as, show_each
from .rows import in_words


def attempted(name: str, work: Callable[[], DrillOutcome]) -> DrillOutcome:
    """What came of it. A fault is an outcome, too, and hinders no other."""
    return attempted_as(DrillOutcome, name, work)


def show_outcomes(outcomes: Iterable[DrillOutcome], output: Output) -> ExitCode:
    """Print each as it comes; answers with what the verb ends."""
    return show_each(outcomes, output, said)


def said(outcome: DrillOutcome) -> str:
    """On one line, without the name."""
    if outcome.error:
        return cause_in_words(outcome.error)
    if outcome.note or outcome.drill is None:
        return outcome.note or ""
    words = in_words(outcome.drill)
    return words if outcome.drill.drill_id == outcome.name else f"{outcome.drill.drill_id} is {words}"
