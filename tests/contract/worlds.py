"""The worlds that the contract suite runs in: the fakes, and the real edges against an emulated cloud."""

import uuid
from datetime import datetime
from typing import Any, Protocol

import alibabacloud_oss_v2 as sdk
import requests

from alicloud_emulator.running import RunningEmulator
from image_export.edges.aliyun.clouds import AliyunClouds
from image_export.edges.aliyun.credentials import Credentials
from image_export.edges.aliyun.hosts import Addresses
from image_export.edges.aliyun.oss import Oss
from image_export.edges.aliyun.oss_store import OssStore
from image_export.edges.retrying import Retrying
from image_export.use_cases.ports import Cloud, StartExport, Store
from image_export.values.account import AssumedRole
from image_export.values.image import Disk, Image
from tests.fakes import Clock, FakeCloud, FakeStore, refused, unanswered
from tests.patience import HANGS_S

ACCOUNT = "1234567890123456"
REGION = "cn-hangzhou"
BUCKET = "acme-images-hangzhou"
LEDGER = f"image-export-ledger-{ACCOUNT}"
ROLE = AssumedRole(account_id=ACCOUNT, role_arn=f"acs:ram::{ACCOUNT}:role/image-export")
LISTED_AFTER_S = 21  # a new task is listed 20 seconds after its creation, in both worlds


class World(Protocol):
    """A cloud, and what a test lets happen in it."""

    cloud: Cloud

    def add_image(self, *, status: str = "Available", outcome: str = "finish", data_disks: int = 0) -> str:
        """An image whose exports will go like this; answers its id."""
        ...

    def wait(self, seconds: float) -> None: ...
    def end(self, task_id: str) -> None:
        """Let the task come to its end, as the image's outcome has it."""
        ...

    def fault(self, call: str, kind: str) -> None:
        """The next call fails: `refused` (Forbidden.RAM), or `unanswered` after its effect."""
        ...

    def now(self) -> datetime: ...


def start(image_id: str, prefix: str = "nightly", **changed: Any) -> StartExport:
    """An export of the image, as anybody might want it."""
    parameters = {
        "image_id": image_id,
        "oss_bucket": BUCKET,
        "oss_prefix": prefix,
        "image_format": "raw",
        "role_name": None,
    }
    return StartExport(**{**parameters, **changed})


class FakeWorld:
    """tests/fakes.py."""

    def __init__(self) -> None:
        self._clock = Clock()
        self._fake = FakeCloud(self._clock)
        self._outcomes: dict[str, str] = {}
        self.cloud: Cloud = self._fake

    def add_image(self, *, status: str = "Available", outcome: str = "finish", data_disks: int = 0) -> str:
        """Straight into the fake's dictionary."""
        image_id = f"m-{uuid.uuid4().hex[:20]}"
        disks = [Disk(device="/dev/xvda", kind="system", size_gib=40)]
        disks += [Disk(device=f"/dev/xvd{chr(98 + n)}", kind="data", size_gib=100) for n in range(data_disks)]
        self._fake.inventory[image_id] = Image(
            account_id=ACCOUNT,
            region_id=REGION,
            image_id=image_id,
            name="golden",
            status=status,
            created_at=self._clock.now,
            disks=tuple(disks),
            size_gib=40,
        )
        self._outcomes[image_id] = outcome
        return image_id

    def wait(self, seconds: float) -> None:
        """The fake's clock by hand."""
        self._clock.advance(seconds=seconds)

    def end(self, task_id: str) -> None:
        """As the image's outcome has it."""
        outcome = self._outcomes[self._fake.running[task_id].image_id]
        if outcome == "finish":
            self._fake.finish(task_id)
        else:
            self._fake.fail(task_id)

    def fault(self, call: str, kind: str) -> None:
        """Scripted."""
        if kind == "unanswered":
            self._fake.faults.after(call, unanswered())
        else:
            self._fake.faults.before(call, refused("Forbidden.RAM"))

    def now(self) -> datetime:
        """The fake's time."""
        return self._clock.now


ACTIONS = {
    "image": ("ecs", "DescribeImages"),
    "export_image": ("ecs", "ExportImage"),
    "tasks": ("ecs", "DescribeTasks"),
    "export_tasks": ("ecs", "DescribeTasks"),
    "task": ("ecs", "DescribeTaskAttribute"),
    "cancel_task": ("ecs", "CancelTask"),
    "object": ("oss", "GetObject"),
    "object_keys": ("oss", "ListObjectsV2"),
    "put_object": ("oss", "PutObject"),
}


