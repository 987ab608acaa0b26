"""A cloud and a ledger in memory, in the shape of the ports. They keep state and check no calls.

Believed because the contract suite (tests/contract) passes on them and on the real edges against the emulator.
"""

import sys
from bisect import bisect_left, bisect_right, insort
from collections import UserDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from fnmatch import fnmatchcase
from typing import Any, NoReturn

from msgspec.structs import replace

from image_export.errors import CloudFault, Refused, Unanswered, Unreached, Unreadable
from image_export.use_cases.ports import Entry, ImagePage, Moment, Page, StartExport, Stored, TaskList, Unread
from image_export.values.account import AssumedRole
from image_export.values.cause import Cause
from image_export.values.image import Image
from image_export.values.log_events import EVENTS, OF_AN_EXPORT
from image_export.values.notify_target import ChannelAddress, NotifyTarget
from image_export.values.policy import HeartbeatEntry
from image_export.values.stored_object import PROBE_BYTES, StoredObject
from image_export.values.task import ObjectName, Task

from .archives import disk_archive

START = datetime(2026, 11, 24, 8, 0, tzinfo=timezone.utc)
TASKS_MAX = 100  # what one DescribeTasks takes
TERMINAL = frozenset({"Finished", "Failed", "Deleted"})


class Clock:
    """The cloud's time: every call takes a moment of it, tests move it by hand."""

    def __init__(self) -> None:
        self.now = START

    def tick(self) -> datetime:
        """The time of one answer."""
        self.now += timedelta(milliseconds=10)
        return self.now

    def advance(self, **delta: float) -> None:
        """Let time pass."""
        self.now += timedelta(**delta)


class Faults:
    """What goes wrong at the next calls, by name of the call: before its effect, or after it (the answer is lost)."""

    def __init__(self) -> None:
        self._before: dict[str, list[BaseException]] = {}
        self._after: dict[str, list[BaseException]] = {}
        self._instead: dict[str, list[Any]] = {}

    def before(self, call: str, *faults: BaseException) -> None:
        """The next calls of that name fail like this, one after the other, and have no effect."""
        self._before.setdefault(call, []).extend(faults)

    def after(self, call: str, *faults: BaseException) -> None:
        """The next calls of that name have their effect, and fail."""
        self._after.setdefault(call, []).extend(faults)

    def instead(self, call: str, *answers: Any) -> None:
        """The next calls of that name are answered like this, and have no effect."""
        self._instead.setdefault(call, []).extend(answers)

    def run(self, call: str, effect: Callable[[], Any]) -> Any:
        """The effect between the two kinds of fault."""
        if self._before.get(call):
            raise self._before[call].pop(0)
        if self._instead.get(call):
            return self._instead[call].pop(0)
        result = effect()
        if self._after.get(call):
            raise self._after[call].pop(0)
        return result


