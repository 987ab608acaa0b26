"""The document of `events list --output json`. Reads nothing."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import field

from image_export.values.cause import Cause
from image_export.values.wire import Wire

from .listing import Item, Kind


class Event(Wire, frozen=True, kw_only=True):
    """One thing that can be retried: a failed or cancelled export, a rejected event, or a delivery given up."""

    name: str = field(name="Name")
    kind: Kind = field(name="Kind")
    at: datetime = field(name="At")
    what: str = field(name="What")  # the image, where one is known
    error: Cause = field(name="Error")
    followed_by: str | None = field(name="FollowedBy", default=None)  # the export that has come after it


class Events(Wire, frozen=True, kw_only=True):
    """All that can be retried, the latest last."""

    events: tuple[Event, ...] = field(name="Events")


def events_of(found: Iterable[Item]) -> Iterable[Event]:
    """The rows of the document."""
    for one in found:
        yield Event(name=one.name, kind=one.kind, at=one.at, what=one.what, error=one.cause, followed_by=one.by)
