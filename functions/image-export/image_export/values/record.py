"""An export as its facts tell it: what `advance` decides from. Pure."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import msgspec

from .cause import Cause
from .export_request import ExportRequest
from .facts import Claim, Delivered, Ended, LookRefused, Progressed, Result, Span, Stalled, Waits


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The facts that stand, each with OSS's own time. `attempt` is the number of the newest claim, 0 for none."""

    export_id: str
    request: ExportRequest
    requested_at: datetime
    listed: str = ""
    attempt: int = 0
    claim: Claim | None = None
    claimed_at: datetime | None = None
    result: Result | None = None
    settled_at: datetime | None = None
    doubt: Cause | None = None  # what the latest attempt without an answer gave instead
    cancel_at: datetime | None = None
    stalled: Stalled | None = None
    stalled_at: datetime | None = None
    denied_at: datetime | None = None  # since when the role has not worked; None: it does, as far as was seen
    vanished_at: datetime | None = None  # since when ECS has not known the task; None: it does
    missed_at: datetime | None = None  # when that was last seen, to the half-hour; older than `vanished_at`: not again
    look_refused: LookRefused | None = None
    look_refused_at: datetime | None = None  # when that was last so, to the half-hour
    waits: Waits | None = None
    waits_at: datetime | None = None
    progressed: Progressed | None = None
    progressed_at: datetime | None = None
    ended: Ended | None = None
    ended_at: datetime | None = None
    manifest: Delivered | None = None
    delivered: frozenset[str] = frozenset()
    refused_since: Mapping[str, datetime] = MappingProxyType({})  # by what `delivered` would say

    @property
    def task_id(self) -> str | None:
        """The task of the attempt that started, if one has."""
        return self.result.task_id if self.result else None

    @property
    def started_at(self) -> datetime | None:
        """When the attempt was known to have started."""
        return self.settled_at if self.task_id else None

    @property
    def oss_prefix(self) -> str | None:
        """The prefix that ExportImage was given."""
        return self.claim.oss_prefix if self.claim else None

    @property
    def refusal(self) -> LookRefused | None:
        """The refusal that stands, if the last look that was noted was refused."""
        return self.look_refused if self.look_refused and self.look_refused.cause else None

    @property
    def voids(self) -> int:
        """How many attempts were void so far; the next prefix moves on by so many letters (docs/protocol.md#rule-8)."""
        before = self.claim.voids if self.claim else 0
        return before + (1 if self.result and self.result.outcome == "void" else 0)

    @property
    def voided(self) -> Span | None:
        """When these attempts were claimed, from the first to the last."""
        before = self.claim.voided if self.claim else None
        if self.claimed_at is None or self.result is None or self.result.outcome != "void":
            return before
        return Span(since=before.since if before else self.claimed_at, until=self.claimed_at)

    @property
    def began_at(self) -> datetime | None:
        """No object of ours is older. An adopted task is of an earlier attempt."""
        return self.requested_at if self.claim and self.claim.kind == "adopt" else self.claimed_at

    @property
    def inferred(self) -> str | None:
        """The Reason `Inferred` where the task was taken for ours by inference (docs/protocol.md#rule-9)."""
        return "Inferred" if self.result and self.result.inferred else None