class Counting(Faults):
    """Faults that count the calls."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    def run(self, call: str, effect: Callable[[], Any]) -> Any:
        self.calls.append(call)
        return super().run(call, effect)

    def count(self, call: str) -> int:
        return self.calls.count(call)


class MeanwhileAt(Faults):
    """At the n-th call of a worker others do something, once."""

    def __init__(self, number: int, work: Callable[[], object]) -> None:
        super().__init__()
        self._left = number
        self._work = work

    def run(self, call: str, effect: Callable[[], Any]) -> Any:
        self._left -= 1
        if self._left == 0:
            self._work()
        return super().run(call, effect)


class Died(BaseException):
    """The worker is killed here. No `except Exception` sees it, as nothing sees a SIGKILL."""


LAST = chr(sys.maxunicode)  # sorts behind every character that a key has


class Objects(UserDict[str, Stored]):
    """The objects of a bucket by key; their keys are kept in order, so that a listing does not sort."""

    def __init__(self) -> None:
        self._keys: list[str] = []
        self.changes = 0  # how often one was written or removed
        super().__init__()

    def __setitem__(self, key: str, value: Stored) -> None:
        if key not in self.data:
            insort(self._keys, key)
        self.data[key] = value
        self.changes += 1

    def __delitem__(self, key: str) -> None:
        del self.data[key]
        del self._keys[bisect_left(self._keys, key)]
        self.changes += 1

    def below(self, prefix: str, after: str = "", limit: int | None = None) -> list[str]:
        """The keys that begin with the prefix and sort behind `after`, in order."""
        first = max(bisect_left(self._keys, prefix), bisect_right(self._keys, after))
        last = bisect_left(self._keys, prefix + LAST, first)
        return self._keys[first : last if limit is None else min(last, first + limit)]


REMOVABLE = (
    *("open/*", "due/*", "running/*", "waiting/*", "holds/*", "sighted/*", "stalled/*", "untold/*"),
    *("exports/*/denied", "exports/*/vanished", "nights/*/*/*.gz", "open-restores/*", "open-drills/*"),
)


def no_restores() -> NoReturn:
    """Of a world that has none."""
    raise AssertionError("nothing is to be restored here")


class FakeStore:
    """A bucket of the ledger (port: Store). Workers that share one have a store each, over the same objects.

    `now` is the time of the latest answer that came: a lost one tells no time.
    """

    def __init__(self, clock: Clock, faults: Faults | None = None, objects: Objects | None = None) -> None:
        self._clock = clock
        self._now: datetime | None = None
        self.faults = faults or Faults()
        self.objects = Objects() if objects is None else objects
        self.versioning: str | None = None
        self.by_an_operator = False  # whose own keys may do more than the functions' roles

    @property
    def now(self) -> datetime:
        assert self._now is not None, "no answer yet, so no time"
        return self._now

    def _run(self, call: str, effect: Callable[[], Any]) -> Any:
        result = self.faults.run(call, effect)
        self._now = self._clock.tick().replace(microsecond=0)
        return result

    def _write(self, key: str, body: bytes) -> None:
        assert self.by_an_operator or not key.startswith(("access/", "switches/")), (
            f"no role of template.yml may write {key}"
        )
        self.objects[key] = Stored(body, self._clock.now.replace(microsecond=0))

    def versioned(self) -> bool:
        return bool(self._run("versioned", lambda: self.versioning in ("Enabled", "Suspended")))

    def create(self, key: str, body: bytes) -> bool:
        versioning = self.versioning  # as it is when the request is sent

        def effect() -> bool:
            if key in self.objects and not versioning:
                return False
            self._write(key, body)
            return True

        return bool(self._run(f"create {_kind(key)}", effect))

    def get(self, key: str) -> Stored | None:
        found: Stored | None = self._run("get", lambda: self.objects.get(key))
        return found

    def list(self, prefix: str, *, after: str = "", limit: int = 1000) -> Page:
        def effect() -> Page:
            keys = self.objects.below(prefix, after, limit + 1)
            return Page([Entry(key, self.objects[key].modified_at) for key in keys[:limit]], len(keys) > limit)

        page: Page = self._run("list", effect)
        return page

    def put(self, key: str, body: bytes) -> None:
        self._run(f"put {_kind(key)}", lambda: self._write(key, body))

    def delete(self, key: str) -> None:
        may = self.by_an_operator or any(fnmatchcase(key, pattern) for pattern in REMOVABLE)
        assert may, f"no role of template.yml may delete {key}"
        self._run(f"delete {_kind(key)}", lambda: self.objects.pop(key, None))

    def address(self, key: str) -> str:
        return f"oss://ledger/{key}"


def _kind(key: str) -> str:
    """What a fault names: the top folder, or for a fact of an export the fact's first word."""
    parts = key.split("/")
    return parts[2].split("-")[0] if parts[0] == "exports" else parts[0]


def refused(code: str, message: str = "The cloud says no.") -> Refused:
    """The cloud's refusal with that code."""
    return Refused(Cause(code=code, message=message, request_id="C8B26B44-0189-443E-9816-D951F59623A9"))


def unanswered(code: str = "InternalError") -> Unanswered:
    """No usable answer came."""
    return Unanswered(Cause(code=code, message="No usable answer came."))


def unreadable() -> Unreadable:
    """An answer came, in a shape that nobody knows."""
    return Unreadable(Cause(code="AnswerUnreadable", message="Size of one cannot be read."))


