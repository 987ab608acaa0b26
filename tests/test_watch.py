"""The watcher over fakes: nothing is lost, nothing multiplies, and no export stands in another's way."""

from datetime import timedelta

import pytest

from image_export.errors import Refused
from image_export.use_cases.export.record import record
from image_export.use_cases.ports import Page, StartExport
from image_export.values.cause import Cause
from image_export.values.export import RequestedBy
from image_export.values.facts import Delivered
from image_export.values.policy import Destination

from .builders import ACCOUNT, BUCKET, IMAGE, REGION, a_request, an_image
from .fakes import refused, unanswered, unreached
from .workshop import BUS, FUNCTION, Workshop


@pytest.fixture
def shop() -> Workshop:
    return Workshop()


def hints(shop: Workshop) -> list[str]:
    return [key for key in shop.store.objects if key.startswith(("due/", "running/", "waiting/"))]


def test_a_look_for_a_sighted_image_that_fails_for_an_hour_loses_nothing(shop: Workshop) -> None:
    shop.cloud.faults.before("image", *[refused("ServiceUnavailable") for _ in range(8)])
    assert shop.tell().exports == ()
    for _ in range(30):
        shop.tick(minutes=5)
    assert len(shop.cloud.exported) == 1
    assert not shop.keys("sighted/")


def test_a_look_for_a_sighted_image_that_fails_for_a_day_is_rejected_with_the_clouds_cause(shop: Workshop) -> None:
    shop.cloud.faults.before("image", *[refused("Forbidden.RAM") for _ in range(400)])
    shop.tell()
    rejected = [cause for _ in range(200) for cause in shop.tick(minutes=10).rejected]
    assert [cause.code for cause in rejected] == ["Forbidden.RAM"]
    assert shop.notifier.kinds(BUS) == ["Rejected"]
    assert not shop.keys("sighted/")


@pytest.mark.parametrize("first_seen", [False, True])
def test_looks_that_fail_are_given_up_after_a_day_and_after_three_more_where_the_image_was_seen(
    shop: Workshop, first_seen: bool
) -> None:
    """An image that is being made has three days to become Available."""
    shop.show(an_image(name="scratch", status="Creating"))
    shop.cloud.faults.before("image", *[] if first_seen else [refused("Forbidden.RAM")])
    shop.tell()
    began, until = shop.clock.now, timedelta(days=4 if first_seen else 1)
    shop.cloud.faults.before("image", *[refused("Forbidden.RAM") for _ in range(50)])
    shop.tick(seconds=(until - timedelta(minutes=1)).total_seconds())
    assert (shop.keys("rejected/"), len(shop.keys("sighted/"))) == ([], 1)
    for _ in range(4):
        shop.tick(minutes=10)
    assert shop.clock.now - began > until
    assert (shop.notifier.kinds(BUS), shop.keys("sighted/")) == (["Rejected"], [])


def test_a_sighted_image_that_no_rule_wants_leaves_nothing_behind(shop: Workshop) -> None:
    shop.cloud.faults.before("image", unreached())
    shop.tell()
    shop.show(an_image(name="scratch"))
    shop.tick(minutes=2)
    shop.tick(minutes=16)
    assert not shop.keys("sighted/")
    shop.tick(minutes=11)
    assert not hints(shop)


def test_an_image_that_is_shared_with_us_is_not_ours_to_export(shop: Workshop) -> None:
    shop.show(an_image(owner_alias="others"))
    shop.tell()
    assert shop.cloud.exported == []


def test_ticks_that_overlap_do_not_multiply_hints(shop: Workshop) -> None:
    shop.show(an_image(status="Creating"))
    shop.tell()
    for _ in range(6):
        (hint,) = shop.keys("due/")[:1]
        export = hint.rsplit("/", 1)[1]
        shop.store.objects.update({f"due/20261124T0700{n:02d}Z/{export}": shop.store.objects[hint] for n in range(20)})
        before = len(shop.store.objects)
        shop.tick(minutes=15)
        assert len(shop.store.objects) < before
    assert len(shop.keys("due/")) == 1


@pytest.mark.parametrize("key", ["due/", "running/", "due/x", "running/new folder", "due/20200101T000000Z/nonsense"])
def test_a_strange_object_among_the_hints_stops_nobody(shop: Workshop, key: str) -> None:
    shop.store.put(key, b"")
    shop.tell()
    shop.cloud.finish(shop.task_id)
    assert [export.status for export in shop.tick(minutes=10).exports] == ["Completed"]


