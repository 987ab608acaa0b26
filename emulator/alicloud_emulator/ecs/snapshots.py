"""Snapshots of images: one for each disk, which stays and costs when its image is deleted.

Sources: pages DescribeSnapshots and DeleteSnapshot; user guide "Import custom images" ("the status is Failed while the
image is imported, and successful then; the capacity is the size of the imported image file").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alicloud_emulator.ecs.image import Image

BEGINS = {"Available": "accomplished", "Waiting": "failed"}  # by the status of the new image; progressing otherwise


@dataclass(slots=True, kw_only=True)
class Snapshot:
    """A snapshot of a disk, the images that have it, the first one first, and whether it is whole."""

    id: str
    images: list[Image]
    disk: dict[str, Any]
    created: datetime
    status: str

    @property
    def used(self) -> bool:
        """Whether one of its images is still there."""
        return any(image.status != "Deleted" for image in self.images)

    @property
    def place(self) -> tuple[str, str]:
        """Region and account."""
        return self.images[0].region, self.images[0].account_id

    def shown(self) -> dict[str, Any]:
        """As DescribeSnapshots shows it."""
        return {
            "SnapshotId": self.id,
            "SnapshotName": "",
            "Description": "",
            "Status": self.status,
            "Progress": "100%" if self.status == "accomplished" else "0%",
            "SourceDiskId": "",
            "SourceDiskSize": str(self.disk["Size"]),
            "SourceDiskType": self.disk["Type"],
            "Encrypted": self.disk["Encrypted"],
            "Usage": "image" if self.used else "none",
            "CreationTime": self.created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "ProductCode": "",
            "Tags": {"Tag": []},
        }


class Snapshots:
    """Every snapshot of every region."""

    def __init__(self) -> None:
        self.by_id: dict[str, Snapshot] = {}

    def __iter__(self) -> Iterator[Snapshot]:
        return iter(self.by_id.values())

    def add(self, image: Image, now: datetime) -> None:
        """Keep the snapshots of a new image."""
        status = BEGINS.get(image.status, "progressing")
        for disk in image.disks:
            snapshot_id = str(disk["SnapshotId"])
            new = Snapshot(id=snapshot_id, images=[], disk=disk, created=now, status=status)
            self.by_id.setdefault(snapshot_id, new).images.append(image)

    def became(self, image: Image) -> None:
        """An image has a new state; once it is Available its snapshots are whole."""
        for disk in image.disks if image.status == "Available" else ():
            if found := self.by_id.get(str(disk["SnapshotId"])):
                found.status = "accomplished"

    def of(self, region: str, account_id: str) -> list[Snapshot]:
        """The snapshots of an account in a region."""
        return [one for one in self if one.place == (region, account_id)]
