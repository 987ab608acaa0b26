"""Drills on an emulator whose account lets them start instances, all made by the deployed functions."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import alibabacloud_oss_v2 as oss
import yaml

from alicloud_emulator.ecs.disk_files import disk_of, raw_tar_gz
from alicloud_emulator.running import RunningEmulator
from image_export.decisions.drill.view import drill_of
from image_export.use_cases.drill import facts
from image_export.values.drill.drill import Drill
from tests.linked_code import CODE, deployed_to

from .entrance import OLDER_TOKEN, TOKEN, accepting
from .restores import FAR, Restores, policy_with_restores
from .world import ROOT, bucket_client, still_functions

NETWORKS = [
    {"vswitch": "vsw-bp1drills", "vpc": "vpc-bp1drills", "security_groups": ["sg-bp1drills"]},
    {"vswitch": "vsw-t4ndrills", "vpc": "vpc-t4ndrills", "security_groups": ["sg-t4ndrills"], "region": FAR},
]
TYPES = ["ecs.t6-c1m1.large", "ecs.g6.large"]
BOOT: dict[str, Any] = {
    "vswitch": "vsw-bp1drills",
    "security_group": "sg-bp1drills",
    "instance_types": TYPES,
    "command": "systemctl is-system-running --wait",
}
ENTRY: dict[str, Any] = {"name": "monthly", "match": {"name": "golden-*"}, "every": "30d", "boot": BOOT}
VPCS = ",".join(f"acs:vpc:*:*:vpc/{network['vpc']}" for network in NETWORKS)
GROUND = {"Restore": "boot", "BootVpcs": VPCS, "BootInstanceTypes": ",".join(TYPES)}


def policy_with_drills(*entries: dict[str, Any]) -> str:
    """The shipped policy, whose account may be restored and whose exports are drilled."""
    return policy_with_restores() + "\n" + json.dumps({"drills": entries})[1:-1]


@contextmanager
def drilling_emulator(
    folder: Path, *entries: dict[str, Any], ground: dict[str, str] | None = None
) -> Iterator[RunningEmulator]:
    """In which nothing happens by itself, and drills are allowed what the ground's stack says."""
    code = deployed_to(folder / "code")
    (code / "policy.yaml").write_text(policy_with_drills(*(entries or (ENTRY,))))
    functions = still_functions(folder, **{str(CODE): str(code)}, **accepting(OLDER_TOKEN, TOKEN))
    file = folder / "ground.yaml"
    shipped = yaml.safe_load((ROOT / "ground.yaml").read_text())
    chosen = {**GROUND, "AssumedBy": "account", **(ground or {})}
    file.write_text(yaml.safe_dump({**shipped, "parameters": chosen, "networks": NETWORKS}))
    arguments = ("--functions", str(functions), "--ground", str(file), "--speed", "1", "--events", "none")
    with RunningEmulator(*arguments, log=folder / "functions.log") as running:
        yield running


class Drills(Restores):
    """One emulator; each test exports and drills images of its own."""

    _refused = 0

    def golden(self, name: str, **image: Any) -> dict[str, Any]:
        """An export of an image of that name, which the policy wants drilled."""
        return self.exported(**{"ImageName": f"golden-{name}", **image})

    # Drilling

    def maintain(self) -> dict[str, Any]:
        """What the hour's look answers."""
        answer: dict[str, Any] = self.emulator.post("timers/on_maintain")
        return answer

    def begin(self) -> str:
        """The drill that the timer begins."""
        (drill,) = [one["DrillId"] for one in self.maintain()["Drills"] if one["Wanted"]]
        return str(drill)

    def drill(self, drill: str) -> Drill:
        """As its facts tell it."""
        found = facts.load(self.context().ledger, drill)
        assert found, drill
        return drill_of(found)

    def end_of(self, drill: str, *, within_s: float = 8 * 3600, step_s: float = 61) -> Drill:
        """Tick until the drill has ended and nothing of it is open; fails the test where it does not end."""
        passed = 0.0
        while passed < within_s:
            self.emulator.advance(step_s)
            self.emulator.tick()
            self.until_idle()
            passed += step_s
            if not self.marks(drill):
                return self.drill(drill)
        raise AssertionError(f"{drill} has not ended after {within_s} s: {self.drill(drill)} {self.refused()}")

    def begin_of(self, export: dict[str, Any]) -> str:
        """The drill of that export, which an order asks for."""
        self._refused = len(self.refused())
        order = json.dumps({"Drill": export["ExportId"], "Caller": "ops"}).encode()
        answer = self.emulator.invoke("image-export-maintain", order)
        assert answer["Drill"], answer
        return str(answer["Drill"]["DrillId"])

    @property
    def refused_since(self) -> list[Any]:
        """What was refused since the last order."""
        return [one for one in self.refused()[self._refused :] if one[1] != "OperationDenied.NoStock"]

    def ended(self, drill: str) -> Drill:
        """The drill at its end, of which nothing is left."""
        done = self.end_of(drill)
        left = self.rest(done)
        assert left == [], (left, done, self.refused())
        return done

    def cut(self, export: dict[str, Any]) -> None:
        """Have the system disk lose its last MiB, and the manifest know of no more than that."""
        client, bucket = bucket_client(self.emulator), export["OSSBucket"]
        key = next(one["Key"] for one in export["Objects"] if "_system." in one["Key"])
        whole = disk_of(key.removesuffix(".raw.tar.gz"), 40 * 1024**3, "BIOS")
        cut = whole._replace(size=whole.size - 1024**2, tail=bytes(512))
        body = raw_tar_gz(cut)
        client.put_object(oss.PutObjectRequest(bucket=bucket, key=key, body=body))
        told = client.head_object(oss.HeadObjectRequest(bucket=bucket, key=key))
        place = export["Manifest"].removeprefix(f"oss://{bucket}/")
        manifest = json.loads(client.get_object(oss.GetObjectRequest(bucket=bucket, key=place)).body.content)
        (said,) = [one for one in manifest["Objects"] if one["Key"] == key]
        said |= {"Size": told.content_length, "ETag": str(told.etag).strip('"'), "Crc64": str(told.hash_crc64)}
        (disk,) = [one for one in manifest["Disks"] if one["Key"] == key]
        disk["VirtualSize"] = cut.size
        client.put_object(oss.PutObjectRequest(bucket=bucket, key=place, body=json.dumps(manifest).encode()))

    # What is left

    def marks(self, drill: str) -> list[str]:
        """Markers and hints of the drill in the ledger."""
        folders = ("/open-drills/", "/due/", "/open-restores/")
        return [one for one in self.world.ledger(drill) if any(folder in one for folder in folders)]

    def rest(self, drill: Drill) -> list[str]:
        """What should have gone with the drill's end, by the emulator's own state."""
        images = [one for one in self.emulator.state("images") if one["Status"] != "Deleted"]
        made = [one for one in images if drill.drill_id in str(one.get("Tags"))]
        used = {disk.get("SnapshotId") for image in images for disk in disks(image)}
        snapshots = [str(one["SnapshotId"]) for one in self.emulator.state("snapshots")]
        return [
            *(str(one["InstanceId"]) for one in self.emulator.state("instances")),
            *(str(one["ImageId"]) for one in made),
            *(one for one in snapshots if one not in used),
            *self.objects("image-export-restore/"),
            *self.marks(drill.drill_id),
            *self.marks(drill.restore_id),
        ]


def disks(image: dict[str, Any]) -> list[dict[str, Any]]:
    """The disks of an image."""
    found: list[dict[str, Any]] = image["DiskDeviceMappings"]["DiskDeviceMapping"]
    return found
