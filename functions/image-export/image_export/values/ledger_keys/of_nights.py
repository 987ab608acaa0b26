"""Keys of one night: its record, the parts of it while the run goes on, and what is told of it. Pure."""

import re
from typing import ClassVar

from .. import forms
from ..place import Place
from .key import Key

NIGHT = "night-"


class OfNight(Key, frozen=True):
    """A key of which there is one for each night. `date`: in UTC; `run`: its id, hashed."""

    patterns: ClassVar[dict[str, str]] = {"run": "[^/.]+"}
    date: str
    run: str


class NightRecord(OfNight, frozen=True):
    """Every image of a night, with its decision and reason."""

    form = "nights/{date}/{run}.json.gz"


class NightPart(OfNight, frozen=True):
    """The images of these pages, while the run goes on."""

    form = "nights/{date}/{run}/{place}/{first:06d}-{last:06d}.gz"
    place: Place
    first: int
    last: int


class NightOpen(OfNight, frozen=True):
    """Those of them that rules with `max_per_run` choose among."""

    form = "nights/{date}/{run}/{place}/{first:06d}-{last:06d}.open.gz"
    place: Place
    first: int
    last: int


class NightFinished(OfNight, frozen=True):
    """The night is through: what is told of it."""

    form = "nights/{date}/{run}/finished"

    @property
    def name(self) -> str:
        """How hints and its event call it."""
        return f"{NIGHT}{self.date}-{self.run}"

    @classmethod
    def named(cls, name: str) -> "NightFinished | None":
        """The other way round; None for the name of something else."""
        if not re.fullmatch(forms.NIGHT, name):
            return None
        date, _, run = name.removeprefix(NIGHT).rpartition("-")
        return cls(date, run)


class NightDelivered(OfNight, frozen=True):
    """A target has accepted the night's event, or was given up."""

    form = "nights/{date}/{run}/told-{event}"
    event: str


class NightRefused(OfNight, frozen=True):
    """Since when a target refuses the night's event."""

    form = "nights/{date}/{run}/refused-{event}"
    event: str


def of_night(date: str, run: str) -> str:
    """What the keys of a night begin with: that of its record, which comes first, and of all that belongs to it."""
    return f"nights/{date}/{run}"
