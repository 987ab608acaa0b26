"""A restore as its facts tell it: what its next step is decided from. Pure."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import msgspec

from ..cause import Cause
from ..facts import LookRefused
from ..place import Place
from ..unpack import Unpacked
from .facts import ImportClaim, ImportResult, Outcome, RestoreEnded, TemporaryImage
from .request import RestoreRequest


class RestoreRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The facts that stand, each with OSS's own time. `attempt` is the number of the newest claim, 0 for none."""

    restore_id: str
    request: RestoreRequest
    requested_at: datetime
    listed: str = ""
    attempt: int = 0
    claim: ImportClaim | None = None
    claimed_at: datetime | None = None
    result: ImportResult | None = None
    settled_at: datetime | None = None
    snapshot_ids: tuple[str, ...] = ()  # of the newest attempt's image, as it has named them so far
    outcome: Outcome | None = None
    discarded_at: datetime | None = None  # the image of the newest attempt is gone, and its snapshots
    temporary_gone_at: datetime | None = None  # the same of the image that was imported to be copied
    unpacking_at: datetime | None = None  # when somebody last asked for unpacking, or went on with it
    unpacked: Mapping[int, Unpacked] = MappingProxyType({})  # by the disk's number, from 1 on
    unpack_failed: Cause | None = None
    unpack_refused: LookRefused | None = None  # by the cloud, to whoever unpacks
    unpack_refused_at: datetime | None = None  # when that was last so
    look_refused: LookRefused | None = None
    look_refused_at: datetime | None = None  # the same
    cancel_at: datetime | None = None
    noted: str | None = None  # the Reason of the last look that had another than the one before
    ended: RestoreEnded | None = None
    ended_at: datetime | None = None
    swept_at: datetime | None = None  # what was unpacked is gone
    delivered: frozenset[str] = frozenset()
    refused_since: Mapping[str, datetime] = MappingProxyType({})

    @property
    def image_id(self) -> str | None:
        """The image of the newest attempt."""
        return self.result.image_id if self.result else None

    @property
    def temporary(self) -> TemporaryImage | None:
        """The image that was imported to be copied, once it was decided so."""
        return self.claim.temporary if self.claim else None

    @property
    def is_copy(self) -> bool:
        """Whether the newest attempt is a copy: its image is, or was to be, in the region that was asked for."""
        return self.claim is not None and self.claim.kind == "copy"

    @property
    def place(self) -> Place:
        """Where the cloud is asked for its image."""
        return (
            Place(self.request.role.account_id, self.request.target_region_id) if self.is_copy else self.request.place
        )

    @property
    def started_at(self) -> datetime | None:
        """When an image was known to be on its way."""
        if self.is_copy:
            return self.temporary.started_at if self.temporary else None
        return self.settled_at if self.image_id else None
