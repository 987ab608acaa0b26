"""The answers of `drill` and its verbs."""

from typing import Literal

from msgspec import field

from image_export.use_cases.drill.maintain import ShownDrill
from image_export.values.cause import Cause
from image_export.values.drill.drill import Drill
from image_export.values.wire import Wire

from .exports import Next


class DrillPlan(Wire, frozen=True, kw_only=True):
    """Each series of the policy's drills, with why it is drilled now or not. `cut`: older series may be missing."""

    drills: tuple[ShownDrill, ...] = field(name="Drills")
    cut: bool = field(name="Cut")


class Drills(Wire, frozen=True, kw_only=True):
    """The drills that were asked for, each as HTTP answers it."""

    drills: tuple[Drill, ...] = field(name="Drills")


class DrillAndNext(Wire, frozen=True, kw_only=True):
    """A drill, and what comes next."""

    drill: Drill = field(name="Drill")
    next: tuple[Next, ...] = field(name="Next")


class DrillOutcome(Wire, frozen=True, kw_only=True):
    """What became of one thing that was asked for, with the drill as it stands, or why there is none."""

    name: str = field(name="Name")  # as it was asked for: an export or a drill
    result: Literal["Done", "NotDone", "Unknown"] = field(name="Result")
    drill: Drill | None = field(name="Drill", default=None)
    error: Cause | None = field(name="Error", default=None)
    note: str | None = field(name="Note", default=None)  # where neither of the two says it


class DrillOutcomes(Wire, frozen=True, kw_only=True):
    """What a verb answers that acts, in the order in which it was asked."""

    outcomes: tuple[DrillOutcome, ...] = field(name="Outcomes")
