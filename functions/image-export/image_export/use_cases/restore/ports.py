"""What a restore needs from outside, as protocols; the edges and the tests' fakes fit them by shape."""

from typing import NamedTuple, Protocol

from ...decisions.restore.mapping import Afterwards, ImportParameters
from ...values.account import AssumedRole
from ...values.restore.restore import ImportSource
from ...values.restore.steps import Made
from ...values.stored_object import StoredObject
from ...values.task import Task
from ..unpack.ports import Reader, Uploads


class StartImport(NamedTuple):
    """The parameters of one ImportImage call."""

    sources: tuple[ImportSource, ...]
    image_name: str
    client_token: str
    parameters: ImportParameters
    checked: bool = False  # by image check, once it is there


class StartCopy(NamedTuple):
    """The parameters of one CopyImage call, into another region of the account."""

    image_id: str  # of what is copied
    region_id: str
    image_name: str
    client_token: str
    parameters: ImportParameters  # of which a copy takes description, resource group and tags


class Imported(NamedTuple):
    """What ImportImage answers; older answers call the task otherwise, or may lack it."""

    image_id: str
    task_id: str | None


class ImportingCloud(Protocol):
    """ECS and OSS of one account and region, through its restore role. Every call raises CloudFault.

    Reads are retried inside. So may be what is told of a place that is gone already: deleting, aborting.
    """

    def object(self, bucket: str, key: str) -> StoredObject | None: ...
    def read(self, bucket: str, key: str) -> bytes | None:
        """A whole small object, such as a manifest; None where there is none."""
        ...

    def image_by_id(self, image_id: str) -> Made | None:
        """The image in whatever status, with the snapshots of its disks."""
        ...

    def image_by_name(self, name: str) -> Made | None:
        """The account's own image of exactly that name, in whatever status."""
        ...

    def import_image(self, start: StartImport) -> Imported:
        """Sent once. Refused, Unreached: nothing was done. Unanswered: it may have been, and the same call finds it."""
        ...

    def copy_image(self, start: StartCopy) -> str:
        """The new image's id. Sent once, as `import_image` is."""
        ...

    def task(self, task_id: str) -> Task | None: ...
    def cancel_task(self, task_id: str) -> None: ...
    def modify_image(self, image_id: str, wanted: Afterwards) -> None: ...
    def delete_image(self, image_id: str) -> None:
        """One that is gone is no fault."""
        ...

    def delete_snapshot(self, snapshot_id: str) -> None:
        """One that is gone is no fault."""
        ...

    def remove_unpacked(self, bucket: str, key: str) -> None:
        """Delete the object and abort all uploads of it; none there is no fault."""
        ...

    def reader(self) -> Reader:
        """Reads what is unpacked."""
        ...

    def uploads(self) -> Uploads:
        """Writes what it is unpacked to."""
        ...


class ImportingClouds(Protocol):
    """Where an `ImportingCloud` comes from."""

    def at(self, role: AssumedRole, region_id: str, bucket: str) -> ImportingCloud: ...


class Unpacker(Protocol):
    """The function that unpacks. Raises CloudFault where it cannot be asked."""

    def start(self, restore_id: str) -> None:
        """Have it unpack what that restore needs; returns at once. Twice does no harm."""
        ...


class Importing(NamedTuple):
    """What restores reach beyond a Context."""

    clouds: ImportingClouds
    unpacker: Unpacker
