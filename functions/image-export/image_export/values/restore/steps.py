"""What a restore may do next, and what this look has seen. Pure data; `decisions/restore/table.py` chooses."""

from datetime import datetime
from typing import NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from ..cause import Cause
from ..facts import LookRefused
from ..image import Image
from ..stored_object import StoredObject
from ..task import Task
from .facts import ImportClaim, ImportResult, Outcome, RestoreEnded
from .record import RestoreRecord


class Risk(NamedTuple):
    """What image check has found: an item of it, ECS's word for what is wrong, and how bad it is."""

    name: str
    code: str
    level: str  # High | Medium


class Detection(NamedTuple):
    """Image check. `status`: Processing | Finished."""

    status: str
    risks: tuple[Risk, ...] = ()


class Made(NamedTuple):
    """An image that a restore has made, its disks' snapshots, and what image check says, where it says anything."""

    image: Image
    snapshot_ids: tuple[str, ...] = ()
    detection: Detection | None = None


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What this look has seen; UNSET is not looked at yet, None is looked at and not there."""

    objects: dict[str, StoredObject | None] | UnsetType = UNSET
    takes_archives: bool | None | UnsetType = UNSET
    named: Made | None | UnsetType = UNSET  # the image of that name, whoever made it
    made: Made | None | UnsetType = UNSET  # the attempt's image, by its id
    task: Task | None | UnsetType = UNSET
    modified: bool = False  # ModifyImageAttribute was sent in this look
    first_call: bool = False  # this look made the claim: nobody has called before it
    called: Cause | None = None  # ImportImage, or CopyImage, was called in this look, and refused
    cancel_asked: bool = False
    forbidden: Cause | None = None  # the policy of today does not allow the restore
    unruled: bool = False  # nobody knows what it allows
    failed: Cause | None = None  # why this look could not go on
    refused: bool = False  # the cloud has answered so; otherwise it has not answered


class RestoreSituation(NamedTuple):
    """What a step is chosen from: the facts that stand, what this look has seen, and the ledger's time."""

    record: RestoreRecord
    seen: Seen
    now: datetime


class LookAtSources(msgspec.Struct, frozen=True):
    """Read head and tail of the exported objects, and what is known of archives in the region."""

    keys: tuple[str, ...]


class AskToUnpack(msgspec.Struct, frozen=True):
    """Have the function that unpacks go to work; again where it seems to have died."""


class MakeImportClaim(msgspec.Struct, frozen=True):
    """Create claim-n."""

    attempt: int
    claim: ImportClaim


class LookForName(msgspec.Struct, frozen=True):
    """DescribeImages by the exact name, in whatever status: a call without an answer may have been done."""


class CallImport(msgspec.Struct, frozen=True):
    """ImportImage with the attempt's token and name; a repetition is the same call."""


class CallCopy(msgspec.Struct, frozen=True):
    """CopyImage of the temporary image, with the attempt's token and name; a repetition is the same call."""


class SettleImport(msgspec.Struct, frozen=True):
    """Create result-n."""

    result: ImportResult


class LookAtMade(msgspec.Struct, frozen=True):
    """DescribeImages for the attempt's image."""


class NoteSnapshots(msgspec.Struct, frozen=True):
    """Put snapshots-n: these are named by the image now."""

    snapshot_ids: tuple[str, ...]


class LookAtImport(msgspec.Struct, frozen=True):
    """DescribeTaskAttribute for the import's task: the image itself does not say why it failed."""


class CancelImport(msgspec.Struct, frozen=True):
    """CancelTask; the image's own end decides."""


class NoteArchives(msgspec.Struct, frozen=True):
    """Remember whether ImportImage takes archives in the region."""

    takes: bool


class SetAfterwards(msgspec.Struct, frozen=True):
    """ModifyImageAttribute: what an import cannot set."""


class Decide(msgspec.Struct, frozen=True):
    """Create outcome-n."""

    outcome: Outcome


class DeleteMade(msgspec.Struct, frozen=True):
    """DeleteImage, then DeleteSnapshot of each, then the fact discarded-n."""


class DeleteTemporary(msgspec.Struct, frozen=True):
    """The same for the temporary image, in the region where it was imported."""


class EndRestore(msgspec.Struct, frozen=True):
    """Create `ended`."""

    ended: RestoreEnded


class SweepUnpacked(msgspec.Struct, frozen=True):
    """Delete what was unpacked, abort its uploads, and create the fact `swept`."""


class NoteRefusal(msgspec.Struct, frozen=True):
    """Remember since when the cloud refuses, or that it does no more: one refusal alone is no end."""

    refused: LookRefused


class Rest(msgspec.Struct, frozen=True):
    """Look again at `until`; without a time, never."""

    reason: str | None = None
    until: datetime | None = None


RestoreStep = (
    LookAtSources
    | AskToUnpack
    | MakeImportClaim
    | LookForName
    | CallImport
    | CallCopy
    | SettleImport
    | LookAtMade
    | NoteSnapshots
    | LookAtImport
    | CancelImport
    | NoteArchives
    | SetAfterwards
    | Decide
    | DeleteMade
    | DeleteTemporary
    | EndRestore
    | SweepUnpacked
    | NoteRefusal
    | Rest
)
