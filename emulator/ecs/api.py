"""The operations of ECS 2014-05-26."""

from emulator.calls import Operation
from emulator.ecs.describe_images import DescribeImages
from emulator.ecs.export_image import ExportImage
from emulator.ecs.task_operations import CancelTask, DescribeTaskAttribute, DescribeTasks

OPERATIONS = {
    "DescribeImages": Operation(DescribeImages, ("RegionId",)),
    "ExportImage": Operation(ExportImage, ("RegionId", "ImageId")),
    "DescribeTasks": Operation(DescribeTasks, ("RegionId",)),
    "DescribeTaskAttribute": Operation(DescribeTaskAttribute, ("RegionId", "TaskId")),
    "CancelTask": Operation(CancelTask, ("RegionId", "TaskId")),
}
