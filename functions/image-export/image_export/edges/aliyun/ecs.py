"""ECS of one account and region through the core SDK: one call each, sent once. Retries are `clouds.py`'s.

ExportImage, DescribeImages, DescribeTasks, DescribeTaskAttribute, CancelTask: docs/cloud-facts.md#fact-1 to #fact-3.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from aliyunsdkcore.request import AcsRequest
from aliyunsdkecs.endpoint import endpoint_data
from aliyunsdkecs.request.v20140526.CancelTaskRequest import CancelTaskRequest
from aliyunsdkecs.request.v20140526.DescribeImagesRequest import DescribeImagesRequest
from aliyunsdkecs.request.v20140526.DescribeTaskAttributeRequest import DescribeTaskAttributeRequest
from aliyunsdkecs.request.v20140526.DescribeTasksRequest import DescribeTasksRequest
from aliyunsdkecs.request.v20140526.ExportImageRequest import ExportImageRequest

from ...errors import Refused
from ...use_cases.paging import by_number
from ...use_cases.ports import ImagePage, StartExport, TaskList, Unread
from ...values.image import Image
from ...values.task import Task
from ..faults import reading, unread
from ..retrying import in_time
from .ecs_answers import read_brief, read_each, read_export_tasks, read_images, read_task, read_tasks, task_id_of
from .ecs_fields import integer
from .rpc import Rpc

STATUSES = "Creating,Waiting,Available,UnAvailable,CreateFailed,Deprecated"  # unless named: Available alone
PAGE = 100
A_MINUTE = timedelta(minutes=1)
UNKNOWN_IMAGE = frozenset({"InvalidImageId.NotFound", "ImageId.NotFound"})  # an empty list is what is documented
UNKNOWN_TASK = "InvalidTaskId.NotFound"
ENDED_BY_ITSELF = "InvalidTaskId.IncorrectTaskStatus"


class _TaskPage(NamedTuple):
    """A page of DescribeTasks, and whether there is another."""

    tasks: Sequence[Task]
    unread: Sequence[Unread]
    more: bool


class Ecs:
    """The calls of one account in one region."""

    def __init__(self, rpc: Rpc, account_id: str, region_id: str) -> None:
        self._rpc = rpc
        self._account_id = account_id
        self._region_id = region_id
        self._host = endpoint_data.getEndpointMap().get(region_id) or f"ecs.{region_id}.aliyuncs.com"

    def _call(self, request: AcsRequest, *, fresh_connection: bool = False) -> dict[str, Any]:
        request.add_query_param("RegionId", self._region_id)
        return self._rpc.call(request, self._host, fresh_connection=fresh_connection)

    def image(self, image_id: str) -> Image | None:
        """The image in whatever status, or None."""
        request = DescribeImagesRequest()
        request.set_ImageId(image_id)
        request.set_Status(STATUSES)
        try:
            answer = self._call(request)
        except Refused as fault:
            if fault.code in UNKNOWN_IMAGE:
                return None
            raise
        with reading(self._host):
            images, left_out = read_images(answer, self._account_id, self._region_id)
        found = next((image for image in images if image.image_id == image_id), None)
        ours = next((one for one in left_out if one.entry not in (image.image_id for image in images)), None)
        if found is None and ours:
            raise unread(self._host, ours)
        return found

    def images(self, page: int, *, since: datetime | None = None) -> ImagePage:
        """One page of the account's own images, newest first."""
        request = DescribeImagesRequest()
        request.set_Status(STATUSES)
        request.set_ImageOwnerAlias("self")
        request.set_PageSize(PAGE)
        request.set_PageNumber(page)
        if since:
            request.set_Filters([{"Key": "CreationStartTime", "Value": since.strftime("%Y-%m-%dT%H:%MZ")}])
        answer = self._call(request)
        with reading(self._host):
            found, left_out = read_images(answer, self._account_id, self._region_id)
            more = bool(found or left_out) and page * PAGE < integer(answer, "TotalCount")
        return ImagePage(found, more, left_out)

    def export_image(self, start: StartExport) -> str:
        """Start the export. On a connection of its own: a stale one would leave in doubt what never arrived."""
        request = ExportImageRequest()
        request.set_ImageId(start.image_id)
        request.set_OSSBucket(start.oss_bucket)
        if start.oss_prefix:
            request.set_OSSPrefix(start.oss_prefix)
        if start.image_format != "raw":  # the default, and the only one that every region takes
            request.set_ImageFormat(start.image_format)
        if start.role_name:
            request.set_RoleName(start.role_name)
        answer = self._call(request, fresh_connection=True)
        with reading(self._host):
            return task_id_of(answer)

    def tasks(self, task_ids: Iterable[str]) -> list[Task]:
        """Short tasks by id."""
        ids = list(task_ids)
        if len(ids) > PAGE:
            raise ValueError(f"{len(ids)} task ids; one call takes {PAGE}")
        if not ids:  # an empty filter is none
            return []
        request = DescribeTasksRequest()
        request.set_TaskIds(",".join(ids))
        request.set_PageSize(PAGE)
        answer = self._call(request)
        with reading(self._host):
            return read_each(read_tasks(answer), "TaskId", read_brief)[0]

    def export_tasks(self, image_id: str, *, since: datetime, until: datetime) -> TaskList:
        """Short export tasks, all pages. Both times lose their seconds, as the tasks' own times do."""
        found, left_out = dict[str, Task](), list[Unread]()
        for page in by_number(lambda number: self._export_tasks(image_id, (since, until + A_MINUTE), number)):
            found |= {task.task_id: task for task in page.tasks}
            left_out += page.unread
        return TaskList(list(found.values()), tuple(left_out))

    def _export_tasks(self, image_id: str, created: tuple[datetime, datetime], number: int) -> _TaskPage:
        if number > 1:
            in_time(self._rpc.remaining_s)
        answer = self._call(_export_tasks_request(image_id, created, number))
        with reading(self._host):
            tasks, unread_here = read_export_tasks(answer)
            more = bool(read_tasks(answer)) and number * PAGE < integer(answer, "TotalCount")
        return _TaskPage(tasks, unread_here, more)

    def task(self, task_id: str) -> Task | None:
        """The whole task, or None where ECS does not know it."""
        request = DescribeTaskAttributeRequest()
        request.set_TaskId(task_id)
        try:
            answer = self._call(request)
        except Refused as fault:
            if fault.code == UNKNOWN_TASK:
                return None
            raise
        with reading(self._host):
            return read_task(answer)

    def cancel_task(self, task_id: str) -> None:
        """Ask; a task that is over already is no fault."""
        request = CancelTaskRequest()
        request.set_TaskId(task_id)
        try:
            self._call(request)
        except Refused as fault:
            if fault.code != ENDED_BY_ITSELF:
                raise


def _export_tasks_request(image_id: str, created: tuple[datetime, datetime], page: int) -> AcsRequest:
    since, until = (time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:00Z") for time in created)
    request = DescribeTasksRequest()
    request.set_TaskAction("ExportImage")
    request.set_ResourceIdss([image_id])
    request.set_StartTime(since)
    request.set_EndTime(until)
    request.set_PageNumber(page)
    request.set_PageSize(PAGE)
    return request
