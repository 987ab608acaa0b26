"""What was exported comes back: an image is restored over HTTP, and drills show that one export starts and one not."""

import json
import re
from collections.abc import Mapping
from typing import Any

import alibabacloud_oss_v2 as oss

from alicloud_emulator.ecs.boot_sector import SECTOR
from alicloud_emulator.ecs.disk_files import MIB, disk_of, raw_tar_gz
from image_export_cli.demo.by_event import BUCKET, BUS, bucket_client
from image_export_cli.demo.over_http import OverHttp
from image_export_cli.demo.stage import MissingError, Stage, percent_of

ENTRY, MAINTAIN = "demo", "image-export-maintain"
VPC, VSWITCH, GROUP = "vpc-bp1drills", "vsw-bp1drills", "sg-bp1drills"
TYPES = ["ecs.t6-c1m1.large"]
NETWORK = {"vswitch": VSWITCH, "vpc": VPC, "security_groups": [GROUP]}
PARAMETERS = {
    "Restore": "boot",
    "BootVpcs": f"acs:vpc:*:*:vpc/{VPC}",
    "BootInstanceTypes": ",".join(TYPES),
}
ROLE = re.compile(r"^( *)(?:- )?role_arn: (acs:ram::[0-9]+:role/)image-export$", re.MULTILINE)
DRILLS = f"""
drills:
- name: {ENTRY}
  match: {{name: "nothing begins by itself"}}
  every: 1d
  boot:
    vswitch: {VSWITCH}
    security_group: {GROUP}
    instance_types: {json.dumps(TYPES)}
    command: systemctl is-system-running --wait
"""
IN_ALL = {"Proved": "✓", "Unproven": "·", "Failed": "✗"}


def with_restores(policy: str) -> str:
    """The policy with a role for restores beside each that exports, and an entry for drills that are asked for."""
    return ROLE.sub(r"\g<0>\n\g<1>restore_role_arn: \g<2>image-restore", policy) + DRILLS


class Restoring:
    """Two exports: the one comes back as an image; a drill shows that it starts, and that the other does not."""

    def __init__(self, stage: Stage, client: OverHttp) -> None:
        self._stage = stage
        self._client = client

    def run(self, whole: Mapping[str, Any], other: Mapping[str, Any]) -> None:
        """Every station in order. Raises MissingError."""
        self._stage.title("What was exported comes back")
        self._restored(whole)
        self._drilled(whole, "Proved")
        self._cut(other)
        self._drilled(other, "Failed")

    def _restored(self, export: Mapping[str, Any]) -> None:
        status, headers, restore = self._client.ask("POST", "/restores", {"ExportId": export["ExportId"]})
        if status != 202:
            raise MissingError(f"POST /restores answered {status}: {restore}")
        location = headers["Location"]
        self._stage.show("POST /restores", f"202 {restore['Status']}  Location {location}")

        def look() -> tuple[int, str | None]:
            _, _, now = self._client.ask("GET", location)
            ended = now.get("Status") in ("Completed", "Failed", "Cancelled")
            return percent_of(now.get("Progress")), now["Status"] if ended else None

        ended = self._stage.follow(f"{location} did not end in time", look, "restoring")
        _, _, restore = self._client.ask("GET", location)
        if ended != "Completed":
            raise MissingError(f"{location} ended {ended}: {restore['Error']}")
        differs = len(restore["Differences"])
        self._stage.show("restored", f"{restore['ImageId']}  {restore['ImageName']}, with {differs} differences")

    def _drilled(self, export: Mapping[str, Any], verdict: str) -> None:
        order = {"Drill": export["ExportId"], "Name": ENTRY}
        answer = self._stage.emulator.invoke(MAINTAIN, json.dumps(order).encode())
        if not answer["Drill"]:
            raise MissingError(f"no drill began: {answer['Rejected']}")
        drill = self._stage.wait_for("the drill did not end", lambda: self._ended(answer["Drill"]["DrillId"]))
        self._stage.show("drill", f"of {drill['SourceImageName']}: {drill['Verdict']}; nothing is left of it")
        self._stage.table(("level", "", "why"), [_row(one) for one in drill["Levels"]])
        if drill["Verdict"] != verdict:
            raise MissingError(f"the drill is {drill['Verdict']}")
        _, _, now = self._client.ask("GET", f"/exports/{export['ExportId']}")
        self._stage.show("GET /exports/", f"{export['ExportId']}  DrillVerdict {now['DrillVerdict']}")
        left = [one["InstanceId"] for one in self._stage.emulator.state("instances")]
        if left:
            raise MissingError(f"of drills there is still {left}")

    def _ended(self, drill: str) -> dict[str, Any] | None:
        events = [one["event"] for one in self._stage.emulator.state("received") if BUS in one["target"]]
        return next((one["data"] for one in events if one["id"].startswith(f"{drill}.")), None)

    def _cut(self, export: Mapping[str, Any]) -> None:
        """As if the disk had been cut before it was exported: the manifest tells of the object as it is."""
        client = bucket_client(self._stage.emulator)
        (item,) = [one for one in export["Objects"] if "_system." in one["Key"]]
        whole = disk_of(item["Key"].removesuffix(".raw.tar.gz"), 40 * 1024**3, "BIOS")
        cut = whole._replace(size=whole.size - MIB, tail=bytes(SECTOR))
        body = raw_tar_gz(cut)
        client.put_object(oss.PutObjectRequest(bucket=BUCKET, key=item["Key"], body=body))
        told = client.head_object(oss.HeadObjectRequest(bucket=BUCKET, key=item["Key"]))
        place = export["Manifest"].removeprefix(f"oss://{BUCKET}/")
        manifest = json.loads(client.get_object(oss.GetObjectRequest(bucket=BUCKET, key=place)).body.content)
        (said,) = [one for one in manifest["Objects"] if one["Key"] == item["Key"]]
        said |= {"Size": told.content_length, "ETag": str(told.etag).strip('"'), "Crc64": str(told.hash_crc64)}
        (disk,) = [one for one in manifest["Disks"] if one["Key"] == item["Key"]]
        disk["VirtualSize"] = cut.size
        client.put_object(oss.PutObjectRequest(bucket=BUCKET, key=place, body=json.dumps(manifest).encode()))
        self._stage.show("a cut disk", f"the last MiB of {export['ImageName']} is gone, as if it had been exported so")


def _row(level: Mapping[str, Any]) -> tuple[str, ...]:
    return f"{level['Number']} {level['Name']}", IN_ALL[level["Verdict"]], level["Why"]
