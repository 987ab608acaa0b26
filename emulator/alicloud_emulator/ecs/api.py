"""The operations of ECS 2014-05-26."""

from alicloud_emulator.calls import Operation
from alicloud_emulator.ecs.create_image import CopyImage, CreateImage
from alicloud_emulator.ecs.describe_images import DescribeImages
from alicloud_emulator.ecs.export_image import ExportImage
from alicloud_emulator.ecs.task_operations import CancelTask, DescribeTaskAttribute, DescribeTasks

OPERATIONS = {
    "DescribeImages": Operation(DescribeImages, ("RegionId",)),
    "CreateImage": Operation(CreateImage, ("RegionId",)),
    "CopyImage": Operation(CopyImage, ("RegionId", "ImageId")),
    "ExportImage": Operation(ExportImage, ("RegionId", "ImageId")),
    "DescribeTasks": Operation(DescribeTasks, ("RegionId",)),
    "DescribeTaskAttribute": Operation(DescribeTaskAttribute, ("RegionId", "TaskId")),
    "CancelTask": Operation(CancelTask, ("RegionId", "TaskId")),
}
