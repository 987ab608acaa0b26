"""What a drill may do next, and what this look has seen. Pure data; `decisions/drill/table.py` chooses."""

from datetime import datetime
from typing import NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from ..cause import Cause
from ..restore.record import RestoreRecord
from ..restore.steps import Made
from .facts import CleanUp, LevelFact, StartClaim, StartResult
from .record import DrillRecord


class Instance(msgspec.Struct, frozen=True, kw_only=True):
    """An instance as DescribeInstances tells it."""

    instance_id: str
    status: str
    tags: dict[str, str]
    created_at: datetime | None = None


class Console(NamedTuple):
    """GetInstanceConsoleOutput; empty where the instance has said nothing."""

    text: str


class Assistant(NamedTuple):
    """DescribeCloudAssistantStatus."""

    answers: bool


class CommandResult(NamedTuple):
    """DescribeInvocationResults. `status`: ECS's word; `exit_code`: None while it runs."""

    status: str
    exit_code: int | None
    output: str
    code: str = ""  # ErrorCode, where ECS could not run it


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What this look has seen; UNSET is not looked at yet, None is looked at and not there."""

    restore: RestoreRecord | None | UnsetType = UNSET
    made: Made | None | UnsetType = UNSET
    found: Instance | None | UnsetType = UNSET  # by the drill's tag
    instance: Instance | None | UnsetType = UNSET  # by its id
    console: Console | None | UnsetType = UNSET
    assistant: Assistant | UnsetType = UNSET
    result: CommandResult | None | UnsetType = UNSET
    deleted: bool = False  # instance, image and snapshots are gone
    noted: bool = False  # the series and the export
    first_call: bool = False
    called: Cause | None = None  # RunInstances was called in this look, and refused
    failed: Cause | None = None
    refused: bool = False


class DrillSituation(NamedTuple):
    """What a step is chosen from."""

    record: DrillRecord
    heard: Heard
    now: datetime


class RecordRestore(msgspec.Struct, frozen=True):
    """Record the drill's restore, which the watcher then moves on by itself."""


class LookAtRestore(msgspec.Struct, frozen=True):
    """Read the restore's facts."""


class LookAtImage(msgspec.Struct, frozen=True):
    """DescribeImages for the restored image, with what image check found."""

    image_id: str


class SayLevel(msgspec.Struct, frozen=True):
    """Create level-n."""

    number: int
    fact: LevelFact


class ClaimStart(msgspec.Struct, frozen=True):
    """Create start-n."""

    attempt: int
    claim: StartClaim


class LookForInstance(msgspec.Struct, frozen=True):
    """DescribeInstances by the drill's tag: a call without an answer may have been done."""


class StartInstance(msgspec.Struct, frozen=True):
    """RunInstances with the attempt's token; a repetition is the same call."""


class SettleStart(msgspec.Struct, frozen=True):
    """Create started-n."""

    result: StartResult


class LookAtInstance(msgspec.Struct, frozen=True):
    """DescribeInstances for the instance."""


class ReadConsole(msgspec.Struct, frozen=True):
    """GetInstanceConsoleOutput."""


class AskAssistant(msgspec.Struct, frozen=True):
    """DescribeCloudAssistantStatus."""


class GiveCommand(msgspec.Struct, frozen=True):
    """RunCommand, and create `ran`."""


class LookAtCommand(msgspec.Struct, frozen=True):
    """DescribeInvocationResults."""


class NoteCleanUp(msgspec.Struct, frozen=True):
    """Create `clean-up`: from here on everything goes."""

    clean_up: CleanUp


class CancelRestore(msgspec.Struct, frozen=True):
    """Call the drill's restore off."""


class DeleteAll(msgspec.Struct, frozen=True):
    """DeleteInstance, DeleteImage, DeleteSnapshot."""


class DeleteInstance(msgspec.Struct, frozen=True):
    """DeleteInstance alone: a call that starts one may be on its way, and needs the image."""


class NoteCleaned(msgspec.Struct, frozen=True):
    """Create `cleaned`: nothing is left."""


class Conclude(msgspec.Struct, frozen=True):
    """Write the evidence beside the manifest, and create `ended`."""


class NoteDrilled(msgspec.Struct, frozen=True):
    """Note the series and the export as drilled."""


class Pause(msgspec.Struct, frozen=True):
    """Look again at `until`; without a time, never."""

    reason: str | None = None
    until: datetime | None = None


DrillStep = (
    RecordRestore
    | LookAtRestore
    | LookAtImage
    | SayLevel
    | ClaimStart
    | LookForInstance
    | StartInstance
    | SettleStart
    | LookAtInstance
    | ReadConsole
    | AskAssistant
    | GiveCommand
    | LookAtCommand
    | NoteCleanUp
    | CancelRestore
    | DeleteAll
    | DeleteInstance
    | NoteCleaned
    | Conclude
    | NoteDrilled
    | Pause
)
