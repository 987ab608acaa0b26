"""What follows from the result of an attempt for others: the quota's hold of the place, and the credentials. Pure."""

from datetime import datetime
from enum import Enum

from ...values.facts import Hold, Result
from ..codes import QUOTA, Handling, handling
from .backoff import WEEKLY_PAUSE


class Effect(Enum):
    """What is done after a result (docs/protocol.md#rule-15, #rule-6)."""

    NOTHING = "the result concerns this export alone"
    HOLD_ENDS = "an export started, so there is room again"
    HOLD_BEGINS = "the quota is used up: nothing else of this place starts, but for a probe"
    CREDENTIALS_ARE_RENEWED = "the cloud knows these credentials no more"


def follows(result: Result, *, on_hold: bool) -> Effect:
    """The one effect. `on_hold`: whether this look has seen that the place is on hold."""
    if result.outcome == "started":
        return Effect.HOLD_ENDS if on_hold else Effect.NOTHING
    if result.cause is None:
        return Effect.NOTHING
    if result.cause.code in QUOTA:
        return Effect.HOLD_BEGINS
    fresh = handling(result.cause.code) is Handling.FRESH
    return Effect.CREDENTIALS_ARE_RENEWED if fresh else Effect.NOTHING


def hold_of(result: Result, now: datetime) -> Hold:
    """The hold that a used-up quota begins. A weekly one is not probed before the pause is over."""
    code = result.cause.code if result.cause else ""
    return Hold(code=code, until=now + WEEKLY_PAUSE if code.startswith("Weekly") else None)
