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
from .fake_world import BUS, FUNCTION, FakeWorld
from .fakes import refused, unanswered, unreached


def hints(world: FakeWorld) -> list[str]:
    return [key for key in world.store.objects if key.startswith(("due/", "running/", "waiting/"))]


def test_a_look_for_a_sighted_image_that_fails_for_an_hour_loses_nothing(world: FakeWorld) -> None:
    world.cloud.faults.before("image", *[refused("ServiceUnavailable") for _ in range(8)])
    assert world.tell().exports == ()
    for _ in range(30):
        world.tick(minutes=5)
    assert len(world.cloud.exported) == 1
    assert not world.keys("sighted/")


def test_a_look_for_a_sighted_image_that_fails_for_a_day_is_rejected_with_the_clouds_cause(world: FakeWorld) -> None:
    world.cloud.faults.before("image", *[refused("Forbidden.RAM") for _ in range(400)])
    world.tell()
    rejected = [cause for _ in range(200) for cause in world.tick(minutes=10).rejected]
    assert [cause.code for cause in rejected] == ["Forbidden.RAM"]
    assert world.notifier.kinds(BUS) == ["Rejected"]
    assert not world.keys("sighted/")


@pytest.mark.parametrize("first_seen", [False, True])
def test_looks_that_fail_are_given_up_after_a_day_and_after_three_more_where_the_image_was_seen(
    world: FakeWorld, first_seen: bool
) -> None:
    """An image that is being made has three days to become Available."""
    world.show(an_image(name="scratch", status="Creating"))
    world.cloud.faults.before("image", *[] if first_seen else [refused("Forbidden.RAM")])
    world.tell()
    began, until = world.clock.now, timedelta(days=4 if first_seen else 1)
    world.cloud.faults.before("image", *[refused("Forbidden.RAM") for _ in range(50)])
    world.tick(seconds=(until - timedelta(minutes=1)).total_seconds())
    assert (world.keys("rejected/"), len(world.keys("sighted/"))) == ([], 1)
    for _ in range(4):
        world.tick(minutes=10)
    assert world.clock.now - began > until
    assert (world.notifier.kinds(BUS), world.keys("sighted/")) == (["Rejected"], [])


def test_a_sighted_image_that_no_rule_wants_leaves_nothing_behind(world: FakeWorld) -> None:
    world.cloud.faults.before("image", unreached())
    world.tell()
    world.show(an_image(name="scratch"))
    world.tick(minutes=2)
    world.tick(minutes=16)
    assert not world.keys("sighted/")
    world.tick(minutes=11)
    assert not hints(world)


def test_an_image_that_is_shared_with_us_is_not_ours_to_export(world: FakeWorld) -> None:
    world.show(an_image(owner_alias="others"))
    world.tell()
    assert world.cloud.exported == []


def test_ticks_that_overlap_do_not_multiply_hints(world: FakeWorld) -> None:
    world.show(an_image(status="Creating"))
    world.tell()
    for _ in range(6):
        (hint,) = world.keys("due/")[:1]
        export = hint.rsplit("/", 1)[1]
        world.store.objects.update(
            {f"due/20261124T0700{n:02d}Z/{export}": world.store.objects[hint] for n in range(20)}
        )
        before = len(world.store.objects)
        world.tick(minutes=15)
        assert len(world.store.objects) < before
    assert len(world.keys("due/")) == 1


@pytest.mark.parametrize("key", ["due/", "running/", "due/x", "running/new folder", "due/20200101T000000Z/nonsense"])
def test_a_strange_object_among_the_hints_stops_nobody(world: FakeWorld, key: str) -> None:
    world.store.put(key, b"")
    world.tell()
    world.cloud.finish(world.task_id)
    assert [export.status for export in world.tick(minutes=10).exports] == ["Completed"]


def test_a_fact_that_cannot_be_understood_stops_nobody_and_does_not_stand_in_the_way(world: FakeWorld) -> None:
    world.tell()
    world.store.put("exports/exp-aaaaaaaaaaaaaaaa-0001/requested", b'{"Nonce": "x", "Fact": {"From": "the future"}}')
    world.store.put("due/20200101T000000Z/exp-aaaaaaaaaaaaaaaa-0001", b"")
    world.cloud.finish(world.task_id)
    assert [export.status for export in world.tick(minutes=10).exports] == ["Completed"]
    assert "look.broken" in world.log.events()
    assert not world.keys("due/20200101")


