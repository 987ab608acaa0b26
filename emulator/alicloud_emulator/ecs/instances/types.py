"""The instance types that are on offer, a few of each kind that matters. Pure.

Sources: page "Overview of instance families". Of the 9th generation it says that system disks are NVMe ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class InstanceType(NamedTuple):
    """A type, and what an image must be like to run on it."""

    id: str
    cpus: int
    memory_gib: float
    architecture: str = "x86_64"
    nvme: bool = False  # the disks are NVMe ones

    @property
    def family(self) -> str:
        """ecs.g7 of ecs.g7.large, ecs.u1 of ecs.u1-c1m1.large."""
        return self.id.rpartition(".")[0].partition("-")[0]


TYPES: Mapping[str, InstanceType] = {
    one.id: one
    for one in (
        InstanceType("ecs.t6-c1m1.large", 2, 2),
        InstanceType("ecs.e-c1m1.large", 2, 2),
        InstanceType("ecs.u1-c1m1.large", 2, 2),
        InstanceType("ecs.c6.large", 2, 4),
        InstanceType("ecs.g6.large", 2, 8),
        InstanceType("ecs.g6.xlarge", 4, 16),
        InstanceType("ecs.r6.large", 2, 16),
        InstanceType("ecs.c7.large", 2, 4),
        InstanceType("ecs.g7.large", 2, 8),
        InstanceType("ecs.c9i.large", 2, 4, nvme=True),
        InstanceType("ecs.g9i.large", 2, 8, nvme=True),
        InstanceType("ecs.r9i.large", 2, 16, nvme=True),
        InstanceType("ecs.c6r.large", 2, 4, architecture="arm64"),
        InstanceType("ecs.g6r.large", 2, 8, architecture="arm64"),
    )
}
ENTRY_FAMILIES = frozenset({"ecs.u1", "ecs.e"})  # the only ones with disks of cloud_essd_entry


def runs_on(architecture: str, one: InstanceType) -> bool:
    """Whether an image of this architecture runs on the type; i386 runs wherever x86_64 does."""
    return one.architecture == ("arm64" if architecture == "arm64" else "x86_64")