def unreached() -> Unreached:
    """Nothing was sent."""
    return Unreached(Cause(code="Unreached", message="The connection was refused."))


@dataclass
class FakeTask:
    """A task and what will become of it."""

    task: Task
    start: StartExport
    image_id: str


@dataclass
class FakeCloud:
    """ECS and OSS of one account and region (port: Cloud). Tasks move when a test says so."""

    clock: Clock
    faults: Faults = field(default_factory=Faults)
    inventory: dict[str, Image] = field(default_factory=dict)
    running: dict[str, FakeTask] = field(default_factory=dict)
    stored: dict[str, bytes] = field(default_factory=dict)
    written_at: dict[str, datetime] = field(default_factory=dict)
    exported: list[StartExport] = field(default_factory=list)
    named_at_once: bool = False
    resource_ids: bool = True
    list_lag: timedelta = timedelta(seconds=20)
    concurrent_exports: int = 100
    poisoned: set[str] = field(default_factory=set)  # images and tasks that ECS shows in a shape that nobody knows

    def image(self, image_id: str) -> Image | None:
        found: Image | None = self.faults.run("image", lambda: self.inventory.get(image_id))
        if image_id in self.poisoned:
            raise unreadable()
        return found

    def images(self, page: int, *, since: datetime | None = None) -> ImagePage:
        found: ImagePage = self.faults.run("images", lambda: self._page(page, since))
        return found

    def _page(self, page: int, since: datetime | None) -> ImagePage:
        found = [one for one in self.inventory.values() if one.owner_alias == "self"]
        found = [
            one for one in found if since is None or (one.created_at or START) >= since.replace(second=0, microsecond=0)
        ]
        found.sort(key=lambda image: image.created_at or START, reverse=True)
        shown = found[(page - 1) * 100 : page * 100]
        images = [one for one in shown if one.image_id not in self.poisoned]
        unread = tuple(Unread(one.image_id, "Size") for one in shown if one.image_id in self.poisoned)
        return ImagePage(images, page * 100 < len(found), unread)

    def export_image(self, start: StartExport) -> str:
        def effect() -> str:
            self._check(start)
            self.exported.append(start)
            return self.start_task(start)

        return str(self.faults.run("export_image", effect))

    def _check(self, start: StartExport) -> None:
        image = self.inventory.get(start.image_id)
        open_tasks = [one for one in self.running.values() if one.task.status not in TERMINAL]
        if image is None:
            raise refused("InvalidImageId.NotFound")
        if image.status != "Available":
            raise refused("IncorrectImageStatus")
        if any(one.image_id == start.image_id for one in open_tasks):
            raise refused("ImageIsExporting")
        if len(open_tasks) >= self.concurrent_exports:
            raise refused("ConcurrentQuotaExceed.ExportImage")

    def start_task(self, start: StartExport) -> str:
        """A task of ours or, called by a test, of somebody else."""
        task_id = f"tsk-{len(self.running) + 1:04d}"
        task = Task(task_id=task_id, status="Processing", created_at=self.clock.now, progress="1%", support_cancel=True)
        self.running[task_id] = FakeTask(
            self._named(task, start) if self.named_at_once else task, start, start.image_id
        )
        return task_id

    def tasks(self, task_ids: Iterable[str]) -> list[Task]:
        ids = list(task_ids)
        if len(ids) > TASKS_MAX:
            raise ValueError(f"{len(ids)} task ids; one call takes {TASKS_MAX}")

        def effect() -> list[Task]:
            shown = [_brief(one) for one in map(self.running.get, ids) if one and self._listed(one)]
            return [one for one in shown if one.task_id not in self.poisoned]

        found: list[Task] = self.faults.run("tasks", effect)
        return found

    def export_tasks(self, image_id: str, *, since: datetime, until: datetime) -> TaskList:
        def effect() -> TaskList:
            shown = [
                _brief(one)
                for one in self.running.values()
                if since <= one.task.created_at <= until
                and self._listed(one)
                and (not self.resource_ids or one.image_id == image_id)
            ]
            unread = [Unread(one.task_id, "TaskStatus") for one in shown if one.task_id in self.poisoned]
            return TaskList([one for one in shown if one.task_id not in self.poisoned], tuple(unread))

        found: TaskList = self.faults.run("export_tasks", effect)
        return found

    def _listed(self, one: FakeTask) -> bool:
        return self.clock.now - one.task.created_at >= self.list_lag

    def task(self, task_id: str) -> Task | None:
        found: Task | None = self.faults.run("task", lambda: one.task if (one := self.running.get(task_id)) else None)
        if task_id in self.poisoned:
            raise unreadable()
        return found

    def cancel_task(self, task_id: str) -> None:
        def effect() -> None:
            one = self.running[task_id]
            if one.task.status not in TERMINAL:
                one.task = replace(one.task, status="Deleted", finished_at=self.clock.now)

        self.faults.run("cancel_task", effect)

    def object_keys(self, bucket: str, prefix: str) -> list[str]:
        def effect() -> list[str]:
            return sorted(name for name in self._in(bucket) if name.startswith(prefix))

        found: list[str] = self.faults.run("object_keys", effect)
        return found

    def _in(self, bucket: str) -> list[str]:
        return [address.split("/", 1)[1] for address in self.stored if address.startswith(f"{bucket}/")]

    def object(self, bucket: str, key: str) -> StoredObject | None:
        def effect() -> StoredObject | None:
            body = self.stored.get(f"{bucket}/{key}")
            if body is None:
                return None
            return StoredObject(
                key=key,
                size_bytes=len(body),
                etag="0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F",
                crc64="10428885402303182417",
                modified_at=self.written_at[f"{bucket}/{key}"],
                head=body[:PROBE_BYTES],
                tail=body[-PROBE_BYTES:],
            )

        found: StoredObject | None = self.faults.run("object", effect)
        return found

    def put_object(self, bucket: str, key: str, body: bytes) -> None:
        self.faults.run("put_object", lambda: self.write(bucket, key, body))

    def write(self, bucket: str, key: str, body: bytes) -> None:
        """An object is there from now on."""
        self.stored[f"{bucket}/{key}"] = body
        self.written_at[f"{bucket}/{key}"] = self.clock.now

    # What tests let happen to tasks

    def finish(self, task_id: str, body: bytes | None = None, *, leave_out: int = 0) -> None:
        """The task ends well and its objects are there, less the last `leave_out`, which it does not name either."""
        one = self.running[task_id]
        bodies = self.bodies(one.start)
        keys = [*bodies][: len(bodies) - leave_out]
        for key in keys:
            self.write(one.start.oss_bucket, key, bodies[key] if body is None else body)
        done = replace(one.task, status="Finished", finished_at=self.clock.now, progress="100%")
        one.task = replace(done, objects=tuple(ObjectName(oss_bucket=one.start.oss_bucket, key=key) for key in keys))

    def fail(self, task_id: str, code: str = "ExportImageFailed", message: str = "The disk could not be read.") -> None:
        """The task ends badly, with the cloud's own words."""
        one = self.running[task_id]
        cause = Cause(code=code, message=message, request_id=None)
        one.task = replace(one.task, status="Failed", finished_at=self.clock.now, failed_count=1, cause=cause)

    def bodies(self, start: StartExport) -> dict[str, bytes]:
        """What such an export leaves, by key: each disk whole."""
        sizes = [disk.size_gib for disk in self.inventory[start.image_id].disks]
        return dict(zip(self._keys(start), map(disk_archive, sizes), strict=True))

    def _keys(self, start: StartExport) -> list[str]:
        image = self.inventory[start.image_id]
        stem = f"{start.oss_prefix}_{start.image_id}" if start.oss_prefix else start.image_id
        names = [
            "system" if disk.kind == "system" else f"data_{disk.device.rsplit('/', 1)[-1]}" for disk in image.disks
        ]
        return [f"{stem}_{name}.raw.tar.gz" for name in names]

    def _named(self, task: Task, start: StartExport) -> Task:
        objects = tuple(ObjectName(oss_bucket=start.oss_bucket, key=key) for key in self._keys(start))
        return replace(task, objects=objects)


