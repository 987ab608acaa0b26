"""A world with one Completed export and its manifest, and a cloud that imports, in memory."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from image_export.decisions.policy.file import read_policy
from image_export.decisions.restore.mapping import Afterwards
from image_export.errors import Refused
from image_export.use_cases.context import Context
from image_export.use_cases.ledger.ledger import Ledger
from image_export.use_cases.restore import record as recording
from image_export.use_cases.restore.advance import MovedRestore, advance
from image_export.use_cases.restore.ports import Imported, Importing, StartCopy, StartImport
from image_export.use_cases.unpack.ports import Reader, Uploads
from image_export.values.account import AssumedRole
from image_export.values.cause import Cause
from image_export.values.export import ExportedObject, RequestedBy
from image_export.values.image import Disk, Features, Image
from image_export.values.manifest import ExportedDisk, Manifest
from image_export.values.policy import Policy
from image_export.values.restore.request import AskedRestore
from image_export.values.restore.restore import ImportSource
from image_export.values.restore.steps import Made
from image_export.values.stored_object import StoredObject
from image_export.values.task import Task
from tests.fakes import START, Clock, FakeClouds, FakeLog, FakeNotifier, FakeStore, Faults, Objects

ACCOUNT, REGION, BUCKET = "1234567890123456", "cn-hangzhou", "acme-images-hangzhou"
AWAY, AWAY_BUCKET = "ap-southeast-1", "acme-images-singapore"
PREFIX = "nightlyk7q2m4x6p3wza_m-bp1source"
MANIFEST = f"oss://{BUCKET}/{PREFIX}.manifest.json"
POLICY = f"""
version: 1
accounts:
  - name: prod
    role_arn: acs:ram::{ACCOUNT}:role/image-export
    restore_role_arn: acs:ram::{ACCOUNT}:role/image-restore
    destinations: {{{REGION}: {{bucket: {BUCKET}}}, {AWAY}: {{bucket: {AWAY_BUCKET}}}}}
