"""The deployed functions on an emulator, as a test drives them: real processes, real SDKs, the real wire.

Timers are off, so that only the test's own ticks look; cloud time moves only when a test moves it.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import alibabacloud_oss_v2 as oss

from alicloud_emulator.running import RunningEmulator

ROOT = Path(__file__).parent.parent.parent
EVENTS = ROOT / "tests" / "events"
REGION, ACCOUNT, BUCKET = "cn-hangzhou", "1234567890123456", "acme-images-hangzhou"
BUS, FUNCTION = "eventbridge:image-export", "fc:images/after-export"
TASK_S = 200
ENDS = ("Completed", "Failed", "Cancelled")
TWO_DISKS = [
    {"Device": "/dev/xvda", "Type": "system", "Size": "40"},
    {"Device": "/dev/xvdb", "Type": "data", "Size": "100"},
]
TEMPLATES = {
    "trail": json.loads((EVENTS / "derived-eventbridge-ecs-ActionTrail-CreateImage.json").read_text()),
    "cms": json.loads((EVENTS / "cms-ecs-Image-StateChange.json").read_text()),
}


def still_functions(folder: Path, **replaced: str) -> Path:
    """The project's s.yaml without its timers, somewhere else."""
    text = (ROOT / "s.yaml").read_text().replace("enable: true", "enable: false")
    text = text.replace("'functions/image-export'", f"'{ROOT / 'functions' / 'image-export'}'")
    for old, new in replaced.items():
        text = text.replace(old, new)
    (folder / "s.yaml").write_text(text)
    return folder / "s.yaml"


def bucket_client(emulator: RunningEmulator, region: str = REGION) -> oss.Client:
    """OSS in the name of the administrator, who may do everything."""
    config = oss.config.load_default()
    config.credentials_provider = oss.credentials.StaticCredentialsProvider(
        emulator.access_key_id, emulator.access_key_secret
    )
    config.region, config.endpoint, config.use_path_style = region, emulator.endpoint, True
    return oss.Client(config)


class World:
    """One emulator, many images; each test makes its own."""

    def __init__(self, emulator: RunningEmulator) -> None:
        self.emulator = emulator
        self._ended: dict[str, dict[str, Any]] = {}

    def image(self, outcome: str = "finish", **fields: Any) -> str:
        """A golden image with a data disk, Available; its export takes some minutes and ends like this."""
        plan = {"outcome": outcome, "takes_s": TASK_S, **fields.pop("plan", {})}
        image = {
            "RegionId": REGION,
            "ImageName": "golden-web",
            "Status": "Available",
            "DiskDeviceMappings": {"DiskDeviceMapping": TWO_DISKS},
            "_export": plan,
            **fields,
        }
        return str(self.emulator.post("images", image)["ImageId"])

    def event(self, image_id: str, template: str = "trail", region: str = REGION) -> bytes:
        """The event that tells of the image."""
        event = json.dumps(TEMPLATES[template])
        old = "m-bp146shijn7hujku3w8z" if template == "trail" else "m-uf64c9ocm9pe2x7q5dkf"
        return event.replace(old, image_id).replace(REGION, region).encode()

    def tell(self, image_id: str, template: str = "trail") -> Any:
        """Give the event to `on_event`; answers its answer."""
        return self.emulator.invoke("image-export-event", self.event(image_id, template))

    def request(self, image_id: str, **parameters: Any) -> Any:
        """Give a direct request to `on_event`."""
        body = {"RegionId": REGION, "ImageId": image_id, "OSSBucket": BUCKET, **parameters}
        return self.emulator.invoke("image-export-event", json.dumps(body).encode())

    def pass_time(self, seconds: float) -> list[dict[str, Any]]:
        """Let cloud time jump and the watcher look; answers the exports that it looked at."""
        self.emulator.advance(seconds)
        exports: list[dict[str, Any]] = self.emulator.tick()["Exports"]
        self._ended.update({export["ImageId"]: export for export in exports if export["Status"] in ENDS})
        return exports

    def follow(self, image_id: str, *, within_s: float = 7200, step_s: float = 61) -> dict[str, Any]:
        """Tick until the image's export has ended; answers it. Fails the test where it does not."""
        passed = 0.0
        while passed < within_s and image_id not in self._ended:
            self.pass_time(step_s)
            passed += step_s
        if image_id in self._ended:
            return self._ended[image_id]
        raise AssertionError(f"{image_id} has not ended after {within_s} s: {self.calls_of(image_id)}")

    def together(self, *works: Any) -> list[Any]:
        """Start these at the same time; answers their answers."""
        with ThreadPoolExecutor(len(works)) as pool:
            return [future.result() for future in [pool.submit(work) for work in works]]

    def held(self, action: str, *, key: str = "") -> list[dict[str, Any]]:
        """The calls that are being held."""
        return [
            call
            for call in self.emulator.calls(action)
            if call["status"] is None and key in str(call["params"].get("key", ""))
        ]

    # What happened

    def calls_of(self, image_id: str) -> list[dict[str, Any]]:
        """The ExportImage calls for the image."""
        return [call for call in self.emulator.calls("ExportImage") if call["params"].get("ImageId") == image_id]

    def tasks_of(self, image_id: str) -> list[dict[str, Any]]:
        """The tasks that the image has had."""
        return [task for task in self.emulator.state("tasks") if task["ImageId"] == image_id]

    def delivered(self, image_id: str, target: str = BUS) -> list[dict[str, Any]]:
        """The events about the image that a target has received, in order."""
        received = self.emulator.state("received")
        return [
            one["event"]
            for one in received
            if one["target"].startswith(target) and image_id in json.dumps(one["event"])
        ]

    def kinds(self, image_id: str, target: str = BUS) -> list[str]:
        """Their kinds, each id once."""
        ids = {event["id"]: event["type"].rsplit(":", 1)[1] for event in self.delivered(image_id, target)}
        return list(ids.values())

    def stored(self, key: str) -> Any:
        """What the ledger has under that key."""
        (found,) = [one for one in self.ledger(key) if one.endswith(key)]
        request = oss.GetObjectRequest(bucket=f"image-export-ledger-{ACCOUNT}", key=found)
        return json.loads(bucket_client(self.emulator).get_object(request).body.content)

    def ledger(self, part: str = "") -> list[str]:
        """The ledger's keys that hold this."""
        objects = self.emulator.state("objects")
        return [one["key"] for one in objects if one["bucket"].startswith("image-export-ledger") and part in one["key"]]
