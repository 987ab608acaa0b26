"""The cloud of an export: through the role that the policy names today, else through the one that it recorded.

Both are roles of the account that owns the image, and a policy has named each of them: an account's id is part of its
role's name, and what is asked for is narrowed to the export's region and bucket either way. So no role opens what the
other did not. A new role may not be ready yet, and an old one is deleted some day: neither blinds the watcher.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from ...decisions.codes import is_throttling
from ...decisions.policy.admission import as_of_today
from ...errors import Refused
from ...values.account import AssumedRole
from ...values.export_request import ExportRequest
from ...values.image import Image
from ...values.policy import Policy
from ...values.record import Record
from ...values.stored_object import StoredObject
from ...values.task import Task
from ..context import Context
from ..ports import Cloud, ImagePage, StartExport, TaskList

T = TypeVar("T")
At = Callable[[AssumedRole], Cloud]


def roles_of(policy: Policy | None, request: ExportRequest) -> tuple[AssumedRole, ...]:
    """The role of today first, then the one that the export recorded, where that is another one."""
    return tuple(dict.fromkeys((as_of_today(policy, request).role, request.role)))


def role_of_today(context: Context, record: Record) -> AssumedRole:
    """The role that the policy names today; the recorded one where it does not name the account, or cannot be read."""
    return roles_of(context.policy, record.request)[0]


def cloud_of(context: Context, record: Record) -> Cloud:
    """The cloud of the export's account and region, narrowed to its bucket."""
    return cloud_for(context, record.request)


def cloud_for(context: Context, request: ExportRequest) -> Cloud:
    """The same by its request."""

    def at(role: AssumedRole) -> Cloud:
        return context.clouds.at(role, request.region_id, request.oss_bucket)

    today, *recorded = roles_of(context.policy, request)
    return EitherRole(at, today, recorded[0]) if recorded else at(today)


class EitherRole:
    """Fits `ports.Cloud`. What today's role is refused is asked for through the other; ExportImage is not."""

    def __init__(self, at: At, today: AssumedRole, recorded: AssumedRole) -> None:
        self._at = at
        self._today = today
        self._recorded = recorded

    def _either(self, call: Callable[[Cloud], T]) -> T:
        """Raises what today's role is refused with, where the other is refused too: that is the one to mend."""
        try:
            return call(self._at(self._today))
        except Refused as fault:
            if is_throttling(fault.code):
                raise
            try:
                return call(self._at(self._recorded))
            except Refused:
                raise fault from None

    def export_image(self, start: StartExport) -> str:
        """Through today's role alone: a start is what the policy of today allows (docs/protocol.md#rule-16)."""
        return self._at(self._today).export_image(start)

    def image(self, image_id: str) -> Image | None:
        """The image in whatever status."""
        return self._either(lambda cloud: cloud.image(image_id))

    def images(self, page: int, *, since: datetime | None = None) -> ImagePage:
        """A page of the account's own images."""
        return self._either(lambda cloud: cloud.images(page, since=since))

    def tasks(self, task_ids: Iterable[str]) -> list[Task]:
        """Short tasks by id."""
        ids = list(task_ids)
        return self._either(lambda cloud: cloud.tasks(ids))

    def export_tasks(self, image_id: str, *, since: datetime, until: datetime) -> TaskList:
        """Short export tasks of that time."""
        return self._either(lambda cloud: cloud.export_tasks(image_id, since=since, until=until))

    def task(self, task_id: str) -> Task | None:
        """The whole task."""
        return self._either(lambda cloud: cloud.task(task_id))

    def cancel_task(self, task_id: str) -> None:
        """Where it was refused nothing was asked, so that it may be asked otherwise."""
        self._either(lambda cloud: cloud.cancel_task(task_id))

    def object_keys(self, bucket: str, prefix: str) -> list[str]:
        """All keys that begin with the prefix."""
        return self._either(lambda cloud: cloud.object_keys(bucket, prefix))

    def object(self, bucket: str, key: str) -> StoredObject | None:
        """Its size, checksums, first and last bytes."""
        return self._either(lambda cloud: cloud.object(bucket, key))

    def put_object(self, bucket: str, key: str, body: bytes) -> None:
        """Written over itself if need be."""
        self._either(lambda cloud: cloud.put_object(bucket, key, body))
