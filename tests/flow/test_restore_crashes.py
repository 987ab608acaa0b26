"""The functions are killed before and after each call that a restore makes: one image comes of it, and nothing is left.

The calls are those of an undisturbed restore, read from the emulator's log: each kind of call by its first time, and
looks for images by each of their first times. What a tick calls whether there is a restore or not is killed in
test_crash_matrix.py.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from .restores import FAR, Restores, restoring_emulator
from .test_crash_matrix import surviving

# Cloud seconds between ticks: a claim whose maker is dead, an import, an unpacker that is dead, what is swept.
STEPS_S = (61, 61, 200, 200, 200, 400, 400, 400, 901, 901, 901, 901, 901, 901, 1801, 1801, 3601, 3601)
LOOKS_MOST = 6  # of looks for images
FEWEST_CALLS = {"accepted": 30, "fails": 60, "copied": 45}
ELSEWHERE = {"copied": {"region_id": FAR}}


@pytest.fixture
def restores(tmp_path: Path) -> Iterator[Restores]:
    """On an emulator of its own: what other tests have left changes which calls a tick makes."""
    with restoring_emulator(tmp_path) as emulator:
        emulator.post("quotas", {"concurrent_exports": 1000, "weekly_exports": 100_000, "api_qps": 10_000})
        yield Restores(emulator)


class Moment(NamedTuple):
    """A call by its kind, and how many of the kind come before it. `key`: of an object, with what varies left open."""

    service: str
    action: str
    key: str
    before: int


def moments(calls: list[dict[str, Any]], restore: str) -> Iterator[Moment]:
    """Each call that is the restore's own."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for call in calls:
        key = pattern(call["params"].get("key") or "", restore)
        kind = (call["service"], call["action"], key)
        if is_own(call, key) and seen[kind] < LOOKS_MOST and (key == "*" or not seen[kind]):
            yield Moment(*kind, seen[kind])
        seen[kind] += 1
        if call["action"] == "DeleteObject" and "/open-restores/" in key:
            return  # what comes behind is of others


def pattern(key: str, restore: str) -> str:
    """As a fault names objects: without what another restore, or another time, has otherwise."""
    if "/due/" in key and restore in key:
        return "*/due/*/deliver*-res-*" if "deliver" in key else "*/due/*/res-*"
    if "restore-history" in key:
        return "*/restore-history/*"
    return "*" + key.replace(restore, "res-*") if key else "*"


def is_own(call: dict[str, Any], key: str) -> bool:
    """Whether a tick without a restore would not make it."""
    if key != "*":
        return any(part in key for part in ("res-*", "restore-history", "takes-archives", ".raw.tar.gz"))
    if call["action"] == "DescribeImages":
        return "ImageName" in call["params"] or "ImageId" in call["params"]
    return call["action"] in (
        *("ImportImage", "CopyImage", "DeleteImage", "DeleteSnapshot", "ModifyImageAttribute", "DescribeTaskAttribute"),
        *("InvokeFunction", "PutEvents", "ListMultipartUploads", "ListParts"),
    )


def live(restores: Restores, restore: str) -> None:
    """The watcher's ticks until nothing of the restore is open."""
    for step_s in STEPS_S:
        restores.emulator.advance(step_s)
        surviving(restores.emulator.tick)
        restores.until_idle()
        if not restores.world.ledger(f"/open-restores/{restore}"):
            return


def outcome(restores: Restores, restore: str) -> tuple[Any, ...]:
    """How it ended, its images, what is left of it, and how often each target was told which end."""
    told: dict[str, set[str]] = defaultdict(set)
    for one in restores.emulator.state("received"):
        if restore in json.dumps(one["event"]):
            told[one["target"].split(":")[0]].add(f"{one['event']['type']} {one['event']['id']}")
    images = [one["Status"] for one in restores.made(restore) if one["Status"] != "Deleted"]
    ends = {target: sorted(one.split(":")[-1].split()[0] for one in ids) for target, ids in told.items()}
    return restores.restore(restore).status, images, restores.left(restore), ends


def snapshots_left(restores: Restores) -> list[str]:
    """Snapshots of images that are gone."""
    images = [one for one in restores.emulator.state("images") if one["Status"] != "Deleted"]
    named = {
        disk.get("SnapshotId") for one in images for disk in (one["DiskDeviceMappings"] or {})["DiskDeviceMapping"]
    }
    return [one["SnapshotId"] for one in restores.emulator.state("snapshots") if one["SnapshotId"] not in named]


TOLD = ["Completed", "Started"]
DONE: tuple[Any, ...] = ("Completed", ["Available"], [], {"eventbridge": TOLD, "fc": TOLD})


@pytest.mark.prove
@pytest.mark.parametrize("case", ["accepted", "fails", "copied"])
@pytest.mark.parametrize("kind", ["kill_before", "kill_after"])
def test_whichever_call_is_the_last_of_its_worker_a_restore_makes_one_image_and_leaves_nothing(
    restores: Restores, kind: str, case: str, record_property: Callable[[str, object], None]
) -> None:
    emulator = restores.emulator
    emulator.post("unsure", {"import_of_tar_gz": "fails" if case == "fails" else "accepted"})
    export, where = restores.exported(), ELSEWHERE.get(case, {})
    live(restores, restores.ask(export, **where))  # instances are warm then, and what a region takes is known
    restore, start = restores.ask(export, **where), emulator.count_calls()
    live(restores, restore)
    plan = list(moments(emulator.calls_after(start), restore))
    assert len(plan) >= FEWEST_CALLS[case], "a restore makes more calls than that"
    killed: dict[Moment, str] = {}
    for moment in plan:
        killed[moment], start = restores.ask(export, **where), emulator.count_calls()
        emulator.fault(moment.service, moment.action, kind, skip=moment.before, key=moment.key)
        live(restores, killed[moment])
        met = [call for call in emulator.calls_after(start) if call["fault"] == kind]
        assert [(call["service"], call["action"]) for call in met] == [moment[:2]], f"nobody was killed at {moment}"
    assert {moment: outcome(restores, restore) for moment, restore in killed.items()} == dict.fromkeys(plan, DONE)
    assert snapshots_left(restores) == []
    record_property("killed at", len(plan))