def test_a_role_that_no_longer_works_does_not_blind_the_watcher_to_others(world: FakeWorld) -> None:
    world.tell()
    world.change_account(role_arn=f"acs:ram::{ACCOUNT}:role/rotated")
    world.show(an_image(image_id="m-second"))
    world.tell("m-second")
    world.clouds.dead_roles.add(f"acs:ram::{ACCOUNT}:role/image-export")
    for task_id in world.cloud.running:
        world.cloud.finish(task_id)
    ends = {export.image_id: export.status for export in world.tick(minutes=10).exports}
    assert ends.pop("m-second") == "Completed"
    assert ends == {IMAGE: "Completed"}


def test_a_verdict_before_the_start_leaves_no_room_for_a_start_beside_it(world: FakeWorld) -> None:
    world.show(an_image(status="CreateFailed"))
    world.tell()
    (slot,) = world.keys("claim-")
    assert b'"end"' in world.store.objects[slot].body
    world.show(an_image())
    world.tell()
    assert world.cloud.exported == []


def test_a_listing_that_lags_shows_no_export_as_if_it_had_not_ended(world: FakeWorld) -> None:
    world.show(an_image(status="CreateFailed"))
    (export,) = world.tell().exports
    whole = world.store.list

    def lagging(prefix: str, *, after: str = "", limit: int = 1000) -> Page:
        page = whole(prefix, after=after, limit=limit)
        return page._replace(
            entries=[one for one in page.entries if "claim-" not in one.key and "ended" not in one.key]
        )

    world.store.list = lagging  # type: ignore[method-assign]
    record = world.context().ledger.load(export.export_id)
    assert record is not None
    assert (record.attempt, record.ended and record.ended.status) == (1, "Failed")


def test_a_void_attempt_is_not_repeated_into_a_bucket_that_the_policy_no_longer_names(world: FakeWorld) -> None:
    world.cloud.faults.before("export_image", unanswered())
    world.tell()
    world.change_account(destinations={REGION: Destination(bucket="another-bucket")})
    for _ in range(8):
        world.tick(minutes=5)
    assert world.cloud.running == {}
    assert world.notifier.kinds(BUS) == ["Failed"]


def test_a_failed_task_of_our_other_exports_is_never_charged_to_one_in_doubt(world: FakeWorld) -> None:
    world.cloud.resource_ids = False
    world.show(an_image(image_id="m-other"))
    world.tell("m-other")
    world.cloud.fail(world.task_id)
    world.cloud.faults.before("export_image", unanswered())
    world.tell()
    for _ in range(10):
        world.tick(minutes=5)
    assert [task.image_id for task in world.cloud.running.values()] == ["m-other", IMAGE]


def test_completed_is_not_told_before_its_manifest_is_there(world: FakeWorld) -> None:
    world.tell()
    world.cloud.finish(world.task_id)
    world.cloud.faults.before("put_object", refused("AccessDenied"))
    world.tick(minutes=10)
    assert world.notifier.kinds(BUS) == ["Started"]
    world.tick(minutes=10)
    assert world.notifier.kinds(BUS) == ["Started", "Completed"]
    assert world.notifier.delivered[-1][1]["data"]["Manifest"].startswith("oss://")


def test_completed_is_told_without_a_manifest_where_none_can_be_written_for_an_hour(world: FakeWorld) -> None:
    world.tell()
    world.cloud.finish(world.task_id)
    world.cloud.faults.before("put_object", *[refused("AccessDenied") for _ in range(99)])
    for _ in range(12):
        world.tick(minutes=14)
    assert world.notifier.kinds(FUNCTION) == ["Started", "Completed"]
    assert world.notifier.delivered[-1][1]["data"]["Manifest"] is None
    assert not world.keys("open/")


