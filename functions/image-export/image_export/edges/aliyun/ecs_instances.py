"""ECS calls that start, hear and delete an instance of one account in one region: one call each, sent once.

RunInstances, DescribeInstances, GetInstanceConsoleOutput, Cloud Assistant, DeleteInstance: docs/cloud-facts.md#fact-19.
"""

import base64
import binascii
import json
from typing import Any

from aliyunsdkcore.request import AcsRequest
from aliyunsdkecs.endpoint import endpoint_data
from aliyunsdkecs.request.v20140526.DeleteInstanceRequest import DeleteInstanceRequest
from aliyunsdkecs.request.v20140526.DescribeCloudAssistantStatusRequest import DescribeCloudAssistantStatusRequest
from aliyunsdkecs.request.v20140526.DescribeInstancesRequest import DescribeInstancesRequest
from aliyunsdkecs.request.v20140526.DescribeInvocationResultsRequest import DescribeInvocationResultsRequest
from aliyunsdkecs.request.v20140526.GetInstanceConsoleOutputRequest import GetInstanceConsoleOutputRequest
from aliyunsdkecs.request.v20140526.RunCommandRequest import RunCommandRequest
from aliyunsdkecs.request.v20140526.RunInstancesRequest import RunInstancesRequest

from ...errors import Refused
from ...use_cases.drill.ports import StartOfInstance
from ...values.drill.steps import Assistant, CommandResult, Console, Instance
from ..faults import reading
from .ecs_fields import Fields, each, named, text, truth
from .rpc import Rpc

GONE = frozenset({"InvalidInstanceId.NotFound", "InvalidInstance.NotFound"})
NOT_SHOWN = GONE | {"IncorrectInstanceStatus", "NotSupported", "OperationNotSupported"}
COMMAND_S = 600


class EcsInstances:
    """The calls of one account in one region."""

    def __init__(self, rpc: Rpc, region_id: str) -> None:
        self._rpc = rpc
        self._region_id = region_id
        self._host = endpoint_data.getEndpointMap().get(region_id) or f"ecs.{region_id}.aliyuncs.com"

    def _call(self, request: AcsRequest, *, fresh_connection: bool = False) -> dict[str, Any]:
        request.add_query_param("RegionId", self._region_id)
        return self._rpc.call(request, self._host, fresh_connection=fresh_connection)

    def run(self, start: StartOfInstance) -> str:
        """Without a public address, a role or a password of its own; ECS itself releases it in the end."""
        request = RunInstancesRequest()
        request.set_ImageId(start.image_id)
        request.set_InstanceType(start.instance_type)
        request.set_VSwitchId(start.boot.vswitch)
        request.set_SecurityGroupId(start.boot.security_group)
        request.set_InstanceName(start.name)
        request.set_ClientToken(start.client_token)
        request.set_AutoReleaseTime(start.release_at)
        request.set_Amount(1)
        request.set_InternetMaxBandwidthOut(0)
        request.set_PasswordInherit(True)
        request.set_SecurityEnhancementStrategy("Deactive")
        request.set_Tags([{"Key": key, "Value": value} for key, value in start.tags])
        answer = self._call(request, fresh_connection=True)
        with reading(self._host):
            return str(each(answer["InstanceIdSets"], "InstanceIdSet")[0])

    def by_tag(self, key: str, value: str) -> Instance | None:
        """The first instance that has the tag."""
        request = DescribeInstancesRequest()
        request.set_Tags([{"Key": key, "Value": value}])
        found = self._found(request)
        return next((one for one in found if one.tags.get(key) == value), None)

    def by_id(self, instance_id: str) -> Instance | None:
        """The instance, or None where there is none."""
        request = DescribeInstancesRequest()
        request.set_InstanceIds(json.dumps([instance_id]))
        return next((one for one in self._found(request) if one.instance_id == instance_id), None)

    def _found(self, request: DescribeInstancesRequest) -> list[Instance]:
        answer = self._call(request)
        with reading(self._host):
            return [_instance(one) for one in each(answer["Instances"], "Instance")]

    def console(self, instance_id: str) -> Console | None:
        """What it has said on its serial console, as far as ECS has it."""
        request = GetInstanceConsoleOutputRequest()
        request.set_InstanceId(instance_id)
        try:
            answer = self._call(request)
        except Refused as fault:
            if fault.code in NOT_SHOWN:
                return None
            raise
        with reading(self._host):
            said = text(answer, "ConsoleOutput")
            try:
                return Console(base64.b64decode(said, validate=True).decode("utf-8", errors="replace"))
            except binascii.Error:  # as it is
                return Console(said)

    def assistant(self, instance_id: str) -> Assistant:
        """Whether Cloud Assistant has reported within two minutes."""
        request = DescribeCloudAssistantStatusRequest()
        request.set_InstanceIds([instance_id])
        answer = self._call(request)
        with reading(self._host):
            entries = each(answer.get("InstanceCloudAssistantStatusSet"), "InstanceCloudAssistantStatus")
            ours = [one for one in entries if text(one, "InstanceId") == instance_id]
            return Assistant(any(truth(one.get("CloudAssistantStatus")) for one in ours))

    def run_command(self, instance_id: str, command: str, client_token: str) -> str:
        """As root, by a shell."""
        request = RunCommandRequest()
        request.set_Type("RunShellScript")
        request.set_CommandContent(base64.b64encode(command.encode()).decode())
        request.set_ContentEncoding("Base64")
        request.set_InstanceIds([instance_id])
        request.set_Timeout(COMMAND_S)
        request.set_KeepCommand(False)
        request.set_ClientToken(client_token)
        answer = self._call(request, fresh_connection=True)
        with reading(self._host):
            return named(answer, "InvokeId")

    def command_result(self, instance_id: str, invoke_id: str) -> CommandResult | None:
        """What has come of it; None before there is anything."""
        request = DescribeInvocationResultsRequest()
        request.set_InvokeId(invoke_id)
        request.set_InstanceId(instance_id)
        request.set_ContentEncoding("PlainText")
        answer = self._call(request)
        with reading(self._host):
            invocation = answer["Invocation"]
            entries = each(invocation.get("InvocationResults"), "InvocationResult")
            return _result(entries[0]) if entries else None

    def delete(self, instance_id: str) -> None:
        """Whatever it does; one that is gone is no fault."""
        request = DeleteInstanceRequest()
        request.set_InstanceId(instance_id)
        request.set_Force(True)
        request.set_ForceStop(True)
        try:
            self._call(request)
        except Refused as fault:
            if fault.code not in GONE:
                raise


def _instance(fields: Fields) -> Instance:
    tags = {text(one, "TagKey") or text(one, "Key"): text(one, "TagValue") for one in each(fields.get("Tags"), "Tag")}
    return Instance(instance_id=named(fields, "InstanceId"), status=text(fields, "Status"), tags=tags)


def _result(fields: Fields) -> CommandResult:
    status = text(fields, "InvocationStatus") or text(fields, "InvokeRecordStatus")
    code = fields.get("ExitCode")
    ended = status not in ("Pending", "Running", "Scheduled", "Stopping")
    exit_code = int(code) if ended and isinstance(code, (int, str)) and str(code).lstrip("-").isdigit() else None
    return CommandResult(status, exit_code, text(fields, "Output"), text(fields, "ErrorCode"))
