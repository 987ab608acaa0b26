"""Keys of a restore: its facts, its marker, and the name by which it is found. Pure."""

import re
from typing import ClassVar

from ..forms import RESTORE_ID
from ..place import Place
from .key import Key


class OfRestore(Key, frozen=True):
    """A key of which there is one for each restore."""

    restore_id: str


class RestoreRequested(OfRestore, frozen=True):
    """Who asked for what; creating it makes the restore.

    With the manifest as it was read.
    """

    form = "restores/{restore_id}/requested"


class ImportClaim(OfRestore, frozen=True):
    """What ImportImage or CopyImage may get in attempt n."""

    form = "restores/{restore_id}/claim-{attempt:04d}"
    attempt: int


class ImportResult(OfRestore, frozen=True):
    """What came of attempt n: an image, or a refusal."""

    form = "restores/{restore_id}/result-{attempt:04d}"
    attempt: int


class Snapshots(OfRestore, frozen=True):
    """The snapshots that the image of attempt n names. Put again."""

    form = "restores/{restore_id}/snapshots-{attempt:04d}"
    attempt: int


class Outcome(OfRestore, frozen=True):
    """Whether the image of attempt n is kept, deleted or copied."""

    form = "restores/{restore_id}/outcome-{attempt:04d}"
    attempt: int


class Discarded(OfRestore, frozen=True):
    """The image of attempt n is gone, and its snapshots."""

    form = "restores/{restore_id}/discarded-{attempt:04d}"
    attempt: int


class Unpacking(OfRestore, frozen=True):
    """When unpacking was last asked for or gone on with. Put again."""

    form = "restores/{restore_id}/unpacking"


class Unpacked(OfRestore, frozen=True):
    """Disk n is unpacked, counted from 1."""

    form = "restores/{restore_id}/unpacked-{number:02d}"
    number: int


class UnpackFailed(OfRestore, frozen=True):
    """An object is not what its manifest says."""

    form = "restores/{restore_id}/unpack-failed"


class UnpackRefused(OfRestore, frozen=True):
    """Since when whoever unpacks is refused, and why. Put again."""

    form = "restores/{restore_id}/unpack-refused"


class RestoreLookRefused(OfRestore, frozen=True):
    """Since when looks are refused, and why. Put again."""

    form = "restores/{restore_id}/look-refused"


class RestoreCancel(OfRestore, frozen=True):
    """Somebody asked for the end."""

    form = "restores/{restore_id}/cancel"


class RestoreReason(OfRestore, frozen=True):
    """What it did or waited for at the last look. Put again."""

    form = "restores/{restore_id}/reason"


class RestoreEnded(OfRestore, frozen=True):
    """The verdict."""

    form = "restores/{restore_id}/ended"


class Swept(OfRestore, frozen=True):
    """What was unpacked for it is gone."""

    form = "restores/{restore_id}/swept"


class RestoreDelivered(OfRestore, frozen=True):
    """A target has accepted its event, or was given up."""

    form = "restores/{restore_id}/told-{event}"
    event: str


class RestoreRefused(OfRestore, frozen=True):
    """Since when a target refuses its event."""

    form = "restores/{restore_id}/refused-{event}"
    event: str


class RestoreOpen(OfRestore, frozen=True):
    """The marker of an open restore: created first, removed last."""

    form = "open-restores/{restore_id}"


class RestoreHistory(Key, frozen=True):
    """All restores, newest first. The body is the whole Restore once it has ended."""

    form = "restore-history/{backwards}/{restore_id}"
    patterns: ClassVar[dict[str, str]] = {"backwards": r"\d{14}"}
    backwards: str
    restore_id: str


class TakesArchives(Key, frozen=True):
    """Whether ImportImage takes archives there. Put again.

    As the last import showed.
    """

    form = "takes-archives/{place}"
    place: Place


def restore_in(what: str) -> str | None:
    """The restore that a hint leads to, if it is one."""
    return what if re.fullmatch(RESTORE_ID, what) else None
