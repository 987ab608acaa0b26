"""A deployment of version 0.1.0 is upgraded: its ledger, its tasks and its policy meet the code of today.

tests/ledger/0.1.0/life is what 0.1.0 left, answered and told: exports in every state, a rejection, an image that nobody
could look at, a night, events that a target refused for a fortnight.
"""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from image_export.decisions.arrivals.timer import Timer
from image_export.decisions.policy.file import read_policy
from image_export.decisions.results.manifest import manifest_of, written
from image_export.decisions.results.notifications import export_event, rejected_event
from image_export.use_cases.entrances.reject import Rejection
from image_export.use_cases.entrances.replay import replay
from image_export.use_cases.night.run import nightly
from image_export.use_cases.ports import StartExport
from image_export.values.image import Image
from image_export.values.manifest import Manifest
from image_export.values.match import Match
from image_export.values.notify_target import EventBus, Function
from image_export.values.place import Place
from image_export.values.policy import Account, Destination, Rule
from image_export.values.task import Task

from .entrance import JSON, TOKEN, Entrance
from .fake_world import FakeWorld
from .fakes import FakeTask, no_restores
from .golden import V0_1_0, at, read_json, stored

LIFE = V0_1_0 / "life"
SCHEMA = json.loads((Path(__file__).parent.parent / "schemas" / "manifest.json").read_text(encoding="utf-8"))
ANSWERS = [one for one in read_json("life/answers.json") if "Path" in one]
LOOKS = [one for one in ANSWERS if one["Method"] == "GET"]
EVENTS = {one["Event"]["id"]: one["Event"] for one in read_json("life/events.json")}
MANIFESTS = sorted(path.name for path in LIFE.glob("*.manifest.json"))


@pytest.fixture
def world() -> FakeWorld:
    """The minute after the upgrade."""
    world = FakeWorld()
    world.policy = read_policy((LIFE / "policy.yaml").read_bytes())
    world.clock.now = at("2026-12-09T19:59:00Z")
    for entry in read_json("life/ledger.json"):
        world.store.objects[entry["Key"]] = stored(entry)
    world.cloud.inventory.clear()
    for image in msgspec.convert(read_json("life/images.json"), list[Image]):
        world.show(image)
    for task in read_json("life/tasks.json"):
        world.cloud.running[task["TaskId"]] = _running(task)
    return world


def _running(task: dict[str, str]) -> FakeTask:
    start = StartExport(task["ImageId"], "acme-images-hangzhou", task["OSSPrefix"], "raw", None)
    now = Task(
        task_id=task["TaskId"],
        status=task["Status"],
        created_at=at(task["CreatedAt"]),
        progress=task["Progress"],
        support_cancel=True,
    )
    return FakeTask(now, start, task["ImageId"])


@pytest.fixture
def entrance(world: FakeWorld) -> Entrance:
    return Entrance(world, TOKEN)


def agrees(today: Any, then: Any) -> bool:
    """Whether today's JSON says all that 0.1.0 said. Fields may have come, and what was null may be known."""
    if isinstance(then, dict):
        return all(then[name] is None or agrees(today[name], then[name]) for name in then)
    if isinstance(then, list):
        return len(today) == len(then) and all(map(agrees, today, then))
    return bool(today == then)


# What is asked


@pytest.mark.parametrize("then", LOOKS, ids=[f"{one['Path']}{one.get('Query', '')}" for one in LOOKS])
def test_a_look_is_answered_as_before(entrance: Entrance, then: dict[str, Any]) -> None:
    today = entrance.ask("GET", then["Path"], query=then.get("Query"))
    assert (today.status, agrees(today.value, then["Value"])) == (then["Status"], True), today.value


@pytest.mark.parametrize("image", ["m-token", "m-whole", "m-slow", "m-quota"])
def test_a_repeated_request_is_the_same_export(world: FakeWorld, entrance: Entrance, image: str) -> None:
    (asked,) = (one for one in ANSWERS if one.get("Body", {}).get("ImageId") == image)
    again = entrance.ask("POST", "/exports", json.dumps(asked["Body"]), headers=JSON)
    assert (again.status, again.value["ExportId"]) == (200, asked["Value"]["ExportId"])
    assert not world.cloud.exported


