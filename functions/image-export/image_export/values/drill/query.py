"""Which drills somebody asks for. Pure: `decisions/drill/selection.py` compares."""

from datetime import datetime

import msgspec

from .drill import DrillStatus, LevelVerdict


class DrillQuery(msgspec.Struct, frozen=True, kw_only=True):
    """All that is given must fit; None fits everything. `image_name` is a glob, `since` and `until` are inclusive.

    `image_name` is compared with the exported image's name, `name` with that of the policy's entry.
    """

    region_id: str | None = None
    account_id: str | None = None
    export_id: str | None = None
    image_name: str | None = None
    name: str | None = None
    status: DrillStatus | None = None
    verdict: LevelVerdict | None = None
    since: datetime | None = None
    until: datetime | None = None
