"""The facts of an export: what is written once into the ledger and never changed. Pure.

Names of docs/protocol.md: requested, claim-n, result-n, cancel, stalled, ended, told-…, and beside them doubt-n,
refused-…, denied, vanished, missed, look-refused, waits and progress. Their times are OSS's own LastModified. denied
and vanished are removed when it is so no more; missed, look-refused, waits and progress are put again; those six alone.
"""

from datetime import datetime
from typing import Literal

from msgspec import field

from .cause import Cause
from .export import ExportedObject, RequestedBy, Verdict
from .export_request import ExportRequest
from .image import DiskFile, Image
from .wire import Wire


class LedgerIdentity(Wire, frozen=True, kw_only=True):
    """Made once, by whoever records first; an emptied ledger gets another one."""

    id: str = field(name="Id")


class Requested(Wire, frozen=True, kw_only=True):
    """Creating this makes the export. The open marker's body is the same, so that anybody can help it along.

    `listed`: the name under which the export is found by time, newest first.
    """

    export_id: str = field(name="ExportId")
    listed: str = field(name="Listed")
    request: ExportRequest = field(name="Request")


class Ended(Wire, frozen=True, kw_only=True):
    """The verdict, from which manifest, log line and every event are made (docs/protocol.md#rule-13)."""

    status: Verdict = field(name="Status")
    objects: tuple[ExportedObject, ...] = field(name="Objects", default=())
    files: tuple[DiskFile, ...] = field(name="Files", default=())  # what the objects of a Completed export hold
    error: Cause | None = field(name="Error", default=None)
    http_status: int | None = field(name="HttpStatus", default=None)  # with which the cloud refused
    # where the claim did not know all its disks: as it was looked up again for the proof
    image: Image | None = field(name="Image", default=None)
    reason: str | None = field(name="Reason", default=None)


class Span(Wire, frozen=True, kw_only=True):
    """From one time to another, both of OSS."""

    since: datetime = field(name="Since")
    until: datetime = field(name="Until")


class Claim(Wire, frozen=True, kw_only=True):
    """A slot that one worker has for itself (docs/protocol.md#rule-5, #rule-11), for a start or for the end before it.

    start   the one permission to call ExportImage; `image` as it was seen then says how many objects there must be
    adopt   `task_id` is the task of an earlier attempt that was taken for void: followed, not called again
    cancel  end of all attempts, as somebody asked
    end     end of all attempts, with this verdict
    """

    kind: Literal["start", "adopt", "cancel", "end"] = field(name="Kind")
    oss_prefix: str | None = field(name="OSSPrefix", default=None)
    # attempts before this one that were void; the prefix's last letter (docs/protocol.md#rule-8)
    voids: int = field(name="Voids", default=0)
    voided: Span | None = field(name="Voided", default=None)  # from the first to the last of these attempts' claims
    image: Image | None = field(name="Image", default=None)
    task_id: str | None = field(name="TaskId", default=None)
    ended: Ended | None = field(name="Ended", default=None)


class Result(Wire, frozen=True, kw_only=True):
    """What came of claim n. One key for all three outcomes, so that a late worker finds it taken."""

    outcome: Literal["started", "refused", "void"] = field(name="Outcome")
    task_id: str | None = field(name="TaskId", default=None)
    cause: Cause | None = field(name="Cause", default=None)
    http_status: int | None = field(name="HttpStatus", default=None)
    # a nameless task taken for ours after the wait (docs/protocol.md#rule-9)
    inferred: bool = field(name="Inferred", default=False)


class Doubt(Wire, frozen=True, kw_only=True):
    """What ExportImage gave in attempt n instead of an answer that could be used, with the cloud's RequestId."""

    cause: Cause = field(name="Cause")


class Cancel(Wire, frozen=True, kw_only=True):
    """Somebody asked for the end of the export."""

    requested_by: RequestedBy = field(name="RequestedBy")


class Stalled(Wire, frozen=True, kw_only=True):
    """The task is older than its disks explain. Told once. `reason`: why it could not be looked at then."""

    progress: str | None = field(name="Progress", default=None)
    reason: str | None = field(name="Reason", default=None)


class LookRefused(Wire, frozen=True, kw_only=True):
    """The last look was refused, and every one since then for the same cause; without a cause, the last look was not.

    `finished`: what was refused was a look at the objects of a task that is Finished.
    """

    since: datetime = field(name="Since")
    cause: Cause | None = field(name="Cause", default=None)
    finished: bool = field(name="Finished", default=False)


class LookedAt(Wire, frozen=True, kw_only=True):
    """The objects of a Completed export were looked for. Put again at the next look, its time is when that was."""

    missing: tuple[str, ...] = field(name="Missing", default=())


class Waits(Wire, frozen=True, kw_only=True):
    """What an export that has not started waits for, where no other fact says so. Put again when that changes."""

    reason: str | None = field(name="Reason", default=None)
    image_name: str | None = field(name="ImageName", default=None)


class Progressed(Wire, frozen=True, kw_only=True):
    """How far the task was when somebody last looked, for lists. Put again; its time is when that was."""

    progress: str = field(name="Progress")


class Took(Wire, frozen=True, kw_only=True):
    """How long an export took from its start to its end, and how large its disks are together."""

    seconds: int = field(name="Seconds")
    size_gib: int = field(name="SizeGib")


class Pace(Wire, frozen=True, kw_only=True):
    """What the last exports of an account and region took, the newest last. A note, put again: one may be lost."""

    took: tuple[Took, ...] = field(name="Took", default=())


class Since(Wire, frozen=True, kw_only=True):
    """Something is so. Its time is since when."""


class Delivered(Wire, frozen=True, kw_only=True):
    """A notify target has accepted an event, or the manifest was written; or it was given up. One key for either."""

    given_up: bool = field(name="GivenUp", default=False)


class Refusing(Wire, frozen=True, kw_only=True):
    """A notify target has refused an event. Its time is since when."""


class Hold(Wire, frozen=True, kw_only=True):
    """The cloud said that the quota of an account and region is used up (docs/protocol.md#rule-15)."""

    code: str = field(name="Code")
    # weekly quota: no probe before; concurrent quota: one probe a tick
    until: datetime | None = field(name="Until", default=None)


class Pause(Wire, frozen=True, kw_only=True):
    """Nothing starts while this stands (docs/protocol.md#rule-18). Its time is since when."""

    by: str = field(name="By")
    reason: str | None = field(name="Reason", default=None)
