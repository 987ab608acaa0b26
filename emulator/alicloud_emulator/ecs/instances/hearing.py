"""GetInstanceConsoleOutput and GetInstanceScreenshot: what a guest has said, and a picture of its screen.

Sources: page GetInstanceConsoleOutput of 2024, "caches system command outputs for the last start"; page
GetInstanceScreenshot for the ten seconds.
"""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any

from alicloud_emulator.calls import Call
from alicloud_emulator.ecs.instances.guest import console_time, heard, without_symbols
from alicloud_emulator.ecs.instances.instance import Instance
from alicloud_emulator.ecs.instances.run_instances import own
from alicloud_emulator.ecs.instances.run_request import flag
from alicloud_emulator.ecs.regions import region_of
from alicloud_emulator.ecs.service import Ecs
from alicloud_emulator.errors import ApiError

CACHED = timedelta(seconds=60)  # after Running, where a console is read as kept from the last start; a guess
BETWEEN = timedelta(seconds=10)  # screenshots
SEGMENTS = (  # of a JPEG of one grey pixel: quantisation, frame, two Huffman tables of one code each, scan
    b"\xff\xdb\x00\x43\x00" + bytes([1]) * 64,
    b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00",
    b"\xff\xc4\x00\x14\x00\x01" + bytes(16),
    b"\xff\xc4\x00\x14\x10\x01" + bytes(16),
    b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x3f",
)
PICTURE = base64.b64encode(b"\xff\xd8" + b"".join(SEGMENTS) + b"\xff\xd9").decode()


async def GetInstanceConsoleOutput(ecs: Ecs, call: Call) -> dict[str, Any]:
    """What the guest has written to its serial port since it started, in Base64."""
    instance = own(ecs, call, call.params["InstanceId"], region_of(call))
    if instance.order.image.fields["OSType"] == "windows":
        raise ApiError(405, "NotSupported", "The console output of Windows instances is not supported.")
    if instance.running_at is None:
        raise ApiError(405, "IncorrectInstanceStatus", "The instance has never been started.")
    said, at = await console(ecs, instance, call.now)
    if flag(call, "RemoveSymbols"):
        said = without_symbols(said)
    return {
        "InstanceId": instance.id,
        "ConsoleOutput": base64.b64encode(said.encode()).decode(),
        "LastUpdateTime": console_time(at, ecs.unsure.console_time_zone),
    }


async def console(ecs: Ecs, instance: Instance, now: datetime) -> tuple[str, datetime]:
    """What is answered by now, and when the last line of it was written; whether it is kept as it was is not sure."""
    started = instance.running_at or now
    until = min(now, instance.stopped_at or now) - started
    if ecs.unsure.console_refresh == "last_start":
        until = min(until, CACHED) if until >= CACHED else timedelta(seconds=-1)
    said, after = heard(await ecs.speech_of(instance), until, instance.guest.speaks_s)
    return said, started + after


async def GetInstanceScreenshot(ecs: Ecs, call: Call) -> dict[str, Any]:
    """A picture of the screen, at most every ten seconds; here it is always grey."""
    instance = own(ecs, call, call.params["InstanceId"], region_of(call))
    if instance.status != "Running":
        raise ApiError(403, "IncorrectInstanceStatus", "The instance is not running.")
    if instance.seen_at and call.now - instance.seen_at < BETWEEN:
        raise ApiError(429, "Throttling", "Request was denied due to request throttling.")
    instance.seen_at = call.now
    return {"InstanceId": instance.id, "Screenshot": PICTURE}