def test_a_fact_that_cannot_be_understood_stops_nobody_and_does_not_stand_in_the_way(shop: Workshop) -> None:
    shop.tell()
    shop.store.put("exports/exp-aaaaaaaaaaaaaaaa-0001/requested", b'{"Nonce": "x", "Fact": {"From": "the future"}}')
    shop.store.put("due/20200101T000000Z/exp-aaaaaaaaaaaaaaaa-0001", b"")
    shop.cloud.finish(shop.task_id)
    assert [export.status for export in shop.tick(minutes=10).exports] == ["Completed"]
    assert "look.broken" in shop.log.events()
    assert not shop.keys("due/20200101")


def test_a_role_that_no_longer_works_does_not_blind_the_watcher_to_others(shop: Workshop) -> None:
    shop.tell()
    shop.change_account(role_arn=f"acs:ram::{ACCOUNT}:role/rotated")
    shop.show(an_image(image_id="m-second"))
    shop.tell("m-second")
    shop.clouds.dead_roles.add(f"acs:ram::{ACCOUNT}:role/image-export")
    for task_id in shop.cloud.running:
        shop.cloud.finish(task_id)
    ends = {export.image_id: export.status for export in shop.tick(minutes=10).exports}
    assert ends.pop("m-second") == "Completed"
    assert ends == {IMAGE: "Completed"}


def test_a_verdict_before_the_start_leaves_no_room_for_a_start_beside_it(shop: Workshop) -> None:
    shop.show(an_image(status="CreateFailed"))
    shop.tell()
    (slot,) = shop.keys("claim-")
    assert b'"end"' in shop.store.objects[slot].body
    shop.show(an_image())
    shop.tell()
    assert shop.cloud.exported == []


def test_a_listing_that_lags_shows_no_export_as_if_it_had_not_ended(shop: Workshop) -> None:
    shop.show(an_image(status="CreateFailed"))
    (export,) = shop.tell().exports
    whole = shop.store.list

    def lagging(prefix: str, *, after: str = "", limit: int = 1000) -> Page:
        page = whole(prefix, after=after, limit=limit)
        return page._replace(
            entries=[one for one in page.entries if "claim-" not in one.key and "ended" not in one.key]
        )

    shop.store.list = lagging  # type: ignore[method-assign]
    record = shop.context().ledger.load(export.export_id)
    assert record is not None
    assert (record.attempt, record.ended and record.ended.status) == (1, "Failed")


def test_a_void_attempt_is_not_repeated_into_a_bucket_that_the_policy_no_longer_names(shop: Workshop) -> None:
    shop.cloud.faults.before("export_image", unanswered())
    shop.tell()
    shop.change_account(destinations={REGION: Destination(bucket="another-bucket")})
    for _ in range(8):
        shop.tick(minutes=5)
    assert shop.cloud.running == {}
    assert shop.notifier.kinds(BUS) == ["Failed"]


def test_a_failed_task_of_our_other_exports_is_never_charged_to_one_in_doubt(shop: Workshop) -> None:
    shop.cloud.resource_ids = False
    shop.show(an_image(image_id="m-other"))
    shop.tell("m-other")
    shop.cloud.fail(shop.task_id)
    shop.cloud.faults.before("export_image", unanswered())
    shop.tell()
    for _ in range(10):
        shop.tick(minutes=5)
    assert [task.image_id for task in shop.cloud.running.values()] == ["m-other", IMAGE]


def test_completed_is_not_told_before_its_manifest_is_there(shop: Workshop) -> None:
    shop.tell()
    shop.cloud.finish(shop.task_id)
    shop.cloud.faults.before("put_object", refused("AccessDenied"))
    shop.tick(minutes=10)
    assert shop.notifier.kinds(BUS) == ["Started"]
    shop.tick(minutes=10)
    assert shop.notifier.kinds(BUS) == ["Started", "Completed"]
    assert shop.notifier.told[-1][1]["data"]["Manifest"].startswith("oss://")


def test_completed_is_told_without_a_manifest_where_none_can_be_written_for_an_hour(shop: Workshop) -> None:
    shop.tell()
    shop.cloud.finish(shop.task_id)
    shop.cloud.faults.before("put_object", *[refused("AccessDenied") for _ in range(99)])
    for _ in range(12):
        shop.tick(minutes=15)
    assert shop.notifier.kinds(FUNCTION) == ["Started", "Completed"]
    assert shop.notifier.told[-1][1]["data"]["Manifest"] is None
    assert not shop.keys("open/")


