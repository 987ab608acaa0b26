"""ExportImage (page of 2025; docs/cloud-facts.md#fact-1): every documented reason for a refusal that can be here."""

import re
from datetime import timedelta
from typing import Any

from alicloud_emulator.calls import Call
from alicloud_emulator.ecs.disk_files import SUFFIXES
from alicloud_emulator.ecs.exports import ExportOrder
from alicloud_emulator.ecs.image import Image
from alicloud_emulator.ecs.regions import FORMAT_REGIONS, region_of
from alicloud_emulator.ecs.service import Ecs
from alicloud_emulator.ecs.service_role import arn_of
from alicloud_emulator.errors import ApiError, missing_parameter
from alicloud_emulator.identity import EXPORT_ROLE
from alicloud_emulator.oss.buckets import ARCHIVED

PREFIX = re.compile(r"[A-Za-z0-9]{1,30}")
MOST_DATA_DISKS, LARGEST_DATA_DISK_GIB = 4, 500
WEEK = timedelta(days=7)


async def ExportImage(ecs: Ecs, call: Call) -> dict[str, Any]:
    """Start an export task, or say what is against it."""
    order = order_of(ecs, call)
    check_image(order.image)
    check_bucket(ecs, call, order)
    check_free(ecs, call, order)
    if call.params.get("DryRun", "").lower() == "true":
        raise ApiError(400, "DryRunOperation", "Request validation has been passed with DryRun flag set.")
    task = ecs.exports.start(order)
    field = ecs.unsure.export_id_field
    names = ("TaskId", "ExportTaskId") if field == "both" else (field,)
    return {"RegionId": order.image.region, **dict.fromkeys(names, task.id)}


def order_of(ecs: Ecs, call: Call) -> ExportOrder:
    """The request's parameters, under the old names too, each well formed, of an account that may export at all."""
    if not ecs.quotas.exports_enabled:
        raise ApiError(403, "UserNotInTheWhiteList", "The user is not in the white list of image export.")
    bucket = call.params.get("OSSBucket") or call.params.get("OssBucket")
    if not bucket:
        raise missing_parameter("OSSBucket")
    region, prefix = region_of(call), call.params.get("OSSPrefix") or call.params.get("OssPrefix") or ""
    if prefix and not PREFIX.fullmatch(prefix):
        raise ApiError(400, "InvalidOSSPrefix.Malformed", "The specified OSSPrefix format is incorrect.")
    image_format = format_of(call.params.get("ImageFormat") or "raw", region)
    role_name = role_of(ecs, call)
    image = ecs.images.find(call.params["ImageId"], region, call.key.account_id)
    return ExportOrder(
        image=image,
        bucket=bucket,
        prefix=prefix,
        image_format=image_format,
        account_id=call.key.account_id,
        role_name=role_name,
        plan=image.plan,
    )


def format_of(text: str, region: str) -> str:
    """The format, if there is such a one in this region."""
    image_format = text.lower()
    if image_format not in SUFFIXES:
        raise ApiError(400, "InvalidImageFormat.Malformed", "The specified ImageFormat is wrongly formed.")
    if image_format != "raw" and region not in FORMAT_REGIONS:
        message = "The specified image format is not supported in the current region."
        raise ApiError(400, "InvalidImageFormat.RegionNotSupported", message)
    return image_format


def role_of(ecs: Ecs, call: Call) -> str:
    """The role that ECS takes to write to OSS; whether it may have another name is not sure."""
    name = call.params.get("RoleName") or EXPORT_ROLE
    taken = ecs.roles.can_be_taken(arn_of(call.key.account_id, name))
    if not taken or (name != EXPORT_ROLE and ecs.unsure.role_name == "default_only"):
        message = "ECS service has no permission to access your OSS; set the role to ECS service account first."
        raise ApiError(403, "NoSetRoletoECSServiceAcount", message)
    return name


def check_image(image: Image) -> None:
    """Whether this image can be exported at all."""
    fields, data_disks = image.fields, [disk for disk in image.disks if disk["Type"] == "data"]
    if fields["ImageOwnerAlias"] == "marketplace" or fields["ProductCode"]:
        message = "The specified image is from the image market and does not support export."
        raise ApiError(403, "ImageNotSupported", message)
    if fields["ImageOwnerAlias"] != "self":
        raise ApiError(403, "InvalidImageCategory.NotSupported", "The image category is not supported.")
    if image.status != "Available":
        raise ApiError(400, "IncorrectImageStatus", "The image is not available.")
    if fields["OSType"] == "windows":
        raise ApiError(403, "InvalidImageLicense.NotSupported", "Images of Windows Server cannot be exported.")
    if any(disk["Encrypted"] for disk in image.disks):
        message = "The specified image contains encrypted snapshots, do not support export."
        raise ApiError(400, "ImageNotSupported", message)
    if len(data_disks) > MOST_DATA_DISKS or any(int(disk["Size"]) > LARGEST_DATA_DISK_GIB for disk in data_disks):
        message = "The image has more than 4 data disks or one of more than 500 GiB."
        raise ApiError(400, "InvalidImage.DiskAmountOrSize", message)


def check_bucket(ecs: Ecs, call: Call, order: ExportOrder) -> None:
    """Whether ECS can write to the bucket."""
    bucket = ecs.oss.buckets.get(order.bucket)
    if bucket is None or bucket.region != call.params["RegionId"]:
        code = "InvalidOSSBucket.NotFound" if bucket is None else ecs.unsure.bucket_elsewhere
        raise ApiError(400, code, "The specified OSS bucket does not exist in this region.")
    role, key = arn_of(order.account_id, order.role_name), f"{order.prefix}_{order.image.id}"
    if bucket.account_id != call.key.account_id or not ecs.roles.may_write(role, bucket, key):
        raise ApiError(403, "InvalidOSS.NotAuthorized", "The OSS bucket or object is not allowed to access.")
    if bucket.encryption:
        raise ApiError(403, "InvalidOSSBucket.EncryptUnsupported", "Encrypted OSS buckets are not supported.")
    if bucket.storage_class in ARCHIVED:
        raise ApiError(400, "InvalidOSSObject.NeedRestore", "The OSS object is archived and must be restored first.")


def check_free(ecs: Ecs, call: Call, order: ExportOrder) -> None:
    """Whether the image is not being exported, and the account has an export left."""
    exports, quotas = ecs.exports, ecs.quotas
    running = exports.running(order.image.region, order.account_id)
    if any(task.order.image is order.image for task in running):
        message = "The specified image is being exported; call DescribeTasks to see the existing tasks."
        raise ApiError(403, "ImageIsExporting", message)
    if len(running) >= quotas.concurrent_exports:
        message = "The maximum number of concurrent export tasks is reached. Try again later."
        raise ApiError(403, "ConcurrentQuotaExceed.ExportImage", message)
    if len(exports.since(order.image.region, order.account_id, call.now - WEEK)) >= quotas.weekly_exports:
        raise ApiError(403, "WeeklyQuotaExceed.ExportImage", "The weekly quota of export tasks is used up.")
