"""`make demo`: the main job on the emulator, seen from outside: an image is created, exported, proven and announced.

Asks only the emulator and OSS; exits 1 with the reason where a part is missing. `--fault` breaks one on purpose.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import alibabacloud_oss_v2 as oss
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from emulator.running import RunningEmulator

REGION, BUCKET, BUS, FUNCTION = "cn-hangzhou", "acme-images-hangzhou", "image-export", "images/after-export"
IMAGE = {
    "RegionId": REGION,
    "ImageName": "golden-web-2026-11",
    "DiskDeviceMappings": {
        "DiskDeviceMapping": [
            {"Device": "/dev/xvda", "Type": "system", "Size": "40", "Format": "RAW"},
            {"Device": "/dev/xvdb", "Type": "data", "Size": "100", "Format": "RAW"},
        ]
    },
}
T = TypeVar("T")


class MissingError(Exception):
    """A part of the way did not happen; the message is the reason."""


class Demo:
    """Shows the way of one image, station by station; each either appears in time or ends the demo."""

    def __init__(self, emulator: RunningEmulator, console: Console, seconds: float) -> None:
        self._emulator = emulator
        self._console = console
        self._deadline = time.monotonic() + seconds

    def run(self, image: dict[str, Any]) -> None:
        """Every station in order. Raises MissingError."""
        created = self._emulator.post("images", image)
        self._show("image created", f"{created['ImageId']}  {created['ImageName']}  2 disks, 140 GiB, {REGION}")
        self._event(created["ImageId"])
        self._role()
        task_id = self._export(created["ImageId"])
        self._progress(task_id)
        completed = self._bus_event()
        self._objects(completed["data"])
        self._function_event(completed)

    def _show(self, station: str, what: str) -> None:
        self._console.print(f"[green]✓[/] [bold]{station:<17}[/]{what}", highlight=False, soft_wrap=True)

    def _await(self, missing: str, look: Callable[[], T | None]) -> T:
        seen = self._emulator.until(look, within_s=max(self._deadline - time.monotonic(), 0))
        if not seen:
            raise MissingError(missing)
        return seen

    def _ok(self, action: str) -> dict[str, Any] | None:
        return next((call for call in self._emulator.calls(action) if call["status"] == 200), None)

    def _call(self, action: str) -> dict[str, Any]:
        """The first call of this action that went well; what was answered instead is the reason."""
        try:
            return self._await(
                f"no successful {action}",
                lambda: self._ok(action),
            )
        except MissingError as missing:
            codes = sorted({f"{call['status']} {call['code']}" for call in self._emulator.calls(action)})
            raise MissingError(f"{missing}: {', '.join(codes) or 'it was never called'}") from None

    def _event(self, image_id: str) -> None:
        def look() -> dict[str, Any] | None:
            state = self._emulator.get("state")
            sent = [one["event"] for one in state["events"] if image_id in json.dumps(one["event"])]
            ran = [one for one in state["invocations"] if one["function"] == "image-export-event"]
            return sent[0] if sent and ran else None

        event = self._await("no image-created event reached image-export-event", look)
        self._show("event", f"{event['type']} {event['data'].get('eventName', '')} → image-export-event")

    def _role(self) -> None:
        params = self._call("AssumeRole")["params"]
        policy = len(params.get("Policy", ""))
        self._show("role assumed", f"{params['RoleArn']}, narrowed by a session policy of {policy:,} characters")

    def _export(self, image_id: str) -> str:
        params = self._call("ExportImage")["params"]
        task = self._await("ExportImage made no task", lambda: self._task(image_id))
        prefix = params.get("OSSPrefix", "")
        self._show("ExportImage", f"{task['TaskId']} → oss://{params['OSSBucket']}/{prefix}_{image_id}_…")
        return str(task["TaskId"])

    def _task(self, which: str) -> dict[str, Any] | None:
        tasks: list[dict[str, Any]] = self._emulator.get("state")["tasks"]
        return next((task for task in tasks if which in (task["TaskId"], task["ImageId"])), None)

    def _progress(self, task_id: str) -> None:
        """A live bar on a terminal, a line for each quarter elsewhere."""
        columns = (
            TextColumn("  {task.description:<17}"),
            BarColumn(),
            TextColumn("{task.percentage:3.0f}%"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._console, transient=True, disable=not self._console.is_terminal) as bars:
            bar = bars.add_task("exporting", total=100)
            shown = -1

            def look() -> str | None:
                nonlocal shown
                task = self._task(task_id) or {}
                percent = int(str(task.get("TaskProcess", "0%")).rstrip("%"))
                bars.update(bar, completed=percent)
                if not self._console.is_terminal and percent // 25 > shown:
                    shown = percent // 25
                    self._console.print(f"  {'exporting':<17}{percent:3d}%", highlight=False)
                return task["TaskStatus"] if task.get("TaskStatus") in ("Finished", "Failed", "Deleted") else None

            status = self._await(f"task {task_id} did not end in time", look)
        if status != "Finished":
            raise MissingError(f"task {task_id} ended {status}")
        self._show("task", f"{task_id} Finished")

    def _received(self, target: str, kind: str) -> list[dict[str, Any]]:
        received = self._emulator.get("state")["received"]
        events = [one["event"] for one in received if target in one["target"]]
        return [event for event in events if str(event.get("type", "")).endswith(f":{kind}")]

    def _bus_event(self) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            failed = self._received(BUS, "Failed")
            if failed:
                error = failed[0]["data"]["Error"]
                raise MissingError(f"the export Failed: {error['Code']}: {error['Message']}")
            return next(iter(self._received(BUS, "Completed")), None)

        return self._await(f"no completion event on the bus {BUS}", look)

    def _function_event(self, completed: dict[str, Any]) -> None:
        ids = self._await(
            f"no completion event at the function {FUNCTION}",
            lambda: {event["id"] for event in self._received(FUNCTION, "Completed")},
        )
        if ids != {completed["id"]}:
            raise MissingError(f"the function was told {sorted(ids)}, the bus {completed['id']}")
        self._show("bus told", f"{completed['type']}  {completed['id']}")
        self._show("function told", f"{FUNCTION}, the same id")

    def _objects(self, export: dict[str, Any]) -> None:
        """What the manifest says, held against what OSS says."""
        client = self._client()
        key = str(export["Manifest"]).removeprefix(f"oss://{BUCKET}/")
        try:
            manifest = json.loads(client.get_object(oss.GetObjectRequest(bucket=BUCKET, key=key)).body.content)
        except oss.exceptions.OperationError as cause:
            raise MissingError(f"no manifest at {export['Manifest']}") from cause
        if len(manifest["Objects"]) != len(IMAGE["DiskDeviceMappings"]["DiskDeviceMapping"]):  # type: ignore[index]
            raise MissingError(f"the manifest names {len(manifest['Objects'])} objects for 2 disks")
        for item in manifest["Objects"]:
            head = client.head_object(oss.HeadObjectRequest(bucket=BUCKET, key=item["Key"]))
            if (head.content_length, head.hash_crc64) != (item["Size"], item["Crc64"]):
                raise MissingError(f"OSS holds another {item['Key']} than the manifest says")
            self._show("object", f"{item['Key']}  {item['Size']:,} bytes  CRC64 {item['Crc64']}")
        self._show("manifest", export["Manifest"])

    def _client(self) -> oss.Client:
        config = oss.config.load_default()
        config.credentials_provider = oss.credentials.StaticCredentialsProvider(
            self._emulator.access_key_id, self._emulator.access_key_secret
        )
        config.region, config.endpoint, config.use_path_style = REGION, self._emulator.endpoint, True
        return oss.Client(config)


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m emulator.demo", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the whole may take")
    parser.add_argument("--outcome", default="finish", help="what becomes of the task: finish, fail, empty, damaged …")
    parser.add_argument("--events", default="actiontrail", help="which events tell of the image, or none")
    parser.add_argument("--fault", action="append", default=[], help='JSON, e.g. {"service","action","kind","times"}')
    return parser


def main() -> int:
    """0 where everything happened, 1 and the reason where something did not."""
    options = arguments().parse_args()
    console = Console(emoji=False)
    log = Path(tempfile.gettempdir()) / "image-export-demo.log"
    log.unlink(missing_ok=True)
    started = time.monotonic()
    with RunningEmulator("--functions", "s.yaml", "--events", options.events, log=log) as emulator:
        if options.fault:
            emulator.post("faults", [json.loads(fault) for fault in options.fault])
        try:
            Demo(emulator, console, options.seconds).run({**IMAGE, "_export": {"outcome": options.outcome}})
        except MissingError as missing:
            console.print(f"[red]✗ {missing}[/]", highlight=False, soft_wrap=True)
            console.print(f"  The functions' log is in {log}.", highlight=False)
            return 1
    console.print(f"Done in {time.monotonic() - started:.1f} s. The functions' log is in {log}.", highlight=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
