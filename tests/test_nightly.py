"""The nightly run over fakes: what is due is recorded once and started by the watcher; a pause loses nothing."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from image_export.decisions.arrivals.timer import Timer
from image_export.use_cases.night.run import nightly
from image_export.values.match import Match
from image_export.values.policy import Destination
from image_export.values.run import NightlyAnswer

from .builders import ACCOUNT, REGION, an_image
from .entrance import TOKEN, Entrance
from .fake_world import FakeWorld
from .fakes import START, refused, unanswered

ELSEWHERE = "ap-southeast-1"


def two_regions() -> FakeWorld:
    """An account with two regions and a rule for the night."""
    world = FakeWorld("when: [image-created, nightly]")
    world.cloud.inventory.clear()
    destinations = {
        REGION: Destination(bucket="acme-images-hangzhou"),
        ELSEWHERE: Destination(bucket="acme-images-singapore"),
    }
    world.change_account(destinations=destinations)
    return world


@pytest.fixture
def world() -> FakeWorld:
    return two_regions()


def stock(world: FakeWorld, count: int, region: str = REGION, **changes: Any) -> None:
    for number in range(count):
        image_id = str(changes.get("image_id", f"m-{region[:2]}{number:04d}"))
        created = START - timedelta(days=1, minutes=number)
        image = an_image(**{"image_id": image_id, "region_id": region, "created_at": created, **changes})
        world.clouds.of(ACCOUNT, region).inventory[image_id] = image


def limit(world: FakeWorld, most: int) -> None:
    """The rule wants at most so many in one run."""
    assert world.policy is not None
    (rule,) = world.policy.rules
    world.change(rules=(replace(rule, max_per_run=most),))


def run(world: FakeWorld, run_id: str = "night-1", *, dry_run: bool = False) -> NightlyAnswer:
    return nightly(world.context(), Timer(run_id=run_id, dry_run=dry_run), request_id="r-night")


def test_a_night_records_what_is_due_and_starts_nothing_itself(world: FakeWorld) -> None:
    stock(world, 3)
    stock(world, 2, ELSEWHERE)
    answer = run(world)
    assert [(one.region_id, one.images, one.recorded) for one in answer.totals] == [(REGION, 3, 3), (ELSEWHERE, 2, 2)]
    assert (answer.finished, world.cloud.running) == (True, {})
    assert len(world.keys("waiting/")) == 5
    world.tick(minutes=1)
    assert (len(world.cloud.running), len(world.clouds.of(ACCOUNT, ELSEWHERE).running)) == (3, 2)


def test_a_night_goes_round_the_regions_so_that_one_without_time_has_been_at_every_account(world: FakeWorld) -> None:
    other = "6543210987654321"
    assert world.policy is not None
    (account,) = world.policy.accounts
    first = replace(account, name="first", role_arn=account.role_arn.replace(ACCOUNT, other))
    world.change(accounts=(first, account))
    answer = run(world)
    places = [(other, REGION), (ACCOUNT, REGION), (other, ELSEWHERE), (ACCOUNT, ELSEWHERE)]
    assert [(one.account_id, one.region_id) for one in answer.totals] == places


def test_the_second_night_finds_what_the_first_one_recorded_without_a_read_of_each(world: FakeWorld) -> None:
    stock(world, 150)
    run(world)
    reads: list[str] = []
    whole = world.store.get
    world.store.get = lambda key: (reads.append(key), whole(key))[1]  # type: ignore[method-assign, func-returns-value]
    answer = run(world, "night-2")
    assert (answer.totals[0].recorded, answer.totals[0].exported) == (0, 150)
    assert not [key for key in reads if key.startswith("exports/")]


def cancel_what_waits(world: FakeWorld) -> None:
    """Somebody cancels the only export before it has started."""
    (marker,) = world.keys("open/")
    export = marker.removeprefix("open/")
    assert Entrance(world, TOKEN).cancel(export).value["Status"] == "Cancelled"


def test_what_was_cancelled_counts_as_cancelled_and_is_not_exported_again(world: FakeWorld) -> None:
    stock(world, 1)
    run(world)
    cancel_what_waits(world)
    world.clock.advance(minutes=5)
    (here, _) = run(world, "night-2").totals
    assert (here.images, here.recorded, here.exported, here.cancelled, here.unwanted) == (1, 0, 0, 1, 0)


@pytest.mark.parametrize("most", [None, 1])
def test_what_was_cancelled_is_exported_again_the_next_night_where_the_rule_says_so(
    world: FakeWorld, most: int | None
) -> None:
    assert world.policy is not None
    world.change(rules=(replace(world.policy.rules[0], cancelled="again", max_per_run=most),))
    stock(world, 1)
    run(world)
    cancel_what_waits(world)
    world.clock.advance(minutes=5)
    answer = run(world, "night-2")
    assert (answer.totals[0].recorded, answer.totals[0].cancelled) == (1, 0)
    assert [export.export_id[-5:] for export in answer.exports] == ["-0002"]
    assert run(world, "night-3").totals[0].exported == 1


def test_what_failed_is_exported_again_the_next_night(world: FakeWorld) -> None:
    stock(world, 1)
    run(world)
    world.tick(minutes=1)
    world.cloud.fail(world.task_id)
    world.tick(minutes=10)
    assert run(world, "night-2").totals[0].recorded == 1
    world.tick(minutes=1)
    assert len(world.cloud.running) == 2


def test_a_region_that_cannot_be_reached_stops_no_other_and_is_a_warning(world: FakeWorld) -> None:
    stock(world, 1)
    stock(world, 1, ELSEWHERE)
    world.cloud.faults.before("images", refused("Forbidden.RAM"))
    answer = run(world)
    assert [one.recorded for one in answer.totals] == [0, 1]
    assert "Forbidden.RAM" in answer.warnings[0]


def test_the_same_run_again_records_nothing_twice(world: FakeWorld) -> None:
    stock(world, 3)
    run(world)
    assert run(world).totals == run(world).totals
    assert len(world.keys("/requested")) == 3


def test_a_finished_run_again_says_that_it_was_before_and_when(world: FakeWorld) -> None:
    stock(world, 1)
    first = run(world)
    stock(world, 2)
    world.clock.advance(hours=5)
    again = run(world)
    assert (first.repeated, again.repeated, again.began_at) == (False, True, first.began_at)
    assert "began at 2026-11-24T08:00:00Z and was finished before this call" in again.warnings[0]
    assert [one for one in world.log.events() if one.startswith("nightly.")] == ["nightly.finished", "nightly.repeated"]
    assert again.exports == ()


def test_a_time_of_yesterday_sent_by_hand_is_a_new_run_and_says_so(world: FakeWorld) -> None:
    timer = Timer(run_id="2026-11-24T08:00:00Z", at=START)
    stock(world, 1)
    nightly(world.context(), timer, request_id="r-1")
    stock(world, 2)
    world.clock.advance(days=1)
    answer = nightly(world.context(), timer, request_id="r-2")
    assert (answer.run_id, answer.repeated, answer.totals[0].images) == ("r-2", False, 2)
    assert "2026-11-24T08:00:00Z is older than what FC still delivers" in answer.warnings[0]


def test_a_plan_of_a_night_that_was_says_nothing_of_it(world: FakeWorld) -> None:
    stock(world, 1)
    run(world)
    answer = run(world, dry_run=True)
    assert (answer.repeated, answer.warnings, len(answer.plan)) == (False, (), 1)


def test_a_plan_of_more_rows_than_a_person_can_read_says_how_many_it_leaves_out(world: FakeWorld) -> None:
    stock(world, 700)
    stock(world, 31, ELSEWHERE)
    answer = run(world, dry_run=True)
    assert (len(answer.plan), answer.plan_omitted) == (500, 231)
    places = [one.region_id for one in answer.plan]
    assert (places.count(REGION), places.count(ELSEWHERE)) == (469, 31)
    assert answer.totalled()["PlanOmitted"] == 231


def test_a_short_plan_leaves_nothing_out(world: FakeWorld) -> None:
    stock(world, 3)
    assert run(world, dry_run=True).plan_omitted == 0


def test_a_dry_run_shows_the_plan_with_reasons_and_writes_nothing(world: FakeWorld) -> None:
    stock(world, 2)
    stock(world, 1, ELSEWHERE, name="scratch")
    before = dict(world.store.objects)
    answer = run(world, dry_run=True)
    assert [(one.image_id, one.wanted) for one in answer.plan] == [
        ("m-cn0000", True),
        ("m-cn0001", True),
        ("m-ap0000", False),
    ]
    assert all(one.reason for one in answer.plan)
    assert world.store.objects == before


def test_a_night_answers_the_exports_that_it_has_recorded_and_how_many_images_nobody_wants(world: FakeWorld) -> None:
    stock(world, 2)
    stock(world, 1, ELSEWHERE, name="scratch")
    run(world, "night-1")
    stock(world, 1, image_id="m-new")
    told = run(world, "night-2").totalled()
    assert [(one["ImageId"], one["Status"]) for one in told["Exports"]] == [("m-new", "Requested")]
    assert (told["Rejected"], told["Ignored"], told["Totals"][0]["Exported"]) == ((), 1, 2)
    assert not {"Exports", "Rejected", "Ignored", "IgnoredBecause"} & set(world.log.lines[-1]["run"])


COUNTS = {
    "AccountId": ACCOUNT,
    "RegionId": REGION,
    "Images": 2,
    "Recorded": 2,
    "Exported": 0,
    "Cancelled": 0,
    "LeftOver": 0,
    "Unwanted": 0,
    "Unreadable": 0,
    "Unfinished": False,
    "Fault": None,
}
NOTHING = {"Rejected": (), "Ignored": 0, "IgnoredBecause": (), "Undecided": 0}
OF_THE_RUN = {"RunId": "night-1", "BeganAt": "2026-11-24T08:00:00Z", "Finished": True, "Repeated": False}


def test_a_night_logs_its_run_without_what_is_logged_elsewhere(world: FakeWorld) -> None:
    stock(world, 2)
    run(world)
    totals = (COUNTS, {**COUNTS, "RegionId": ELSEWHERE, "Images": 0, "Recorded": 0})
    said = {**OF_THE_RUN, "DryRun": False, "Undecided": 0, "Totals": totals, "Warnings": (), "PlanOmitted": 0}
    assert world.log.lines[-1] == {"event": "nightly.finished", "run": said}


def test_a_dry_run_answers_all_of_its_plan(world: FakeWorld) -> None:
    world.change_account(destinations={REGION: Destination(bucket="acme-images-hangzhou")})
    stock(world, 2)
    row = {
        "AccountId": ACCOUNT,
        "RegionId": REGION,
        "ImageId": "m-cn0000",
        "ImageName": "golden-web",
        "Wanted": True,
        "Rule": "golden",
        "Reason": "rule golden wants name golden-*",
        "Warning": None,
    }
    assert run(world, dry_run=True).totalled() == {
        "RequestId": "r-night",
        "Exports": (),
        **NOTHING,
        **OF_THE_RUN,
        "DryRun": True,
        "Totals": (COUNTS,),
        "Warnings": (),
        "Plan": (row, {**row, "ImageId": "m-cn0001"}),
        "PlanOmitted": 0,
    }


def test_a_night_answers_more_than_a_hundred_exports_by_their_number(world: FakeWorld) -> None:
    limit(world, 101)
    stock(world, 120)
    assert run(world).totalled()["Exports"] == {"Requested": 101}


def test_a_dry_run_answers_no_exports_since_it_has_recorded_none(world: FakeWorld) -> None:
    stock(world, 2)
    assert run(world, dry_run=True).totalled()["Exports"] == ()


def test_max_per_run_takes_the_oldest_of_all_regions_and_the_next_nights_take_the_rest(world: FakeWorld) -> None:
    limit(world, 3)
    stock(world, 4)
    stock(world, 2, ELSEWHERE, created_at=START - timedelta(days=30))
    first = run(world)
    assert world.requested() == ["m-ap0000", "m-ap0001", "m-cn0003"]
    assert [(one.recorded, one.left_over) for one in first.totals] == [(1, 3), (2, 0)]
    assert [(one.recorded, one.exported, one.left_over) for one in run(world, "night-2").totals] == [
        (3, 1, 0),
        (0, 2, 0),
    ]


def test_what_max_per_run_keeps_out_is_out_in_the_plan_too(world: FakeWorld) -> None:
    limit(world, 1)
    stock(world, 2)
    stock(world, 1, ELSEWHERE, created_at=START - timedelta(days=30))
    plan = run(world, dry_run=True).plan
    assert [one.image_id for one in plan if one.wanted] == ["m-ap0000"]
    assert {one.reason for one in plan if not one.wanted} == {
        "rule golden wants at most 1 in one run, and others go first"
    }


def test_a_sweep_finds_an_image_that_no_event_told_of_and_only_once(world: FakeWorld) -> None:
    world.sweeps = True
    stock(world, 1, created_at=START)
    (export,) = world.tick(minutes=1).exports
    assert (export.status, export.requested_by.trigger) == ("Exporting", "watch")
    for _ in range(4):
        world.tick(minutes=6)
    assert len(world.cloud.exported) == 1


def test_a_sweep_in_a_region_that_fails_stops_no_other(world: FakeWorld) -> None:
    world.sweeps = True
    stock(world, 1, created_at=START)
    stock(world, 1, ELSEWHERE, created_at=START)
    world.cloud.faults.before("images", refused("Forbidden.RAM"))
    assert [export.region_id for export in world.tick(minutes=1).exports] == [ELSEWHERE]
    assert [export.region_id for export in world.tick(minutes=6).exports] == [REGION]


def test_what_comes_back_from_a_doubt_does_not_jump_the_queue(world: FakeWorld) -> None:
    """Its look is due by time, the others' by priority; with one slot, the more important one has it."""
    rules = world.policy.rules if world.policy else ()
    world.change(
        rules=(
            replace(rules[0], match=Match(name="golden-*"), priority=9),
            replace(rules[0], name="rest", match=Match()),
        )
    )
    stock(world, 1, name="web")
    world.cloud.concurrent_exports = 1
    world.cloud.faults.before("export_image", unanswered())
    run(world)
    world.tick(minutes=1)
    stock(world, 1, image_id="m-golden")
    run(world, "night-2")
    world.tick(minutes=30)
    assert [start.image_id for start in world.cloud.exported] == ["m-golden"]