def test_a_token_that_was_used_for_something_else_stays_used(entrance: Entrance) -> None:
    body = {"ImageId": "m-done", "OSSBucket": "acme-images-hangzhou", "ClientToken": "token-18"}
    again = entrance.ask("POST", "/exports", json.dumps(body), headers=JSON)
    assert again.refusal == (409, "IdempotentParameterMismatch")


def test_a_whole_prefix_stays_its_exports_own(entrance: Entrance) -> None:
    body = {"ImageId": "m-whole", "OSSBucket": "acme-images-hangzhou", "ImageFormat": "vhd"}
    again = entrance.ask(
        "POST", "/exports", json.dumps({**body, "OSSPrefix": "acme0golden0web0of0november07"}), headers=JSON
    )
    assert again.refusal == (409, "PrefixInUse")


def test_an_event_that_came_before_makes_no_second_export(world: FakeWorld) -> None:
    assert [one.export_id for one in world.tell("m-done").exports] == ["exp-23ogbi4guhnht7gc-0001"]


def test_what_was_called_off_before_the_upgrade_can_be_asked_for_again(entrance: Entrance) -> None:
    body = {"ImageId": "m-cancelled", "OSSBucket": "acme-images-hangzhou", "ImageFormat": "vhd"}
    again = entrance.ask("POST", "/exports", json.dumps(body), headers=JSON)
    assert (again.status, again.value["ExportId"]) == (202, "exp-oawa36ufkklj6kzu-0002")


# What is told


@pytest.mark.parametrize("name", [name for name in EVENTS if name.startswith("exp-")])
def test_an_event_of_an_export_is_told_as_before(world: FakeWorld, name: str) -> None:
    record = world.context().ledger.load(name.partition(".")[0])
    assert record is not None
    assert agrees(json.loads(msgspec.json.encode(export_event(record, name.partition(".")[2]))), EVENTS[name])


def test_a_rejection_is_told_in_the_same_bytes(world: FakeWorld) -> None:
    (name,) = (name for name in EVENTS if name.startswith("rejected-"))
    found = world.context().ledger.read(f"rejected/{name.removeprefix('rejected-')}/event", Rejection)
    assert found is not None
    today = rejected_event(found.fact.digest, found.fact.cause, found.at)
    assert msgspec.json.encode(today) == msgspec.json.encode(EVENTS[name])


# Manifests


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_is_valid_by_the_schema_of_today(name: str) -> None:
    faults = jsonschema_rs.Draft202012Validator(SCHEMA).iter_errors(read_json(f"life/{name}"))
    assert [fault.message for fault in faults] == []


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_says_today_what_it_said(world: FakeWorld, name: str) -> None:
    then = read_json(f"life/{name}")
    record = world.context().ledger.load(then["ExportId"])
    assert record is not None
    assert agrees(json.loads(written(manifest_of(record))), then)


def test_a_manifest_is_read_as_it_was_meant() -> None:
    manifest = msgspec.json.decode((LIFE / MANIFESTS[0]).read_bytes(), type=Manifest)
    assert (manifest.manifest_version, manifest.export_id) == (1, "exp-23ogbi4guhnht7gc-0001")
    assert manifest.image is not None
    assert (manifest.image.family, manifest.image.tags) == ("golden", {"team": "web"})
    assert (manifest.image.platform, manifest.image.boot_mode) == ("Ubuntu", "UEFI")
    assert [(disk.device, disk.kind, disk.size_gib, disk.encrypted, disk.key) for disk in manifest.disks] == [
        ("/dev/xvda", "system", 40, False, "nightly42lchjuhoxnla_m-done_system.raw.tar.gz"),
        ("/dev/xvdb", "data", 100, False, "nightly42lchjuhoxnla_m-done_data_xvdb.raw.tar.gz"),
    ]
    assert [one.key for one in manifest.objects] == [disk.key for disk in manifest.disks][::-1]


# What goes on


def states(entrance: Entrance) -> dict[str, str]:
    found = entrance.page(MaxResults="50").value["Exports"]
    return {one["ImageId"]: one["Status"] for one in found}


def lived(world: FakeWorld) -> None:
    """Ticks until everything that 0.1.0 had begun is at its end."""
    for _ in range(12):
        world.tick(minutes=20)
        for task_id, one in list(world.cloud.running.items()):
            if one.task.status == "Processing":
                world.cloud.finish(task_id)


