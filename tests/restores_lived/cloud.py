"""ECS and OSS of an account, as restores meet them: imports with a life of their own, under every reading of
docs/cloud-facts.md#fact-18. It judges each call that may do harm as it comes.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from image_export.decisions.restore.mapping import Afterwards
from image_export.use_cases.restore.ports import Imported, StartCopy, StartImport
from image_export.values.cause import Cause
from image_export.values.image import Image
from image_export.values.restore.request import RESTORE_TAG
from image_export.values.restore.steps import Made
from image_export.values.stored_object import StoredObject
from image_export.values.task import Task
from tests.fakes import START, refused
from tests.restore.world import AWAY, REGION, FakeImporting, copied_image, imported_image, modified

from .weather import Trouble

if TYPE_CHECKING:
    from .world import World

ON_ITS_WAY = ("Waiting", "Creating")
UNPACKED = "image-export-restore/"
OF_THE_IMPORT = "BadDisk"  # the cause that a failed task says


@dataclass(frozen=True)
class Readings:
    """How this life's cloud answers what no source settles."""

    archives: str  # taken | suffix | late
    cause_in_task: bool
    cancelled: str  # gone | CreateFailed
    failed_keeps_name: bool
    task_ids: bool
    token_lasts: timedelta
    id_lag: timedelta
    name_lag: timedelta
    ghost: timedelta  # so long a deleted image is still listed
    token_dies: bool  # with its image
    snapshots_late: bool  # an image on its way does not name them yet

    @classmethod
    def drawn(cls, random: Random, archives: str = "") -> "Readings":
        """Any of them."""
        return cls(
            archives=archives or random.choice(("taken", "taken", "suffix", "late")),
            cause_in_task=random.random() < 0.5,
            cancelled=random.choice(("gone", "CreateFailed")),
            failed_keeps_name=random.random() < 0.5,
            task_ids=random.random() < 0.8,
            token_lasts=random.choice((timedelta(hours=1), timedelta(days=30))),
            id_lag=random.choice((timedelta(0), timedelta(minutes=random.random() * 10))),
            name_lag=random.choice((timedelta(0), timedelta(minutes=random.random() * 10))),
            ghost=random.choice((timedelta(0), timedelta(minutes=random.random() * 5))),
            token_dies=random.random() < 0.5,
            snapshots_late=random.random() < 0.5,
        )


@dataclass(eq=False)
class Import:
    """An image that ImportImage or CopyImage made, for whom, of what; `bad`: it holds other bytes than the manifest
    says.
    """

    restore_id: str
    start: StartImport | StartCopy
    made_at: datetime
    task_id: str
    gone_at: datetime | None = None
    bad: bool = False
    last: Made | None = None
    snapshots: tuple[str, ...] = field(default_factory=tuple)


