"""What the use cases need from outside, as protocols; the edges and the tests' fakes fit them by shape."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from ..values.account import AssumedRole
from ..values.image import Image
from ..values.notify_target import ChannelAddress, NotifyTarget
from ..values.stored_object import StoredObject
from ..values.task import Task

if TYPE_CHECKING:  # a health check does not wait for the words of a policy
    from ..values.policy import HeartbeatEntry


class Stored(NamedTuple):
    """An object of the ledger: its bytes and OSS's own LastModified."""

    body: bytes
    modified_at: datetime


class Entry(NamedTuple):
    """A listed key and OSS's own LastModified."""

    key: str
    modified_at: datetime


class Page(NamedTuple):
    """What one listing shows, by key, and whether there is more behind it."""

    entries: list[Entry]
    more: bool


class Store(Protocol):
    """The ledger's bucket. Keys are relative to the ledger's prefix. Raises CloudFault.

    `now` is the `Date` of the latest answer (docs/protocol.md#rule-1): before the first call there is none.
    """

    @property
    def now(self) -> datetime: ...
    def versioned(self) -> bool:
        """True if versioning was ever enabled on the bucket (GetBucketVersioning; Suspended counts)."""
        ...

    def create(self, key: str, body: bytes) -> bool:
        """Create the object; False where one is there already (409 FileAlreadyExists, perhaps our own write)."""
        ...

    def get(self, key: str) -> Stored | None: ...
    def list(self, prefix: str, *, after: str = "", limit: int = 1000) -> Page:
        """The first `limit` keys below `prefix` that sort behind `after` (a whole key); one call for each 1,000."""
        ...

    def put(self, key: str, body: bytes) -> None:
        """Create or overwrite."""
        ...

    def delete(self, key: str) -> None:
        """Remove; no fault where there is none."""
        ...

    def address(self, key: str) -> str:
        """Where a person finds the object: oss://bucket/…"""
        ...


class Unread(NamedTuple):
    """An entry of a list that cannot be read and is left out: its id or its place, and the field because of which."""

    entry: str
    field: str


class ImagePage(NamedTuple):
    """A page of DescribeImages, and whether there is another."""

    images: list[Image]
    more: bool
    unread: tuple[Unread, ...] = ()


class TaskList(NamedTuple):
    """Tasks, and those in the same answer that cannot be read: any of them may be the one that is looked for."""

    tasks: list[Task]
    unread: tuple[Unread, ...] = ()


class StartExport(NamedTuple):
    """The parameters of one ExportImage call."""

    image_id: str
    oss_bucket: str
    oss_prefix: str
    image_format: str
    role_name: str | None


class Cloud(Protocol):
    """ECS and OSS of one account and region, through the assumed role. Every call raises CloudFault.

    Reads are retried inside (docs/protocol.md#p6); `export_image` and `cancel_task` are sent once.
    """

    def image(self, image_id: str) -> Image | None:
        """The image in whatever status, or None where the account has none of that id in the region."""
        ...

    def images(self, page: int, *, since: datetime | None = None) -> "ImagePage":
        """The account's own images in whatever status, newest first, by the hundred; created since then, if given."""
        ...

    def export_image(self, start: StartExport) -> str:
        """The TaskId. Refused, Unreached: there is no task. Unanswered: there may be one."""
        ...

    def tasks(self, task_ids: Iterable[str]) -> list[Task]:
        """Short tasks for at most 100 ids, in one call; unknown, not yet listed and unreadable ones are left out."""
        ...

    def export_tasks(self, image_id: str, *, since: datetime, until: datetime) -> TaskList:
        """ExportImage tasks of that time, to the minute; of that image where the API heeds it, else of any."""
        ...

    def task(self, task_id: str) -> Task | None:
        """The whole task, or None where ECS does not know the id."""
        ...

    def cancel_task(self, task_id: str) -> None: ...
    def object_keys(self, bucket: str, prefix: str) -> list[str]:
        """All keys that begin with the prefix."""
        ...

    def object(self, bucket: str, key: str) -> StoredObject | None: ...
    def put_object(self, bucket: str, key: str, body: bytes) -> None: ...


class Clouds(Protocol):
    """Where a `Cloud` comes from. Credentials are cached and fetched again before they expire."""

    def at(self, role: AssumedRole, region_id: str, bucket: str) -> Cloud:
        """The cloud of that account and region, narrowed to that bucket."""
        ...

    def renew(self, role: AssumedRole, region_id: str) -> None:
        """Forget the cached credentials: the cloud called them expired or unknown."""
        ...


class Notifier(Protocol):
    """Notifies a target of events: a chat of all together, in one message; every other of one alone.

    Raises CloudFault where they are not accepted. `address`: of a channel, as the policy has it today.
    """

    def deliver(
        self, target: NotifyTarget, events: Sequence[Mapping[str, Any]], address: ChannelAddress | None, /
    ) -> None: ...


Moment = Literal["start", "success", "fail"]


class Pinger(Protocol):
    """Calls the address of a heartbeat. Raises CloudFault where it is not accepted."""

    def ping(self, heartbeat: "HeartbeatEntry", moment: Moment, note: str = "") -> None:
        """Once, in five seconds at most; nothing where the heartbeat's style has no word for the moment."""
        ...


class Log(Protocol):
    """A structlog logger: an event is a dotted fact in the past tense, everything else a field."""

    def bind(self, **fields: Any) -> "Log": ...
    def debug(self, event: str, **fields: Any) -> Any: ...
    def info(self, event: str, **fields: Any) -> Any: ...
    def warning(self, event: str, **fields: Any) -> Any: ...
    def error(self, event: str, **fields: Any) -> Any: ...


RemainingSeconds = Callable[[], float]
"""How many seconds of this invocation are left (by the function's own clock; nothing between workers hangs on it)."""