"""
ASKER = RequestedBy(trigger="http", id="1-69240a40")
SOURCE = Image(
    account_id=ACCOUNT,
    region_id=REGION,
    image_id="m-bp1source",
    name="golden-web",
    status="Available",
    created_at=START,
    disks=(
        Disk(device="/dev/xvda", kind="system", size_gib=40),
        Disk(device="/dev/xvdb", kind="data", size_gib=100),
    ),
    size_gib=40,
    tags={"team": "web", "acs:ecs:image:osVersion": "12"},
    family="web",
    platform="Debian",
    architecture="x86_64",
    boot_mode="UEFI-Preferred",
    description="the golden one",
    features=Features(nvme_support="supported", imds_support="v2"),
    is_support_cloudinit=True,
)


def manifest(image: Image = SOURCE, image_format: Any = "raw") -> Manifest:
    """As an export of the image would have written it."""
    suffix = ".raw.tar.gz" if image_format == "raw" else f".{image_format}"
    names = ["system" if disk.kind == "system" else f"data_{disk.device[5:]}" for disk in image.disks]
    objects = tuple(
        ExportedObject(key=f"{PREFIX}_{name}{suffix}", size=1000 + number, etag=f"E{number}", crc64=str(number))
        for number, name in enumerate(names)
    )
    return Manifest(
        export_id="exp-rtfyr2rqf6qlm2su-0001",
        region_id=REGION,
        account_id=ACCOUNT,
        image_id=image.image_id,
        image_name=image.name,
        oss_bucket=BUCKET,
        oss_prefix=PREFIX.split("_", maxsplit=1)[0],
        image_format=image_format,
        status="Completed",
        objects=objects,
        manifest=MANIFEST,
        requested_at=START,
        requested_by=ASKER,
        disks=tuple(
            ExportedDisk(**msgspec.structs.asdict(disk), key=one.key)
            for disk, one in zip(image.disks, objects, strict=True)
        ),
        image=image,
    )


class FakeImporting:
    """ECS and OSS of the account as a restore sees them (port: ImportingCloud). Keeps state and checks little.

    `archives`: what becomes of an archive: `taken`, `suffix` (refused at the call) or `late` (CreateFailed).
    """

    def __init__(self, clock: Clock, faults: Faults | None = None) -> None:
        self.clock = clock
        self.faults = faults or Faults()
        self.images: dict[str, Made] = {}
        self.tokens: dict[str, Imported] = {}
        self.tasks: dict[str, Task] = {}
        self.bodies: dict[str, bytes] = {}
        self.objects: dict[str, StoredObject] = {}
        self.snapshots: set[str] = set()
        self.archives = "taken"
        self.takes = timedelta(minutes=20)
        self.ready_at: dict[str, Any] = {}
        self.made = 0
        self.deleted: list[str] = []
        self.asked: list[StartImport] = []
        self.away: FakeImporting | None = None  # the same account's in the region to which images are copied
        self.copies: dict[str, str] = {}  # that were made here, and of what
        self.copied: list[StartCopy] = []  # calls that were made here
        self.copy_fails = False

    def hold(self, said: Manifest) -> None:
        """The objects and the manifest are there."""
        self.bodies[MANIFEST.split("/", 3)[3]] = msgspec.json.encode(said.wire())
        for one in said.objects:
            self.objects[one.key] = StoredObject(
                key=one.key,
                size_bytes=one.size,
                etag=one.etag,
                crc64=one.crc64,
                modified_at=START,
                head=b"",
                tail=b"",
            )

    def object(self, bucket: str, key: str) -> StoredObject | None:
        del bucket
        found: StoredObject | None = self.faults.run("object", lambda: self.objects.get(key))
        return found

    def read(self, bucket: str, key: str) -> bytes | None:
        del bucket
        found: bytes | None = self.faults.run("read", lambda: self.bodies.get(key))
        return found

    def image_by_id(self, image_id: str) -> Made | None:
        found: Made | None = self.faults.run("image_by_id", lambda: self.as_it_is(image_id))
        return found

    def image_by_name(self, name: str) -> Made | None:
        def effect() -> Made | None:
            there = (self.as_it_is(one) for one in list(self.images))
            return next((made for made in there if made and made.image.name == name), None)

        found: Made | None = self.faults.run("image_by_name", effect)
        return found

    def as_it_is(self, image_id: str) -> Made | None:
        made = self.images.get(image_id)
        if made and made.image.status == "Creating" and self.clock.now >= self.ready_at[image_id]:
            failed = self._fails(image_id)
            made = Made(replace(made.image, status="CreateFailed" if failed else "Available"), made.snapshot_ids)
            self.images[image_id] = made
        return made

    def _fails(self, image_id: str) -> bool:
        if image_id in self.copies:
            return self.copy_fails
        return self.archives == "late" and self.asked_of(image_id).sources[0].oss_object.endswith(".gz")

    def asked_of(self, image_id: str) -> StartImport:
        """The call that made it."""
        token = next(token for token, imported in self.tokens.items() if imported.image_id == image_id)
        return next(start for start in self.asked if start.client_token == token)

    def import_image(self, start: StartImport) -> Imported:
        found: Imported = self.faults.run("import_image", lambda: self._import(start))
        return found

    def _import(self, start: StartImport) -> Imported:
        if start.client_token in self.tokens:
            return self.tokens[start.client_token]
        if any(made.image.name == start.image_name for made in self.images.values()):
            raise refused("InvalidImageName.Duplicated")
        if self.archives == "suffix" and any(one.oss_object.endswith(".gz") for one in start.sources):
            raise refused("UnsupportedSuffix.OSSObject")
        self.made += 1
        image_id, task_id = f"m-bp1made{self.made}", f"t-bp1made{self.made}"
        snapshots = tuple(f"s-{self.made}-{number}" for number, _ in enumerate(start.sources))
        self.images[image_id] = Made(imported_image(image_id, start, self.clock), snapshots)
        self.snapshots |= set(snapshots)
        self.ready_at[image_id] = self.clock.now + self.takes
        self.tasks[task_id] = Task(task_id=task_id, status="Processing", created_at=self.clock.now, progress="7%")
        self.asked.append(start)
        self.tokens[start.client_token] = Imported(image_id, task_id)
        return self.tokens[start.client_token]

    def copy_image(self, start: StartCopy) -> str:
        return str(self.faults.run("copy_image", lambda: self._copy(start)))

    def _copy(self, start: StartCopy) -> str:
        away, source = self.away, self.as_it_is(start.image_id)
        assert away is not None
        assert start.region_id == AWAY
        if start.client_token in away.tokens:
            return away.tokens[start.client_token].image_id
        if source is None:
            raise refused("InvalidImageId.NotFound")
        if any(made.image.name == start.image_name for made in away.images.values()):
            raise refused("InvalidImageName.Duplicated")
        away.made += 1
        image_id = f"m-t4ncopy{away.made}"
        snapshots = tuple(f"s-t4n-{away.made}-{number}" for number, _ in enumerate(source.snapshot_ids))
        away.images[image_id] = Made(copied_image(image_id, start, source.image, self.clock), snapshots)
        away.snapshots |= set(snapshots)
        away.ready_at[image_id] = self.clock.now + self.takes
        away.copies[image_id] = start.image_id
        away.tokens[start.client_token] = Imported(image_id, None)
        self.copied.append(start)
        return image_id

    def _is_copied(self, image_id: str) -> bool:
        """Whether a copy of it is being made."""
        made = self.away.copies.items() if self.away else ()
        return any(source == image_id and self._status_away(copy) == "Creating" for copy, source in made)

    def _status_away(self, copy: str) -> str:
        found = self.away.as_it_is(copy) if self.away else None
        return found.image.status if found else "Deleted"

    def task(self, task_id: str) -> Task | None:
        found: Task | None = self.faults.run("task", lambda: self.tasks.get(task_id))
        return found

    def cancel_task(self, task_id: str) -> None:
        def effect() -> None:
            image_id = task_id.replace("t-", "m-")
            made = self.images.get(image_id)
            if made and made.image.status == "Creating":
                self.images[image_id] = Made(replace(made.image, status="CreateFailed"), made.snapshot_ids)

        self.faults.run("cancel_task", effect)

    def modify_image(self, image_id: str, wanted: Afterwards) -> None:
        def effect() -> None:
            made = self.images[image_id]
            self.images[image_id] = Made(modified(made.image, wanted), made.snapshot_ids)

        self.faults.run("modify_image", effect)

    def delete_image(self, image_id: str) -> None:
        def effect() -> None:
            made = self.images.get(image_id)
            if made and made.image.status == "Creating":
                raise refused("ImageIsImporting")
            if self._is_copied(image_id):
                raise refused("OperationDenied.ImageCopying")
            if self.images.pop(image_id, None):
                self.deleted.append(image_id)

        self.faults.run("delete_image", effect)

    def delete_snapshot(self, snapshot_id: str) -> None:
        def effect() -> None:
            if any(snapshot_id in made.snapshot_ids for made in self.images.values()):
                raise refused("SnapshotCreatedImage")
            self.snapshots.discard(snapshot_id)

        self.faults.run("delete_snapshot", effect)

    def remove_unpacked(self, bucket: str, key: str) -> None:
        del bucket
        self.faults.run("remove_unpacked", lambda: self.objects.pop(key, None))

    def reader(self) -> Reader:
        raise AssertionError("nothing is unpacked here")

    def uploads(self) -> Uploads:
        raise AssertionError("nothing is unpacked here")


def refused(code: str) -> Refused:
    """The cloud's no."""
    return Refused(Cause(code=code, message=f"{code}, says the cloud."))


