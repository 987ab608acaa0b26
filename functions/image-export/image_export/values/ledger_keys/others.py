"""Keys of what is of no single export: tokens, tasks, prefixes, holds, sightings, rejections, sweeps, nights. Pure."""

from collections.abc import Iterator
from itertools import count
from typing import ClassVar

from ..place import Place
from .key import Key

LATE = "late-"
REJECTED = "rejected-"


class Token(Key, frozen=True):
    """The export that a ClientToken stands for. `token`: account and token, hashed."""

    form = "tokens/{token}"
    patterns: ClassVar[dict[str, str]] = {"token": "[^/-]+"}
    token: str

    def slots(self) -> Iterator[str]:
        """Where the ledger says it: the next place counts where another request got the export of the one before."""
        yield self.key
        yield from (NextToken(self.token, number).key for number in count(2))


class NextToken(Key, frozen=True):
    """The next place, where another request got that export."""

    form = "tokens/{token}-{number}"
    patterns = Token.patterns
    token: str
    number: int


class Access(Key, frozen=True):
    """A token of HTTP, by its SHA-256. Written and removed by operators alone."""

    form = "access/{digest}"
    patterns: ClassVar[dict[str, str]] = {"digest": "[0-9a-f]{64}"}
    digest: str


class Task(Key, frozen=True):
    """The export that a task belongs to."""

    form = "tasks/{place}/{task_id}"
    place: Place
    task_id: str


class Prefix(Key, frozen=True):
    """The export that has a caller's whole prefix for itself."""

    form = "prefixes/{account_id}/{bucket}/{image_id}/{prefix}"
    patterns: ClassVar[dict[str, str]] = {"prefix": "[^/-]+"}
    account_id: str
    bucket: str
    image_id: str
    prefix: str

    def slots(self) -> Iterator[str]:
        """Where the ledger says it: the next place counts where what stands in the one before came to nothing."""
        yield self.key
        parts = (self.account_id, self.bucket, self.image_id, self.prefix)
        yield from (NextPrefix(*parts, number).key for number in count(2))


class NextPrefix(Key, frozen=True):
    """The next place, where the export of that came to nothing."""

    form = "prefixes/{account_id}/{bucket}/{image_id}/{prefix}-{number}"
    patterns = Prefix.patterns
    account_id: str
    bucket: str
    image_id: str
    prefix: str
    number: int


class Hold(Key, frozen=True):
    """The cloud's word on the quota of an account and region."""

    form = "holds/{place}"
    place: Place


class Pace(Key, frozen=True):
    """What the last exports of an account and region took. Put again."""

    form = "pace/{place}"
    place: Place


class Sighted(Key, frozen=True):
    """An image that is not decided upon, by its hash."""

    form = "sighted/{sighting}"
    patterns: ClassVar[dict[str, str]] = {"sighting": f"(?!{LATE})[^/]+"}
    sighting: str


class Late(Key, frozen=True):
    """Parts of an event that are still to be taken: late-<hash>."""

    form = "sighted/{late}"
    patterns: ClassVar[dict[str, str]] = {"late": f"{LATE}[^/]+"}
    late: str


class Rejected(Key, frozen=True):
    """What could not be taken, and why."""

    form = "rejected/{digest}/event"
    digest: str

    @property
    def name(self) -> str:
        """What people, hints and its event call it."""
        return f"{REJECTED}{self.digest}"

    @classmethod
    def named(cls, name: str) -> "Rejected | None":
        """The other way round; None for the name of something else."""
        return cls(name.removeprefix(REJECTED)) if name.startswith(REJECTED) else None


class RejectedDelivered(Key, frozen=True):
    """A target has accepted the rejection, or was given up."""

    form = "rejected/{digest}/told-{target}"
    digest: str
    target: str


class RejectedRefused(Key, frozen=True):
    """Since when a target refuses the rejection."""

    form = "rejected/{digest}/refused-{target}"
    digest: str
    target: str


class Undelivered(Key, frozen=True):
    """An event that a target has not accepted for a fortnight. `event`: as in told-<event>."""

    form = "untold/{event_id}/told-{event}"
    event_id: str
    event: str


class SweptMarkers(Key, frozen=True):
    """When markers were last held against hints."""

    form = "swept/open"


class OldSweptMarkers(Key, frozen=True):
    """When 0.1.0 last held them against hints.

    That it has a name of its own tells that it was at work.
    """

    form = "swept/markers"


class SweptImages(Key, frozen=True):
    """When new images were last looked for."""

    form = "swept/{place}"
    place: Place


class Indexed(Key, frozen=True):
    """Since when each export has a name below images/. Made anew where 0.1.0, which writes none, was at work since."""

    form = "swept/indexed"


class Identity(Key, frozen=True):
    """What tells this ledger from every other one."""

    form = "ledger/id"


class Probe(Key, frozen=True):
    """Asked for where one object is refused: are all of them?"""

    form = "probe"


class Paused(Key, frozen=True):
    """Nothing starts, since somebody has said so."""

    form = "switches/paused"


class WatcherSucceeded(Key, frozen=True):
    """When a tick of the watcher last did its work.

    Put again after five minutes at the earliest.
    """

    form = "watcher/succeeded"


class WatcherAwaited(Key, frozen=True):
    """Since when somebody has missed a success of the watcher."""

    form = "watcher/awaited"


class HeartbeatCalled(Key, frozen=True):
    """When the heartbeat was last told of a success."""

    form = "watcher/heartbeat"


class HeartbeatFailed(Key, frozen=True):
    """When the heartbeat was last told of a failure."""

    form = "watcher/heartbeat-failed"


class Run(Key, frozen=True):
    """How far the latest night is."""

    form = "nightly/run"


class Chosen(Key, frozen=True):
    """What a night has chosen within its limits. `run`: its id, hashed."""

    form = "nightly/chosen-{run}"
    run: str