def test_what_0_1_0_began_is_led_to_its_end(world: FakeWorld, entrance: Entrance) -> None:
    lived(world)
    assert states(entrance) == {
        "m-untold": "Completed",
        "m-done": "Completed",
        "m-failed": "Failed",
        "m-broken": "Failed",
        "m-cancelled": "Cancelled",
        "m-slow": "Completed",
        "m-whole": "Completed",
        "m-token": "Completed",
        "m-doubt": "Completed",
        "m-quota": "Completed",
        "m-nighta": "Completed",
        "m-late": "Completed",
    }


def test_no_image_is_exported_twice(world: FakeWorld) -> None:
    lived(world)
    assert sorted(start.image_id for start in world.cloud.exported) == ["m-late", "m-nighta", "m-quota"]


def test_nothing_is_left_to_do_behind_what_0_1_0_began(world: FakeWorld) -> None:
    lived(world)
    folders = ("open/", "due/", "running/", "waiting/", "sighted/", "stalled/", "holds/")
    assert [key for folder in folders for key in world.keys(folder)] == []


def test_each_end_is_told_once_to_each_target(world: FakeWorld) -> None:
    lived(world)
    ends = [(name, event["id"]) for name, event in world.notifier.delivered if event["type"].endswith(":Completed")]
    assert len(ends) == len(set(ends)) == 14  # seven exports, two targets


def test_a_night_goes_on_from_what_0_1_0_had_exported(world: FakeWorld) -> None:
    known = world.context().ledger.known(Place("1234567890123456", "cn-hangzhou"))
    assert known["23ogbi4guhnht7gc"] == ("exp-23ogbi4guhnht7gc-0001", "standing")
    assert known["3htfxbcyzadkdfku"].before == "failed"


def test_a_night_that_0_1_0_has_finished_is_not_lived_again(world: FakeWorld) -> None:
    (then,) = (one["Nightly"] for one in read_json("life/answers.json") if "Nightly" in one)
    today = nightly(world.context(), Timer(run_id="2026-12-10"), request_id="n-2")
    assert (today.repeated, today.exports) == (True, ())
    assert agrees(json.loads(msgspec.json.encode(today.totals)), then["Totals"])


def test_an_event_that_0_1_0_gave_up_goes_out_again_in_the_same_words(world: FakeWorld) -> None:
    name = "untold-exp-6mq4u7kpwxajwswa-0001.Completed-7358ec59ba5a"
    answer = replay(world.context(), name, "r-1", no_restores)
    assert [one.export_id for one in answer.exports] == ["exp-6mq4u7kpwxajwswa-0001"]
    world.tick(minutes=1)
    then = EVENTS["exp-6mq4u7kpwxajwswa-0001.Completed"]
    assert ("function:images/after-export", then) in world.notifier.delivered


# The policy


def test_each_word_of_a_policy_is_read_as_it_was_meant() -> None:
    policy = read_policy((V0_1_0 / "policy.yaml").read_bytes())
    assert policy.accounts == (
        Account(
            name="prod",
            role_arn="acs:ram::1234567890123456:role/image-export",
            external_id="a-word-between-us",
            destinations={
                "cn-hangzhou": Destination(bucket="acme-images-hangzhou", prefix="nightly"),
                "ap-southeast-1": Destination(bucket="acme-images-singapore", prefix=""),
            },
        ),
        Account(
            name="dev",
            role_arn="acs:ram::1099999999999999:role/image-export",
            destinations={"cn-hangzhou": Destination(bucket="acme-dev-images")},
        ),
    )
    assert policy.rules == (
        Rule(
            name="golden",
            when=("image-created",),
            match=Match(name="golden-*", os_type="linux"),
            format="qcow2",
            priority=9,
        ),
        Rule(
            name="old",
            when=("image-created", "nightly"),
            match=Match(
                name="old-[ab]?",
                tags={"backup": "daily", "keep": "true"},
                family="base",
                platform="Ubuntu",
                architecture="arm64",
                larger_than="10GiB",
                smaller_than="2TiB",
                older_than="90m",
                newer_than="12w",
            ),
            max_per_run=50,
        ),
        Rule(name="rest", when=("nightly",)),
    )
    assert policy.notify == (
        EventBus(bus="image-export", region="cn-hangzhou"),
        Function(function="after-export", service="images", qualifier="prod"),
        Function(function="after_export"),
    )