def imported_image(image_id: str, start: StartImport, clock: Clock) -> Image:
    """The image that the call makes, on its way."""
    given = start.parameters
    kinds = ["system", *["data"] * (len(start.sources) - 1)]
    return Image(
        account_id=ACCOUNT,
        region_id=REGION,
        image_id=image_id,
        name=start.image_name,
        status="Creating",
        created_at=clock.now,
        disks=tuple(
            Disk(device=f"/dev/xvd{letter}", kind=kind, size_gib=source.disk_image_size)
            for letter, kind, source in zip("abcdefgh", kinds, start.sources, strict=False)
        ),
        size_gib=start.sources[0].disk_image_size,
        tags=dict(given.tags),
        platform=given.platform,
        architecture=given.architecture,
        boot_mode=given.boot_mode,
        description=given.description,
        features=Features(nvme_support=given.nvme_support or "unsupported", imds_support=given.imds_support or "v1"),
        is_support_cloudinit=True,
    )


def modified(image: Image, wanted: Afterwards) -> Image:
    """With what is not empty set."""
    changed = {"family": wanted.family, "boot_mode": wanted.boot_mode}
    was = image.features or Features()
    nvme, imds = wanted.nvme_support or was.nvme_support, wanted.imds_support or was.imds_support
    said = {name: value for name, value in changed.items() if value}
    return replace(image, features=Features(nvme_support=nvme, imds_support=imds), **said)


