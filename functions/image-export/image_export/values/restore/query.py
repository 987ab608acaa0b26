"""Which restores somebody asks for. Pure: `decisions/restore/selection.py` compares."""

from datetime import datetime

import msgspec

from .restore import RestoreStatus


class RestoreQuery(msgspec.Struct, frozen=True, kw_only=True):
    """All that is given must fit; None fits everything. `image_name` is a glob, `since` and `until` are inclusive.

    `image_name` is compared with the restored image's name.
    """

    region_id: str | None = None
    account_id: str | None = None
    image_name: str | None = None
    status: RestoreStatus | None = None
    since: datetime | None = None
    until: datetime | None = None
