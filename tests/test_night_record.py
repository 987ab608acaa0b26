"""The night's record: every image with its decision and reason, whatever kills, pauses or doubles its workers."""

import gzip
import json
import tracemalloc
from datetime import timedelta
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from image_export.decisions.naming import run_key
from image_export.decisions.results.night_record import (
    compressed,
    covering,
    joined,
    lines_of,
    night_schema,
    part_of,
    policy_hash,
)
from image_export.decisions.results.notifications import night_event
from image_export.errors import LedgerFault
from image_export.use_cases.entrances.event import on_event
from image_export.values import ledger_keys as keys
from image_export.values.night import NightFinished, NightRow
from image_export.values.place import Place
from image_export.values.run import Totals

from .builders import ACCOUNT, REGION
from .fake_world import FakeWorld
from .fakes import START, MeanwhileAt, no_restores, refused, unanswered
from .test_crashes import DyingAt
from .test_night_goes_on import NUMBERS, night, slowed, to_the_end
from .test_nightly import ELSEWHERE, cancel_what_waits, limit, run, stock, two_regions, world

__all__ = ["world"]  # the fixture
RUN = run_key("night-1")


def record_of(world: FakeWorld, run_id: str = "night-1") -> dict[str, Any]:
    """The record as anybody reads it, in one piece, by its schema."""
    document: dict[str, Any] = json.loads(
        gzip.decompress(world.store.objects[f"nights/2026-11-24/{run_key(run_id)}.json.gz"].body)
    )
    faults = jsonschema_rs.Draft202012Validator(night_schema()).iter_errors(document)
    assert [fault.message for fault in faults] == []
    return document


