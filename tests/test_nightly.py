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
from .fakes import START, refused, unanswered
from .workshop import Workshop

ELSEWHERE = "ap-southeast-1"


def two_regions() -> Workshop:
    """An account with two regions and a rule for the night."""
    shop = Workshop("when: [image-created, nightly]")
    shop.cloud.inventory.clear()
    destinations = {
        REGION: Destination(bucket="acme-images-hangzhou"),
        ELSEWHERE: Destination(bucket="acme-images-singapore"),
    }
    shop.change_account(destinations=destinations)
    return shop


@pytest.fixture
def shop() -> Workshop:
    return two_regions()


def stock(shop: Workshop, count: int, region: str = REGION, **changes: Any) -> None:
    for number in range(count):
        image_id = str(changes.get("image_id", f"m-{region[:2]}{number:04d}"))
        created = START - timedelta(days=1, minutes=number)
        image = an_image(**{"image_id": image_id, "region_id": region, "created_at": created, **changes})
        shop.clouds.of(ACCOUNT, region).inventory[image_id] = image


def limit(shop: Workshop, most: int) -> None:
    """The rule wants at most so many in one run."""
    assert shop.policy is not None
    (rule,) = shop.policy.rules
    shop.change(rules=(replace(rule, max_per_run=most),))


def run(shop: Workshop, run_id: str = "night-1", *, dry_run: bool = False) -> NightlyAnswer:
    return nightly(shop.context(), Timer(run_id=run_id, dry_run=dry_run), request_id="r-night")


def test_a_night_records_what_is_due_and_starts_nothing_itself(shop: Workshop) -> None:
    stock(shop, 3)
    stock(shop, 2, ELSEWHERE)
    answer = run(shop)
    assert [(one.region_id, one.images, one.recorded) for one in answer.totals] == [(REGION, 3, 3), (ELSEWHERE, 2, 2)]
    assert (answer.finished, shop.cloud.running) == (True, {})
    assert len(shop.keys("waiting/")) == 5
    shop.tick(minutes=1)
    assert (len(shop.cloud.running), len(shop.clouds.of(ACCOUNT, ELSEWHERE).running)) == (3, 2)


def test_a_night_goes_round_the_regions_so_that_one_without_time_has_been_at_every_account(shop: Workshop) -> None:
    other = "6543210987654321"
    assert shop.policy is not None
    (account,) = shop.policy.accounts
    first = replace(account, name="first", role_arn=account.role_arn.replace(ACCOUNT, other))
    shop.change(accounts=(first, account))
    answer = run(shop)
    places = [(other, REGION), (ACCOUNT, REGION), (other, ELSEWHERE), (ACCOUNT, ELSEWHERE)]
    assert [(one.account_id, one.region_id) for one in answer.totals] == places


def test_the_second_night_finds_what_the_first_one_recorded_without_a_read_of_each(shop: Workshop) -> None:
    stock(shop, 150)
    run(shop)
    reads: list[str] = []
    whole = shop.store.get
    shop.store.get = lambda key: (reads.append(key), whole(key))[1]  # type: ignore[method-assign, func-returns-value]
    answer = run(shop, "night-2")
    assert (answer.totals[0].recorded, answer.totals[0].exported) == (0, 150)
    assert not [key for key in reads if key.startswith("exports/")]


def cancel_what_waits(shop: Workshop) -> None:
    """Somebody cancels the only export before it has started."""
    (marker,) = shop.keys("open/")
    export = marker.removeprefix("open/")
    assert Entrance(shop, TOKEN).cancel(export).value["Status"] == "Cancelled"


def test_what_was_cancelled_counts_as_cancelled_and_is_not_exported_again(shop: Workshop) -> None:
    stock(shop, 1)
    run(shop)
    cancel_what_waits(shop)
    shop.clock.advance(minutes=5)
    (here, _) = run(shop, "night-2").totals
    assert (here.images, here.recorded, here.exported, here.cancelled, here.unwanted) == (1, 0, 0, 1, 0)


@pytest.mark.parametrize("most", [None, 1])
def test_what_was_cancelled_is_exported_again_the_next_night_where_the_rule_says_so(
    shop: Workshop, most: int | None
) -> None:
    assert shop.policy is not None
    shop.change(rules=(replace(shop.policy.rules[0], cancelled="again", max_per_run=most),))
    stock(shop, 1)
    run(shop)
    cancel_what_waits(shop)
    shop.clock.advance(minutes=5)
    answer = run(shop, "night-2")
    assert (answer.totals[0].recorded, answer.totals[0].cancelled) == (1, 0)
    assert [export.export_id[-5:] for export in answer.exports] == ["-0002"]
    assert run(shop, "night-3").totals[0].exported == 1


