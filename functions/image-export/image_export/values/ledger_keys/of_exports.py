"""Keys of an export: its facts, its marker, and the names by which it is found. Pure."""

from datetime import datetime, timezone
from typing import ClassVar, TypeVar

from typing_extensions import Self

from ..forms import EXPORT_ID
from ..place import Place
from .key import Key

N = TypeVar("N", bound="OfNights")

LAST_STAMP = 99991231235959


class OfExport(Key, frozen=True):
    """A key of which there is one for each export."""

    export_id: str


class Requested(OfExport, frozen=True):
    """Who asked for what; creating it makes the export."""

    form = "exports/{export_id}/requested"


class Claim(OfExport, frozen=True):
    """The permission for attempt n, with prefix and image."""

    form = "exports/{export_id}/claim-{attempt:04d}"
    attempt: int


class Result(OfExport, frozen=True):
    """What came of attempt n: started, refused or void."""

    form = "exports/{export_id}/result-{attempt:04d}"
    attempt: int


class Doubt(OfExport, frozen=True):
    """What ExportImage gave in attempt n instead of an answer."""

    form = "exports/{export_id}/doubt-{attempt:04d}"
    attempt: int


class Cancel(OfExport, frozen=True):
    """Somebody asked for the end."""

    form = "exports/{export_id}/cancel"


class Stalled(OfExport, frozen=True):
    """The task takes longer than its disks explain."""

    form = "exports/{export_id}/stalled"


class Denied(OfExport, frozen=True):
    """Since when the role does not work. Removed when it does again."""

    form = "exports/{export_id}/denied"


class Vanished(OfExport, frozen=True):
    """Since when ECS does not know the task. Removed when it does again."""

    form = "exports/{export_id}/vanished"


class Missed(OfExport, frozen=True):
    """When ECS last did not know the task. Put again."""

    form = "exports/{export_id}/missed"


class LookRefused(OfExport, frozen=True):
    """Since when looks are refused, and why. Put again."""

    form = "exports/{export_id}/look-refused"


class Waits(OfExport, frozen=True):
    """What an export that has not started waits for. Put again."""

    form = "exports/{export_id}/waits"


class Progress(OfExport, frozen=True):
    """How far its task was when somebody last looked. Put again."""

    form = "exports/{export_id}/progress"


class LookedAt(OfExport, frozen=True):
    """When the objects were last looked for. Put again."""

    form = "exports/{export_id}/looked-at"


class Ended(OfExport, frozen=True):
    """The verdict."""

    form = "exports/{export_id}/ended"


class Manifest(OfExport, frozen=True):
    """The manifest is written, or was given up."""

    form = "exports/{export_id}/told-manifest"


class Delivered(OfExport, frozen=True):
    """A target has accepted an event, or was given up. `event`: <kind>-<target>."""

    form = "exports/{export_id}/told-{event}"
    patterns: ClassVar[dict[str, str]] = {"event": "(?!manifest$)[^/]+"}
    event: str


class Refused(OfExport, frozen=True):
    """Since when a target refuses an event."""

    form = "exports/{export_id}/refused-{event}"
    event: str


class Open(OfExport, frozen=True):
    """The marker of an open export: created first, removed last."""

    form = "open/{export_id}"


class History(Key, frozen=True):
    """All exports, newest first. The body is the whole Export once it has ended."""

    form = "history/{backwards}/{region_id}/{image_id}/{export_id}"
    patterns: ClassVar[dict[str, str]] = {
        "backwards": r"\d{14}",
        "region_id": "[a-z0-9-]+",
        "image_id": "m-[A-Za-z0-9]+",
        "export_id": EXPORT_ID,
    }
    backwards: str
    region_id: str
    image_id: str
    export_id: str

    @property
    def of_image(self) -> "OfImage":
        """The name by which the export is found among those of its image."""
        return OfImage(self.image_id, self.backwards, self.region_id, self.export_id)


class OfImage(Key, frozen=True):
    """The exports of one image, newest first. A name alone."""

    form = "images/{image_id}/{backwards}/{region_id}/{export_id}"
    patterns = History.patterns
    image_id: str
    backwards: str
    region_id: str
    export_id: str

    @property
    def in_history(self) -> History:
        """The other way round."""
        return History(self.backwards, self.region_id, self.image_id, self.export_id)


class OfNights(Key, frozen=True):
    """A name without a body, which plans read. `natural_key` and `generation` are those of the ExportId."""

    place: Place
    natural_key: str
    generation: str

    @property
    def export_id(self) -> str:
        """The export that it is about."""
        return f"exp-{self.natural_key}-{self.generation}"

    @classmethod
    def of(cls, place: Place, export_id: str) -> Self:
        """The name for that export."""
        return cls(place, *export_id.split("-")[1:])


class Known(OfNights, frozen=True):
    """There is such an export."""

    form = "known/{place}/{natural_key}/{generation}"


class Cancelled(OfNights, frozen=True):
    """The export was cancelled."""

    form = "known/{place}/{natural_key}/{generation}/cancelled"


class Failed(OfNights, frozen=True):
    """The export failed."""

    form = "failed/{place}/{natural_key}/{generation}"


def generations(natural_key: str) -> str:
    """What the keys of all exports of a natural key begin with."""
    return f"exports/exp-{natural_key}-"


def backwards(at: datetime) -> str:
    """A time that sorts the newest first."""
    return f"{LAST_STAMP - int(at.astimezone(timezone.utc).strftime('%Y%m%d%H%M%S')):014d}"
