"""Has the function drill an export now, and follows that to its end."""

from image_export.values.drill.drill import Drill

from ..deployed import Deployed, say
from ..exit_codes import ExitCode
from ..following.one import follow
from ..options import Acting
from .asking import drilled, outcome
from .outcomes import attempted, show_outcomes
from .reading import DrillReader


def run(deployed: Deployed, export: str, entry: str | None, acting: Acting) -> ExitCode:
    """Have it drilled, and say what came of it."""
    order: dict[str, object] = {"Drill": export, **({"Name": entry} if entry else {})}
    begun = attempted(export, lambda: drilled(deployed, export, order))
    if acting.wait and begun.drill and begun.drill.verdict is None:
        drill = begun.drill.drill_id
        say(f"{export} is drilled as {drill}; `image-export drill show {drill}` shows it, too.")
        begun = attempted(export, lambda: outcome(export, _followed(deployed, drill, acting.every_s)))
    return show_outcomes([begun], acting.output)


def _followed(deployed: Deployed, drill: str, every_s: float) -> Drill:
    reader = DrillReader(deployed)
    return follow(drill, lambda: reader.row(reader.named(drill)), lambda row: _moved(row.drill), every_s).drill


def _moved(drill: Drill) -> str:
    """How far it is: its last level, and what it does now."""
    reached = f"{drill.levels[-1].name} {drill.levels[-1].verdict}, " if drill.levels else ""
    return f"{reached}{drill.status}"
