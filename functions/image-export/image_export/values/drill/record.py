"""A drill as its facts tell it. Pure."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import msgspec

from .facts import CleanUp, DrillEnded, DrillRequest, LevelFact, Ran, StartClaim, StartResult


class DrillRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The facts that stand, each with OSS's own time. `attempt`: the newest start's number, 0 for none."""

    drill_id: str
    request: DrillRequest
    requested_at: datetime
    listed: str = ""
    levels: Mapping[int, LevelFact] = MappingProxyType({})
    levelled_at: Mapping[int, datetime] = MappingProxyType({})
    attempt: int = 0
    start: StartClaim | None = None
    start_at: datetime | None = None
    started: StartResult | None = None
    started_at: datetime | None = None
    ran: Ran | None = None
    ran_at: datetime | None = None
    clean_up: CleanUp | None = None
    cleaned_at: datetime | None = None
    cancel_at: datetime | None = None
    ended: DrillEnded | None = None
    ended_at: datetime | None = None
    delivered: frozenset[str] = frozenset()
    refused_since: Mapping[str, datetime] = MappingProxyType({})

    @property
    def instance_id(self) -> str | None:
        """The instance that was started."""
        return self.started.instance_id if self.started else None
