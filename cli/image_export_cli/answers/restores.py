"""The answers of `restore` and its verbs."""

from typing import Literal

from msgspec import field

from image_export.values.cause import Cause
from image_export.values.restore.restore import Restore
from image_export.values.wire import Wire

from .exports import Next


class Restores(Wire, frozen=True, kw_only=True):
    """The restores that were asked for, each as HTTP answers it."""

    restores: tuple[Restore, ...] = field(name="Restores")


class ShownRestore(Wire, frozen=True, kw_only=True):
    """A restore, and what comes next."""

    restore: Restore = field(name="Restore")
    next: tuple[Next, ...] = field(name="Next")


class RestoreOutcome(Wire, frozen=True, kw_only=True):
    """What became of one thing that was asked for, with the restore as it stands, or why there is none."""

    name: str = field(name="Name")  # as it was asked for: an export, a manifest or a restore
    result: Literal["Done", "NotDone", "Unknown"] = field(name="Result")
    restore: Restore | None = field(name="Restore", default=None)
    error: Cause | None = field(name="Error", default=None)
    note: str | None = field(name="Note", default=None)  # where neither of the two says it


class RestoreOutcomes(Wire, frozen=True, kw_only=True):
    """What a verb answers that acts, in the order in which it was asked."""

    outcomes: tuple[RestoreOutcome, ...] = field(name="Outcomes")
