"""Does a restore fit a query? By itself; its name in the history says its time alone. Pure."""

from ...values.restore.query import RestoreQuery
from ...values.restore.restore import Restore
from ..results.selection import in_time, is_named


def fits(query: RestoreQuery, restore: Restore) -> bool:
    """Whether all that is given fits."""
    same = (
        query.region_id in (None, restore.region_id)
        and query.account_id in (None, restore.account_id)
        and query.status in (None, restore.status)
    )
    return same and in_time(query, restore.requested_at) and is_named(query.image_name, restore.image_name)
