"""From what ECS answers to our values. Pure; lenient where sources differ (docs/cloud-facts.md#fact-2, #fact-3).

Each entry of a list is read by itself. Raises FieldUnreadable, KeyError, TypeError or ValueError where an answer lacks
what it must have; `faults.reading` makes a fault of it.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from ...use_cases.ports import Unread
from ...values.cause import Cause
from ...values.image import Disk, Features, Image
from ...values.task import ObjectName, Task
from ..faults import FieldUnreadable, quoted
from .ecs_fields import DATA_DEVICE, Fields, each, integer, named, text, time_of, truth, writable

T = TypeVar("T")

LONGEST_ID = 100  # of what cannot be read, as it is shown


def read_each(entries: list[Any], id_name: str, read: Callable[[Fields], T]) -> tuple[list[T], tuple[Unread, ...]]:
    """What can be read of a list, and which entries cannot: by their id, or their place where they show none."""
    found, unread = list[T](), list[Unread]()
    for place, entry in enumerate(entries):
        try:
            found.append(read(entry))
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as fault:
            field = fault.field if isinstance(fault, FieldUnreadable) else "its form"
            unread.append(Unread(_id_of(entry, id_name) or f"entry {place + 1}", field))
    return found, tuple(unread)


def _id_of(entry: Any, id_name: str) -> str:
    shown = entry.get(id_name) if isinstance(entry, dict) else None
    return writable(shown)[:LONGEST_ID] if isinstance(shown, str) else ""


def read_images(answer: Fields, account_id: str, region_id: str) -> tuple[list[Image], tuple[Unread, ...]]:
    """The entries of DescribeImages. A tag that cannot be read is left out of its image, and named as well."""
    strange: list[Unread] = []

    def read(fields: Fields) -> Image:
        image = read_image(fields, account_id, region_id)
        strange.extend(Unread(image.image_id, f"Tags, {one.field} of {one.entry}") for one in _tags(fields)[1])
        return image

    images, unread = read_each(each(answer["Images"], "Image"), "ImageId", read)
    return images, (*unread, *strange)


def _tags(fields: Fields) -> tuple[list[tuple[str, str]], tuple[Unread, ...]]:
    return read_each(each(fields.get("Tags"), "Tag"), "TagKey", _tag)


def _tag(fields: Fields) -> tuple[str, str]:
    """`TagKey` in what DescribeImages documents, `Key` in what the tag service and other products say."""
    key = "TagKey" if fields.get("TagKey") else "Key"
    return named(fields, key), text(fields, "TagValue") or text(fields, "Value")


def read_image(fields: Fields, account_id: str, region_id: str) -> Image:
    """One entry of DescribeImages. Without a time of creation it can be exported; rules that ask for an age skip it."""
    return Image(
        account_id=account_id,
        region_id=region_id,
        image_id=named(fields, "ImageId"),
        name=text(fields, "ImageName"),
        status=text(fields, "Status"),
        created_at=time_of(fields, "CreationTime") if fields.get("CreationTime") else None,
        disks=tuple(map(_disk, each(fields.get("DiskDeviceMappings"), "DiskDeviceMapping"))),
        size_gib=integer(fields, "Size"),
        tags=dict(_tags(fields)[0]),
        family=text(fields, "ImageFamily"),
        os_type=text(fields, "OSType", "linux"),
        platform=text(fields, "Platform"),
        architecture=text(fields, "Architecture"),
        boot_mode=text(fields, "BootMode"),
        owner_alias=text(fields, "ImageOwnerAlias", "self"),
        product_code=text(fields, "ProductCode"),
        description=text(fields, "Description"),
        image_version=text(fields, "ImageVersion"),
        os_name_en=text(fields, "OSNameEn"),
        license_type=text(fields, "LicenseType"),
        resource_group_id=text(fields, "ResourceGroupId"),
        is_support_cloudinit=truth(fields.get("IsSupportCloudinit")),
        login_as_non_root_supported=truth(fields.get("LoginAsNonRootSupported")),
        features=_features(fields.get("Features")),
    )


def _features(said: Any) -> Features | None:
    """None where ECS does not name them."""
    if not isinstance(said, dict) or not said:
        return None
    return Features(nvme_support=text(said, "NvmeSupport"), imds_support=text(said, "ImdsSupport"))


def _disk(fields: Fields) -> Disk:
    """None is left out: no proof would miss what the image has beyond these (docs/protocol.md#p3)."""
    return Disk(
        device=text(fields, "Device"),
        kind=text(fields, "Type") or ("data" if DATA_DEVICE.match(text(fields, "Device")) else "system"),
        size_gib=integer(fields, "Size"),
        encrypted=bool(truth(fields.get("Encrypted"))),
    )


def read_tasks(answer: Fields) -> list[Fields]:
    """TaskSet as the SDK's model has it, `{"Task": []}`, or as the page's sample has it, `[{"Task": []}]`."""
    task_set = answer["TaskSet"]
    holders = task_set if isinstance(task_set, list) else [task_set]
    return [task for holder in holders if holder for task in _held(holder)]


def _held(holder: Any) -> list[Any]:
    return each(holder, "Task") if isinstance(holder, dict) and "Task" in holder else [holder]


def is_export(fields: Fields) -> bool:
    """`ExportImage` and `EXPORT_IMAGE` are one action; a task that names none may be one."""
    return text(fields, "TaskAction", "ExportImage").replace("_", "").lower() == "exportimage"


def read_export_tasks(answer: Fields) -> tuple[list[Task], tuple[Unread, ...]]:
    """The export tasks among the entries of DescribeTasks."""
    entries = [one for one in read_tasks(answer) if not isinstance(one, dict) or is_export(one)]
    return read_each(entries, "TaskId", read_brief)


def read_brief(fields: Fields) -> Task:
    """One entry of DescribeTasks."""
    return Task(
        task_id=_task_id(fields),
        status=named(fields, "TaskStatus"),
        created_at=time_of(fields, "CreationTime"),
        finished_at=time_of(fields, "FinishedTime") if fields.get("FinishedTime") else None,
        image_id=text(fields, "ResourceId") or None,
        support_cancel=truth(fields.get("SupportCancel")),
    )


def read_task(fields: Fields) -> Task:
    """The answer of DescribeTaskAttribute; the cause is that of the first operation that failed."""
    operations = list(each(fields.get("OperationProgressSet"), "OperationProgress"))
    brief = read_brief(fields)
    failed = [one for one in operations if one.get("ErrorCode") or _failed(one, brief.status)]
    return Task(
        task_id=brief.task_id,
        status=brief.status,
        created_at=brief.created_at,
        finished_at=brief.finished_at,
        image_id=brief.image_id,
        support_cancel=brief.support_cancel,
        progress=text(fields, "TaskProcess") or None,
        objects=tuple(name for operation in operations for name in _objects(operation)),
        failed_count=max(integer(fields, "FailedCount"), len(failed)),
        cause=_cause(failed[0], fields.get("RequestId")) if failed else None,
    )


def _failed(operation: Fields, status: str) -> bool:
    """`Finished` with an operation that is not `Success` is a failure (docs/cloud-facts.md#fact-2)."""
    return status == "Finished" and text(operation, "OperationStatus", "Success") != "Success"


def _cause(operation: Fields, request_id: str | None) -> Cause:
    """The task's own words; the RequestId is that of the answer that told them, for there is no other."""
    status = text(operation, "OperationStatus")
    words = text(operation, "ErrorMsg") or f"The operation ended as {status!r}."
    return quoted(text(operation, "ErrorCode", "ExportImageFailed"), words, request_id)


def _objects(operation: Fields) -> Iterator[ObjectName]:
    """An item without a name is none of ours; an object without a key leaves the task unread: it would be missed."""
    items = each(operation.get("RelatedItemSet"), "RelatedItem")
    named_as = [(text(item, "Name").lower(), item) for item in items if isinstance(item, dict)]
    bucket = next((text(item, "Value") for name, item in named_as if name == "ossbucket"), "")
    return (ObjectName(oss_bucket=bucket, key=named(item, "Value")) for name, item in named_as if name == "ossobject")


def task_id_of(answer: Fields) -> str:
    """`TaskId` today, `ExportTaskId` on the pages of 2018 and 2021."""
    return _task_id(answer)


def _task_id(fields: Fields) -> str:
    return named(fields, "TaskId" if fields.get("TaskId") else "ExportTaskId")