def copied_image(image_id: str, start: StartCopy, source: Image, clock: Clock) -> Image:
    """The image that the call makes, on its way: without family and features of its source, and tags of its own."""
    return replace(
        source,
        region_id=start.region_id,
        image_id=image_id,
        name=start.image_name,
        status="Creating",
        created_at=clock.now,
        tags=dict(start.parameters.tags),
        description=start.parameters.description,
        family="",
        features=Features(nvme_support="unsupported", imds_support="v1"),
    )


class FakeUnpacker:
    """Notes what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def start(self, restore_id: str) -> None:
        self.asked.append(restore_id)


class World:
    """All of it, and one worker after another."""

    def __init__(self, policy: str = POLICY) -> None:
        self.clock = Clock()
        self.objects = Objects()
        self.policy: Policy = read_policy(policy.encode())
        self.cloud = FakeImporting(self.clock)
        self.cloud.hold(manifest())
        self.away = self.cloud.away = FakeImporting(self.clock)
        self.unpacker = FakeUnpacker()
        self.log = FakeLog()
        self.notifier = FakeNotifier()
        self.left_s: Callable[[], float] = lambda: 300.0

    def at(self, role: AssumedRole, region_id: str, bucket: str) -> FakeImporting:
        """Fits `ports.ImportingClouds`."""
        assert (role.role_arn, bucket) == (f"acs:ram::{ACCOUNT}:role/image-restore", BUCKET)
        return {REGION: self.cloud, AWAY: self.away}[region_id]

    @property
    def importing(self) -> Importing:
        """What a restore reaches beyond a context."""
        return Importing(self, self.unpacker)

    def context(self, faults: Faults | None = None) -> Context:
        """A worker's own."""
        numbers = iter(range(10**6))
        store = FakeStore(self.clock, faults, self.objects)
        ledger = Ledger(store, lambda: f"{id(store)}-{next(numbers)}")
        return Context(ledger, FakeClouds(self.clock), self.notifier, self.policy, self.log, self.left_s)

    def ask(self, **asked: Any) -> str:
        """Record a restore, as an entrance does; answers its id."""
        context = self.context()
        said = AskedRestore(**{"manifest": MANIFEST, **asked})
        restore, request = recording.wanted(context, self.importing, said, ASKER)
        return recording.record(context, restore, request).restore_id

    def look(self, restore: str, **delta: float) -> MovedRestore:
        """Time passes, and a worker looks, as its hint says."""
        self.clock.advance(**delta)
        for hint in self.hints(restore):
            del self.objects[hint]
        moved = advance(self.context(), self.importing, restore)
        assert moved is not None
        return moved

    def hints(self, restore: str) -> list[str]:
        """The hints that lead to it."""
        return [key for key in self.objects.below("due/") if key.endswith(f"-{restore}") or f"/{restore}" in key]

    def until_ended(self, restore: str) -> MovedRestore:
        """Look every few minutes until it has ended and is swept."""
        for _ in range(60):
            moved = self.look(restore, minutes=7)
            if moved.record.ended and not any("/res-" in hint for hint in self.hints(restore)):
                return moved
        raise AssertionError(f"still {moved.restore}")


def archived(number: int = 0) -> ImportSource:
    """The source of disk n as it was exported."""
    name = ("system", "data_xvdb")[number]
    return ImportSource(
        oss_bucket=BUCKET,
        oss_object=f"{PREFIX}_{name}.raw.tar.gz",
        image_format="RAW",
        disk_image_size=(40, 100)[number],
    )
