"""Cloud Assistant: whether its agent is heard, commands, and what became of them (pages of the three actions).

A command is not run: what it ends with is ordered with its guest.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from datetime import timedelta
from typing import Any

from alicloud_emulator.calls import Call
from alicloud_emulator.ecs.instances.commands import Command, Invocation, result
from alicloud_emulator.ecs.instances.instance import Instance
from alicloud_emulator.ecs.paging import numbered, page
from alicloud_emulator.ecs.regions import region_of
from alicloud_emulator.ecs.service import Ecs
from alicloud_emulator.errors import ApiError, missing_parameter

MOST = 50
VERSION = "2.2.3.857"
HEARTBEAT, HEARD_FOR = timedelta(seconds=60), timedelta(minutes=2)
TYPES = frozenset({"RunShellScript", "RunBatScript", "RunPowerShellScript"})
LEAST_S, LONGEST_S, USUAL_S = 10, 86_400, 60
LARGEST_CONTENT = 24 * 1024
SECONDS = "%Y-%m-%dT%H:%M:%SZ"


def instances_asked_for(ecs: Ecs, call: Call, *, needed: bool) -> list[Instance]:
    """The instances that InstanceId.N names; every one of the region where none is needed and none is named."""
    region, ids = region_of(call), list(dict.fromkeys(numbered(call, "InstanceId")))
    own = {one.id: one for one in ecs.instances.of(region, call.key.account_id)}
    if not ids and needed:
        raise missing_parameter("InstanceId")
    if len(ids) > MOST:
        raise ApiError(403, "InstanceIds.ExceedLimit", "The number of instance IDs exceeds the upper limit.")
    if any(one not in own for one in ids):
        raise ApiError(404, "InvalidInstance.NotFound", "The specified instance does not exist.")
    return [own[one] for one in ids] or list(own.values())


async def DescribeCloudAssistantStatus(ecs: Ecs, call: Call) -> dict[str, Any]:
    """Whether the agent of each instance was heard within the last two minutes."""
    shown, pages = page(call, instances_asked_for(ecs, call, needed=False))
    rows = [await status(ecs, call, one) for one in shown]
    return {**pages, "InstanceCloudAssistantStatusSet": {"InstanceCloudAssistantStatus": rows}}


async def status(ecs: Ecs, call: Call, instance: Instance) -> dict[str, Any]:
    """One instance; an agent that was never heard has no version."""
    first = await ecs.first_heartbeat(instance)
    until = min(call.now, instance.stopped_at or call.now)
    heard = first is not None and first <= until
    last = first + HEARTBEAT * ((until - first) // HEARTBEAT) if first and heard else None
    return {
        "InstanceId": instance.id,
        "CloudAssistantStatus": str(last is not None and call.now - last <= HEARD_FOR).lower(),
        "CloudAssistantVersion": VERSION if heard else "",
        "LastHeartbeatTime": last.strftime(SECONDS) if last else "",
        "LastInvokedTime": "",
        "InvocationCount": instance.commands,
        "ActiveTaskCount": 0,
        "OSType": str(instance.order.image.fields["OSType"]).capitalize(),
        "SupportSessionManager": heard,
    }


async def RunCommand(ecs: Ecs, call: Call) -> dict[str, Any]:
    """Send a command to instances; whether one takes it shows in the results alone."""
    if (before := ecs.tokens.answer_to(call)) is not None:
        return before
    found, command = instances_asked_for(ecs, call, needed=True), command_of(call)
    ready = {one.id: await ready_for(ecs, call, one) for one in found}
    invocation = Invocation(
        id=f"t-hz0{secrets.token_hex(8)}",
        command=command,
        region=call.params["RegionId"],
        account_id=call.key.account_id,
        created=call.now,
        instances={one.id: one for one in found},
        refused=ready,
    )
    ecs.commands[invocation.id] = invocation
    for one in found:
        one.commands += 1
    return ecs.tokens.keep(call, {"CommandId": command.id, "InvokeId": invocation.id})


async def ready_for(ecs: Ecs, call: Call, instance: Instance) -> str:
    """Why the command never runs there, as an ErrorCode; empty where it does."""
    if instance.status != "Running":
        return "InstanceNotRunning"
    first = await ecs.first_heartbeat(instance)
    if first is None or first > call.now:
        return "ClientNotRunning"
    return instance.guest.command_error


def command_of(call: Call) -> Command:
    """What is to be run, and for how long at most."""
    if call.params["Type"] not in TYPES:
        raise ApiError(403, "InvalidCmdType.NotFound", "The specified command type does not exist.")
    content = decoded(call.params["CommandContent"], call.params.get("ContentEncoding") or "PlainText")
    timeout = call.params.get("Timeout") or str(USUAL_S)
    if not timeout.isdecimal() or not LEAST_S <= int(timeout) <= LONGEST_S:
        raise ApiError(400, "InvalidParameter", f"The specified parameter Timeout is not valid: {timeout}.")
    return Command(
        id=f"c-hz0{secrets.token_hex(8)}",
        content=content,
        timeout_s=int(timeout),
        user=call.params.get("Username") or "root",
    )


def decoded(text: str, encoding: str) -> str:
    """The command, of at most 24 KB in Base64 (page RunCommand)."""
    if encoding not in {"PlainText", "Base64"}:
        raise ApiError(400, "InvalidParameter", f"The specified parameter ContentEncoding is not valid: {encoding}.")
    try:
        content = base64.b64decode(text, validate=True).decode() if encoding == "Base64" else text
    except (binascii.Error, UnicodeDecodeError) as cause:
        raise ApiError(400, "CmdContent.DecodeError", "The command content could not be decoded.") from cause
    if len(base64.b64encode(content.encode())) > LARGEST_CONTENT:
        raise ApiError(403, "CmdContent.ExceedLimit", "The length of the command content exceeds the upper limit.")
    return content


async def DescribeInvocationResults(ecs: Ecs, call: Call) -> dict[str, Any]:
    """What became of commands, on each instance; the output is in Base64 unless PlainText is asked for."""
    region, encoding = region_of(call), call.params.get("ContentEncoding") or "Base64"
    if encoding not in {"PlainText", "Base64"}:
        raise ApiError(400, "InvalidParameter", f"The specified parameter ContentEncoding is not valid: {encoding}.")
    found = [
        result(invocation, instance, call.now, plain=encoding == "PlainText")
        for invocation in reversed(ecs.commands.values())
        if (invocation.region, invocation.account_id) == (region, call.key.account_id)
        and call.params.get("InvokeId") in {None, "", invocation.id}
        and call.params.get("CommandId") in {None, "", invocation.command.id}
        for instance in invocation.instances.values()
        if call.params.get("InstanceId") in {None, "", instance.id}
    ]
    shown, pages = page(call, found)
    return {"Invocation": {**pages, "InvocationResults": {"InvocationResult": shown}}}
