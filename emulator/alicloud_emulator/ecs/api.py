"""The operations of ECS 2014-05-26."""

from alicloud_emulator.calls import Operation
from alicloud_emulator.ecs.change_image import DeleteImage, ModifyImageAttribute
from alicloud_emulator.ecs.create_image import CopyImage, CreateImage
from alicloud_emulator.ecs.describe_images import DescribeImages
from alicloud_emulator.ecs.export_image import ExportImage
from alicloud_emulator.ecs.import_image import ImportImage
from alicloud_emulator.ecs.instances.api import OPERATIONS as OF_INSTANCES
from alicloud_emulator.ecs.snapshot_operations import DeleteSnapshot, DescribeSnapshots
from alicloud_emulator.ecs.task_operations import CancelTask, DescribeTaskAttribute, DescribeTasks

OPERATIONS = {
    "DescribeImages": Operation(DescribeImages, ("RegionId",)),
    "CreateImage": Operation(CreateImage, ("RegionId",)),
    "CopyImage": Operation(CopyImage, ("RegionId", "ImageId")),
    "ExportImage": Operation(ExportImage, ("RegionId", "ImageId")),
    "ImportImage": Operation(ImportImage, ("RegionId",)),
    "ModifyImageAttribute": Operation(ModifyImageAttribute, ("RegionId", "ImageId")),
    "DeleteImage": Operation(DeleteImage, ("RegionId", "ImageId")),
    "DescribeSnapshots": Operation(DescribeSnapshots, ("RegionId",)),
    "DeleteSnapshot": Operation(DeleteSnapshot, ("SnapshotId",)),
    "DescribeTasks": Operation(DescribeTasks, ("RegionId",)),
    "DescribeTaskAttribute": Operation(DescribeTaskAttribute, ("RegionId", "TaskId")),
    "CancelTask": Operation(CancelTask, ("RegionId", "TaskId")),
    **OF_INSTANCES,
}
