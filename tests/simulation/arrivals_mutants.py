"""What keeps images that are tagged later, and nights that were, taken away again."""

from typing import Any

import pytest
from msgspec.structs import replace

from image_export.decisions.policy import undecided
from image_export.use_cases.entrances import sighting
from image_export.use_cases.night import run
from image_export.use_cases.watch import sweep

from .world import Ground

TAGGED = "what is tagged in time is exported"
NIGHTS = "an old night says so"
LATE_TAGS, REPEATS = Ground(late_tags=True), Ground(repeats=True)


def decided_at_once(patch: pytest.MonkeyPatch) -> None:
    """An image that no rule wants is not looked at again."""
    for place in (sighting, sweep):
        patch.setattr(place, "undecided_until", lambda *_: None)


def sweeps_forget(patch: pytest.MonkeyPatch) -> None:
    """A sweep remembers no image that nobody has named."""
    patch.setattr(sweep, "_remember", lambda *_: None)


def time_counted_from_the_event(patch: pytest.MonkeyPatch) -> None:
    """How long an image has been Available counts from when it was named."""
    until = undecided.undecided_until
    patch.setattr(
        sighting,
        "undecided_until",
        lambda decision, image, named_at, _available_at: until(
            decision, replace(image, status="Available"), named_at, named_at
        ),
    )


def old_nights_are_new(patch: pytest.MonkeyPatch) -> None:
    """A finished run is answered as if it had just been."""

    def change(value: Any, **changes: Any) -> Any:
        changes.pop("repeated", None)
        return replace(value, **changes)

    patch.setattr(run, "replace", change)
