"""Restores on an emulator whose account has switched them on: an export of the functions, asked for and watched.

They are recorded through the use case in the name of an administrator. The rest is done by the deployed functions.
"""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import alibabacloud_oss_v2 as oss
import yaml

from alicloud_emulator.running import RunningEmulator
from image_export.decisions.policy.file import read_policy
from image_export.decisions.restore.view import restore_of
from image_export.edges.aliyun.clouds import AliyunClouds
from image_export.edges.aliyun.credentials import Credentials
from image_export.edges.aliyun.hosts import Addresses
from image_export.edges.aliyun.importing_clouds import AliyunImportingClouds
from image_export.edges.aliyun.oss import Oss
from image_export.edges.aliyun.oss_store import OssStore
from image_export.edges.aliyun.role_caller import Base
from image_export.edges.retrying import Retrying
from image_export.use_cases.context import Context
from image_export.use_cases.ledger.ledger import Ledger
from image_export.use_cases.restore import facts, record
from image_export.use_cases.restore.ports import Importing
from image_export.values.export import RequestedBy
from image_export.values.restore.request import AskedRestore
from image_export.values.restore.restore import Restore, RestorePlan
from tests.fakes import FakeLog, FakeNotifier
from tests.linked_code import CODE, deployed_to
from tests.restore.world import FakeUnpacker

from .entrance import OLDER_TOKEN, TOKEN, accepting
from .world import ACCOUNT, BUCKET, REGION, ROOT, World, bucket_client, still_functions

ROLES = {"role_arn": "image-export", "restore_role_arn": "image-restore"}
LEDGER = f"image-export-ledger-{ACCOUNT}"
FAR = "ap-southeast-1"  # where exports may have every format
FAR_BUCKET = "acme-images-singapore"
OTHER, OTHER_REGION, OTHER_BUCKET = "6543210987654321", "cn-shanghai", "acme-images-other"


def policy_with_restores() -> str:
    """The shipped policy, whose account may be restored."""
    text = (CODE / "policy.yaml").read_text()
    own = f"    role_arn: acs:ram::{ACCOUNT}:role/image-export\n"
    assert own in text
    return text.replace(own, f"{own}    restore_role_arn: acs:ram::{ACCOUNT}:role/image-restore\n")


def policy_of_two_accounts() -> str:
    """The same, with another account whose exports may be restored."""
    policy = yaml.safe_load(policy_with_restores())
    roles = {key: f"acs:ram::{OTHER}:role/{role}" for key, role in ROLES.items()}
    other = {"name": "other", **roles, "destinations": {OTHER_REGION: {"bucket": OTHER_BUCKET}}}
    return yaml.safe_dump({**policy, "accounts": [*policy["accounts"], other]})


def ground_with_restores(folder: Path) -> Path:
    """The shipped ground, whose stack has restores switched on; the same in another account, which has a bucket."""
    ground = yaml.safe_load((ROOT / "ground.yaml").read_text())
    restores = {"Restore": "import", "AssumedBy": "account"}
    other = {"template": str(ROOT / "template.yml"), "account_id": OTHER, "region": OTHER_REGION}
    bucket = {"name": OTHER_BUCKET, "region": OTHER_REGION, "account_id": OTHER}
    said = {
        "parameters": restores,
        "stacks": [{**other, "parameters": {**restores, "HomeAccountId": ACCOUNT}}],
        "buckets": [*ground["buckets"], bucket],
    }
    file = folder / "ground.yaml"
    file.write_text(yaml.safe_dump({**ground, **said}))
    return file


@contextmanager
def restoring_emulator(folder: Path, policy: str | None = None) -> Iterator[RunningEmulator]:
    """In which nothing happens by itself, and restores are allowed."""
    code = deployed_to(folder / "code")
    (code / "policy.yaml").write_text(policy or policy_with_restores())
    functions = still_functions(folder, **{str(CODE): str(code)}, **accepting(OLDER_TOKEN, TOKEN))
    ground = ground_with_restores(folder)
    arguments = ("--functions", str(functions), "--ground", str(ground), "--speed", "1", "--events", "none")
    with RunningEmulator(*arguments, log=folder / "functions.log") as running:
        yield running