def test_what_failed_is_exported_again_the_next_night(shop: Workshop) -> None:
    stock(shop, 1)
    run(shop)
    shop.tick(minutes=1)
    shop.cloud.fail(shop.task_id)
    shop.tick(minutes=10)
    assert run(shop, "night-2").totals[0].recorded == 1
    shop.tick(minutes=1)
    assert len(shop.cloud.running) == 2


def test_a_region_that_cannot_be_reached_stops_no_other_and_is_a_warning(shop: Workshop) -> None:
    stock(shop, 1)
    stock(shop, 1, ELSEWHERE)
    shop.cloud.faults.before("images", refused("Forbidden.RAM"))
    answer = run(shop)
    assert [one.recorded for one in answer.totals] == [0, 1]
    assert "Forbidden.RAM" in answer.warnings[0]


def test_the_same_run_again_records_nothing_twice(shop: Workshop) -> None:
    stock(shop, 3)
    run(shop)
    assert run(shop).totals == run(shop).totals
    assert len(shop.keys("/requested")) == 3


def test_a_finished_run_again_says_that_it_was_before_and_when(shop: Workshop) -> None:
    stock(shop, 1)
    first = run(shop)
    stock(shop, 2)
    shop.clock.advance(hours=5)
    again = run(shop)
    assert (first.repeated, again.repeated, again.began_at) == (False, True, first.began_at)
    assert "began at 2026-11-24T08:00:00Z and was finished before this call" in again.warnings[0]
    assert [one for one in shop.log.events() if one.startswith("nightly.")] == ["nightly.finished", "nightly.repeated"]
    assert again.exports == ()


def test_a_time_of_yesterday_sent_by_hand_is_a_new_run_and_says_so(shop: Workshop) -> None:
    timer = Timer(run_id="2026-11-24T08:00:00Z", at=START)
    stock(shop, 1)
    nightly(shop.context(), timer, request_id="r-1")
    stock(shop, 2)
    shop.clock.advance(days=1)
    answer = nightly(shop.context(), timer, request_id="r-2")
    assert (answer.run_id, answer.repeated, answer.totals[0].images) == ("r-2", False, 2)
    assert "2026-11-24T08:00:00Z is older than what FC still delivers" in answer.warnings[0]


def test_a_plan_of_a_night_that_was_says_nothing_of_it(shop: Workshop) -> None:
    stock(shop, 1)
    run(shop)
    answer = run(shop, dry_run=True)
    assert (answer.repeated, answer.warnings, len(answer.plan)) == (False, (), 1)


def test_a_plan_of_more_rows_than_a_person_can_read_says_how_many_it_leaves_out(shop: Workshop) -> None:
    stock(shop, 700)
    stock(shop, 31, ELSEWHERE)
    answer = run(shop, dry_run=True)
    assert (len(answer.plan), answer.plan_omitted) == (500, 231)
    places = [one.region_id for one in answer.plan]
    assert (places.count(REGION), places.count(ELSEWHERE)) == (469, 31)
    assert answer.totalled()["PlanOmitted"] == 231


def test_a_short_plan_leaves_nothing_out(shop: Workshop) -> None:
    stock(shop, 3)
    assert run(shop, dry_run=True).plan_omitted == 0


def test_a_dry_run_shows_the_plan_with_reasons_and_writes_nothing(shop: Workshop) -> None:
    stock(shop, 2)
    stock(shop, 1, ELSEWHERE, name="scratch")
    before = dict(shop.store.objects)
    answer = run(shop, dry_run=True)
    assert [(one.image_id, one.wanted) for one in answer.plan] == [
        ("m-cn0000", True),
        ("m-cn0001", True),
        ("m-ap0000", False),
    ]
    assert all(one.reason for one in answer.plan)
    assert shop.store.objects == before


def test_a_night_answers_the_exports_that_it_has_recorded_and_how_many_images_nobody_wants(shop: Workshop) -> None:
    stock(shop, 2)
    stock(shop, 1, ELSEWHERE, name="scratch")
    run(shop, "night-1")
    stock(shop, 1, image_id="m-new")
    told = run(shop, "night-2").totalled()
    assert [(one["ImageId"], one["Status"]) for one in told["Exports"]] == [("m-new", "Requested")]
    assert (told["Rejected"], told["Ignored"], told["Totals"][0]["Exported"]) == ((), 1, 2)
    assert not {"Exports", "Rejected", "Ignored", "IgnoredBecause"} & set(shop.log.lines[-1]["run"])


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


