"""When to look again, and for how long. Back-off is derived from ages, so that no counter is kept. Pure."""

from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
VISIBLE_WITHIN = timedelta(minutes=15)  # an image that a creation event named
LOOK_MOST = timedelta(minutes=10)
CLOCKS_APART = timedelta(minutes=35)  # ECS's times beside OSS's: half an hour, a drift, and minutes alone
DELIVER_MOST = timedelta(hours=1)
DELIVERED_FOR = timedelta(days=14)  # docs/protocol.md#rule-17
REFUSED_LOOK_MOST = timedelta(minutes=30)  # what is refused for good is asked for less often
NOTED_EVERY = timedelta(minutes=30)  # what is so at each look is written down again
UNWATCHED_AFTER = timedelta(hours=2)  # after so long without a look nothing is known of what was so
ENTRANCE_GRACE = timedelta(minutes=2)  # by then an entrance has looked at what it recorded, or died
NO_ANSWER = frozenset(
    {"Unanswered", "Unreached"}
)  # the codes of a service that gave no answer, and took its time for it
WEEKLY_PAUSE = timedelta(hours=1)  # docs/protocol.md#rule-15: a weekly quota is probed by the hour


def growing(since: datetime, now: datetime, *, most: timedelta, share: float = 0.5) -> datetime:
    """The next look: after a share of the time waited so far, at least a minute, at most `most`."""
    return now + min(max((now - since) * share, MINUTE), most)
