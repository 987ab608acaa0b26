"""The use cases over fakes: what is recorded, what is told, and what a fault of the ledger or the clock may not do."""

import msgspec
import pytest
from msgspec.structs import replace

from image_export.errors import LedgerFault
from image_export.use_cases.export.advance import advance
from image_export.use_cases.export.look import Look
from image_export.use_cases.export.perform import PERFORM
from image_export.values.facts import Ended, Result
from image_export.values.steps import Observed, Settle

from .builders import IMAGE, an_image
from .fake_world import BUS, FUNCTION, FakeWorld
from .fakes import Counting, Died, refused, unanswered, unreached


def test_an_event_starts_the_export_and_a_tick_after_its_task_ends_it(world: FakeWorld) -> None:
    assert world.tell().exports[0].status == "Exporting"
    world.tick(minutes=1)
    world.cloud.finish(world.task_id)
    (export,) = world.tick(minutes=10).exports
    assert (export.status, len(export.objects)) == ("Completed", 2)
    assert world.notifier.kinds(BUS) == world.notifier.kinds(FUNCTION) == ["Started", "Completed"]
    assert not world.keys("open/")


def test_a_running_task_costs_a_tick_no_call_of_its_own(world: FakeWorld) -> None:
    world.tell()
    assert world.tick(minutes=5).exports == ()


def test_the_manifest_holds_the_export_and_the_image_as_it_was(world: FakeWorld) -> None:
    world.tell()
    world.cloud.finish(world.task_id)
    (export,) = world.tick(minutes=10).exports
    (manifest,) = [body for key, body in world.cloud.stored.items() if key.endswith(".manifest.json")]
    content = msgspec.json.decode(manifest)
    assert content["ExportId"] == export.export_id
    assert [disk["Device"] for disk in content["Image"]["Disks"]] == ["/dev/xvda", "/dev/xvdb"]


def test_a_fault_of_the_ledger_is_raised_so_that_fc_delivers_the_event_again(world: FakeWorld) -> None:
    world.store.faults.before("create requested", unreached())
    with pytest.raises(LedgerFault):
        world.tell()
    assert world.cloud.running == {}
    assert world.tell().exports[0].status == "Exporting"


def test_a_fact_that_vanishes_behind_its_writer_is_a_fault_of_the_ledger(world: FakeWorld) -> None:
    """A lifecycle rule, or a hand: nothing is started on the word of what is not there."""
    world.store.get = lambda key: None  # type: ignore[method-assign]  # noqa: ARG005 - the port's parameter
    with pytest.raises(LedgerFault, match="FactVanished"):
        world.ask(ClientToken="token-1")
    assert world.cloud.exported == []


def test_a_look_that_is_refused_for_good_ends_what_has_not_started(world: FakeWorld) -> None:
    world.cloud.faults = calls = Counting()
    calls.before("image", refused("InvalidRegionId.NotFound", "No such region."))
    (export,) = world.ask().exports
    assert export.status == "Failed"
    assert export.error
    assert (export.error.code, export.error.message) == ("InvalidRegionId.NotFound", "No such region.")
    world.tick(minutes=30)
    assert calls.calls == ["image"]