def test_a_night_logs_its_run_without_what_is_logged_elsewhere(shop: Workshop) -> None:
    stock(shop, 2)
    run(shop)
    totals = (COUNTS, {**COUNTS, "RegionId": ELSEWHERE, "Images": 0, "Recorded": 0})
    said = {**OF_THE_RUN, "DryRun": False, "Undecided": 0, "Totals": totals, "Warnings": (), "PlanOmitted": 0}
    assert shop.log.lines[-1] == {"event": "nightly.finished", "run": said}


def test_a_dry_run_answers_all_of_its_plan(shop: Workshop) -> None:
    shop.change_account(destinations={REGION: Destination(bucket="acme-images-hangzhou")})
    stock(shop, 2)
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
    assert run(shop, dry_run=True).totalled() == {
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


def test_a_night_answers_more_than_a_hundred_exports_by_their_number(shop: Workshop) -> None:
    limit(shop, 101)
    stock(shop, 120)
    assert run(shop).totalled()["Exports"] == {"Requested": 101}


def test_a_dry_run_answers_no_exports_since_it_has_recorded_none(shop: Workshop) -> None:
    stock(shop, 2)
    assert run(shop, dry_run=True).totalled()["Exports"] == ()


def test_max_per_run_takes_the_oldest_of_all_regions_and_the_next_nights_take_the_rest(shop: Workshop) -> None:
    limit(shop, 3)
    stock(shop, 4)
    stock(shop, 2, ELSEWHERE, created_at=START - timedelta(days=30))
    first = run(shop)
    assert shop.requested() == ["m-ap0000", "m-ap0001", "m-cn0003"]
    assert [(one.recorded, one.left_over) for one in first.totals] == [(1, 3), (2, 0)]
    assert [(one.recorded, one.exported, one.left_over) for one in run(shop, "night-2").totals] == [
        (3, 1, 0),
        (0, 2, 0),
    ]


def test_what_max_per_run_keeps_out_is_out_in_the_plan_too(shop: Workshop) -> None:
    limit(shop, 1)
    stock(shop, 2)
    stock(shop, 1, ELSEWHERE, created_at=START - timedelta(days=30))
    plan = run(shop, dry_run=True).plan
    assert [one.image_id for one in plan if one.wanted] == ["m-ap0000"]
    assert {one.reason for one in plan if not one.wanted} == {
        "rule golden wants at most 1 in one run, and others go first"
    }


def test_a_sweep_finds_an_image_that_no_event_told_of_and_only_once(shop: Workshop) -> None:
    shop.sweeps = True
    stock(shop, 1, created_at=START)
    (export,) = shop.tick(minutes=1).exports
    assert (export.status, export.requested_by.trigger) == ("Exporting", "watch")
    for _ in range(4):
        shop.tick(minutes=6)
    assert len(shop.cloud.exported) == 1


def test_a_sweep_in_a_region_that_fails_stops_no_other(shop: Workshop) -> None:
    shop.sweeps = True
    stock(shop, 1, created_at=START)
    stock(shop, 1, ELSEWHERE, created_at=START)
    shop.cloud.faults.before("images", refused("Forbidden.RAM"))
    assert [export.region_id for export in shop.tick(minutes=1).exports] == [ELSEWHERE]
    assert [export.region_id for export in shop.tick(minutes=6).exports] == [REGION]


def test_what_comes_back_from_a_doubt_does_not_jump_the_queue(shop: Workshop) -> None:
    """Its look is due by time, the others' by priority; with one slot, the more important one has it."""
    rules = shop.policy.rules if shop.policy else ()
    shop.change(
        rules=(
            replace(rules[0], match=Match(name="golden-*"), priority=9),
            replace(rules[0], name="rest", match=Match()),
        )
    )
    stock(shop, 1, name="web")
    shop.cloud.concurrent_exports = 1
    shop.cloud.faults.before("export_image", unanswered())
    run(shop)
    shop.tick(minutes=1)
    stock(shop, 1, image_id="m-golden")
    run(shop, "night-2")
    shop.tick(minutes=30)
    assert [start.image_id for start in shop.cloud.exported] == ["m-golden"]
