"""The facts of a drill, each created once below drills/<id>/ (docs/protocol.md#rule-20). Pure."""

from typing import Literal

from msgspec import field

from ..account import AssumedRole
from ..cause import Cause
from ..export import RequestedBy
from ..notify_target import AnyChannel, CloudTarget
from ..place import Place
from ..wire import Wire
from .drill import LevelVerdict
from .policy import DrillEntry


class DrillRequest(Wire, frozen=True, kw_only=True):
    """Which export is drilled, and how: the policy's entry as it was."""

    role: AssumedRole = field(name="Role")
    entry: DrillEntry = field(name="Entry")
    export_id: str = field(name="ExportId")
    region_id: str = field(name="RegionId")
    oss_bucket: str = field(name="OSSBucket")
    image_id: str = field(name="ImageId")
    image_name: str | None = field(name="ImageName", default=None)
    manifest: str = field(name="Manifest")
    series: str = field(name="Series", default="")  # the ledger's name for it
    requested_by: RequestedBy = field(name="RequestedBy")
    notify: tuple[CloudTarget, ...] = field(name="Notify", default=())
    channels: tuple[AnyChannel, ...] = field(name="Channels", default=())

    @property
    def place(self) -> Place:
        """Where it is restored: one drill at a time there."""
        return Place(self.role.account_id, self.region_id)


class DrillRequested(Wire, frozen=True, kw_only=True):
    """Creating this makes the drill."""

    drill_id: str = field(name="DrillId")
    listed: str = field(name="Listed")
    request: DrillRequest = field(name="Request")


class LevelFact(Wire, frozen=True, kw_only=True):
    """The verdict of level n."""

    verdict: LevelVerdict = field(name="Verdict")
    why: str = field(name="Why")


class StartClaim(Wire, frozen=True, kw_only=True):
    """Attempt n to start an instance: RunInstances may be called with this, by anybody and again."""

    image_id: str = field(name="ImageId")
    instance_type: str = field(name="InstanceType")
    release_at: str = field(name="ReleaseAt")  # ISO 8601, to the minute: whatever happens, ECS releases it then


class StartResult(Wire, frozen=True, kw_only=True):
    """What came of it: an instance, or a refusal."""

    instance_id: str | None = field(name="InstanceId", default=None)
    cause: Cause | None = field(name="Cause", default=None)


class Ran(Wire, frozen=True, kw_only=True):
    """The policy's command was given to the instance."""

    invoke_id: str = field(name="InvokeId")


class CleanUp(Wire, frozen=True, kw_only=True):
    """What is to be deleted, noted before: instance, then image, then the snapshots that only the image names."""

    instance_ids: tuple[str, ...] = field(name="InstanceIds", default=())
    image_id: str | None = field(name="ImageId", default=None)
    snapshot_ids: tuple[str, ...] = field(name="SnapshotIds", default=())
    console: str = field(name="Console", default="")
    output: str = field(name="Output", default="")
    cause: Cause | None = field(name="Cause", default=None)


class DrillEnded(Wire, frozen=True, kw_only=True):
    """Over, and nothing is left. `evidence`: where it stands; null where the bucket does not take it."""

    verdict: Literal["Proved", "Unproven", "Failed"] = field(name="Verdict")
    evidence: str | None = field(name="Evidence", default=None)


class Drilled(Wire, frozen=True, kw_only=True):
    """The last drill of a series or an export. A note, put again; its time is when the drill ended."""

    drill_id: str = field(name="DrillId")
    export_id: str = field(name="ExportId")
    verdict: LevelVerdict = field(name="Verdict")
    level: int = field(name="Level")  # the highest that was proved
    seconds: int | None = field(name="Seconds", default=None)  # that the restore took
