"""What no document settles: each reading can be chosen, the default is the likelier one."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from alicloud_emulator.errors import ApiError

READINGS: dict[str, tuple[Any, ...]] = {
    "task_named": ("finished", "at_once"),
    "resource_ids": ("honoured", "ignored"),
    "resource_id_in_tasks": (True, False),
    "export_id_field": ("TaskId", "ExportTaskId", "both"),
    "task_set_shape": ("object", "list"),
    "task_times": ("minutes", "seconds"),
    "failed_task_status": ("Failed", "Finished"),
    "task_action_spelling": ("ExportImage", "EXPORT_IMAGE"),
    "support_cancel_type": ("string", "bool"),
    "image_id_list": ("honoured", "single"),
    "operation_progress": ("per_object", "one_for_all"),
    "role_name": ("default_only", "any"),
    "bucket_elsewhere": ("InvalidOSSBucket.NotFound", "InvalidOSSBucket.NotMatched"),
    "object_naming": ("prefix_image_disk", "prefix_image_task"),
    "import_of_tar_gz": ("accepted", "refused", "fails"),
    "import_id_field": ("TaskId", "ImportTaskId"),
    "dry_run_code": ("DryRunOperation", "DRYRUN.SUCCESS"),
    "import_cause_in_task": (True, False),
    "create_failed_keeps_name": (True, False),
    "cancelled_import": ("gone", "CreateFailed"),
    "detection": ("minutes", "never"),
    "delete_unknown_image": (404, 200),
    "import_device_order": ("by_n", "system_only"),
    "cross_account_bucket": ("allowed", "NotMatched"),
    "missing_object": ("NoSuchKey", "AccessDenied"),
    "role_name_import": ("default_only", "any"),
    "image_event_on_import": ("once", "twice"),
    "run_instances_resource": ("all", "image"),
    "console_refresh": ("live", "last_start"),
    "console_time_zone": ("+8", "UTC"),
    "list_after_write": ("strong", "lagging"),
    "image_event_shape": ("flat", "content"),
    "eventbridge_refusal": ("body", "status"),
    "actiontrail_image_id": ("both", "responseElements", "referencedResources"),
    "actiontrail_event_type": ("ApiCall", "ConsoleOperation", "AliyunServiceEvent"),
    "http_header_case": ("canonical", "lower"),
    "http_body_base64": ("binary", "always"),
    "http_raw_path": ("encoded", "decoded"),
    "http_body_too_large": (413, 400),
}


@dataclass(slots=True, kw_only=True)
class Unsure:
    """The readings in force."""

    task_named: str = "finished"  # when object names are in a task's attributes
    resource_ids: str = "honoured"  # whether DescribeTasks filters by ResourceIds
    resource_id_in_tasks: bool = True  # whether DescribeTasks names the image of a task
    task_list_lag_s: float = 20.0  # cloud seconds until DescribeTasks lists a new task
    export_id_field: str = "TaskId"  # what ExportImage calls the task's id
    task_set_shape: str = "object"  # {"Task": []} as in the SDK's model, or [{"Task": []}] as in the sample
    task_times: str = "minutes"  # whether a task's times have seconds: the samples have none, other answers of ECS do
    failed_task_status: str = "Failed"  # or Finished, with the failure in FailedCount and OperationStatus alone
    task_action_spelling: str = "ExportImage"
    support_cancel_type: str = "string"
    image_id_list: str = "honoured"  # whether DescribeImages takes several ids with commas
    object_naming: str = "prefix_image_disk"
    operation_progress: str = "per_object"  # how DescribeTaskAttribute groups the objects of several disks
    role_name: str = "default_only"  # whether ECS takes another role than its own default one
    bucket_elsewhere: str = "InvalidOSSBucket.NotFound"  # how ExportImage calls a bucket of another region
    import_of_tar_gz: str = "accepted"  # what an export calls .raw.tar.gz: taken, refused at the call, or failing late
    import_id_field: str = "TaskId"  # what ImportImage calls the task's id; older samples have the other
    dry_run_code: str = "DryRunOperation"  # with which ImportImage's dry run passes: its page has both
    import_cause_in_task: bool = True  # whether the task of an import that failed says why
    create_failed_keeps_name: bool = True  # whether an image that failed to be made still has its name
    cancelled_import: str = "gone"  # what becomes of the image
    detection: str = "minutes"  # whether DetectionStrategy ever comes to a result
    delete_unknown_image: int = 404  # DeleteImage and DeleteSnapshot of what is not there: "ignored" in the text
    import_device_order: str = "by_n"  # whether data disks are /dev/xvdb and so on by N, or in another order
    cross_account_bucket: str = "allowed"  # whether ImportImage reads a bucket of another account
    missing_object: str = "NoSuchKey"  # what OSS says of no object to whoever may read objects, and not list them
    role_name_import: str = "default_only"  # whether ECS takes another role than its own default one to read
    image_event_on_import: str = "once"  # whether an imported image's Available is told twice
    run_instances_resource: str = "all"  # whether RAM judges RunInstances by its image too
    console_refresh: str = "live"  # whether a console goes on, or is kept as it was at the last start
    console_time_zone: str = "+8"  # of LastUpdateTime: newer pages say UTC+8, older ones UTC
    list_after_write: str = "strong"  # lagging: LIST shows a write 2 cloud seconds later
    image_event_shape: str = "flat"  # data.imageId, or data.content.imageId
    eventbridge_refusal: str = "body"  # HTTP 200 with Success false (as Terraform's provider reads it), or HTTP 409
    actiontrail_image_id: str = "both"  # where the event of CreateImage names the new image
    actiontrail_event_type: str = "ApiCall"  # what a call is taken for that a console, or another service, makes
    http_header_case: str = "canonical"  # how the HTTP trigger's event spells header names; a sample says Content-Type
    http_body_base64: str = "binary"  # which bodies the HTTP trigger encodes; binary: those that are no UTF-8 text
    http_raw_path: str = "encoded"  # whether rawPath and path of its event are as received, or percent-decoded
    http_body_too_large: int = 413  # its answer past 32 MB; the page "Web functions" says 400

    def choose(self, readings: Mapping[str, Any]) -> None:
        """Take other readings; an unknown name or value is refused and changes nothing."""
        names = [field.name for field in fields(self)]
        for name, value in readings.items():
            if name not in names:
                raise ApiError(400, "UnknownName", f"{name!r} is none of: {', '.join(names)}")
            if name not in READINGS and not (isinstance(value, int | float) and value >= 0):
                raise ApiError(400, "UnknownValue", f"{name} is {value!r}; it is a number of seconds")
            if name in READINGS and value not in READINGS[name]:
                raise ApiError(400, "UnknownValue", f"{name} is {value!r}, and may be one of {READINGS[name]}")
        for name, value in readings.items():
            setattr(self, name, value)
