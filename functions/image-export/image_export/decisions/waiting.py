"""When to look again. All back-off is derived from ages, so that no counter has to be kept. Pure."""

from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)


def growing(since: datetime, now: datetime, *, most: timedelta, share: float = 0.5) -> datetime:
    """The next look: after a share of the time waited so far, at least a minute, at most `most`."""
    return now + min(max((now - since) * share, MINUTE), most)
