"""The main job: an image is created, exported, proven and announced."""

import json
from typing import Any

import alibabacloud_oss_v2 as oss

from alicloud_emulator.running import RunningEmulator
from image_export_cli.demo import chat
from image_export_cli.demo.stage import GOLDEN, MissingError, Stage, percent_of

REGION, BUCKET, BUS, FUNCTION = "cn-hangzhou", "acme-images-hangzhou", "image-export", "images/after-export"
CARD_OF_FAILURE_S = 5.0  # the bus may hear of it a moment earlier; the failure itself is what is said
IMAGE = {
    "RegionId": REGION,
    "ImageName": GOLDEN,
    "DiskDeviceMappings": {
        "DiskDeviceMapping": [
            {"Device": "/dev/xvda", "Type": "system", "Size": "40", "Format": "RAW"},
            {"Device": "/dev/xvdb", "Type": "data", "Size": "100", "Format": "RAW"},
        ]
    },
}


class ByEvent:
    """The way of one image, from its creation to whoever was told."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._image_id = ""

    def run(self, image: dict[str, Any]) -> dict[str, Any]:
        """Every station in order; answers the export. Raises MissingError."""
        self._stage.title("An image is created")
        created = self._stage.emulator.post("images", {**IMAGE, **image})
        self._image_id = created["ImageId"]
        self._stage.show("image created", f"{created['ImageId']}  {created['ImageName']}  2 disks, 140 GiB, {REGION}")
        self._event(created["ImageId"])
        self._role()
        task_id = self._export(created["ImageId"])
        self._progress(task_id)
        completed = self._bus_event()
        self._objects(completed["data"])
        self._function_event(completed)
        self._card()
        export: dict[str, Any] = completed["data"]
        return export

    def _event(self, image_id: str) -> None:
        def look() -> dict[str, Any] | None:
            state = self._stage.emulator.get("state")
            sent = [one["event"] for one in state["events"] if image_id in json.dumps(one["event"])]
            ran = [one for one in state["invocations"] if one["function"] == "image-export-event"]
            return sent[0] if sent and ran else None

        event = self._stage.wait_for("no image-created event reached image-export-event", look)
        self._stage.show("event", f"{event['type']} {event['data'].get('eventName', '')} → image-export-event")

    def _role(self) -> None:
        params = self._stage.ok("AssumeRole")["params"]
        policy = len(params.get("Policy", ""))
        self._stage.show("role assumed", f"{params['RoleArn']}, narrowed by a session policy of {policy:,} characters")

    def _export(self, image_id: str) -> str:
        params = self._stage.ok("ExportImage", ImageId=image_id)["params"]
        task = self._stage.wait_for("ExportImage made no task", lambda: self._task(image_id))
        prefix = params.get("OSSPrefix", "")
        self._stage.show("ExportImage", f"{task['TaskId']} → bucket {params['OSSBucket']}, prefix {prefix}")
        return str(task["TaskId"])

    def _task(self, which: str) -> dict[str, Any] | None:
        tasks: list[dict[str, Any]] = self._stage.emulator.state("tasks")
        return next((task for task in tasks if which in (task["TaskId"], task["ImageId"])), None)

    def _progress(self, task_id: str) -> None:
        def look() -> tuple[int, str | None]:
            self._not_stalled(task_id)
            task = self._task(task_id) or {}
            status = task.get("TaskStatus")
            return percent_of(task.get("TaskProcess")), status if status in ("Finished", "Failed", "Deleted") else None

        status = self._stage.follow(f"task {task_id} did not end in time", look)
        if status != "Finished":
            self._stage.wait_for(f"task {task_id} ended {status}, and nobody was told", self._ended)
        self._stage.show("task", f"{task_id} Finished")

    def _not_stalled(self, task_id: str) -> None:
        for told in self._received(BUS, "Stalled"):
            raise MissingError(f"task {task_id} is Stalled at {told['data']['Progress']}, and watched on")

    def _received(self, target: str, kind: str) -> list[dict[str, Any]]:
        received = self._stage.emulator.state("received")
        events = [one["event"] for one in received if target in one["target"]]
        ours = [event for event in events if event.get("data", {}).get("ImageId") == self._image_id]
        return [event for event in ours if str(event.get("type", "")).endswith(f":{kind}")]

    def _bus_event(self) -> dict[str, Any]:
        return self._stage.wait_for(f"no completion event on the bus {BUS}", self._ended)

    def _ended(self) -> dict[str, Any] | None:
        """The event of the end, if it is the right one. Raises MissingError."""
        for told in (*self._received(BUS, "Failed"), *self._received(BUS, "Cancelled")):
            export = told["data"]
            if export["Status"] == "Failed":
                self._show_card(self._stage.emulator.until(self._accepted_card, within_s=CARD_OF_FAILURE_S))
            error = export["Error"] or {"Code": export["Reason"], "Message": "", "Recommend": ""}
            said = f"{error['Code']}: {error['Message']} {error['Recommend'] or ''}"
            raise MissingError(f"the export {export['Status']}: {said.strip()}")
        return next(iter(self._received(BUS, "Completed")), None)

    def _function_event(self, completed: dict[str, Any]) -> None:
        ids = self._stage.wait_for(
            f"no completion event at the function {FUNCTION}",
            lambda: {event["id"] for event in self._received(FUNCTION, "Completed")},
        )
        if ids != {completed["id"]}:
            raise MissingError(f"the function was told {sorted(ids)}, the bus {completed['id']}")
        self._stage.show("bus told", f"{completed['type']}  {completed['id']}")
        self._stage.show("function told", f"{FUNCTION}, the same id")

    def _card(self) -> None:
        """The card of the end, as it arrived."""
        try:
            self._show_card(self._stage.wait_for(f"no card reached {chat.NAME}", self._accepted_card))
        except MissingError as missing:
            refusals = sorted({row["verdict"] for row in self._cards()})
            raise MissingError(f"{missing}; it answered {', '.join(refusals)}" if refusals else str(missing)) from None

    def _show_card(self, row: dict[str, Any] | None) -> None:
        if row:
            self._stage.show("card", f"{row['target']}, its signature is {row['signature']}")
            self._stage.quote(chat.lines_of(row["message"]))

    def _accepted_card(self) -> dict[str, Any] | None:
        return next((row for row in self._cards() if row["verdict"] == "accepted"), None)

    def _cards(self) -> list[dict[str, Any]]:
        received = self._stage.emulator.state("received")
        return [one for one in received if one["target"] == chat.NAME and self._image_id in json.dumps(one["message"])]

    def _objects(self, export: dict[str, Any]) -> None:
        """What the manifest says, held against what OSS says."""
        if not export["Manifest"]:
            raise MissingError("the export was completed without a manifest")
        client = bucket_client(self._stage.emulator)
        key = export["Manifest"].removeprefix(f"oss://{BUCKET}/")
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
            self._stage.show("object", f"{item['Key']}  {item['Size']:,} bytes  CRC64 {item['Crc64']}")
        self._stage.show("manifest", key)


def bucket_client(emulator: RunningEmulator) -> oss.Client:
    """Somebody who may read and write the bucket."""
    config = oss.config.load_default()
    config.credentials_provider = oss.credentials.StaticCredentialsProvider(
        emulator.access_key_id, emulator.access_key_secret
    )
    config.region, config.endpoint, config.use_path_style = REGION, emulator.endpoint, True
    return oss.Client(config)
