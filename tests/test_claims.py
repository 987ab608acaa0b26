"""One attempt is one call, and what its answer means: claims, doubt, cancels (docs/protocol.md#rule-5 to #rule-12)."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from image_export.errors import CloudFault
from image_export.use_cases.export.look import Look
from image_export.use_cases.export.perform import PERFORM
from image_export.use_cases.ports import StartExport, TaskList
from image_export.values.facts import Claim, Result
from image_export.values.record import Record
from image_export.values.steps import Observed, Settle

from .builders import ACCOUNT, BUCKET, IMAGE, an_image
from .fake_world import BUS, FakeWorld
from .fakes import Counting, Died, refused, unanswered, unreached


def the_record(world: FakeWorld) -> Record:
    """The only export."""
    (key,) = world.keys("/requested")
    record = world.context().ledger.load(key.split("/")[1])
    assert record is not None
    return record


def call_off(world: FakeWorld) -> None:
    """As DELETE does: the fact, and a hint to look."""
    export = the_record(world).export_id
    world.context().ledger.create(f"exports/{export}/cancel", Claim(kind="cancel"))
    world.store.put(f"due/20261124T080000Z/{export}", b"")


def before_the_claim(world: FakeWorld, work: Callable[[], object]) -> None:
    """Another worker works when this one is about to create its claim."""
    create = world.store.create

    def overtaken(key: str, body: bytes) -> bool:
        if key.endswith("claim-0001"):
            world.store.create = create  # type: ignore[method-assign]
            work()
        return create(key, body)

    world.store.create = overtaken  # type: ignore[method-assign]


# One claim, one call


def test_of_two_workers_at_the_claim_only_its_owner_calls(world: FakeWorld) -> None:
    world.cloud.faults = calls = Counting()
    before_the_claim(world, world.tell)
    assert world.tell().exports[0].status == "Exporting"
    assert calls.count("export_image") == 1


def test_a_start_that_comes_after_an_attempt_was_void_is_no_start(world: FakeWorld) -> None:
    world.cloud.faults.after("export_image", unanswered())
    world.tell()
    look, void = Look(the_record(world), Observed()), Result(outcome="void")
    started = Result(outcome="started", task_id=world.task_id)
    assert [PERFORM[Settle](world.context(), look, Settle(one)).record.result for one in (void, started)] == [
        void,
        void,
    ]
    assert the_record(world).result == void
    assert world.cloud.running[world.task_id].task.status == "Deleted"


def test_a_task_that_somebody_else_found_first_is_not_taken_for_an_extra_one(world: FakeWorld) -> None:
    """The caller was slow with its answer, and meanwhile a tick has found the very task."""
    create = world.store.create

    def slow(key: str, body: bytes) -> bool:
        if key.endswith("result-0001"):
            world.store.create = create  # type: ignore[method-assign]
            world.context().ledger.create(key, Result(outcome="started", task_id=world.task_id))
        return create(key, body)

    world.store.create = slow  # type: ignore[method-assign]
    world.tell()
    assert world.cloud.running[world.task_id].task.status == "Processing"
    assert "export.doubled" not in world.log.events()


def test_an_extra_task_whose_cancelling_failed_is_cancelled_later(world: FakeWorld) -> None:
    create = world.store.create

    def late(key: str, body: bytes) -> bool:
        if key.endswith("result-0001"):
            world.store.create = create  # type: ignore[method-assign]
            world.context().ledger.create(key, Result(outcome="void"))
        return create(key, body)

    world.store.create = late  # type: ignore[method-assign]
    world.cloud.faults.before("cancel_task", unanswered())
    world.tell()
    for _ in range(5):
        world.tick(minutes=5)
    assert world.cloud.running["tsk-0001"].task.status == "Deleted"


# What an answer means


@pytest.mark.parametrize("fault", [unanswered("Unanswered"), refused("SignatureNonceUsed"), refused("InternalError")])
def test_after_an_answer_that_leaves_it_open_nobody_calls_before_the_doubt_is_resolved(
    world: FakeWorld, fault: CloudFault
) -> None:
    world.cloud.faults.before("export_image", fault)
    (export,) = world.tell().exports
    assert (export.status, export.reason) == ("Requested", "StartInDoubt")
    for _ in range(24):
        world.tick(minutes=1)
    assert world.cloud.exported == []
    world.tick(minutes=10)
    assert len(world.cloud.exported) == 1


def test_a_lost_answer_is_no_second_call(world: FakeWorld) -> None:
    world.cloud.faults.after("export_image", unanswered())
    world.tell()
    for _ in range(40):
        world.tick(minutes=1)
    assert len(world.cloud.exported) == len(world.cloud.running) == 1


def test_a_call_that_never_left_us_is_made_again_within_minutes(world: FakeWorld) -> None:
    world.cloud.faults.before("export_image", unreached())
    (export,) = world.tell().exports
    assert (export.status, export.reason) == ("Requested", "Unreached")
    (export,) = world.tick(minutes=2).exports
    assert export.status == "Exporting"


def test_a_task_that_names_our_objects_is_ours_before_the_wait_is_over(world: FakeWorld) -> None:
    world.cloud.faults.after("export_image", unanswered())
    world.tell()
    world.cloud.finish(world.task_id)
    (export,) = world.tick(minutes=5).exports
    assert (export.status, export.reason) == ("Completed", None)


def theirs(world: FakeWorld, image_id: str) -> None:
    """Somebody else's export of the image, which fails and names nothing."""
    world.cloud.fail(world.cloud.start_task(StartExport(image_id, BUCKET, "theirs", "raw", None)))


