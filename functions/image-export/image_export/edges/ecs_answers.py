"""From what ECS answers to our values. Pure; lenient where documents and SDK models differ (facts §2, §3).

Raises KeyError, TypeError or ValueError where an answer lacks what it must have; `faults.reading` makes a fault of it.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from ..values.cause import Cause
from ..values.image import Disk, Image
from ..values.task import ObjectName, Task
from .faults import quoted

Fields = dict[str, Any]
DATA_DEVICE = re.compile(r"(?:/dev/)?(?:xvd|vd|sd|hd)[b-z]")  # the system disk's ends in a
TIMES = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%MZ")  # tasks are shown without seconds, images with


def read_image(fields: Fields, account_id: str, region_id: str) -> Image:
    """One entry of DescribeImages."""
    tags = {_writable(tag["TagKey"]): _text(tag, "TagValue") for tag in _each(fields.get("Tags"), "Tag")}
    return Image(
        account_id=account_id,
        region_id=region_id,
        image_id=fields["ImageId"],
        name=_text(fields, "ImageName"),
        status=_text(fields, "Status"),
        created_at=_time(fields["CreationTime"]),
        disks=tuple(map(_disk, _each(fields.get("DiskDeviceMappings"), "DiskDeviceMapping"))),
        size_gib=int(fields.get("Size") or 0),
        tags=tags,
        family=_text(fields, "ImageFamily"),
        os_type=_text(fields, "OSType", "linux"),
        platform=_text(fields, "Platform"),
        architecture=_text(fields, "Architecture"),
        boot_mode=_text(fields, "BootMode"),
        owner_alias=_text(fields, "ImageOwnerAlias", "self"),
        product_code=_text(fields, "ProductCode"),
    )


def _disk(fields: Fields) -> Disk:
    return Disk(
        device=_text(fields, "Device"),
        kind=_text(fields, "Type") or ("data" if DATA_DEVICE.match(_text(fields, "Device")) else "system"),
        size_gib=int(fields.get("Size") or 0),
        encrypted=bool(_truth(fields.get("Encrypted"))),
    )


def read_tasks(answer: Fields) -> list[Fields]:
    """TaskSet as the SDK's model has it, `{"Task": []}`, or as the page's sample has it, `[{"Task": []}]`."""
    task_set = answer["TaskSet"]
    holders = task_set if isinstance(task_set, list) else [task_set]
    return [task for holder in holders for task in _each(holder, "Task")]


def is_export(fields: Fields) -> bool:
    """`ExportImage` and `EXPORT_IMAGE` are one action; a task that names none may be one."""
    return _text(fields, "TaskAction", "ExportImage").replace("_", "").lower() == "exportimage"


def read_brief(fields: Fields) -> Task:
    """One entry of DescribeTasks."""
    return Task(
        task_id=_task_id(fields),
        status=fields["TaskStatus"],
        created_at=_time(fields["CreationTime"]),
        finished_at=_time(fields["FinishedTime"]) if fields.get("FinishedTime") else None,
        image_id=fields.get("ResourceId") or None,
        support_cancel=_truth(fields.get("SupportCancel")),
    )


def read_task(fields: Fields) -> Task:
    """The answer of DescribeTaskAttribute; the cause is that of the first operation that failed."""
    operations = list(_each(fields.get("OperationProgressSet"), "OperationProgress"))
    brief = read_brief(fields)
    failed = [one for one in operations if one.get("ErrorCode") or _failed(one, brief.status)]
    return Task(
        task_id=brief.task_id,
        status=brief.status,
        created_at=brief.created_at,
        finished_at=brief.finished_at,
        image_id=brief.image_id,
        support_cancel=brief.support_cancel,
        progress=_text(fields, "TaskProcess") or None,
        objects=tuple(name for operation in operations for name in _objects(operation)),
        failed_count=max(int(fields.get("FailedCount") or 0), len(failed)),
        cause=_cause(failed[0], fields.get("RequestId")) if failed else None,
    )


def _failed(operation: Fields, status: str) -> bool:
    """`Finished` with an operation that is not `Success` is a failure (facts §2)."""
    return status == "Finished" and _text(operation, "OperationStatus", "Success") != "Success"


def _cause(operation: Fields, request_id: str | None) -> Cause:
    """The task's own words; the RequestId is that of the answer that told them, for there is no other."""
    status = _text(operation, "OperationStatus")
    words = _text(operation, "ErrorMsg") or f"The operation ended as {status!r}."
    return quoted(_text(operation, "ErrorCode", "ExportImageFailed"), words, request_id)


def _objects(operation: Fields) -> Iterator[ObjectName]:
    items = [(item["Name"], item["Value"]) for item in _each(operation.get("RelatedItemSet"), "RelatedItem")]
    bucket = next((value for name, value in items if name.lower() == "ossbucket"), "")
    return (ObjectName(oss_bucket=bucket, key=value) for name, value in items if name.lower() == "ossobject")


def task_id_of(answer: Fields) -> str:
    """`TaskId` today, `ExportTaskId` on the pages of 2018 and 2021."""
    return _task_id(answer)


def _task_id(fields: Fields) -> str:
    task_id = fields.get("TaskId") or fields["ExportTaskId"]
    if not isinstance(task_id, str) or not task_id:
        raise ValueError(f"a task id is text, not {task_id!r}")
    return task_id


def _each(holder: Any, name: str) -> list[Fields]:
    """The list inside its holder; a single element may come without its list, an empty one without its holder."""
    found = (holder or {}).get(name) or []
    return found if isinstance(found, list) else [found]


def _text(fields: Fields, name: str, default: str = "") -> str:
    return _writable(fields.get(name) or default)


def _writable(value: Any) -> str:
    """The text without lone surrogates, which JSON can carry and no ledger can keep."""
    return str(value).encode(errors="replace").decode()


def _truth(value: Any) -> bool | None:
    """`SupportCancel` is a string in the SDK's model and a boolean in the page's sample."""
    if value is None or value == "":
        return None
    return value if isinstance(value, bool) else str(value).lower() == "true"


def _time(text: str) -> datetime:
    for form in TIMES:
        try:
            return datetime.strptime(text, form).replace(tzinfo=timezone.utc)
        except ValueError:
            continue
    raise ValueError(f"{text!r} is no time of ECS")