class EdgeWorld:
    """The edges, over the wire, against an emulator."""

    def __init__(self, emulator: RunningEmulator) -> None:
        self._emulator = emulator
        requests.delete(f"{emulator.endpoint}/_emulator/faults", timeout=HANGS_S)
        self._seen = emulator.count_calls()
        self.clouds = AliyunClouds(lambda: administrator(emulator), Addresses(emulator.endpoint), impatient())
        self.cloud: Cloud = self.clouds.at(ROLE, REGION, BUCKET)

    def add_image(self, *, status: str = "Available", outcome: str = "finish", data_disks: int = 0) -> str:
        """By a control call."""
        disks = [{"Device": "/dev/xvda", "Type": "system", "Size": "40"}]
        disks += [{"Device": f"/dev/xvd{chr(98 + n)}", "Type": "data", "Size": "100"} for n in range(data_disks)]
        image = {
            "RegionId": REGION,
            "ImageName": "golden",
            "Status": status,
            "DiskDeviceMappings": {"DiskDeviceMapping": disks},
            "_export": {"outcome": outcome, "takes_s": 600},
        }
        return str(self._emulator.post("images", image)["ImageId"])

    def wait(self, seconds: float) -> None:
        """Cloud time jumps."""
        self._emulator.post("clock", {"advance_s": seconds})

    def end(self, task_id: str) -> None:  # noqa: ARG002 - every export takes the same time here
        """Ten minutes later it has ended."""
        self.wait(601)

    def fault(self, call: str, kind: str) -> None:
        """By a control call."""
        service, action = ACTIONS[call]
        kinds = {"refused": "code:Forbidden.RAM", "unanswered": "reset_after"}
        self._emulator.post("faults", [{"service": service, "action": action, "kind": kinds[kind]}])

    def now(self) -> datetime:
        """The cloud's time."""
        return datetime.fromisoformat(self._emulator.get("clock")["now"])

    # For the tests of the edges

    def export(self, image_id: str, retrying: Retrying) -> str:
        """ExportImage, with another patience."""
        clouds = AliyunClouds(lambda: administrator(self._emulator), Addresses(self._emulator.endpoint), retrying)
        return clouds.at(ROLE, REGION, BUCKET).export_image(start(image_id))

    def calls(self) -> list[dict[str, Any]]:
        """The API calls since this world began."""
        return self._emulator.calls_after(self._seen)


def administrator(emulator: RunningEmulator) -> Credentials:
    """The key of the account's administrator."""
    return Credentials(emulator.access_key_id, emulator.access_key_secret)


def impatient() -> Retrying:
    """Repeats at once, with five minutes left for ever."""
    return Retrying(remaining_s=lambda: 300.0, sleep=lambda _seconds: None, random=lambda: 0.0)


class StoreWorld(Protocol):
    """A ledger's bucket, and what a test does to it behind the store's back."""

    store: Store

    def set_versioning(self, status: str) -> None: ...


class FakeStoreWorld:
    """tests/fakes.py."""

    def __init__(self) -> None:
        self._fake = FakeStore(Clock())
        self.store: Store = self._fake

    def set_versioning(self, status: str) -> None:
        """As somebody in the console would."""
        self._fake.versioning = status


class EdgeStoreWorld:
    """The ledger's edge against an emulator; each world has a bucket of its own, or with a prefix some of it."""

    def __init__(self, emulator: RunningEmulator, prefix: str) -> None:
        self._bucket = f"ledger-{uuid.uuid4().hex[:12]}"
        self._client = _oss_client(emulator)
        self._client.put_bucket(sdk.PutBucketRequest(bucket=self._bucket))
        oss = Oss(REGION, lambda: administrator(emulator), Addresses(emulator.endpoint), lambda: 300.0)
        self.store: Store = OssStore(oss, self._bucket, prefix, impatient())

    def set_versioning(self, status: str) -> None:
        """As somebody in the console would."""
        configuration = sdk.VersioningConfiguration(status=status)
        request = sdk.PutBucketVersioningRequest(bucket=self._bucket, versioning_configuration=configuration)
        self._client.put_bucket_versioning(request)


def _oss_client(emulator: RunningEmulator) -> sdk.Client:
    config = sdk.config.load_default()
    config.region, config.endpoint, config.use_path_style = REGION, emulator.endpoint, True
    config.credentials_provider = sdk.credentials.StaticCredentialsProvider(
        emulator.access_key_id, emulator.access_key_secret
    )
    return sdk.Client(config)
