"""One look at one export, handed from step to step. Looks at nothing itself."""

from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

import msgspec
from msgspec.structs import replace

from ...values.record import Record
from ...values.steps import Observed, Situation

if TYPE_CHECKING:  # a step that names what there is not, or of another type, is found by mypy
    from msgspec import UnsetType
    from typing_extensions import Unpack

    from ...values.cause import Cause
    from ...values.facts import Claim, Ended, Hold, LookRefused, Result, Stalled, Waits
    from ...values.image import Image
    from ...values.stored_object import StoredObject
    from ...values.task import Task

    class Seen(TypedDict, total=False):
        """What a step may add to what is observed."""

        image: Image | None
        hold: Hold | None
        paused: bool
        prefix_taken: Cause | None | UnsetType
        task: Task | None
        brief: Task | None
        candidates: tuple[Task, ...] | UnsetType
        unlooked: int
        keys: tuple[str, ...] | UnsetType
        objects: dict[str, StoredObject | None]
        probe: bool
        renewals: int
        cancel_asked: bool
        cancel_refused: Cause | None
        failed: Cause | None
        refused: bool

    class Standing(TypedDict, total=False):
        """Facts that a step may add to a record, each with its time."""

        attempt: int
        claim: Claim | None
        claimed_at: datetime | None
        result: Result | None
        settled_at: datetime | None
        doubt: Cause | None
        stalled: Stalled | None
        stalled_at: datetime | None
        denied_at: datetime | None
        vanished_at: datetime | None
        missed_at: datetime | None
        look_refused: LookRefused | None
        look_refused_at: datetime | None
        waits: Waits | None
        waits_at: datetime | None
        ended: Ended | None
        ended_at: datetime | None


class Look(msgspec.Struct, frozen=True):
    """One look at one export: its record as it stands, and what has been seen."""

    record: Record
    observed: Observed

    def at(self, now: datetime) -> Situation:
        """What is decided from at this time."""
        return Situation(self.record, self.observed, now)

    def with_observed(self, **seen: "Unpack[Seen]") -> "Look":
        """The look with this seen as well."""
        return Look(self.record, replace(self.observed, **seen))

    def with_facts(self, **facts: "Unpack[Standing]") -> "Look":
        """The look with these facts standing."""
        return Look(replace(self.record, **facts), self.observed)
