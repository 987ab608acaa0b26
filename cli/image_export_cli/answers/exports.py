"""The answers of `list`, `show` and `watch`."""

from datetime import datetime
from typing import Literal

from msgspec import field

from image_export.values.cause import Cause
from image_export.values.export import Export, RequestedBy
from image_export.values.night import ImageNight
from image_export.values.wire import Wire

What = Literal[
    "Requested",
    "Claimed",
    "InDoubt",
    "Started",
    "Refused",
    "NotStarted",
    "CancelRequested",
    "Waits",
    "RoleRefused",
    "TaskUnknown",
    "LooksRefused",
    "Progress",
    "Stalled",
    "Ended",
    "Manifest",
    "Delivered",
    "NotAccepted",
    "GivenUp",
    "LookedAt",
]


class Exports(Wire, frozen=True, kw_only=True):
    """The exports that were asked for, each as HTTP answers it."""

    exports: tuple[Export, ...] = field(name="Exports")


class Entry(Wire, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened to an export, or that is so now. What does not belong to it is left out."""

    at: datetime = field(name="At")
    what: What = field(name="What")
    message: str = field(name="Message")
    attempt: int | None = field(name="Attempt", default=None)
    task_id: str | None = field(name="TaskId", default=None)
    requested_by: RequestedBy | None = field(name="RequestedBy", default=None)
    error: Cause | None = field(name="Error", default=None)
    event: str | None = field(name="Event", default=None)  # the kind that a notify target was told
    target: str | None = field(name="Target", default=None)


class Next(Wire, frozen=True, kw_only=True):
    """What happens next or can be done, and the command that does it, where there is one."""

    message: str = field(name="Message")
    command: str | None = field(name="Command", default=None)


class ShownExport(Wire, frozen=True, kw_only=True):
    """An export, what happened to it in order, and what comes next."""

    export: Export = field(name="Export")
    timeline: tuple[Entry, ...] = field(name="Timeline")
    next: tuple[Next, ...] = field(name="Next")


class ShownImage(Wire, frozen=True, kw_only=True):
    """An image: since when it is known here, what the latest nights decided, and its exports, the newest first."""

    image_id: str = field(name="ImageId")
    image_name: str | None = field(name="ImageName")
    known_since: datetime = field(name="KnownSince")
    nights: tuple[ImageNight, ...] = field(name="Nights")
    exports: tuple[Export, ...] = field(name="Exports")


class Images(Wire, frozen=True, kw_only=True):
    """The image of that id, or all that have or had that name."""

    images: tuple[ShownImage, ...] = field(name="Images")