def _brief(one: FakeTask) -> Task:
    """As DescribeTasks tells it: no objects, no progress, no cause."""
    return replace(one.task, objects=(), progress=None, cause=None, failed_count=0, image_id=one.image_id)


@dataclass
class FakeClouds:
    """Where clouds come from (port: Clouds): one for each account and region, made when asked for."""

    clock: Clock
    clouds: dict[tuple[str, str], FakeCloud] = field(default_factory=dict)
    renewed: int = 0
    dead_roles: set[str] = field(default_factory=set)
    external_id: str | None = None  # what the roles ask for; None: they do not

    def at(self, role: AssumedRole, region_id: str, bucket: str) -> FakeCloud:  # noqa: ARG002 - the port's parameter
        if role.role_arn in self.dead_roles:
            raise refused("EntityNotExist.Role")
        if self.external_id not in (None, role.external_id):
            raise refused("NoPermission")
        return self.of(role.account_id, region_id)

    def of(self, account_id: str, region_id: str) -> FakeCloud:
        """The cloud of that account and region."""
        return self.clouds.setdefault((account_id, region_id), FakeCloud(self.clock))

    def renew(self, role: AssumedRole, region_id: str) -> None:  # noqa: ARG002 - the port's parameters
        self.renewed += 1


Events = Sequence[Mapping[str, Any]]


