"""The facts of a restore, each created once below restores/<id>/ (docs/protocol.md#rule-19). Pure."""

from datetime import datetime
from typing import Literal

from msgspec import field

from ..cause import Cause
from ..export import RequestedBy
from ..wire import Wire
from .request import RestoreRequest
from .restore import Difference, ImportSource, RestoreVerdict


class RestoreRequested(Wire, frozen=True, kw_only=True):
    """Creating this makes the restore."""

    restore_id: str = field(name="RestoreId")
    listed: str = field(name="Listed")  # the name under which it is found by time, newest first
    request: RestoreRequest = field(name="Request")


class RestoreEnded(Wire, frozen=True, kw_only=True):
    """The verdict, from which log line and events are made."""

    status: RestoreVerdict = field(name="Status")
    image_id: str | None = field(name="ImageId", default=None)
    differences: tuple[Difference, ...] = field(name="Differences", default=())
    error: Cause | None = field(name="Error", default=None)


class TemporaryImage(Wire, frozen=True, kw_only=True):
    """The image of attempt n, which was imported to be copied. It goes before the restore ends, and its snapshots."""

    attempt: int = field(name="Attempt")
    image_id: str = field(name="ImageId")
    snapshot_ids: tuple[str, ...] = field(name="SnapshotIds", default=())
    task_id: str | None = field(name="TaskId", default=None)
    started_at: datetime | None = field(name="StartedAt", default=None)  # ImportImage had answered it
    not_before: datetime | None = field(name="NotBefore", default=None)  # it is deleted: a late ImportImage repeats it
    differences: tuple[Difference, ...] = field(name="Differences", default=())  # that the copy has as well


class ImportClaim(Wire, frozen=True, kw_only=True):
    """Attempt n: ImportImage may be called, by anybody and again, with these parameters and no others.

    Its ClientToken and the image's name follow from the restore and the attempt, so that all these calls are one.
    A `copy` is the same for CopyImage, of the temporary image. An `end` is the end of all attempts.
    """

    kind: Literal["import", "copy", "end"] = field(name="Kind")
    sources: tuple[ImportSource, ...] = field(name="Sources", default=())
    unpacked: bool = field(name="Unpacked", default=False)
    discarded: tuple[str, ...] = field(name="Discarded", default=())  # images of earlier attempts: never taken for it
    temporary: TemporaryImage | None = field(name="Temporary", default=None)  # to be deleted before the restore ends
    ended: RestoreEnded | None = field(name="Ended", default=None)


class ImportResult(Wire, frozen=True, kw_only=True):
    """What came of attempt n. One key for both, so that a late worker finds it taken."""

    outcome: Literal["imported", "refused"] = field(name="Outcome")
    image_id: str | None = field(name="ImageId", default=None)
    task_id: str | None = field(name="TaskId", default=None)
    cause: Cause | None = field(name="Cause", default=None)


class Outcome(Wire, frozen=True, kw_only=True):
    """What becomes of attempt n's image. One key for both, so that none is deleted that was told as restored.

    keep      it is what was asked for, with these differences
    discard   it is to be deleted, and then its snapshots, which only the image names; `cause`: why, or null where the
              restore was cancelled
    copy      it is what a copy in another region may be made of; the next claim is of that copy, or the end
    """

    kind: Literal["keep", "discard", "copy"] = field(name="Kind")
    image_id: str = field(name="ImageId")
    differences: tuple[Difference, ...] = field(name="Differences", default=())
    snapshot_ids: tuple[str, ...] = field(name="SnapshotIds", default=())
    cause: Cause | None = field(name="Cause", default=None)


class RestoreCancel(Wire, frozen=True, kw_only=True):
    """Somebody asked for the end of the restore."""

    requested_by: RequestedBy = field(name="RequestedBy")


class UnpackFailed(Wire, frozen=True, kw_only=True):
    """An object cannot be unpacked: it is not what the manifest says. Of disk n, counted from 1."""

    cause: Cause = field(name="Cause")


class NotedSnapshots(Wire, frozen=True, kw_only=True):
    """The snapshots of attempt n's image, as it names them: it may go without a word, and they stay and cost."""

    snapshot_ids: tuple[str, ...] = field(name="SnapshotIds")


class NotedReason(Wire, frozen=True, kw_only=True):
    """What the restore did or waited for at the last look. A note for those who look without the cloud, put again."""

    reason: str | None = field(name="Reason", default=None)


class TakesArchives(Wire, frozen=True, kw_only=True):
    """Whether ImportImage has taken an archive in a region, as the last one showed. A note, put again."""

    takes: bool = field(name="Takes")