def test_a_manifest_that_one_gives_up_and_another_writes_is_the_same_to_every_target(shop: Workshop) -> None:
    shop.tell()
    shop.cloud.finish(shop.task_id)
    shop.cloud.faults.before("put_object", *[refused("AccessDenied") for _ in range(99)])
    shop.notifier.refusing.add(FUNCTION)
    for _ in range(12):
        shop.tick(minutes=15)
    (export_id,) = {key.split("/")[1] for key in shop.keys("exports/")}
    ledger = shop.context().ledger
    record = ledger.load(export_id)
    assert record is not None
    assert ledger.settle_manifest(record).manifest == Delivered(given_up=True)  # a worker that wrote it after all
    shop.notifier.refusing.clear()
    shop.tick(hours=1)
    completed = [event for _, event in shop.notifier.told if event["id"].endswith("Completed")]
    assert [event["data"]["Manifest"] for event in completed] == [None, None]


def test_an_event_told_twice_is_the_same_event(shop: Workshop) -> None:
    shop.tell()
    shop.tick(minutes=1)
    shop.cloud.finish(shop.task_id)
    shop.notifier.losing = 2
    for _ in range(4):
        shop.tick(minutes=10)
    events = [event for name, event in shop.notifier.told if name == BUS and event["id"].endswith("Completed")]
    assert len(events) > 1
    assert all(event == events[0] for event in events)


def test_the_stalled_event_says_how_far_the_task_was(shop: Workshop) -> None:
    shop.tell()
    shop.tick(hours=6)
    (event,) = [event for name, event in shop.notifier.told if name == BUS and event["type"].endswith("Stalled")]
    assert (event["data"]["Progress"], event["data"]["Reason"]) == ("1%", "Stalled")


def test_an_unreadable_policy_starts_nothing_fails_nothing_and_blinds_nobody(shop: Workshop) -> None:
    shop.tell()
    shop.show(an_image(image_id="m-waits", status="Creating"))
    shop.tell("m-waits")
    policy, shop.policy = shop.policy, None
    shop.show(an_image(image_id="m-waits"))
    shop.cloud.finish(shop.task_id)
    ends = {export.image_id: (export.status, export.reason) for export in shop.tick(minutes=15).exports}
    assert ends == {IMAGE: ("Completed", None), "m-waits": ("Requested", "PolicyInvalid")}
    shop.policy = policy
    assert shop.tick(minutes=15).exports[0].status == "Exporting"


def test_a_double_that_cannot_be_cancelled_is_no_verdict(shop: Workshop) -> None:
    shop.cloud.faults.before("cancel_task", Refused(Cause(code="InvalidTaskId.TaskActionNotSupport", message="no")))
    shop.cloud.faults.after("export_image", unanswered())
    shop.tell()
    shop.cloud.finish(shop.task_id)
    for _ in range(8):
        shop.tick(minutes=5)
    assert shop.notifier.kinds(BUS) == ["Completed", "Started"]


def test_a_region_that_does_not_answer_is_waited_for_once_a_tick_and_holds_up_no_other(shop: Workshop) -> None:
    for number in range(5):
        shop.show(an_image(image_id=f"m-hangs{number}", status="Creating"))
        shop.tell(f"m-hangs{number}")
    here, there = Destination(bucket="acme-images-hangzhou"), Destination(bucket="acme-images-singapore")
    shop.change_account(destinations={REGION: here, "ap-southeast-1": there})
    elsewhere = shop.clouds.of(ACCOUNT, "ap-southeast-1")
    elsewhere.inventory["m-healthy"] = an_image(image_id="m-healthy", region_id="ap-southeast-1")
    shop.receive(b'{"ImageId": "m-healthy", "OSSBucket": "acme-images-singapore", "RegionId": "ap-southeast-1"}')
    (task_id,) = elsewhere.running
    elsewhere.finish(task_id)
    asked: list[str] = []
    whole = shop.cloud.image

    def hanging(image_id: str) -> object:
        asked.append(image_id)
        raise unanswered("Unanswered")

    shop.cloud.image = hanging  # type: ignore[method-assign, assignment]
    assert "Completed" in {export.status for export in shop.tick(minutes=15).exports}
    assert len(asked) == 1
    shop.cloud.image = whole  # type: ignore[method-assign]
    shop.tick(minutes=15)
    assert len(shop.tick(minutes=15).exports) == 5


