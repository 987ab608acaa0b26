"""Keys of hints: what the watcher reads instead of bodies. One may be stale or lost, and is no only trace. Pure."""

import re
from datetime import datetime, timezone
from typing import ClassVar

from ..forms import EXPORT_ID
from ..place import Place
from .key import Key
from .others import Rejected

STAMP = "%Y%m%dT%H%M%SZ"
SIGHTED = "sighted-"
EXPORT = re.compile(rf"(?:^|[/-])({EXPORT_ID})(?:/|$)")


def stamp(at: datetime) -> str:
    """A time that sorts as text."""
    return at.astimezone(timezone.utc).strftime(STAMP)


def export_in(key: str) -> str | None:
    """The export that a hint leads to, whatever is to be done there."""
    found = EXPORT.search(key)
    return found[1] if found else None


class Running(Key, frozen=True):
    """A task that runs, to be asked for with others.

    `look_at`: when it is looked at by itself, as a stamp; `-`, which sorts first, where version 0.1.0 knew no time.
    """

    form = "running/{place}/{task_id}/{export_id}/{look_at}"
    place: Place
    task_id: str
    export_id: str
    look_at: str


class Waiting(Key, frozen=True):
    """An export that waits for room: first the most important."""

    form = "waiting/{place}/{order}/{since}/{export_id}"
    place: Place
    order: str
    since: str
    export_id: str


class Stalling(Key, frozen=True):
    """An export that takes too long, for nights to count."""

    form = "stalled/{place}/{export_id}"
    place: Place
    export_id: str


class Due(Key, frozen=True):
    """A look at an export or a sighting is due. `what`: an ExportId, or sighted-…"""

    form = "due/{stamp}/{what}"
    patterns: ClassVar[dict[str, str]] = {"what": r"(?!deliver\.[^/.-]*\.|rejected-)[^/-]*-[^/]*"}
    stamp: str
    what: str

    @property
    def export_id(self) -> str | None:
        """The export, if it is one."""
        return self.what if self.what.startswith("exp-") else None

    @property
    def sighting(self) -> str | None:
        """What the sighting stands under, if it is one."""
        return self.what.removeprefix(SIGHTED) if self.what.startswith(SIGHTED) else None


class Delivery(Key, frozen=True):
    """Deliveries alone are due. `order`: how urgently; `what`: an ExportId, rejected-… or untold-…"""

    form = "due/{stamp}/deliver.{order}.{targets}-{what}"
    patterns: ClassVar[dict[str, str]] = {"order": "[^/.-]*", "targets": r"(?:(?!\.rejected-)[^/-])*"}
    stamp: str
    order: str
    targets: tuple[str, ...]
    what: str


class RejectionDelivery(Key, frozen=True):
    """Deliveries of a rejection are due. 0.1.0 makes them, too.

    It takes any hint of a kind that it does not know for one to the rejection behind the first dash, and removes it.
    """

    form = "due/{stamp}/deliver.{order}.{targets}.rejected-{digest}"
    patterns: ClassVar[dict[str, str]] = {"order": "[^/.-]*", "targets": "[^/-]*"}
    stamp: str
    order: str
    targets: tuple[str, ...]
    digest: str


class OldDelivery(Key, frozen=True):
    """Deliveries of a rejection are due, as 0.1.0 wrote it."""

    form = "due/{stamp}/rejected-{digest}"
    stamp: str
    digest: str


def due(at: datetime, what: str) -> str:
    """A hint to look at `what` at that time."""
    return Due(stamp(at), what).key


def due_sighting(at: datetime, sighting: str) -> str:
    """A hint to look at what is sighted under that name."""
    return due(at, f"{SIGHTED}{sighting}")


def deliver(delivery: Delivery) -> str:
    """The hint that deliveries are due."""
    rejected = Rejected.named(delivery.what)
    if rejected is None:
        return delivery.key
    return RejectionDelivery(delivery.stamp, delivery.order, delivery.targets, rejected.digest).key


def read_delivery(key: str) -> Delivery | None:
    """A delivery's hint, of whichever version; None for another's."""
    if old := OldDelivery.read(key):
        return Delivery(old.stamp, "", (), Rejected(old.digest).name)
    if found := RejectionDelivery.read(key):
        return Delivery(found.stamp, found.order, found.targets, Rejected(found.digest).name)
    return Delivery.read(key)
