"""ECS and OSS of an account through its restore role. Decides nothing; loaded by those alone who restore."""

from functools import cached_property

from ...decisions.restore.mapping import Afterwards
from ...use_cases.restore.ports import Imported, StartCopy, StartImport
from ...use_cases.unpack.ports import Reader, Uploads
from ...values.account import AssumedRole
from ...values.place import Scope
from ...values.restore.steps import Made
from ...values.stored_object import StoredObject
from ...values.task import Task
from .credentials import restore_policy
from .ecs import Ecs
from .ecs_images import EcsImages
from .role_caller import Base, RoleCaller, RoleCallers


class AliyunImportingClouds:
    """Fits `ports.ImportingClouds`."""

    def __init__(self, base: Base) -> None:
        self._callers = RoleCallers(base, restore_policy)

    def at(self, role: AssumedRole, region_id: str, bucket: str) -> "AliyunImportingCloud":
        """The cloud of that account and region, narrowed to that bucket. Sends nothing yet."""
        return AliyunImportingCloud(self._callers.at(Scope(role, region_id, bucket)))


class AliyunImportingCloud:
    """Fits `ports.ImportingCloud`."""

    def __init__(self, by: RoleCaller) -> None:
        self._by = by

    def object(self, bucket: str, key: str) -> StoredObject | None:
        """Its size, checksums, first and last bytes."""
        return self._by.again(lambda: self._by.oss.probe(bucket, key))

    def read(self, bucket: str, key: str) -> bytes | None:
        """A whole small object."""
        found = self._by.again(lambda: self._by.oss.get(bucket, key))
        return found.body if found else None

    def image_by_id(self, image_id: str) -> Made | None:
        """The image in whatever status."""
        return self._by.again(lambda: self._images.by_id(image_id))

    def image_by_name(self, name: str) -> Made | None:
        """The account's own image of that name."""
        return self._by.again(lambda: self._images.by_name(name))

    def import_image(self, start: StartImport) -> Imported:
        """Sent once."""
        return self._by.once(lambda: self._images.import_image(start))

    def copy_image(self, start: StartCopy) -> str:
        """Sent once."""
        return self._by.once(lambda: self._images.copy_image(start))

    def task(self, task_id: str) -> Task | None:
        """The whole task."""
        return self._by.again(lambda: self._ecs.task(task_id))

    def cancel_task(self, task_id: str) -> None:
        """Asked again where no answer came: it is the same task."""
        self._by.again(lambda: self._ecs.cancel_task(task_id))

    def modify_image(self, image_id: str, wanted: Afterwards) -> None:
        """The same values twice are the same image."""
        self._by.again(lambda: self._images.modify(image_id, wanted))

    def delete_image(self, image_id: str) -> None:
        """One that is gone is no fault."""
        self._by.again(lambda: self._images.delete(image_id))

    def delete_snapshot(self, snapshot_id: str) -> None:
        """One that is gone is no fault."""
        self._by.again(lambda: self._images.delete_snapshot(snapshot_id))

    def remove_unpacked(self, bucket: str, key: str) -> None:
        """The object first: whoever still uploads would find its place free."""
        self._by.again(lambda: self._by.oss.delete(bucket, key))
        uploads = self.uploads()
        for upload in uploads.begun(bucket, key):
            uploads.abort(upload)

    def reader(self) -> Reader:
        """Reads ranges of what is unpacked."""
        return self._by.multipart

    def uploads(self) -> Uploads:
        """Uploads by parts what it is unpacked to."""
        return self._by.multipart

    @cached_property
    def _ecs(self) -> Ecs:
        return Ecs(self._by.rpc, self._by.scope.role.account_id, self._by.scope.region_id)

    @cached_property
    def _images(self) -> EcsImages:
        return EcsImages(self._by.rpc, self._by.scope.role.account_id, self._by.scope.region_id)
