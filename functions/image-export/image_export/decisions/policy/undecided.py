"""How long "no rule wants it" is no decision: what a rule matches on may come after the image. Pure.

Builders and consoles make an image first, and give it tags, a family or a name by a later call.
"""

from datetime import datetime, timedelta

from ...values.image import Image
from ...values.run import Decision
from .eligibility import BEFORE_AVAILABLE

SETTLED_AFTER = timedelta(minutes=15)  # of being seen Available
TAGGED_AFTER = timedelta(hours=1)  # the same, where only tags or the family are missing
MADE_AFTER = timedelta(days=3)  # of being named: an image that is not Available by then is waited for no more


def undecided_until(decision: Decision, image: Image, named_at: datetime, available_at: datetime) -> datetime | None:
    """Until when an image that no rule wants is looked at again; None where nothing can change that."""
    if not decision.may_match:
        return None
    if image.status in BEFORE_AVAILABLE:
        return named_at + MADE_AFTER
    if image.status == "Available":
        return available_at + (TAGGED_AFTER if decision.nearly else SETTLED_AFTER)
    return None
