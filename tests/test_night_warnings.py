"""What a night says that a person should look at: over fakes, in the answer and in the log line alike."""

import pytest

from image_export.decisions.results.night_warnings import Queue, queues
from image_export.values.facts import Hold
from image_export.values.ledger_keys import Waiting
from image_export.values.place import Place
from image_export.values.policy import Rule
from image_export.values.run import Run

from .builders import ACCOUNT, REGION
from .fakes import START, refused
from .test_nightly import ELSEWHERE, run, shop, stock
from .workshop import Workshop

__all__ = ["shop"]  # the fixture
GROUP = f"{ACCOUNT} {REGION}"
NIGHT = Run(run_id="n", began_at=START)


def test_a_rule_that_matches_nothing_is_a_warning(shop: Workshop) -> None:
    stock(shop, 1, name="scratch")
    assert run(shop).warnings == ("rule golden matches no image",)


def test_without_any_image_the_rules_match_nothing(shop: Workshop) -> None:
    assert run(shop).warnings == ("rule golden matches no image",)


def test_a_policy_without_rules_or_without_one_for_the_night_is_a_warning(shop: Workshop) -> None:
    stock(shop, 1)
    shop.change(rules=())
    assert run(shop).warnings == ("the policy has no rules: nothing is exported but what somebody asks for",)
    shop.change(rules=(Rule(name="new", when=("image-created",)),))
    assert run(shop, "n-2").warnings == ("no rule of the policy is for nightly: nights export nothing",)


def test_a_rule_that_is_not_for_the_night_or_matches_what_cannot_be_exported_is_none(shop: Workshop) -> None:
    shop.change(rules=(*(shop.policy.rules if shop.policy else ()), Rule(name="new", when=("image-created",))))
    stock(shop, 1, os_type="windows")
    assert run(shop).warnings == ()


def test_where_a_region_was_not_looked_at_a_rule_may_match_there(shop: Workshop) -> None:
    shop.cloud.faults.before("images", refused("Forbidden.RAM"))
    assert run(shop).warnings == (
        f"{GROUP} could not be looked at: Forbidden.RAM: The cloud says no.",
        "rule golden matches no image that could be looked at",
    )


def test_an_account_whose_role_is_gone_is_named_with_each_of_its_regions(shop: Workshop) -> None:
    shop.clouds.dead_roles.add(f"acs:ram::{ACCOUNT}:role/image-export")
    said = run(shop).warnings
    assert [line.split(":")[0] for line in said[:2]] == [
        f"{ACCOUNT} {region} could not be looked at" for region in (REGION, ELSEWHERE)
    ]


def test_a_night_that_meets_an_empty_queue_says_nothing_of_the_quota(shop: Workshop) -> None:
    stock(shop, 3)
    assert run(shop).warnings == ()


def test_what_still_waits_from_the_night_before_is_more_than_the_quota_takes(shop: Workshop) -> None:
    shop.cloud.concurrent_exports = 1
    stock(shop, 3)
    run(shop)
    shop.tick(minutes=1)
    shop.clock.advance(days=1)
    stock(shop, 4)
    (said,) = run(shop, "night-2").warnings
    assert said == (
        f"{GROUP} is given more than the quota takes: 3 exports wait for room, 2 of them since before this run "
        "(the oldest since 20261124); the cloud's word is ConcurrentQuotaExceed.ExportImage"
    )
    assert shop.log.lines[-1]["run"]["Warnings"] == (said,)


def test_a_hold_speaks_for_what_was_just_recorded_and_is_silent_where_nobody_waits(shop: Workshop) -> None:
    shop.context().ledger.put(f"holds/{ACCOUNT}/{REGION}", Hold(code="WeeklyQuotaExceed.ExportImage"))
    assert "quota" not in "".join(run(shop, "empty").warnings)
    stock(shop, 2)
    (said,) = run(shop).warnings
    assert said.endswith("2 exports wait for room; the cloud's word is WeeklyQuotaExceed.ExportImage")


@pytest.mark.parametrize("name", ["waiting/", "waiting/new folder", "waiting/1/cn/0001/20200101T000000Z/exp-a/more"])
def test_a_strange_name_among_the_waiting_counts_for_nothing(shop: Workshop, name: str) -> None:
    shop.context().ledger.put(name)
    shop.context().ledger.put(f"holds/{ACCOUNT}/{REGION}", Hold(code="WeeklyQuotaExceed.ExportImage"))
    assert "quota" not in "".join(run(shop).warnings)


def test_queues_are_told_apart_by_account_and_region() -> None:
    cn, ap = Place("1", "cn"), Place("1", "ap")
    waiting = [
        Waiting(cn, "0001", "20200102T000000Z", "exp-a-0001"),
        Waiting(cn, "0000", "20200101T000000Z", "exp-b-0001"),
        Waiting(ap, "0001", "20990101T000000Z", "exp-c-0001"),
    ]
    assert queues(NIGHT, waiting, [(ap, "Full")]) == {
        cn: Queue(waiting=2, before=2, oldest="20200101T000000Z"),
        ap: Queue(waiting=1, held="Full"),
    }


# What takes too long


def test_exports_that_take_too_long_are_counted_with_why_they_cannot_be_looked_at(shop: Workshop) -> None:
    stock(shop, 2)
    run(shop)
    shop.tick(minutes=1)
    shop.clouds.dead_roles.add(f"acs:ram::{ACCOUNT}:role/image-export")
    for _ in range(8):
        shop.tick(hours=1)
    (said,) = [line for line in run(shop, "n-2").warnings if "longer on the way" in line]
    assert said.startswith(f"{GROUP}: exp-")
    assert said.endswith(
        " and 1 more: longer on the way than the disks explain; "
        "looks are refused with EntityNotExist.Role: The cloud says no."
    )


def test_an_export_that_takes_too_long_and_can_be_looked_at_is_named_until_it_ends(shop: Workshop) -> None:
    stock(shop, 1)
    run(shop)
    shop.tick(minutes=1)
    shop.tick(hours=6)
    (said,) = run(shop, "n-2").warnings
    assert said.endswith("-0001: longer on the way than the disks explain")
    shop.cloud.finish(shop.task_id)
    shop.tick(minutes=1)
    assert run(shop, "n-3").warnings == ()
