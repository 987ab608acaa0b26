"""The operations on instances of ECS 2014-05-26."""

from alicloud_emulator.calls import Operation
from alicloud_emulator.ecs.instances.assistant import (
    DescribeCloudAssistantStatus,
    DescribeInvocationResults,
    RunCommand,
)
from alicloud_emulator.ecs.instances.describe_instances import DescribeInstances, DescribeInstanceStatus
from alicloud_emulator.ecs.instances.hearing import GetInstanceConsoleOutput, GetInstanceScreenshot
from alicloud_emulator.ecs.instances.offers import DescribeAvailableResource, DescribeImageSupportInstanceTypes
from alicloud_emulator.ecs.instances.run_instances import DeleteInstance, DeleteInstances, RunInstances, StopInstance

OPERATIONS = {
    "RunInstances": Operation(RunInstances, ("RegionId",)),
    "DescribeInstances": Operation(DescribeInstances, ("RegionId",)),
    "DescribeInstanceStatus": Operation(DescribeInstanceStatus, ("RegionId",)),
    "StopInstance": Operation(StopInstance, ("InstanceId",)),
    "DeleteInstance": Operation(DeleteInstance, ("InstanceId",)),
    "DeleteInstances": Operation(DeleteInstances, ("RegionId",)),
    "GetInstanceConsoleOutput": Operation(GetInstanceConsoleOutput, ("RegionId", "InstanceId")),
    "GetInstanceScreenshot": Operation(GetInstanceScreenshot, ("RegionId", "InstanceId")),
    "DescribeCloudAssistantStatus": Operation(DescribeCloudAssistantStatus, ("RegionId",)),
    "RunCommand": Operation(RunCommand, ("RegionId", "Type", "CommandContent")),
    "DescribeInvocationResults": Operation(DescribeInvocationResults, ("RegionId",)),
    "DescribeImageSupportInstanceTypes": Operation(DescribeImageSupportInstanceTypes, ("RegionId", "ImageId")),
    "DescribeAvailableResource": Operation(DescribeAvailableResource, ("RegionId", "DestinationResource")),
}
