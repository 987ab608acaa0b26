"""The operations of ECS 2014-05-26."""

from emulator.calls import Operation
from emulator.ecs.create_image import CopyImage, CreateImage
from emulator.ecs.describe_images import DescribeImages
from emulator.ecs.export_image import ExportImage
from emulator.ecs.task_operations import CancelTask, DescribeTaskAttribute, DescribeTasks

OPERATIONS = {
    "DescribeImages": Operation(DescribeImages, ("RegionId",)),
    "CreateImage": Operation(CreateImage, ("RegionId",)),
    "CopyImage": Operation(CopyImage, ("RegionId", "ImageId")),
    "ExportImage": Operation(ExportImage, ("RegionId", "ImageId")),
    "DescribeTasks": Operation(DescribeTasks, ("RegionId",)),
    "DescribeTaskAttribute": Operation(DescribeTaskAttribute, ("RegionId", "TaskId")),
    "CancelTask": Operation(CancelTask, ("RegionId", "TaskId")),
}
