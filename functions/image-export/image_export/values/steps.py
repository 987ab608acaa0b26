"""What `advance` may do next, and what this look has seen. Pure data; `decisions/state/table.py` chooses."""

from datetime import datetime
from typing import Literal, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from .cause import Cause
from .facts import Claim, Ended, Hold, LookRefused, Result, Stalled
from .image import Image
from .record import Record
from .stored_object import StoredObject
from .task import Task


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """What this look has seen; UNSET is not looked at yet, None is looked at and not there."""

    image: Image | None | UnsetType = UNSET
    hold: Hold | None | UnsetType = UNSET
    paused: bool = False  # as it was when the hold was looked at
    prefix_taken: Cause | None | UnsetType = UNSET  # why a prefix may not be used as given
    task: Task | None | UnsetType = UNSET  # the whole task
    brief: Task | None = None  # the task as the tick's DescribeTasks told it for many at once
    candidates: tuple[Task, ...] | UnsetType = UNSET
    unlooked: int = 0  # how many there are beside the candidates: too many for one look, or not known just now
    keys: tuple[str, ...] | UnsetType = UNSET
    objects: dict[str, StoredObject | None] | UnsetType = UNSET
    forbidden: Cause | None = None  # what the policy says against it by now (docs/protocol.md#rule-16)
    probe: bool = False  # this export may try although the group is on hold
    queued: bool = False  # it waits for room, and keeps its place
    in_turn: bool = True  # it may start now; otherwise it queues up, since others may be more important
    renewals: int = 0  # how often this look has fetched fresh credentials after a refusal
    cancel_asked: bool = False  # CancelTask was sent in this look
    cancel_refused: Cause | None = None  # and refused
    failed: Cause | None = None  # why this look could not go on
    refused: bool = False  # the cloud has answered so; otherwise it has not answered

    @property
    def looked(self) -> bool:
        """Whether anything was seen in this look."""
        seen = (self.image, self.task, self.candidates, self.keys, self.objects)
        return self.brief is not None or any(one is not UNSET for one in seen)

    @property
    def is_finished(self) -> bool:
        """Whether the task is Finished, as far as this look has seen it."""
        task = self.task if isinstance(self.task, Task) else self.brief
        return task is not None and task.status == "Finished"


class Situation(NamedTuple):
    """What a step is chosen from: the facts that stand, what this look has seen, and the ledger's time."""

    record: Record
    observed: Observed
    now: datetime


class LookAtImage(msgspec.Struct, frozen=True):
    """DescribeImages for the image, in whatever status."""


class LookAtHold(msgspec.Struct, frozen=True):
    """Read the group's hold from the ledger, and whether all starts are paused."""


class LookAtTask(msgspec.Struct, frozen=True):
    """DescribeTaskAttribute for the export's task."""


class LookAtPrefix(msgspec.Struct, frozen=True):
    """Whether a prefix that is used as given is still the export's own, in the ledger and in the bucket."""


class LookForTasks(msgspec.Struct, frozen=True):
    """The image's export tasks created in the window, less those of our other exports; some where there are many."""

    since: datetime
    until: datetime


class LookForKeys(msgspec.Struct, frozen=True):
    """List the bucket for the prefix."""

    prefix: str


class LookAtObjects(msgspec.Struct, frozen=True):
    """Ranged reads of these objects."""

    keys: tuple[str, ...]


class MakeClaim(msgspec.Struct, frozen=True):
    """Create claim-n; whoever creates a start calls ExportImage, once."""

    attempt: int
    claim: Claim


class Settle(msgspec.Struct, frozen=True):
    """Create result-n."""

    result: Result


class CancelTask(msgspec.Struct, frozen=True):
    """Ask ECS to cancel the running task; the task's own end decides."""


class MarkStalled(msgspec.Struct, frozen=True):
    """Create the fact `stalled`."""

    stalled: Stalled


class MarkMissed(msgspec.Struct, frozen=True):
    """Put the fact `missed` again: at this look, too, ECS does not know the task."""


class NoteRefusal(msgspec.Struct, frozen=True):
    """Put the fact `look-refused` again: since when looks are refused, or that one was not."""

    refused: LookRefused


SinceWhen = Literal["vanished", "denied"]


class Mark(msgspec.Struct, frozen=True):
    """Create the fact whose time says since when this is so."""

    name: SinceWhen


class Unmark(msgspec.Struct, frozen=True):
    """Remove it: it is so no more."""

    name: SinceWhen


class End(msgspec.Struct, frozen=True):
    """Create `ended`."""

    ended: Ended


class Wait(msgspec.Struct, frozen=True):
    """Look again at `until`, when the group has room (`queued`), or when the task has moved (`running`)."""

    reason: str | None = None
    until: datetime | None = None
    queued: bool = False
    running: bool = False


Step = (
    LookAtImage
    | LookAtHold
    | LookAtTask
    | LookAtPrefix
    | LookForTasks
    | LookForKeys
    | LookAtObjects
    | MakeClaim
    | Settle
    | CancelTask
    | MarkStalled
    | MarkMissed
    | NoteRefusal
    | Mark
    | Unmark
    | End
    | Wait
)