def test_a_silent_region_is_asked_once_a_tick_for_all_that_wait_there(shop: Workshop) -> None:
    shop.cloud.concurrent_exports = 0
    for number in range(5):
        shop.show(an_image(image_id=f"m-waits{number}"))
        shop.tell(f"m-waits{number}")
    asked: list[str] = []

    def hanging(image_id: str) -> object:
        asked.append(image_id)
        raise unanswered("Unanswered")

    shop.cloud.image = hanging  # type: ignore[method-assign, assignment]
    shop.tick(minutes=1)
    assert len(asked) == 1


def test_a_silent_region_is_asked_once_a_tick_for_all_that_runs_there(shop: Workshop) -> None:
    for number in range(250):
        shop.show(an_image(image_id=f"m-runs{number:03d}"))
        shop.cloud.concurrent_exports = 250
        shop.tell(f"m-runs{number:03d}")
    asked: list[int] = []

    def hanging(task_ids: list[str]) -> object:
        asked.append(len(task_ids))
        raise unanswered("Unanswered")

    shop.cloud.tasks = hanging  # type: ignore[method-assign, assignment]
    shop.tick(minutes=1)
    assert asked == [100]


def test_those_behind_a_full_group_are_neither_read_nor_held_up(shop: Workshop) -> None:
    shop.cloud.concurrent_exports = 0
    shop.tell()
    for number in range(3000):
        shop.store.put(f"waiting/{ACCOUNT}/{REGION}/9999/20261124T090000Z/exp-aaaaaaaaaaaaaaaa-{number:04d}", b"")
    here, there = Destination(bucket="acme-images-hangzhou"), Destination(bucket="acme-images-shanghai")
    shop.change_account(destinations={REGION: here, "cn-shanghai": there})
    elsewhere = shop.clouds.of(ACCOUNT, "cn-shanghai")
    elsewhere.inventory["m-healthy"] = an_image(image_id="m-healthy", region_id="cn-shanghai")
    elsewhere.concurrent_exports = 0
    shop.receive(b'{"ImageId": "m-healthy", "OSSBucket": "acme-images-shanghai", "RegionId": "cn-shanghai"}')
    elsewhere.concurrent_exports = 1
    shop.store.put("swept/open", b"")  # not the hourly look at them all
    listed: list[str] = []
    whole = shop.store.list

    def listing(prefix: str, *, after: str = "", limit: int = 1000) -> Page:
        listed.append(prefix)
        return whole(prefix, after=after, limit=limit)

    shop.store.list = listing  # type: ignore[method-assign]
    statuses = {export.image_id: export.status for export in shop.tick(minutes=1).exports}
    assert statuses == {IMAGE: "Requested", "m-healthy": "Exporting"}
    assert listed.count("waiting/") == 2


def test_a_busy_region_does_not_keep_another_from_its_turn_when_time_is_short(shop: Workshop) -> None:
    shop.change_account(destinations={REGION: Destination(bucket=BUCKET), "cn-shanghai": Destination(bucket="there")})
    there = shop.clouds.of(ACCOUNT, "cn-shanghai")
    there.inventory["m-there"] = an_image(image_id="m-there", region_id="cn-shanghai")
    night = RequestedBy(trigger="nightly", id="night")
    record(
        shop.context(), a_request(image_id="m-there", region_id="cn-shanghai", oss_bucket="there", requested_by=night)
    )
    for number in range(9):
        shop.show(an_image(image_id=f"m-busy{number}"))
        record(shop.context(), a_request(image_id=f"m-busy{number}", priority=9, requested_by=night))
    whole = shop.cloud.export_image

    def slow(start: StartExport) -> str:
        shop.remaining_s -= 15
        return whole(start)

    shop.cloud.export_image = slow  # type: ignore[method-assign]
    shop.remaining_s = 130.0
    shop.tick(minutes=1)
    assert (len(shop.cloud.running), len(there.running)) == (2, 1)


def test_the_name_of_a_stalled_export_goes_where_0_1_0_has_closed_it_and_stays_while_it_is_open(shop: Workshop) -> None:
    shop.tell()
    shop.tick(hours=100)
    (name,) = shop.keys("stalled/")
    shop.store.put(f"stalled/{ACCOUNT}/{REGION}/exp-aaaaaaaaaaaaaaaa-0001", b"")
    shop.tick(hours=2)
    assert shop.keys("stalled/") == [name]