@dataclass
class FakeNotifier:
    """Notify targets that take what is delivered, unless they refuse (port: Notifier)."""

    delivered: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    messages: list[tuple[str, int]] = field(default_factory=list)  # to whom, and how many events each held
    refusing: set[str] = field(default_factory=set)
    losing: int = 0  # how many acceptances are lost on their way back
    faults: Faults = field(default_factory=Faults)

    def deliver(self, target: NotifyTarget, events: Events, _: ChannelAddress | None = None, /) -> None:
        self.faults.run("tell", lambda: self._take(target, events))

    def _take(self, target: NotifyTarget, events: Events) -> None:
        if target.name in self.refusing:
            raise CloudFault(Cause(code="EventBusNotExist", message="There is no such bus."))
        self.messages.append((target.name, len(events)))
        self.delivered.extend((target.name, event) for event in events)
        if self.losing:
            self.losing -= 1
            raise unanswered()

    def kinds(self, target: str) -> list[str]:
        """The kinds of event that a target has accepted, in order."""
        return [str(event["type"]).rsplit(":", 1)[1] for name, event in self.delivered if name == target]


class FakePinger:
    """A heartbeat's service (port: Pinger). It keeps what it is told, and is out of order as `faults` say."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, str]] = []
        self.faults: list[BaseException] = []

    def ping(self, heartbeat: HeartbeatEntry, moment: Moment, note: str = "") -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.told.append((heartbeat.url, moment, note))

    @property
    def moments(self) -> list[str]:
        """What it was told, without address and note."""
        return [moment for _, moment, _ in self.told]


class UndocumentedError(BaseException):
    """A line that the table of log events does not have. No `except Exception` of the code under test takes it."""


@dataclass
class FakeLog:
    """A log that keeps its lines (port: Log). It takes none that docs/operate.md would not explain."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    bound: dict[str, Any] = field(default_factory=dict)

    def bind(self, **fields: Any) -> "FakeLog":
        return FakeLog(self.lines, {**self.bound, **fields})

    def debug(self, event: str, **fields: Any) -> None:
        self._line("debug", event, fields)

    def info(self, event: str, **fields: Any) -> None:
        self._line("info", event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        self._line("warning", event, fields)

    def error(self, event: str, **fields: Any) -> None:
        self._line("error", event, fields)

    def _line(self, level: str, event: str, fields: dict[str, Any]) -> None:
        levels, known = DOCUMENTED.get(event, ((), frozenset()))
        if level not in levels or not fields.keys() <= known:
            raise UndocumentedError(f"{level} {event} with {sorted(fields)}")
        self.lines.append({"event": event, **self.bound, **fields})

    def events(self) -> list[str]:
        """The dotted facts, in order."""
        return [line["event"] for line in self.lines]


DOCUMENTED = {
    row.name: (tuple(row.level.split()), frozenset({*row.fields.split(), *OF_AN_EXPORT, "exc_info"}))
    for row in EVENTS.values()
}
