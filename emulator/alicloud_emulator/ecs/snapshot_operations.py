"""DescribeSnapshots and DeleteSnapshot (ECS 2014-05-26)."""

from __future__ import annotations

import json
from typing import Any

from alicloud_emulator.calls import Call
from alicloud_emulator.ecs.paging import page
from alicloud_emulator.ecs.regions import region_of
from alicloud_emulator.ecs.service import Ecs
from alicloud_emulator.errors import ApiError

STATUSES = frozenset({"all", "progressing", "accomplished", "failed"})
USAGES = frozenset({"image", "disk", "image_disk", "none"})
MOST_IDS = 100


async def DescribeSnapshots(ecs: Ecs, call: Call) -> dict[str, Any]:
    """The snapshots of a region that meet every filter, newest first."""
    region, ids = region_of(call), wanted_ids(call.params.get("SnapshotIds"))
    status, usage = filter_of(call, "Status", STATUSES), filter_of(call, "Usage", USAGES)
    found = [
        (one.created, shown)
        for one in ecs.images.snapshots.of(region, call.key.account_id)
        if (shown := one.shown())
        and (ids is None or one.id in ids)
        and status in {None, "all", shown["Status"]}
        and usage in {None, shown["Usage"]}
    ]
    found.sort(key=lambda one: one[0], reverse=True)
    some, pages = page(call, [shown for _, shown in found])
    return {**pages, "Snapshots": {"Snapshot": some}}


def wanted_ids(text: str | None) -> list[str] | None:
    """SnapshotIds is a list of JSON, of at most a hundred; None where it is left out."""
    if not text:
        return None
    try:
        ids = json.loads(text)
    except ValueError:
        ids = None
    if not isinstance(ids, list) or len(ids) > MOST_IDS:
        raise ApiError(400, "InvalidSnapshotIds.Malformed", "The amount of specified snapshotIds is not valid.")
    return [str(one) for one in ids]


def filter_of(call: Call, name: str, known: frozenset[str]) -> str | None:
    """A filter with few values."""
    value = call.params.get(name) or None
    if value is not None and value not in known:
        raise ApiError(400, "InvalidParameter", f"The specified parameter {name} is not valid: {value}.")
    return value


async def DeleteSnapshot(ecs: Ecs, call: Call) -> dict[str, Any]:
    """Delete a snapshot whose image is gone, with Force or without; of no region, for its id says enough."""
    snapshots, snapshot_id = ecs.images.snapshots, call.params["SnapshotId"]
    snapshot = snapshots.by_id.get(snapshot_id)
    if snapshot is None or snapshot.place[1] != call.key.account_id:
        return ecs.unknown_when_deleted("SnapshotId")
    if snapshot.used:
        message = "The snapshot has been used to create user defined image(s)."
        raise ApiError(403, "SnapshotCreatedImage", message)
    del snapshots.by_id[snapshot_id]
    return {}
