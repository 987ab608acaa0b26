"""Shows what the hour's look would drill now, as the function plans it. Changes nothing."""

from collections.abc import Callable

from image_export.use_cases.drill.maintain import ShownDrill

from ..answers.drills import DrillPlan
from ..deployed import Deployed, cause_in_words, say
from ..exit_codes import ExitCode
from ..options import Output
from ..tables import Column, name_column, show_document, show_table
from .asking import asked
from .reading import DrillReader

NONE = "The policy has no drills, or no Completed export fits them."
CUT = "The history is longer than one look reads: series whose newest export is older are left out."


def show_plan(deployed: Deployed, output: Output) -> ExitCode:
    """All of it, on stdout. Raises ImageExportError."""
    answer = asked(deployed, {"DryRun": True})
    if answer.rejected:
        say(f"✗ {cause_in_words(answer.rejected)}")
        return ExitCode.NO
    if output == "json":
        show_document(DrillPlan(drills=answer.drills, cut=answer.cut))
        return ExitCode.DONE
    show_table(_columns(DrillReader(deployed).where), answer.drills, none=NONE)
    if answer.cut:
        say(CUT)
    return ExitCode.DONE


def _columns(where: Callable[[str, str], str]) -> tuple[Column, ...]:
    def place(one: ShownDrill) -> str:
        return where(one.account_id, one.region_id)

    return (
        Column("ENTRY", lambda one: one.entry, folds=True),
        name_column(lambda one: one.image_name or one.export_id),
        Column("WHERE", place, folds=True),
        Column("NOW", lambda one: "yes" if one.wanted else "no", lambda one: "green" if one.wanted else ""),
        Column("WHY", lambda one: one.reason, folds=True),
    )