def test_a_manifest_that_one_gives_up_and_another_writes_is_the_same_to_every_target(world: FakeWorld) -> None:
    world.tell()
    world.cloud.finish(world.task_id)
    world.cloud.faults.before("put_object", *[refused("AccessDenied") for _ in range(99)])
    world.notifier.refusing.add(FUNCTION)
    for _ in range(12):
        world.tick(minutes=15)
    (export_id,) = {key.split("/")[1] for key in world.keys("exports/")}
    ledger = world.context().ledger
    record = ledger.load(export_id)
    assert record is not None
    assert ledger.settle_manifest(record).manifest == Delivered(given_up=True)  # a worker that wrote it after all
    world.notifier.refusing.clear()
    world.tick(hours=1)
    completed = [event for _, event in world.notifier.delivered if event["id"].endswith("Completed")]
    assert [event["data"]["Manifest"] for event in completed] == [None, None]


def test_an_event_told_twice_is_the_same_event(world: FakeWorld) -> None:
    world.tell()
    world.tick(minutes=1)
    world.cloud.finish(world.task_id)
    world.notifier.losing = 2
    for _ in range(4):
        world.tick(minutes=10)
    events = [event for name, event in world.notifier.delivered if name == BUS and event["id"].endswith("Completed")]
    assert len(events) > 1
    assert all(event == events[0] for event in events)


def test_the_stalled_event_says_how_far_the_task_was(world: FakeWorld) -> None:
    world.tell()
    world.tick(hours=6)
    (event,) = [event for name, event in world.notifier.delivered if name == BUS and event["type"].endswith("Stalled")]
    assert (event["data"]["Progress"], event["data"]["Reason"]) == ("1%", "Stalled")


def test_an_unreadable_policy_starts_nothing_fails_nothing_and_blinds_nobody(world: FakeWorld) -> None:
    world.tell()
    world.show(an_image(image_id="m-waits", status="Creating"))
    world.tell("m-waits")
    policy, world.policy = world.policy, None
    world.show(an_image(image_id="m-waits"))
    world.cloud.finish(world.task_id)
    ends = {export.image_id: (export.status, export.reason) for export in world.tick(minutes=15).exports}
    assert ends == {IMAGE: ("Completed", None), "m-waits": ("Requested", "PolicyInvalid")}
    world.policy = policy
    assert world.tick(minutes=15).exports[0].status == "Exporting"


def test_a_double_that_cannot_be_cancelled_is_no_verdict(world: FakeWorld) -> None:
    world.cloud.faults.before("cancel_task", Refused(Cause(code="InvalidTaskId.TaskActionNotSupport", message="no")))
    world.cloud.faults.after("export_image", unanswered())
    world.tell()
    world.cloud.finish(world.task_id)
    for _ in range(8):
        world.tick(minutes=5)
    assert world.notifier.kinds(BUS) == ["Completed", "Started"]


def test_a_region_that_does_not_answer_is_waited_for_once_a_tick_and_holds_up_no_other(world: FakeWorld) -> None:
    for number in range(5):
        world.show(an_image(image_id=f"m-hangs{number}", status="Creating"))
        world.tell(f"m-hangs{number}")
    here, there = Destination(bucket="acme-images-hangzhou"), Destination(bucket="acme-images-singapore")
    world.change_account(destinations={REGION: here, "ap-southeast-1": there})
    elsewhere = world.clouds.of(ACCOUNT, "ap-southeast-1")
    elsewhere.inventory["m-healthy"] = an_image(image_id="m-healthy", region_id="ap-southeast-1")
    world.receive(b'{"ImageId": "m-healthy", "OSSBucket": "acme-images-singapore", "RegionId": "ap-southeast-1"}')
    (task_id,) = elsewhere.running
    elsewhere.finish(task_id)
    asked: list[str] = []
    whole = world.cloud.image

    def hanging(image_id: str) -> object:
        asked.append(image_id)
        raise unanswered("Unanswered")

    world.cloud.image = hanging  # type: ignore[method-assign, assignment]
    assert "Completed" in {export.status for export in world.tick(minutes=15).exports}
    assert len(asked) == 1
    world.cloud.image = whole  # type: ignore[method-assign]
    world.tick(minutes=15)
    assert len(world.tick(minutes=15).exports) == 5


