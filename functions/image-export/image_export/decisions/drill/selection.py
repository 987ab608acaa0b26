"""Does a drill fit a query? By itself; its name in the history says its time alone. Pure."""

from ...values.drill.drill import Drill
from ...values.drill.query import DrillQuery
from ..results.selection import in_time, is_named

SAME = ("region_id", "account_id", "export_id", "name", "status", "verdict")


def fits(query: DrillQuery, drill: Drill) -> bool:
    """Whether all that is given fits."""
    same = all(getattr(query, one) in (None, getattr(drill, one)) for one in SAME)
    return same and in_time(query, drill.requested_at) and is_named(query.image_name, drill.source_image_name)