def images(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The rows by image; each has one."""
    rows = {row["ImageId"]: row for row in document["Images"]}
    assert len(rows) == len(document["Images"])
    return rows


def parts(world: FakeWorld) -> list[str]:
    return [key for key in world.keys("nights/") if key.endswith(".gz") and not key.endswith(".json.gz")]


def test_a_night_keeps_every_image_with_its_decision_and_reason(world: FakeWorld) -> None:
    stock(world, 2)
    stock(world, 1, ELSEWHERE, name="web")
    answer = run(world)
    document = record_of(world)
    rows = images(document)
    assert list(document) == ["RunId", "BeganAt", "FinishedAt", "Policy", "Images", "Totals", "Warnings"]
    assert (document["RunId"], document["BeganAt"]) == ("night-1", "2026-11-24T08:00:00Z")
    assert document["Totals"] == [total.wire() for total in answer.totals]
    assert document["Warnings"] == list(answer.warnings)
    assert rows["m-cn0000"] == {
        "AccountId": ACCOUNT,
        "RegionId": REGION,
        "ImageId": "m-cn0000",
        "ImageName": "golden-web",
        "Wanted": True,
        "Rule": "golden",
        "Reason": "rule golden wants name golden-*",
        "Warning": None,
        "CreatedAt": "2026-11-23T08:00:00Z",
        "LeftOver": False,
        "ExportId": next(one.export_id for one in answer.exports if one.image_id == "m-cn0000"),
    }
    assert (rows["m-ap0000"]["Wanted"], rows["m-ap0000"]["ExportId"]) == (False, None)
    assert "name" in rows["m-ap0000"]["Reason"]
    assert parts(world) == []


def test_the_next_night_names_the_export_that_there_is_already(world: FakeWorld) -> None:
    stock(world, 1)
    (export,) = run(world).exports
    run(world, "night-2")
    row = images(record_of(world, "night-2"))["m-cn0000"]
    assert (row["Wanted"], row["ExportId"]) == (False, export.export_id)
    assert row["Reason"].startswith("already exported")


def test_what_was_cancelled_says_so_with_its_export(world: FakeWorld) -> None:
    stock(world, 1)
    (export,) = run(world).exports
    cancel_what_waits(world)
    world.clock.advance(minutes=5)
    run(world, "night-2")
    row = images(record_of(world, "night-2"))["m-cn0000"]
    assert (row["ExportId"], row["Reason"][:24]) == (export.export_id, "its export was cancelled")


def test_a_night_of_no_images_has_a_record_too(world: FakeWorld) -> None:
    run(world)
    assert record_of(world)["Images"] == []


def test_a_plan_that_is_only_shown_keeps_nothing(world: FakeWorld) -> None:
    stock(world, 2)
    assert run(world, dry_run=True).finished
    assert world.keys("nights/") == []


def test_what_a_limit_leaves_over_says_so_and_what_it_chose_names_its_export(world: FakeWorld) -> None:
    limit(world, 3)
    stock(world, 4)
    stock(world, 2, ELSEWHERE, created_at=START - timedelta(days=30))
    answer = run(world)
    rows = images(record_of(world))
    exports = {one.image_id: one.export_id for one in answer.exports}
    assert {name: row["ExportId"] for name, row in rows.items() if row["Wanted"]} == exports
    assert set(exports) == {"m-ap0000", "m-ap0001", "m-cn0003"}  # of all regions the oldest
    left_over = [row for row in rows.values() if not row["Wanted"]]
    assert {(row["LeftOver"], row["Reason"]) for row in left_over} == {
        (True, "rule golden wants at most 3 in one run, and others go first")
    }
    assert len(rows) == 6


def test_what_a_rule_chose_that_is_gone_at_the_end_says_that(world: FakeWorld) -> None:
    limit(world, 2)
    stock(world, 3)
    stock(world, 1, ELSEWHERE, name="web")
    world.remaining_s = 80.0
    slowed(world, 15)
    assert not run(world).finished
    world.change(rules=())
    assert to_the_end(world, 300.0)[-1].finished
    rows = images(record_of(world))
    reasons = {rows[f"m-cn000{number}"]["Reason"] for number in range(3)}
    assert reasons == {"its rule was taken out of the policy while the night was under way"}


def test_a_run_that_pauses_has_the_same_images_as_one_that_does_not(world: FakeWorld) -> None:
    stock(world, 8)
    stock(world, 4, ELSEWHERE)
    world.remaining_s = 70.0
    slowed(world, 5)
    assert not run(world).finished
    assert world.keys(".json.gz") == []
    assert to_the_end(world)[-1].finished
    document = record_of(world)
    assert len(images(document)) == 12
    assert sum(total["Images"] for total in document["Totals"]) == 12
    assert all(row["ExportId"] for row in document["Images"])


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", NUMBERS)
def test_whichever_call_a_run_dies_at_its_record_is_whole_and_its_parts_are_gone(number: int, after: bool) -> None:
    world = two_regions()
    night(world, DyingAt(number, after=after))
    rows = images(record_of(world))
    assert len(rows) == 6
    assert {name for name, row in rows.items() if row["LeftOver"]} == {"m-cn0000"}
    assert sorted(name for name, row in rows.items() if row["ExportId"]) == world.requested()
    assert parts(world) == []


@pytest.mark.parametrize("number", range(4, 60, 3))
def test_two_workers_on_one_run_make_one_record_without_a_gap(number: int) -> None:
    world = two_regions()
    limit(world, 3)
    for region in (REGION, ELSEWHERE):
        stock(world, 3, region)
        stock(world, 1, region, image_id=f"m-{region}", name="web")
    world.store.faults = MeanwhileAt(number, lambda: run(world))
    run(world)
    rows = images(record_of(world))
    assert len(rows) == 8
    assert sorted(name for name, row in rows.items() if row["ExportId"]) == world.requested()
    assert parts(world) == []
    world.tick(minutes=1)
    ids = {event["id"] for _, event in world.notifier.delivered if event["type"] == "imageexport:Night:Finished"}
    assert ids == {f"night-2026-11-24-{RUN}.Finished"}


def test_a_run_that_is_sent_again_after_the_next_one_leaves_its_record_as_it_was(world: FakeWorld) -> None:
    stock(world, 2)
    run(world)
    before = record_of(world)
    run(world, "night-2")
    assert run(world).finished
    assert record_of(world) == before
    assert parts(world) == []


def test_a_part_that_cannot_be_kept_is_logged_and_stops_no_export(world: FakeWorld) -> None:
    stock(world, 2)
    stock(world, 1, ELSEWHERE)
    world.store.faults.before("create nights", refused("AccessDenied"))
    answer = run(world)
    assert (answer.finished, len(world.requested())) == (True, 3)
    (warning,) = answer.warnings
    assert warning.startswith(f"the night's record lacks images of {ACCOUNT} {REGION}: AccessDenied")
    assert world.log.events().count("nightly.record_incomplete") == 1
    document = record_of(world)
    assert (list(images(document)), document["Warnings"]) == (["m-ap0000"], [warning])


@pytest.mark.parametrize("fault", [refused("AccessDenied"), unanswered()], ids=["refused", "unanswered"])
def test_a_record_that_cannot_be_written_is_a_warning_and_the_night_is_told_without(
    world: FakeWorld, fault: Exception
) -> None:
    stock(world, 2)
    whole = world.store.create

    def create(key: str, body: bytes) -> bool:
        if key.endswith(".json.gz"):
            raise fault
        return whole(key, body)

    world.store.create = create  # type: ignore[method-assign]
    answer = run(world)
    assert (answer.finished, len(world.requested())) == (True, 2)
    assert [one for one in answer.warnings if one.startswith("the night's record could not be written")]
    assert "nightly.record_incomplete" in world.log.events()
    world.tick(minutes=1)
    assert told(world)["Record"] is None
    assert told(world)["Warnings"] == list(answer.warnings)


def test_a_part_that_is_no_compressed_text_is_such_a_fault_too(world: FakeWorld) -> None:
    limit(world, 1)
    stock(world, 2)
    whole = world.store.get

    def get(key: str) -> Any:
        found = whole(key)
        return found and found._replace(body=b"spoilt") if key.endswith(".open.gz") else found

    world.store.get = get  # type: ignore[method-assign]
    answer = run(world)
    assert (answer.finished, len(world.requested())) == (True, 1)
    assert [one for one in answer.warnings if "could not be written" in one]


def test_the_policy_is_named_by_a_hash_that_changes_with_what_it_says(world: FakeWorld) -> None:
    run(world)
    assert world.policy is not None
    assert record_of(world)["Policy"] == policy_hash(world.policy)
    assert len(policy_hash(world.policy)) == 64
    assert policy_hash(replace(world.policy, notify=())) != policy_hash(world.policy)


def test_the_date_is_that_of_the_trigger_also_when_fc_delivers_it_past_midnight(world: FakeWorld) -> None:
    world.clock.advance(hours=17)
    run(world, "2026-11-24T23:59:00Z")
    assert world.keys(".json.gz") == [f"nights/2026-11-24/{run_key('2026-11-24T23:59:00Z')}.json.gz"]


# The event


def told(world: FakeWorld) -> dict[str, Any]:
    """What the bus was told of the only night."""
    (event,) = [
        event for name, event in world.notifier.delivered if "Night" in event["type"] and name.startswith("event")
    ]
    data: dict[str, Any] = json.loads(json.dumps(event["data"]))
    return data


def test_each_target_is_told_once_with_the_counts_and_where_the_record_stands(world: FakeWorld) -> None:
    stock(world, 2)
    stock(world, 1, ELSEWHERE, name="web")
    answer = run(world)
    run(world)
    for _ in range(3):
        world.tick(minutes=1)
    events = [event for _, event in world.notifier.delivered if event["type"] == "imageexport:Night:Finished"]
    assert len(events) == 2
    assert events[0] == events[1]
    assert (events[0]["id"], events[0]["time"]) == (f"night-2026-11-24-{RUN}.Finished", "2026-11-24T08:00:00Z")
    data = told(world)
    assert data["Totals"] == [total.wire() for total in answer.totals]
    assert data["Record"] == f"oss://ledger/nights/2026-11-24/{RUN}.json.gz"
    assert data["Counts"] == {
        "Images": 3,
        "Recorded": 2,
        "Exported": 0,
        "Cancelled": 0,
        "LeftOver": 0,
        "Unwanted": 1,
        "Unreadable": 0,
    }
    assert "Notify" not in data
    assert [key for key in world.keys("due/") if "night-" in key] == []


def test_a_target_that_refuses_for_a_fortnight_is_given_up_and_can_be_asked_to_take_it_again(world: FakeWorld) -> None:
    run(world)
    assert world.policy is not None
    bus = world.policy.notify[0].name
    world.notifier.refusing.add(bus)
    for _ in range(16):
        world.tick(days=1)
    (key,) = world.keys("untold/night-")
    assert key.startswith(f"untold/night-2026-11-24-{RUN}.Finished/told-finished-")
    assert "event.given_up" in world.log.events()
    world.notifier.refusing.clear()
    slug = key.rpartition("-")[2]
    replay = json.dumps({"Replay": f"untold-night-2026-11-24-{RUN}.Finished-{slug}"}).encode()
    assert on_event(world.context(), replay, request_id="r-1", region_id=REGION, importing=no_restores).rejected == ()
    world.tick(minutes=1)
    assert told(world)["RunId"] == "night-1"
    assert world.keys("untold/night-") == []


def test_a_night_of_more_places_than_an_event_holds_is_told_by_its_counts() -> None:
    totals = tuple(Totals(account_id=str(number), region_id=REGION, images=1) for number in range(1000))
    event = night_event("night-x", replace(FINISHED, totals=totals), START)
    assert "Totals" not in event["data"]
    assert event["data"]["Counts"]["Images"] == 1000
    assert len(json.dumps(event)) < 64 * 1024


# The text

FINISHED = NightFinished(run_id="n", began_at=START, finished_at=START, policy="p", totals=())


def a_row(number: int) -> NightRow:
    name = f'a "golden" image, \n the {number}th'
    return NightRow(
        account_id=ACCOUNT, region_id=REGION, image_id=f"m-{number}", image_name=name, wanted=False, reason="no rule"
    )


@given(st.lists(st.integers(min_value=1, max_value=4), max_size=5))
def test_parts_put_behind_each_other_are_one_json_value(sizes: list[int]) -> None:
    rows = [[a_row(10 * part + number) for number in range(size)] for part, size in enumerate(sizes)]
    document = json.loads(gzip.decompress(joined(FINISHED, map(part_of, rows))))
    assert document["Images"] == [row.wire() for part in rows for row in part]


def test_a_part_is_the_same_bytes_whenever_it_is_made() -> None:
    assert part_of([a_row(1), a_row(2)]) == part_of([a_row(1), a_row(2)])
    assert list(lines_of(part_of([a_row(1), a_row(2)]))) == [
        json.dumps(a_row(one).wire(), separators=(",", ":"), ensure_ascii=False).encode() for one in (1, 2)
    ]


def test_what_is_no_gzip_file_is_told() -> None:
    with pytest.raises((OSError, EOFError)):
        list(lines_of(b"no"))
    with pytest.raises((OSError, EOFError)):
        list(lines_of(part_of([a_row(1)])[:-4]))
    assert not issubclass(LedgerFault, OSError)


def test_a_record_is_read_and_joined_without_being_whole_in_memory() -> None:
    part = part_of(map(a_row, range(5_000)))
    tracemalloc.start()
    whole = joined(FINISHED, (part for _ in range(20)))
    assert sum(1 for line in lines_of(whole) if b"ImageId" in line) == 100_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * len(whole) + 1_000_000
    assert len(whole) < 2_000_000
    assert compressed([]) == compressed([b""])


PAGES = st.tuples(st.integers(1, 9), st.integers(0, 5)).map(lambda pages: (pages[0], sum(pages)))


@given(st.lists(st.tuples(st.sampled_from("ab"), PAGES), max_size=9))
def test_of_parts_that_overlap_those_that_are_needed_are_taken_and_no_page_is_lost(
    drawn: list[tuple[str, tuple[int, int]]],
) -> None:
    found = [keys.NightPart("d", "r", Place(name, "r"), *pages) for name, pages in drawn]

    def pages(some: list[keys.NightPart]) -> set[tuple[Place, int]]:
        return {(one.place, page) for one in some for page in range(one.first, one.last + 1)}

    taken = covering(found)
    assert pages(taken) == pages(found)
    assert not [one for one in taken for other in taken if one is not other and pages([one]) <= pages([other])]