class LivingImporting(FakeImporting):
    """One account's (port: ImportingCloud)."""

    def __init__(self, world: "World", account_id: str, region_id: str = REGION) -> None:
        super().__init__(world.clock, Trouble(world, account_id))
        self.world, self.account_id, self.region_id = world, account_id, region_id
        self.imports: dict[str, Import] = {}
        self.token_at: dict[str, datetime] = {}
        self.altered: set[str] = set()
        self.rotten: set[str] = set()  # since they were exported; their checksums are of what is there
        self.uploads_begun: dict[str, str] = {}  # id: key

    @property
    def readings(self) -> Readings:
        """The life's."""
        return self.world.readings

    # Looking

    def image_by_id(self, image_id: str) -> Made | None:
        found: Made | None = self.faults.run("image_by_id", lambda: self._listed(image_id, self.readings.id_lag))
        return found

    def image_by_name(self, name: str) -> Made | None:
        def effect() -> Made | None:
            there = (self._listed(one, self.readings.name_lag) for one in [*self.images, *self.imports])
            return next((made for made in there if made and made.image.name == name), None)

        found: Made | None = self.faults.run("image_by_name", effect)
        return found

    def _listed(self, image_id: str, lag: timedelta) -> Made | None:
        one = self.imports.get(image_id)
        if one is None:
            return self.images.get(image_id)
        if self.clock.now - one.made_at < lag:
            return None
        if one.gone_at and self.clock.now - one.gone_at < self.readings.ghost:
            return one.last
        made = self.images.get(image_id)
        if made and made.image.status in ON_ITS_WAY and self.readings.snapshots_late:
            return Made(made.image)
        return made

    # Importing

    def import_image(self, start: StartImport) -> Imported:
        policy = self.world.worker.policy
        if policy is None or policy.accounts[0].restore_role is None:
            self.world.breaks("the policy is obeyed", f"{self.world.worker.name} imports against it")
        return super().import_image(start)

    def _import(self, start: StartImport) -> Imported:
        now, token = self.clock.now, start.client_token
        if self.knows(token, now):
            if self.imports[self.tokens[token].image_id].start != start:
                self.world.breaks("a repetition is the same call", f"{token} with other parameters")
                raise refused("IdempotentParameterMismatch")
            return self.tokens[token]
        self._may_import(start)
        return self._make(start)

    def knows(self, token: str, now: datetime) -> bool:
        """Whether a call with this token has been answered, and ECS still knows it."""
        if token not in self.tokens or now - self.token_at[token] >= self.readings.token_lasts:
            return False
        return self.tokens[token].image_id in self.images or not self.readings.token_dies

    def _may_import(self, start: StartImport) -> None:
        world = self.world
        if world.quota_used_until > self.clock.now:
            raise refused("QuotaExceed.Image")
        if any(self.has_name(made.image, start.image_name) for made in self.images.values()):
            raise refused("InvalidImageName.Duplicated")
        for source in start.sources:
            if source.oss_object not in self.objects:
                raise world.final("InvalidOSSObject.NotFound")
            if source.oss_object.endswith(".gz") and self.readings.archives == "suffix":
                world.reasons.add("UnsupportedSuffix.OSSObject")
                raise refused("UnsupportedSuffix.OSSObject")

    def has_name(self, image: Image, name: str) -> bool:
        """Whether it stands in the way of another one of that name."""
        return image.name == name and (image.status != "CreateFailed" or self.readings.failed_keeps_name)

    def _make(self, start: StartImport) -> Imported:
        random, now = self.world.random, self.clock.now
        number = self.made = self.made + 1
        image_id, task_id = f"m-bp1made{number}", f"t-bp1made{number}"
        snapshots = tuple(f"s-{number}-{disk}" for disk, _ in enumerate(start.sources))
        image = replace(imported_image(image_id, start, self.clock), status="Waiting")
        self.images[image_id] = Made(image, snapshots)
        self.snapshots |= set(snapshots)
        restore = dict(start.parameters.tags)[RESTORE_TAG]
        self.imports[image_id] = Import(restore, start, now, task_id, snapshots=snapshots)
        self.tasks[task_id] = Task(task_id=task_id, status="Processing", created_at=now, progress="7%")
        self.tokens[start.client_token] = Imported(image_id, task_id if self.readings.task_ids else None)
        self.token_at[start.client_token] = now
        self.world.tell(f"  {image_id} is made for {restore} of {[one.oss_object for one in start.sources]}")
        self.world.look_for_twins(restore)
        takes_s = random.choice((60.0, 1500.0, 4000.0)) * (0.5 + random.random())
        reads_at = now + timedelta(seconds=takes_s * random.random())
        self.world.baton.at(reads_at, lambda: self._read_sources(image_id))
        self.world.baton.at(now + timedelta(seconds=takes_s), lambda: self._finish(image_id))
        return self.tokens[start.client_token]

    def _read_sources(self, image_id: str) -> None:
        """As ECS does it, at some moment of the import."""
        made, one = self.images.get(image_id), self.imports[image_id]
        if made is None or made.image.status not in ON_ITS_WAY:
            return
        if isinstance(one.start, StartCopy):
            return
        keys = [source.oss_object for source in one.start.sources]
        self.images[image_id] = Made(replace(made.image, status="Creating"), made.snapshot_ids)
        one.bad = bool(self.altered & set(keys))
        if any(key not in self.objects or key in self.rotten for key in keys):
            self._fail(image_id, OF_THE_IMPORT)

    def _finish(self, image_id: str) -> None:
        made, one = self.images.get(image_id), self.imports[image_id]
        if made is None or made.image.status not in ON_ITS_WAY:
            return
        archived = isinstance(one.start, StartImport) and any(
            source.oss_object.endswith(".gz") for source in one.start.sources
        )
        if self.readings.archives == "late" and archived:
            self._fail(image_id, "ArchiveNotTaken")
        elif self.world.ground.fails or self.world.dice("fails") < 0.1:
            self._fail(image_id, OF_THE_IMPORT)
        else:
            self.images[image_id] = Made(replace(made.image, status="Available"), made.snapshot_ids)
            if one.task_id:
                self.tasks[one.task_id] = replace(self.tasks[one.task_id], status="Finished")
        self.world.tell(f"  {image_id} is {self.images[image_id].image.status}")
        for happens in self.world.at_ends:
            happens()

    def _fail(self, image_id: str, code: str) -> None:
        made, one = self.images[image_id], self.imports[image_id]
        said = self.readings.cause_in_task and bool(one.task_id)
        self.world.reasons |= {code if said else "CreateFailed", "CreateFailed"}
        self.images[image_id] = Made(replace(made.image, status="CreateFailed"), made.snapshot_ids)
        cause = Cause(code=code, message="The disk could not be read.") if said else None
        if one.task_id:
            self.tasks[one.task_id] = replace(self.tasks[one.task_id], status="Failed", cause=cause)

    # Copying

    def copy_image(self, start: StartCopy) -> str:
        policy = self.world.worker.policy
        account = policy.accounts[0] if policy else None
        if account is None or account.restore_role is None or start.region_id not in account.destinations:
            self.world.breaks("the policy is obeyed", f"{self.world.worker.name} copies against it")
        return super().copy_image(start)

    def _copy(self, start: StartCopy) -> str:
        away, now, token = self.world.cloud(self.account_id, start.region_id), self.clock.now, start.client_token
        if away.knows(token, now):
            if away.imports[away.tokens[token].image_id].start != start:
                self.world.breaks("a repetition is the same call", f"{token} with other parameters")
                raise refused("IdempotentParameterMismatch")
            return away.tokens[token].image_id
        source = self.images.get(start.image_id)
        if source is None:
            raise refused("InvalidImageId.NotFound")
        if source.image.status != "Available":
            raise refused("IncorrectImageStatus")
        if self._is_copied(start.image_id):
            raise refused("OperationDenied.ImageCopyConflict")
        if self.world.quota_used_until > now:
            raise refused("QuotaExceed.Image")
        if any(away.has_name(made.image, start.image_name) for made in away.images.values()):
            raise refused("InvalidImageName.Duplicated")
        return away.take(start, source, bad=self.imports[start.image_id].bad)

    def _is_copied(self, image_id: str) -> bool:
        away = self.world.cloud(self.account_id, AWAY)
        of_it = [copy for copy, one in away.imports.items() if getattr(one.start, "image_id", None) == image_id]
        return any(copy in away.images and away.images[copy].image.status in ON_ITS_WAY for copy in of_it)

    def take(self, start: StartCopy, source: Made, *, bad: bool) -> str:
        """Make the copy, here."""
        random, now = self.world.random, self.clock.now
        number = self.made = self.made + 1
        image_id = f"m-t4ncopy{number}"
        snapshots = tuple(f"s-t4n-{number}-{disk}" for disk, _ in enumerate(source.snapshot_ids))
        self.images[image_id] = Made(copied_image(image_id, start, source.image, self.clock), snapshots)
        self.snapshots |= set(snapshots)
        restore = dict(start.parameters.tags)[RESTORE_TAG]
        self.imports[image_id] = Import(restore, start, now, "", bad=bad, snapshots=snapshots)
        self.tokens[start.client_token], self.token_at[start.client_token] = Imported(image_id, None), now
        self.world.tell(f"  {image_id} is copied for {restore} of {start.image_id}")
        self.world.look_for_twins(restore)
        takes_s = random.choice((60.0, 1500.0, 4000.0)) * (0.5 + random.random())
        self.world.baton.at(now + timedelta(seconds=takes_s), lambda: self._finish(image_id))
        return image_id

    def cancel_task(self, task_id: str) -> None:
        def effect() -> None:
            image_id = task_id.replace("t-", "m-")
            made = self.images.get(image_id)
            if self.world.dice("cancel") < 0.1:
                raise refused("CancelTaskFailed")
            if made is None or made.image.status not in ON_ITS_WAY:
                raise refused("InvalidTaskId.IncorrectTaskStatus")
            self.world.reasons.add("ImageVanished")
            self.tasks[task_id] = replace(self.tasks[task_id], status="Deleted")
            if self.readings.cancelled == "gone":
                self._remove(image_id)
                if self.readings.snapshots_late:  # nobody has ever been told of them
                    self.snapshots -= set(made.snapshot_ids)
            else:
                self._fail(image_id, OF_THE_IMPORT)

        self.faults.run("cancel_task", effect)

    # Deleting

    def _remove(self, image_id: str) -> None:
        made = self.images.pop(image_id)
        if image_id in self.imports:
            self.imports[image_id].gone_at, self.imports[image_id].last = self.clock.now, made

    def delete_image(self, image_id: str) -> None:
        def effect() -> None:
            made = self.images.get(image_id)
            if made is None:
                return
            self.world.judge_deletion(made.image)
            if made.image.status in ON_ITS_WAY:
                raise refused("ImageIsImporting")
            if self._is_copied(image_id):
                raise refused("OperationDenied.ImageCopying")
            self._remove(image_id)
            self.world.tell(f"  {image_id} is deleted")

        self.faults.run("delete_image", effect)

    def delete_snapshot(self, snapshot_id: str) -> None:
        if not any(snapshot_id in one.snapshots for one in self.imports.values()):
            self.world.breaks("nothing of others is deleted", f"{snapshot_id} was deleted")
        super().delete_snapshot(snapshot_id)

    def modify_image(self, image_id: str, wanted: Afterwards) -> None:
        def effect() -> None:
            made = self.images.get(image_id)
            if made is None:
                raise refused("InvalidImageId.NotFound")
            self.images[image_id] = Made(modified(made.image, wanted), made.snapshot_ids)

        self.faults.run("modify_image", effect)

    # Unpacking

    def reader(self) -> Any:
        """The engine is a fake that takes all from here."""
        return self

    def uploads(self) -> Any:
        """The same."""
        return self

    def begin_upload(self, key: str) -> str:
        """As the engine's port has it."""

        def effect() -> str:
            upload = f"u-{self.made}-{len(self.uploads_begun)}-{self.clock.now.timestamp()}"
            self.uploads_begun[upload] = key
            return upload

        return str(self.faults.run("begin_upload", effect))

    def complete_upload(self, upload: str) -> None:
        """The object is there, or the upload was aborted."""

        def effect() -> None:
            if upload not in self.uploads_begun:
                raise refused("NoSuchUpload")
            key = self.uploads_begun.pop(upload)
            if key in self.objects:
                raise refused("FileAlreadyExists")
            self.objects[key] = StoredObject(
                key=key, size_bytes=9, etag="U", crc64="9", modified_at=START, head=b"", tail=b""
            )

        self.faults.run("complete_upload", effect)

    def remove_unpacked(self, bucket: str, key: str) -> None:
        del bucket

        def effect() -> None:
            if not key.startswith(UNPACKED):
                self.world.breaks("nothing of others is deleted", f"{key} was deleted")
            self.uploads_begun = {one: of for one, of in self.uploads_begun.items() if of != key}
            self.objects.pop(key, None)

        self.faults.run("remove_unpacked", effect)

    # Other people

    def alter(self, key: str, *, gone: bool) -> None:
        """Somebody writes over an exported object, or deletes it."""
        there = self.objects.get(key)
        if there is None:
            return
        self.world.reasons |= {"ObjectMissing" if gone else "ObjectAltered", "InvalidOSSObject.NotFound"}
        if gone:
            del self.objects[key]
        else:
            self.objects[key] = replace(there, crc64="666", etag="EVIL")
            self.altered.add(key)
        self.world.tell(f"  {key} is {'gone' if gone else 'altered'}")

    def untag(self) -> None:
        """Somebody takes the tags off an image of ours."""
        ours = [image_id for image_id in self.imports if image_id in self.images]
        if ours:
            made = self.images[ours[-1]]
            self.images[ours[-1]] = Made(replace(made.image, tags={}), made.snapshot_ids)
            self.world.untagged.add(ours[-1])
            self.world.reasons.add("InvalidImageName.Duplicated")  # nobody may know it again
            self.world.tell(f"  {ours[-1]} loses its tags")

    def make_foreign(self, name: str) -> str | None:
        """Somebody makes an image of that name, where there is none."""
        if any(self.has_name(made.image, name) for made in self.images.values()):
            return None
        image_id = f"m-foreign{len(self.images)}-{self.clock.now.timestamp()}"
        like = next(iter(self.world.manifests.values())).image
        if like is None:
            raise TypeError("a manifest has its image")
        image = replace(like, image_id=image_id, name=name, tags={"team": "others"}, created_at=self.clock.now)
        self.images[image_id] = Made(image, (f"s-{image_id}",))
        self.world.reasons.add("InvalidImageName.Duplicated")
        self.world.tell(f"  {image_id} of others has the name {name}")
        return image_id
