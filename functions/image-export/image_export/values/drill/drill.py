"""A drill as the world sees it: answer, event data and evidence are one value (docs/restore.md)."""

from datetime import datetime
from typing import Literal

from msgspec import field

from ..cause import Cause
from ..export import RequestedBy
from ..wire import Wire

LevelName = Literal["Imported", "Checked", "PoweredOn", "Spoke", "Answered", "Proved"]
LEVELS: tuple[LevelName, ...] = ("Imported", "Checked", "PoweredOn", "Spoke", "Answered", "Proved")
LevelVerdict = Literal["Proved", "Unproven", "Failed"]
DrillStatus = Literal["Requested", "Restoring", "Checking", "Starting", "Listening", "CleaningUp", "Completed"]


class Level(Wire, frozen=True, kw_only=True):
    """What a drill says of one level. `Unproven`: nothing was heard, which is no failure."""

    number: int = field(name="Number")
    name: LevelName = field(name="Name")
    verdict: LevelVerdict = field(name="Verdict")
    why: str = field(name="Why")


class Stage(Wire, frozen=True, kw_only=True):
    """How long one part took, by OSS's clock."""

    name: Literal["Restore", "Check", "Start", "Speak"] = field(name="Name")
    seconds: int = field(name="Seconds")


class Drill(Wire, frozen=True, kw_only=True):
    """The one public value. `verdict`, once it has ended: of all levels together."""

    drill_id: str = field(name="DrillId")
    name: str = field(name="Name")  # of the policy's entry
    export_id: str = field(name="ExportId")
    account_id: str = field(name="AccountId")
    region_id: str = field(name="RegionId")
    source_image_id: str = field(name="SourceImageId")
    source_image_name: str | None = field(name="SourceImageName", default=None)
    manifest: str = field(name="Manifest")
    restore_id: str = field(name="RestoreId")
    image_id: str | None = field(name="ImageId", default=None)
    instance_id: str | None = field(name="InstanceId", default=None)
    status: DrillStatus = field(name="Status")
    reason: str | None = field(name="Reason", default=None)
    verdict: LevelVerdict | None = field(name="Verdict", default=None)
    levels: tuple[Level, ...] = field(name="Levels", default=())
    stages: tuple[Stage, ...] = field(name="Stages", default=())
    evidence: str | None = field(name="Evidence", default=None)
    requested_at: datetime = field(name="RequestedAt")
    finished_at: datetime | None = field(name="FinishedAt", default=None)
    requested_by: RequestedBy = field(name="RequestedBy")
    error: Cause | None = field(name="Error", default=None)


class Evidence(Drill, frozen=True, kw_only=True):
    """What is kept beside the manifest: the drill, and what was heard, without what looks like a secret."""

    console: str = field(name="Console", default="")
    output: str = field(name="Output", default="")  # of the policy's command