class Restores:
    """One emulator; each test exports and restores images of its own."""

    def __init__(self, emulator: RunningEmulator, policy: str | None = None) -> None:
        self.emulator = emulator
        self._policy = read_policy((policy or policy_with_restores()).encode())
        self.world = World(emulator)
        self._asked = 0
        keys = Credentials(emulator.access_key_id, emulator.access_key_secret)
        addresses = Addresses(emulator.endpoint)
        self._retrying = Retrying(lambda: 60.0, sleep=time.sleep, random=random.random)
        self._oss = Oss(REGION, lambda: keys, addresses, lambda: 60.0)
        self._clouds = AliyunClouds(lambda: keys, addresses, self._retrying)
        self._importing = Importing(
            AliyunImportingClouds(Base(lambda: keys, addresses, self._retrying)), FakeUnpacker()
        )

    # What there is to restore

    def exported(self, *, region: str = REGION, image_format: str = "raw", **image: Any) -> dict[str, Any]:
        """A new image's export, Completed."""
        plan = {"outcome": "finish", "takes_s": 60}
        known = {"ImageName": "web", "IsSupportCloudinit": True, **image}
        image_id = self.world.image(RegionId=region, plan=plan, **known)
        bucket = BUCKET if region == REGION else FAR_BUCKET
        self.world.request(image_id, AccountId=ACCOUNT, RegionId=region, OSSBucket=bucket, ImageFormat=image_format)
        export = self.world.follow(image_id)
        assert export["Status"] == "Completed", export
        return export

    def image(self, image_id: str) -> dict[str, Any]:
        """An image as the emulator has it, without what it keeps for itself."""
        (found,) = [one for one in self.emulator.state("images") if one["ImageId"] == image_id]
        return found

    # Restoring

    def context(self) -> Context:
        """An administrator's."""
        numbers = iter(range(10**6))
        ledger = Ledger(OssStore(self._oss, LEDGER, "ledger", self._retrying), lambda: f"test-{next(numbers)}")
        return Context(ledger, self._clouds, FakeNotifier(), self._policy, FakeLog(), lambda: 60.0)

    def wanted(self, export: dict[str, Any], **asked: Any) -> tuple[Context, str, Any]:
        """The request, admitted; nothing is recorded."""
        self._asked += 1
        context = self.context()
        asker = RequestedBy(trigger="http", id=f"test-{id(self)}-{self._asked}")
        what = {} if "manifest" in asked else {"export_id": export["ExportId"]}
        said = AskedRestore(**what, **asked)
        return context, *record.wanted(context, self._importing, said, asker)

    def plan(self, export: dict[str, Any], **asked: Any) -> RestorePlan:
        """What a restore would do."""
        context, restore, request = self.wanted(export, **asked)
        return record.plan(context, self._importing, restore, request)

    def ask(self, export: dict[str, Any], **asked: Any) -> str:
        """Record a restore of that export; answers its id."""
        context, restore, request = self.wanted(export, **asked)
        return record.record(context, restore, request).restore_id

    def cancel(self, restore: str) -> None:
        """Ask for its end."""
        context = self.context()
        found = facts.load(context.ledger, restore)
        assert found
        record.cancel(context, found, RequestedBy(trigger="http", id="test-cancel"))

    def restore(self, restore: str) -> Restore:
        """As its facts tell it."""
        found = facts.load(self.context().ledger, restore)
        assert found
        return restore_of(found)

    def follow(self, restore: str, *, within_s: float = 6 * 3600, step_s: float = 61) -> Restore:
        """Tick until the restore has ended and nothing of it is open; fails the test where it does not end."""
        passed, step = 0.0, step_s
        while passed < within_s:
            self.emulator.advance(step)
            self.emulator.tick()
            self.until_idle()
            passed, step = passed + step, min(step * 1.3, 240)
            if not self.world.ledger(f"/open-restores/{restore}"):
                return self.restore(restore)
        raise AssertionError(f"{restore} has not ended after {within_s} s: {self.restore(restore)}")

    def until_idle(self) -> None:
        """Wait until nobody unpacks."""
        busy = ("queued", "running")
        idle = self.emulator.until(lambda: not [one for one in self.unpackings() if one["status"] in busy])
        assert idle, self.unpackings()

    def unpackings(self) -> list[dict[str, Any]]:
        """The invocations of the function that unpacks."""
        rows = self.emulator.state("invocations")
        return [one for one in rows if one["function"] == "image-export-unpack"]

    def completed(self, export: dict[str, Any], **asked: Any) -> Restore:
        """Restored, and nothing but the image is left of it."""
        done = self.follow(self.ask(export, **asked))
        assert done.status == "Completed", (done, self.refused())
        assert self.left(done.restore_id) == []
        return done

    def refused(self) -> list[Any]:
        """Calls that the cloud has refused for want of a right; our own keys may have outlived the cloud's time."""
        calls = self.emulator.get("calls")
        no_right = ("SecurityTokenExpired", "InvalidOperation.VhdImageUnsupported")
        found = [one for one in calls if one["status"] == 403 and one["code"] not in no_right]
        return [(one["action"], one["code"], one["params"]) for one in found]

    # What is left

    def objects(self, part: str = "") -> list[str]:
        """Keys in the destination buckets that hold this."""
        rows = [one for one in self.emulator.state("objects") if not one["bucket"].startswith(LEDGER)]
        return [one["key"] for one in rows if part in one["key"]]

    def made(self, restore: str) -> list[dict[str, Any]]:
        """The images that carry the restore's tag, and were not deleted."""
        images = [one for one in self.emulator.state("images") if one["Status"] != "Deleted"]
        return [one for one in images if restore in str(one.get("Tags"))]

    def left(self, restore: str) -> list[str]:
        """What should have gone with the restore's end: unpacked objects, markers, hints."""
        hints = [one for one in self.world.ledger("/due/") if restore in one]
        return [
            *self.objects(f"image-export-restore/{restore}"),
            *hints,
            *self.world.ledger(f"/open-restores/{restore}"),
        ]

    def uploads(self) -> list[str]:
        """Keys whose uploads are neither complete nor aborted."""
        return [one["key"] for one in self.emulator.state("uploads")]

    def orphans(self) -> list[str]:
        """Snapshots that no image is made of."""
        images = [one for one in self.emulator.state("images") if one["Status"] != "Deleted"]
        disks = [disk for one in images for disk in one["DiskDeviceMappings"]["DiskDeviceMapping"]]
        of_images = {disk.get("SnapshotId") for disk in disks}
        return [one["SnapshotId"] for one in self.emulator.state("snapshots") if one["SnapshotId"] not in of_images]

    def copy_to_other_account(self, export: dict[str, Any]) -> str:
        """Objects and manifest; the new address. The bucket is that account's when they are there."""
        source, target = bucket_client(self.emulator), bucket_client(self.emulator, OTHER_REGION)
        names = [one["Key"] for one in export["Objects"]]
        self.emulator.post("buckets", {"name": OTHER_BUCKET, "account_id": ACCOUNT})  # whose keys these are
        for key in [*names, export["Manifest"].split("/", 3)[3]]:
            body = source.get_object(oss.GetObjectRequest(bucket=BUCKET, key=key)).body.content
            target.put_object(oss.PutObjectRequest(bucket=OTHER_BUCKET, key=key, body=body))
        self.emulator.post("buckets", {"name": OTHER_BUCKET, "account_id": OTHER})
        return str(export["Manifest"]).replace(BUCKET, OTHER_BUCKET)

    def alter(self, bucket: str, key: str, at: float) -> None:
        """Turn one bit of an object over, at that part of its length; its size stays."""
        client = bucket_client(self.emulator, REGION if bucket == BUCKET else FAR)
        body = bytearray(client.get_object(oss.GetObjectRequest(bucket=bucket, key=key)).body.content)
        body[int(len(body) * at)] ^= 1
        client.put_object(oss.PutObjectRequest(bucket=bucket, key=key, body=bytes(body)))