def test_an_export_that_takes_more_steps_than_one_look_has_goes_on_a_minute_later(
    world: FakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("image_export.use_cases.export.advance.STEPS_MAX", 1)
    (export,) = world.tell().exports
    assert (export.status, export.reason) == ("Requested", "OutOfSteps")
    monkeypatch.undo()
    assert world.tick(seconds=50).exports == ()
    assert [one.status for one in world.tick(seconds=20).exports] == ["Exporting"]


def test_an_own_write_answered_409_is_known_by_its_nonce(world: FakeWorld) -> None:
    original = world.store.create

    def twice(key: str, body: bytes) -> bool:
        original(key, body)  # the answer to the first attempt was lost, and the SDK sent it again
        return original(key, body)

    world.store.create = twice  # type: ignore[method-assign]
    assert world.tell().exports[0].status == "Exporting"
    assert len(world.cloud.exported) == 1


def test_a_refusal_by_the_ledger_says_what_to_do(world: FakeWorld) -> None:
    world.store.faults.before("versioned", refused("AccessDenied"))
    with pytest.raises(LedgerFault) as raised:
        world.tell()
    assert "template.yml" in (raised.value.cause.recommend or "")


def test_a_marker_without_its_request_is_helped_along_from_its_body(world: FakeWorld) -> None:
    world.store.faults.before("create requested", unreached())
    with pytest.raises(LedgerFault):
        world.tell()
    (export,) = world.tick(minutes=3).exports
    assert export.status == "Exporting"


def test_a_lost_hint_is_restored_within_the_hour(world: FakeWorld) -> None:
    world.tell()
    world.tick(minutes=1)
    for key in world.keys("running/"):
        del world.store.objects[key]
    world.cloud.finish(world.task_id)
    assert world.tick(minutes=30).exports == ()
    (export,) = world.tick(minutes=31).exports
    assert export.status == "Completed"


def test_a_stale_hint_costs_one_look_and_goes(world: FakeWorld) -> None:
    world.tell()
    world.cloud.finish(world.task_id)
    (running,) = world.keys("running/")
    stored = world.store.objects[running]
    world.tick(minutes=10)
    world.store.objects[running] = stored
    told = len(world.notifier.delivered)
    world.tick(minutes=1)
    assert (world.keys("running/"), len(world.notifier.delivered)) == ([], told)


def come_late(world: FakeWorld) -> Look:
    """Say that the export has started, where somebody has settled its claim as void."""
    world.cloud.faults.after("export_image", unanswered())
    world.tell()
    (claim,) = world.keys("claim-")
    context = world.context()
    context.ledger.create(claim.replace("claim", "result"), Result(outcome="void"))
    record = context.ledger.load(claim.split("/")[1])
    assert record is not None
    late = Settle(Result(outcome="started", task_id=world.task_id))
    return PERFORM[Settle](context, Look(replace(record, result=None), Observed()), late)


def test_a_late_worker_whose_claim_was_settled_otherwise_cancels_its_extra_task(world: FakeWorld) -> None:
    after = come_late(world)
    assert after.record.result == Result(outcome="void")
    assert world.cloud.running[world.task_id].task.status == "Deleted"
    assert "export.doubled" in world.log.events()


def test_a_double_that_cannot_be_cancelled_is_told_each_time_and_given_up(world: FakeWorld) -> None:
    world.cloud.faults.before("cancel_task", *[unanswered("Unanswered")] * 9)
    after = come_late(world)
    assert after.record.result == Result(outcome="void")
    told = [line for line in world.log.lines if line["event"] == "export.double_not_cancelled"]
    assert [line["extra_task_id"] for line in told] == [world.task_id] * 3


def test_before_the_attempt_after_a_void_one_all_is_looked_for_anew(world: FakeWorld) -> None:
    """What the doubt has seen is of one prefix, and of a moment ago."""
    world.cloud.faults = calls = Counting()
    calls.before("export_image", unanswered())
    world.tell()
    calls.calls.clear()
    world.tick(minutes=30)
    looks = ["image", "export_tasks", "object_keys"]
    assert calls.calls == [
        "export_tasks",
        "object_keys",
        *looks,
        *looks,
        "export_image",
    ]  # twice: as it queues, and then


def test_two_different_ends_cannot_be_told_since_the_first_one_stands(world: FakeWorld) -> None:
    world.tell()
    world.cloud.finish(world.task_id)
    (claim,) = world.keys("claim-")
    first = Ended(status="Failed", reason="Inferred")
    world.context().ledger.create(claim.replace("claim-0001", "ended"), first)
    world.tick(minutes=10)
    assert world.notifier.kinds(BUS) == ["Failed", "Started"]


def test_a_worker_with_little_time_left_does_not_start_an_export(world: FakeWorld) -> None:
    world.remaining_s = 30
    (export,) = world.tell().exports
    assert (export.status, export.reason, world.cloud.running) == ("Requested", "OutOfTime", {})
    world.remaining_s = 300
    assert world.tick(minutes=1).exports[0].status == "Exporting"


def test_the_image_is_looked_at_in_doubt_without_the_tasks_of_our_other_exports(world: FakeWorld) -> None:
    other = b'{"ImageId": "%s", "OSSBucket": "acme-images-hangzhou", "ImageFormat": "vhd"}' % IMAGE.encode()
    world.receive(other)
    world.cloud.fail(world.task_id)
    world.cloud.faults.before("export_image", unanswered())
    world.tell()
    for _ in range(8):
        world.tick(minutes=5)
    assert [task.start.image_format for task in world.cloud.running.values()] == ["vhd", "raw"]


@pytest.mark.parametrize("fact", ["put tasks", "create result"])
def test_whenever_a_worker_dies_behind_its_result_the_task_is_not_taken_for_another_export_s(
    world: FakeWorld, fact: str
) -> None:
    world.store.faults.after(fact, Died())
    assert not world.surviving(world.tell)
    assert world.keys("tasks/")
    world.tick(minutes=30)
    world.cloud.fail(world.task_id)
    world.cloud.faults.before("export_image", unanswered())
    (other,) = world.ask(OSSPrefix="other").exports
    for _ in range(12):
        world.tick(minutes=5)
    record = world.context().ledger.load(other.export_id)
    assert record
    assert (record.attempt, record.task_id) == (2, "tsk-0002")


def test_a_policy_that_was_tightened_ends_what_waits_but_not_what_runs(world: FakeWorld) -> None:
    world.tell()
    world.show(an_image(image_id="m-waits", status="Creating"))
    world.tell("m-waits")
    world.change_account(role_arn="acs:ram::1234567890123456:role/another")
    world.cloud.finish(world.task_id)
    ends = {export.image_id: export for export in world.tick(minutes=10).exports}
    assert ends[IMAGE].status == "Completed"
    waiting = ends["m-waits"]
    assert waiting.error is not None
    assert (waiting.status, waiting.error.code) == ("Failed", "Forbidden.Policy")


@pytest.mark.parametrize("room", [0, 1])
def test_an_external_id_that_is_changed_in_the_policy_too_stops_nothing(world: FakeWorld, room: int) -> None:
    def rotate(external_id: str) -> None:
        world.clouds.external_id = external_id
        world.change_account(external_id=external_id)

    rotate("before")
    world.cloud.concurrent_exports = room
    (export,) = world.tell().exports
    rotate("after")
    world.cloud.concurrent_exports = 1
    world.clock.advance(minutes=20)
    advance(world.context(), export.export_id, observed=Observed(probe=True))
    world.cloud.finish(world.task_id)
    moved = advance(world.context(), export.export_id)
    assert moved
    assert moved.export.status == "Completed"


def test_a_target_that_refuses_for_a_fortnight_is_given_up_and_its_event_kept(world: FakeWorld) -> None:
    world.notifier.refusing.add(BUS)
    world.tell()
    world.cloud.finish(world.task_id)
    world.tick(minutes=10)
    assert world.notifier.kinds(FUNCTION) == ["Completed", "Started"]
    for _ in range(15):
        world.tick(days=1)
    assert world.notifier.kinds(BUS) == []
    assert len(world.keys("untold/")) == 2
    assert not world.keys("open/")


def test_a_target_that_is_met_late_has_its_fortnight_too(world: FakeWorld) -> None:
    world.tell()
    world.cloud.finish(world.task_id)
    world.notifier.refusing.add(BUS)
    world.tick(days=20)  # until then nobody looked
    assert (world.notifier.kinds(FUNCTION), world.keys("untold/")) == (["Completed", "Started"], [])
    world.tick(days=13)
    world.notifier.refusing.clear()
    world.tick(hours=1)
    assert world.notifier.kinds(BUS) == ["Completed", "Started"]
    assert not world.keys("untold/") + world.keys("open/")


def test_the_role_is_asked_for_again_where_the_cloud_calls_the_token_expired(world: FakeWorld) -> None:
    world.cloud.faults.before("export_image", refused("InvalidSecurityToken.Expired"))
    assert world.tell().exports[0].status == "Exporting"
    assert (world.clouds.renewed, len(world.cloud.exported)) == (1, 1)


def test_a_whole_prefix_is_used_as_given_and_belongs_to_one_export(world: FakeWorld) -> None:
    body = b'{"ImageId": "%s", "OSSBucket": "acme-images-hangzhou", "OSSPrefix": "%s"}'
    whole = "exactly0as0given0by0the0caller"
    (export,) = world.receive(body % (IMAGE.encode(), whole.encode()), "r-1").exports
    assert export.oss_prefix == whole
    world.cloud.finish(world.task_id)
    world.tick(minutes=10)
    (error,) = world.receive(body % (IMAGE.encode(), whole.encode()), "r-2").rejected
    assert error.code == "PrefixInUse"


def test_a_whole_prefix_under_which_objects_stand_is_refused(world: FakeWorld) -> None:
    world.cloud.write("acme-images-hangzhou", f"exactly0as0given0by0them_{IMAGE}_system.raw.tar.gz", b"theirs")
    body = b'{"ImageId": "%s", "OSSBucket": "acme-images-hangzhou", "OSSPrefix": "exactly0as0given0by0them"}'
    (error,) = world.receive(body % IMAGE.encode()).rejected
    assert (error.code, world.cloud.running) == ("PrefixInUse", {})