@pytest.mark.parametrize(("later", "image_id"), [(41, IMAGE), (1, "m-other")])
def test_a_failed_task_made_too_late_or_of_another_image_is_not_taken_for_ours(
    world: FakeWorld, later: float, image_id: str
) -> None:
    world.cloud.resource_ids = False
    world.cloud.faults.before("export_image", unanswered())
    world.tell()
    world.clock.advance(minutes=later)
    theirs(world, image_id)
    for _ in range(8):
        world.tick(minutes=5)
    assert (len(world.cloud.exported), the_record(world).attempt) == (1, 2)


def crowd(world: FakeWorld, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """The list is neither asked by image nor says which image a task is of, and shows so many of others."""
    listed = world.cloud.export_tasks
    monkeypatch.setattr(
        world.cloud,
        "export_tasks",
        lambda *a, **b: TaskList([replace(task, image_id=None) for task in listed(*a, **b).tasks]),
    )
    world.cloud.resource_ids = False
    for number in range(count):
        world.show(an_image(image_id=f"m-{number}"))
        world.cloud.finish(world.cloud.start_task(StartExport(f"m-{number}", BUCKET, "theirs", "raw", None)))
    world.cloud.faults.after("export_image", unanswered())


def test_where_too_many_tasks_could_be_ours_none_is_not_concluded(
    world: FakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(world, monkeypatch, 50)
    world.tell()
    world.cloud.fail(list(world.cloud.running)[-1])
    for _ in range(12):
        world.tick(minutes=5)
    assert len(world.cloud.exported) == 1
    for _ in range(24):
        world.tick(hours=1)
    assert [line["export"]["Error"]["Code"] for line in world.log.lines if line["event"] == "export.failed"] == [
        "StartUnconfirmed"
    ]


def test_among_too_many_tasks_the_one_that_names_us_is_found_in_time(
    world: FakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(world, monkeypatch, 200)
    world.tell()
    world.cloud.finish(list(world.cloud.running)[-1])
    for _ in range(24):
        world.tick(minutes=10)
    assert (len(world.cloud.exported), world.notifier.kinds(BUS)) == (1, ["Completed", "Started"])


# Looks are no verdicts


def test_a_role_that_is_away_for_a_while_fails_nothing_that_has_waited_longer(world: FakeWorld) -> None:
    world.cloud.concurrent_exports = 0
    world.tell()
    for _ in range(2):
        world.tick(minutes=60)
        world.clouds.dead_roles.add(f"acs:ram::{ACCOUNT}:role/image-export")
        (export,) = world.tick(minutes=1).exports
        assert (export.status, export.reason, len(world.keys("/denied"))) == ("Requested", "EntityNotExist.Role", 1)
        world.clouds.dead_roles.clear()
        world.tick(minutes=10)
        assert not world.keys("/denied")
    world.cloud.concurrent_exports = 1
    world.tick(minutes=1)
    assert len(world.cloud.exported) == 1


@pytest.mark.parametrize("fault", [refused("Forbidden.RAM"), refused("InvalidTaskId.NotFound"), unanswered()])
@pytest.mark.parametrize("call", ["task", "object"])
def test_a_look_that_fails_leaves_the_export_open_and_says_why(world: FakeWorld, call: str, fault: CloudFault) -> None:
    world.tell()
    world.cloud.finish(world.task_id)
    world.cloud.faults.before(call, fault)
    (export,) = world.tick(minutes=10).exports
    assert (export.status in ("Exporting", "Verifying"), export.reason, export.error) == (True, fault.code, None)
    (export,) = world.tick(minutes=10).exports
    assert export.status == "Completed"


@pytest.mark.parametrize("fault", [refused("Forbidden.RAM"), unanswered()])
def test_a_list_of_tasks_that_cannot_be_had_concludes_nothing_in_doubt(world: FakeWorld, fault: CloudFault) -> None:
    world.cloud.faults.after("export_image", unanswered())
    world.tell()
    world.cloud.faults.before("export_tasks", *[fault] * 5)
    for _ in range(12):
        world.tick(minutes=10)
        for task_id in world.cloud.running:
            world.cloud.finish(task_id)
    assert (len(world.cloud.running), world.notifier.kinds(BUS)) == (1, ["Completed", "Started"])


def test_tasks_that_cannot_be_listed_cost_no_look_at_each(world: FakeWorld) -> None:
    world.tell()
    world.cloud.faults.before("tasks", unanswered())
    assert world.tick(minutes=5).exports == ()


def test_an_unreachable_image_is_looked_at_again_before_the_start(world: FakeWorld) -> None:
    world.show(an_image(status="Creating"))
    world.tell()
    world.show(an_image())
    world.cloud.faults.before("image", unanswered("Unanswered"))
    world.tick(minutes=3)
    (export,) = world.tick(minutes=3).exports
    assert export.status == "Exporting"


# Cancelling


def test_a_cancel_that_wins_the_slot_starts_nothing(world: FakeWorld) -> None:
    world.show(an_image(status="Creating"))
    world.tell()
    call_off(world)
    world.show(an_image())
    (export,) = world.tick(minutes=5).exports
    assert (export.status, world.cloud.exported) == ("Cancelled", [])
    assert world.notifier.kinds(BUS) == ["Cancelled"]


def test_a_running_task_is_cancelled_at_once_and_its_own_end_decides(world: FakeWorld) -> None:
    world.tell()
    call_off(world)
    world.tick(minutes=1)
    assert world.cloud.running[world.task_id].task.status == "Deleted"
    world.tick(minutes=2)
    assert the_record(world).ended is not None
    assert world.notifier.kinds(BUS) == ["Started", "Cancelled"]


def test_a_refused_cancel_is_asked_again_at_every_look(world: FakeWorld) -> None:
    world.tell()
    call_off(world)
    world.cloud.faults.before("cancel_task", *[refused("Forbidden.RAM")] * 3)
    reasons = [world.tick(minutes=1.1).exports[0].reason for _ in range(3)]
    assert reasons == ["CancelRequested"] * 3
    assert world.cloud.running[world.task_id].task.status == "Processing"
    world.tick(minutes=1.1)
    assert world.cloud.running[world.task_id].task.status == "Deleted"


def test_a_cancel_in_doubt_waits_for_what_came_of_the_start(world: FakeWorld) -> None:
    world.cloud.named_at_once = True
    world.cloud.faults.after("export_image", unanswered())
    world.tell()
    call_off(world)
    for _ in range(30):
        world.tick(minutes=2)
    (task_id,) = world.cloud.running
    assert world.cloud.running[task_id].task.status == "Deleted"
    assert world.notifier.kinds(BUS) == ["Started", "Cancelled"]


def test_a_foreign_task_is_waited_for_and_never_adopted(world: FakeWorld) -> None:
    theirs = world.cloud.start_task(StartExport(IMAGE, BUCKET, "theirs", "raw", None))
    (export,) = world.tell().exports
    assert (export.status, export.reason) == ("Requested", "ImageIsExporting")
    world.tick(minutes=5)
    world.cloud.finish(theirs)
    world.tick(minutes=10)
    assert the_record(world).task_id not in (None, theirs)


def test_a_worker_that_dies_with_its_claim_leaves_a_doubt(world: FakeWorld) -> None:
    world.cloud.faults.before("export_image", Died())
    assert not world.surviving(world.tell)
    world.tick(minutes=5)
    assert world.cloud.exported == []