def test_a_silent_region_is_asked_once_a_tick_for_all_that_wait_there(world: FakeWorld) -> None:
    world.cloud.concurrent_exports = 0
    for number in range(5):
        world.show(an_image(image_id=f"m-waits{number}"))
        world.tell(f"m-waits{number}")
    asked: list[str] = []

    def hanging(image_id: str) -> object:
        asked.append(image_id)
        raise unanswered("Unanswered")

    world.cloud.image = hanging  # type: ignore[method-assign, assignment]
    world.tick(minutes=1)
    assert len(asked) == 1


def test_a_silent_region_is_asked_once_a_tick_for_all_that_runs_there(world: FakeWorld) -> None:
    for number in range(250):
        world.show(an_image(image_id=f"m-runs{number:03d}"))
        world.cloud.concurrent_exports = 250
        world.tell(f"m-runs{number:03d}")
    asked: list[int] = []

    def hanging(task_ids: list[str]) -> object:
        asked.append(len(task_ids))
        raise unanswered("Unanswered")

    world.cloud.tasks = hanging  # type: ignore[method-assign, assignment]
    world.tick(minutes=1)
    assert asked == [100]


def test_those_behind_a_full_group_are_neither_read_nor_held_up(world: FakeWorld) -> None:
    world.cloud.concurrent_exports = 0
    world.tell()
    for number in range(3000):
        world.store.put(f"waiting/{ACCOUNT}/{REGION}/9999/20261124T090000Z/exp-aaaaaaaaaaaaaaaa-{number:04d}", b"")
    here, there = Destination(bucket="acme-images-hangzhou"), Destination(bucket="acme-images-shanghai")
    world.change_account(destinations={REGION: here, "cn-shanghai": there})
    elsewhere = world.clouds.of(ACCOUNT, "cn-shanghai")
    elsewhere.inventory["m-healthy"] = an_image(image_id="m-healthy", region_id="cn-shanghai")
    elsewhere.concurrent_exports = 0
    world.receive(b'{"ImageId": "m-healthy", "OSSBucket": "acme-images-shanghai", "RegionId": "cn-shanghai"}')
    elsewhere.concurrent_exports = 1
    world.store.put("swept/open", b"")  # not the hourly look at them all
    listed: list[str] = []
    whole = world.store.list

    def listing(prefix: str, *, after: str = "", limit: int = 1000) -> Page:
        listed.append(prefix)
        return whole(prefix, after=after, limit=limit)

    world.store.list = listing  # type: ignore[method-assign]
    statuses = {export.image_id: export.status for export in world.tick(minutes=1).exports}
    assert statuses == {IMAGE: "Requested", "m-healthy": "Exporting"}
    assert listed.count("waiting/") == 2


def test_a_busy_region_does_not_keep_another_from_its_turn_when_time_is_short(world: FakeWorld) -> None:
    world.change_account(destinations={REGION: Destination(bucket=BUCKET), "cn-shanghai": Destination(bucket="there")})
    there = world.clouds.of(ACCOUNT, "cn-shanghai")
    there.inventory["m-there"] = an_image(image_id="m-there", region_id="cn-shanghai")
    night = RequestedBy(trigger="nightly", id="night")
    record(
        world.context(), a_request(image_id="m-there", region_id="cn-shanghai", oss_bucket="there", requested_by=night)
    )
    for number in range(9):
        world.show(an_image(image_id=f"m-busy{number}"))
        record(world.context(), a_request(image_id=f"m-busy{number}", priority=9, requested_by=night))
    whole = world.cloud.export_image

    def slow(start: StartExport) -> str:
        world.remaining_s -= 15
        return whole(start)

    world.cloud.export_image = slow  # type: ignore[method-assign]
    world.remaining_s = 130.0
    world.tick(minutes=1)
    assert (len(world.cloud.running), len(there.running)) == (2, 1)


def test_the_name_of_a_stalled_export_goes_where_0_1_0_has_closed_it_and_stays_while_it_is_open(
    world: FakeWorld,
) -> None:
    world.tell()
    world.tick(hours=100)
    (name,) = world.keys("stalled/")
    world.store.put(f"stalled/{ACCOUNT}/{REGION}/exp-aaaaaaaaaaaaaaaa-0001", b"")
    world.tick(hours=2)
    assert world.keys("stalled/") == [name]
