"""Which exports somebody asks for. Pure: `decisions/results/selection.py` compares."""

from datetime import datetime

import msgspec

from .export import Status


class ExportQuery(msgspec.Struct, frozen=True, kw_only=True):
    """All that is given must fit; None fits everything. `image_name` is a glob, `since` and `until` are inclusive."""

    region_id: str | None = None
    account_id: str | None = None
    image_id: str | None = None
    image_name: str | None = None
    rule: str | None = None
    status: Status | None = None
    since: datetime | None = None
    until: datetime | None = None
