"""What came of each restore that somebody asked for: a line as it comes, or one JSON document of all. Asks nobody."""

from collections.abc import Callable, Iterable

from ..answers.restores import RestoreOutcome
from ..deployed import cause_in_words
from ..exit_codes import ExitCode
from ..options import Output
from ..outcomes import attempted_as, show_each
from .rows import in_words


def attempted(name: str, work: Callable[[], RestoreOutcome]) -> RestoreOutcome:
    """What came of it. A fault is an outcome, too, and hinders no other."""
    return attempted_as(RestoreOutcome, name, work)


def show_outcomes(outcomes: Iterable[RestoreOutcome], output: Output) -> ExitCode:
    """Print each as it comes; answers with what the verb ends."""
    return show_each(outcomes, output, said)


def said(outcome: RestoreOutcome) -> str:
    """On one line, without the name."""
    if outcome.error:
        return cause_in_words(outcome.error)
    if outcome.note or outcome.restore is None:
        return outcome.note or ""
    restore = outcome.restore
    words = in_words(restore)
    return words if restore.restore_id == outcome.name else f"{restore.restore_id} is {words}"
