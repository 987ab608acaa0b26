"""Exports are found by name, time, account and rule, and cost what their names and bodies cost, over fakes."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from image_export.decisions.state.estimate import with_another
from image_export.use_cases.export.find import find_exports
from image_export.use_cases.export.record import record
from image_export.values.export import Export, RequestedBy
from image_export.values.export_query import ExportQuery
from image_export.values.facts import Ended, Pace

from .builders import ACCOUNT, REGION, a_request, a_role, a_started_record, an_image
from .entrance import Entrance
from .fake_world import FakeWorld
from .fakes import START, Counting

OTHER_ACCOUNT = "9876543210987654"


def recorded(world: FakeWorld, image_id: str, **changes: Any) -> str:
    """An export that is recorded now, by a night; two seconds pass."""
    world.show(an_image(image_id=image_id))
    asker = RequestedBy(trigger="nightly", id="n")
    made = record(world.context(), a_request(image_id=image_id, requested_by=asker, **changes))
    world.clock.advance(seconds=2)
    return made.export_id


def found(world: FakeWorld, **query: Any) -> list[str]:
    context = world.context()
    return [one.export_id for one in find_exports(context.ledger, context.log, ExportQuery(**query))]


def pages(entrance: Entrance, **query: str) -> list[list[str]]:
    """All pages. Only one that goes on has a token, and it shows something."""
    answers, token = [], ""
    while True:
        answer = entrance.page(**query, **({"NextToken": token} if token else {})).value
        answers.append([export["ExportId"] for export in answer["Exports"]])
        token = answer["NextToken"]
        if not token:
            return answers
        assert answers[-1]


def unname(world: FakeWorld, export: str) -> None:
    """As version 0.1.0 has recorded it: without a name by image."""
    (key,) = (key for key in world.keys("images/") if key.endswith(export))
    del world.store.objects[key]


# What fits


@pytest.mark.parametrize(
    ("glob", "names"), [("golden-*", ["golden-b", "golden-a"]), ("GOLDEN-*", ["GOLDEN-c"]), ("?olden-[ab]", None)]
)
def test_exports_are_found_by_a_glob_of_the_images_name_in_which_capitals_matter(
    world: FakeWorld, entrance: Entrance, glob: str, names: list[str] | None
) -> None:
    for name in ("golden-a", "web", "golden-b", "GOLDEN-c"):
        recorded(world, f"m-{name.replace('-', '')}", image_name=name)
    recorded(world, "m-nameless")
    shown = [export["ImageName"] for export in entrance.page(ImageName=glob).value["Exports"]]
    assert shown == (names or ["golden-b", "golden-a"])


def test_exports_are_found_by_account_and_by_rule(world: FakeWorld, entrance: Entrance) -> None:
    own, other = recorded(world, "m-1"), recorded(world, "m-2", rule="backups")
    role = msgspec.structs.replace(a_role(), account_id=OTHER_ACCOUNT)
    there = recorded(world, "m-3", role=role, rule=None)
    assert pages(entrance, AccountId=ACCOUNT) == [[other, own]]
    assert pages(entrance, AccountId=OTHER_ACCOUNT) == [[there]]
    assert pages(entrance, Rule="backups") == [[other]]
    assert pages(entrance, Rule="golden", AccountId=OTHER_ACCOUNT) == [[]]
    assert [export["Rule"] for export in entrance.page().value["Exports"]] == [None, "backups", "golden"]


def test_what_an_earlier_version_has_ended_is_found_by_its_rule(world: FakeWorld) -> None:
    export = recorded(world, "m-1")
    world.tick(minutes=1)
    world.cloud.fail(world.task_id)
    world.tick(minutes=10)
    (name,) = world.keys("history/")
    ledger = world.context().ledger
    whole = ledger.read(name, Export)
    assert whole
    assert whole.fact.rule == "golden"
    ledger.put(name, msgspec.structs.replace(whole.fact, rule=None))
    assert found(world, rule="golden") == [export]
    assert found(world, rule="backups") == []


@pytest.mark.parametrize("by_image", [False, True])
def test_since_and_until_hold_to_the_second(world: FakeWorld, entrance: Entrance, by_image: bool) -> None:
    exports = [recorded(world, "m-1", rule=None, caller_prefix=f"p{number}") for number in range(4)]
    times = {one["ExportId"]: one["RequestedAt"] for one in entrance.page().value["Exports"]}
    image = {"ImageId": "m-1"} if by_image else {}
    since, until = times[exports[1]], times[exports[2]]
    assert pages(entrance, Since=since, Until=until, **image) == [[exports[2], exports[1]]]
    assert pages(entrance, Since=since, **image) == [exports[:0:-1]]
    assert pages(entrance, Until=since, MaxResults="1", **image) == [[exports[1]], [exports[0]]]
    assert pages(entrance, Since=until, Until=since, **image) == [[]]


def test_an_export_whose_recording_was_finished_by_another_is_found_by_its_own_time(world: FakeWorld) -> None:
    export = recorded(world, "m-1")
    requested = f"exports/{export}/requested"
    body = world.store.objects.pop(requested).body
    world.clock.advance(minutes=5)
    world.store.put(requested, body)
    assert found(world, since=world.clock.now - timedelta(minutes=1)) == [export]
    assert found(world, until=world.clock.now - timedelta(minutes=1)) == []


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_that_no_export_can_have_is_no_fault(world: FakeWorld, entrance: Entrance, time: str) -> None:
    export = recorded(world, "m-1")
    assert pages(entrance, Since=time) == [[export] if time.startswith("0001") else []]
    assert pages(entrance, Until=time) == [[] if time.startswith("0001") else [export]]


def test_a_search_without_pages_finds_what_all_pages_show(world: FakeWorld, entrance: Entrance) -> None:
    for number in range(7):
        recorded(world, f"m-{number % 2}", rule=None, caller_prefix=f"p{number}", image_name=f"web-{number}")
    paged = pages(entrance, ImageName="web-[0-5]", ImageId="m-1", MaxResults="2")
    assert [len(page) for page in paged] == [2, 1]
    assert found(world, image_name="web-[0-5]", image_id="m-1") == [one for page in paged for one in page]


# Of one image


def test_exports_of_0_1_0_between_named_ones_stand_on_the_pages_behind_each_once(
    world: FakeWorld, entrance: Entrance
) -> None:
    oldest, named, old, newest = (recorded(world, "m-1", rule=None, caller_prefix=f"p{number}") for number in range(4))
    unname(world, oldest)
    unname(world, old)
    for size in ("1", "2", "3", "4"):
        paged = pages(entrance, ImageId="m-1", MaxResults=size)
        assert [one for page in paged for one in page] == [newest, named, old, oldest]
        assert all(paged)


def test_the_newest_export_of_an_image_is_found_at_once_where_nothing_says_which_have_names(
    world: FakeWorld, entrance: Entrance
) -> None:
    export = recorded(world, "m-1")
    world.tick(minutes=1)
    world.cloud.finish(world.task_id)
    world.tick(minutes=10)
    for number in range(10_000):
        world.store.put(f"history/{number:014d}/{REGION}/m-other/exp-{'a' * 16}-{number:04d}", b"")
    world.store.objects.pop("swept/indexed", None)
    world.store.faults = calls = Counting()
    answer = entrance.page(ImageId="m-1", MaxResults="1").value
    assert [one["ExportId"] for one in answer["Exports"]] == [export]
    assert len(calls.calls) <= 6
    assert entrance.page(ImageId="m-1", NextToken=answer["NextToken"]).value == {"Exports": [], "NextToken": None}


# What it costs


def lay_ended(world: FakeWorld, count: int, status: str = "Failed") -> None:
    """So many exports that have ended, a minute apart, each with its name and whole body in the history."""
    recorded(world, "m-1")
    world.tick(minutes=1)
    world.cloud.fail(world.task_id)
    world.tick(minutes=10)
    (name,) = world.keys("history/")
    ledger = world.context().ledger
    one = ledger.read(name, Export)
    assert one
    del world.store.objects[name]
    for number in range(count):
        at = START + timedelta(minutes=number)
        export = f"exp-{'a' * 16}-{number:04d}"
        key = f"history/{99991231235959 - int(at.strftime('%Y%m%d%H%M%S')):014d}/{REGION}/m-1/{export}"
        fact = msgspec.structs.replace(one.fact, export_id=export, requested_at=at, status=status)
        ledger.put(key, fact)


def counted(world: FakeWorld, work: Callable[[], Any]) -> Counter[str]:
    world.store.faults = calls = Counting()
    work()
    return Counter(calls.calls)


def test_two_thousand_failures_cost_a_read_each_and_the_names_by_the_thousand(world: FakeWorld) -> None:
    lay_ended(world, 2000)
    assert counted(world, lambda: found(world, status="Failed")) == {"get": 2000, "list": 2}


def test_since_and_until_open_no_body_outside(world: FakeWorld, entrance: Entrance) -> None:
    lay_ended(world, 2000)
    since, until = START + timedelta(minutes=1000), START + timedelta(minutes=1004)
    calls = counted(world, lambda: entrance.page(Since=since.isoformat(), Until=until.isoformat()))
    assert calls == {"list": 1, "get": 5 + 10}  # and what may have been recorded ten minutes before it was made


def test_a_list_reads_hold_queue_and_pace_of_a_place_once(world: FakeWorld, entrance: Entrance) -> None:
    for number in range(5):
        recorded(world, f"m-{number}")
    one = counted(world, lambda: entrance.page(MaxResults="1"))
    five = counted(world, lambda: entrance.page(MaxResults="5"))
    each = {"list": 1, "get": 4}  # facts; the name's body, requested, no end, no claim
    assert five - one == {name: 4 * number for name, number in each.items()}
    assert one == {"list": 1 + 1 + 1, "get": 4 + 1 + 1}  # the names, the queue, the hold, and the switch


# What waits, and when it may end


def test_what_waits_says_its_place_in_the_queue(world: FakeWorld, entrance: Entrance) -> None:
    last, first = recorded(world, "m-1"), recorded(world, "m-2", priority=50)
    recorded(world, "m-3", region_id="cn-beijing")
    listed = {one["ExportId"]: one["QueuePosition"] for one in entrance.page(RegionId=REGION).value["Exports"]}
    assert listed == {first: 1, last: 2}
    assert entrance.get(last).value["QueuePosition"] == 2
    world.tick(minutes=1)
    assert entrance.get(first).value["QueuePosition"] is None


def test_a_list_shows_the_progress_that_a_look_has_seen_and_the_same_end(world: FakeWorld, entrance: Entrance) -> None:
    export = entrance.post().value["ExportId"]
    world.clock.advance(minutes=3)
    started = world.cloud.running[world.task_id]
    started.task = msgspec.structs.replace(started.task, progress="25%")
    look = entrance.get(export).value
    (listed,) = entrance.page().value["Exports"]
    assert (look["Progress"], look["EstimatedEnd"]) == ("25%", "2026-11-24T08:12:00Z")
    assert listed == look
    world.store.faults = calls = Counting()
    entrance.get(export)
    assert "put progress" not in calls.calls  # that it is no further
    world.clock.advance(minutes=10)
    assert entrance.page().value["Exports"][0]["EstimatedEnd"] is None  # it should have ended by now


def test_before_a_task_moves_its_end_is_estimated_by_what_others_took(world: FakeWorld, entrance: Entrance) -> None:
    world.show(an_image(image_id="m-next", disks=(), size_gib=70))
    entrance.post()
    world.clock.advance(minutes=14)
    world.cloud.finish(world.task_id)
    world.tick(seconds=0)
    nextone = entrance.post("m-next").value["ExportId"]
    (listed,) = entrance.page(ImageId="m-next").value["Exports"]
    assert (listed["Progress"], listed["EstimatedEnd"]) == (None, "2026-11-24T08:21:00Z")  # 140 GiB took 14 minutes
    world.clock.advance(minutes=8)
    (late,) = entrance.page(ImageId="m-next").value["Exports"]
    assert (late["ExportId"], late["EstimatedEnd"]) == (nextone, None)


def test_nothing_learned_is_no_estimate_and_an_unreadable_note_is_none(world: FakeWorld, entrance: Entrance) -> None:
    entrance.post()
    assert entrance.page().value["Exports"][0]["EstimatedEnd"] is None
    world.store.put(f"pace/{ACCOUNT}/{REGION}", b"[]")
    assert entrance.page().value["Exports"][0]["EstimatedEnd"] is None
    world.cloud.finish(world.task_id)
    world.tick(minutes=10)
    assert [export["Status"] for export in entrance.page().value["Exports"]] == ["Completed"]
    assert b'"Seconds":600' in world.store.objects[f"pace/{ACCOUNT}/{REGION}"].body


def test_the_last_twenty_of_a_place_are_kept() -> None:
    pace = Pace()
    for number in range(1, 23):
        record = a_started_record(ended=Ended(status="Completed"), ended_at=START + timedelta(seconds=number))
        pace = with_another(pace, record)
    assert [one.seconds for one in pace.took] == [*range(3, 23)]
    assert {one.size_gib for one in pace.took} == {140}


def test_no_event_and_no_manifest_holds_a_place_an_estimate_or_a_noted_progress(
    world: FakeWorld, entrance: Entrance
) -> None:
    export = entrance.post().value["ExportId"]
    entrance.get(export)
    assert world.keys("/progress")
    world.tick(minutes=1)
    world.cloud.finish(world.task_id)
    world.tick(minutes=10)
    told = [event["data"] for _, event in world.notifier.delivered]
    assert {data["Progress"] for data in told} == {None, "100%"}
    assert {(data["QueuePosition"], data["EstimatedEnd"]) for data in told} == {(None, None)}
    (manifest,) = (body for key, body in world.cloud.stored.items() if key.endswith("manifest.json"))
    head = msgspec.json.decode(manifest)
    assert (head["Rule"], head["QueuePosition"], head["EstimatedEnd"]) == (None, None, None)
