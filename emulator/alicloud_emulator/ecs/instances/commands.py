"""A command that was sent to instances, and its result on each by the time. Pure.

Source: page DescribeInvocationResults for states and error codes.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alicloud_emulator.ecs.instances.instance import Instance

DELIVERY = timedelta(seconds=1)
SECONDS = "%Y-%m-%dT%H:%M:%SZ"
SAID = {
    "InstanceNotRunning": "The instance is not running.",
    "ClientNotRunning": "The Cloud Assistant client is not running on the instance.",
    "InstanceReleased": "The instance was released while the command was running.",
    "ExitCodeNonzero": "The command ended with an exit code that is not 0.",
    "Timeout": "The command ran longer than its timeout.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What is to be run, as whom, for how long at most."""

    id: str
    content: str
    timeout_s: int
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """A command that was sent; `refused` has the ErrorCode of each instance, empty where it runs."""

    id: str
    command: Command
    region: str
    account_id: str
    created: datetime
    instances: Mapping[str, Instance]
    refused: Mapping[str, str]


def result(invocation: Invocation, instance: Instance, now: datetime, *, plain: bool) -> dict[str, Any]:
    """One InvocationResult."""
    status, code, ended = outcome(invocation, instance, now)
    ran = ended is not None and status in {"Success", "Failed"} and code in {"", "ExitCodeNonzero"}
    output = instance.guest.output if ran else ""
    return {
        "InvokeId": invocation.id,
        "CommandId": invocation.command.id,
        "InstanceId": instance.id,
        "Username": invocation.command.user,
        "InvocationStatus": status,
        "InvokeRecordStatus": RECORDS.get(status, "Finished"),
        "ExitCode": instance.guest.exit_code if ran else None,
        "Output": output if plain else base64.b64encode(output.encode()).decode(),
        "Dropped": 0,
        "Repeats": 1 if ran else 0,
        "ErrorCode": code,
        "ErrorInfo": SAID.get(code, code),
        "StartTime": (invocation.created + DELIVERY).strftime(SECONDS) if status != "Pending" else "",
        "FinishedTime": ended.strftime(SECONDS) if ended else "",
    }


RECORDS = {"Pending": "Running", "Running": "Running", "Failed": "Failed", "Timeout": "Failed"}


def outcome(invocation: Invocation, instance: Instance, now: datetime) -> tuple[str, str, datetime | None]:
    """InvocationStatus, ErrorCode, and when it ended."""
    if code := invocation.refused[instance.id]:
        return "Failed", code, invocation.created
    begun, guest = invocation.created + DELIVERY, instance.guest
    too_long = guest.command_s > invocation.command.timeout_s
    ends = begun + timedelta(seconds=min(guest.command_s, invocation.command.timeout_s))
    if instance.stopped_at and instance.stopped_at < min(ends, now):
        return "Failed", "InstanceReleased", instance.stopped_at
    if now < begun:
        return "Pending", "", None
    if now < ends:
        return "Running", "", None
    if too_long:
        return "Timeout", "Timeout", ends
    return ("Failed", "ExitCodeNonzero", ends) if guest.exit_code else ("Success", "", ends)
