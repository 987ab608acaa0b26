"""Keys of a drill: its facts, its marker, the name by which it is found, and when a series was last drilled. Pure."""

import re
from typing import ClassVar

from ..forms import DRILL_ID
from ..place import Place
from .key import Key


class OfDrill(Key, frozen=True):
    """A key of which there is one for each drill."""

    drill_id: str


class DrillRequested(OfDrill, frozen=True):
    """Which export is drilled; creating it makes the drill."""

    form = "drills/{drill_id}/requested"


class DrillLevel(OfDrill, frozen=True):
    """The verdict of level n."""

    form = "drills/{drill_id}/level-{number}"
    number: int


class DrillStart(OfDrill, frozen=True):
    """What RunInstances may be called with in attempt n."""

    form = "drills/{drill_id}/start-{attempt:04d}"
    attempt: int


class DrillStarted(OfDrill, frozen=True):
    """What came of attempt n: an instance, or a refusal."""

    form = "drills/{drill_id}/started-{attempt:04d}"
    attempt: int


class DrillRan(OfDrill, frozen=True):
    """The policy's command was given to the instance."""

    form = "drills/{drill_id}/ran"


class DrillCancel(OfDrill, frozen=True):
    """Somebody asked for the end."""

    form = "drills/{drill_id}/cancel"


class DrillCleanUp(OfDrill, frozen=True):
    """What is to be deleted, noted before anything is."""

    form = "drills/{drill_id}/clean-up"


class DrillCleaned(OfDrill, frozen=True):
    """All that it made is gone."""

    form = "drills/{drill_id}/cleaned"


class DrillEnded(OfDrill, frozen=True):
    """The verdict."""

    form = "drills/{drill_id}/ended"


class DrillDelivered(OfDrill, frozen=True):
    """A target has accepted its event, or was given up."""

    form = "drills/{drill_id}/told-{event}"
    event: str


class DrillRefused(OfDrill, frozen=True):
    """Since when a target refuses its event."""

    form = "drills/{drill_id}/refused-{event}"
    event: str


class DrillOpen(Key, frozen=True):
    """The marker of an open drill.

    One at a time in an account and region.
    """

    form = "open-drills/{place}/{drill_id}"
    place: Place
    drill_id: str


class DrillHistory(Key, frozen=True):
    """All drills, newest first. The body is the whole Drill once it has ended."""

    form = "drill-history/{backwards}/{drill_id}"
    patterns: ClassVar[dict[str, str]] = {"backwards": r"\d{14}"}
    backwards: str
    drill_id: str


class DrilledSeries(Key, frozen=True):
    """When a series was last drilled, by entry. Put again."""

    form = "drilled-series/{series}"
    series: str


class DrilledExport(Key, frozen=True):
    """When an export was last drilled, and what came of it. Put again."""

    form = "drilled-exports/{export_id}"
    export_id: str


def drill_in(what: str) -> str | None:
    """The drill that a hint leads to, if it is one."""
    return what if re.fullmatch(DRILL_ID, what) else None
