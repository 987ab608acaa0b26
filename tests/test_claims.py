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
from .fakes import Counting, Died, refused, unanswered, unreached
from .workshop import BUS, Workshop


@pytest.fixture
def shop() -> Workshop:
    return Workshop()


def the_record(shop: Workshop) -> Record:
    """The only export."""
    (key,) = shop.keys("/requested")
    record = shop.context().ledger.load(key.split("/")[1])
    assert record is not None
    return record


def call_off(shop: Workshop) -> None:
    """As DELETE does: the fact, and a hint to look."""
    export = the_record(shop).export_id
    shop.context().ledger.create(f"exports/{export}/cancel", Claim(kind="cancel"))
    shop.store.put(f"due/20261124T080000Z/{export}", b"")


def before_the_claim(shop: Workshop, work: Callable[[], object]) -> None:
    """Another worker works when this one is about to create its claim."""
    create = shop.store.create

    def overtaken(key: str, body: bytes) -> bool:
        if key.endswith("claim-0001"):
            shop.store.create = create  # type: ignore[method-assign]
            work()
        return create(key, body)

    shop.store.create = overtaken  # type: ignore[method-assign]


# One claim, one call


def test_of_two_workers_at_the_claim_only_its_owner_calls(shop: Workshop) -> None:
    shop.cloud.faults = calls = Counting()
    before_the_claim(shop, shop.tell)
    assert shop.tell().exports[0].status == "Exporting"
    assert calls.count("export_image") == 1


def test_a_start_that_comes_after_an_attempt_was_void_is_no_start(shop: Workshop) -> None:
    shop.cloud.faults.after("export_image", unanswered())
    shop.tell()
    look, void = Look(the_record(shop), Observed()), Result(outcome="void")
    started = Result(outcome="started", task_id=shop.task_id)
    assert [PERFORM[Settle](shop.context(), look, Settle(one)).record.result for one in (void, started)] == [void, void]
    assert the_record(shop).result == void
    assert shop.cloud.running[shop.task_id].task.status == "Deleted"


def test_a_task_that_somebody_else_found_first_is_not_taken_for_an_extra_one(shop: Workshop) -> None:
    """The caller was slow with its answer, and meanwhile a tick has found the very task."""
    create = shop.store.create

    def slow(key: str, body: bytes) -> bool:
        if key.endswith("result-0001"):
            shop.store.create = create  # type: ignore[method-assign]
            shop.context().ledger.create(key, Result(outcome="started", task_id=shop.task_id))
        return create(key, body)

    shop.store.create = slow  # type: ignore[method-assign]
    shop.tell()
    assert shop.cloud.running[shop.task_id].task.status == "Processing"
    assert "export.doubled" not in shop.log.events()


def test_an_extra_task_whose_cancelling_failed_is_cancelled_later(shop: Workshop) -> None:
    create = shop.store.create

    def late(key: str, body: bytes) -> bool:
        if key.endswith("result-0001"):
            shop.store.create = create  # type: ignore[method-assign]
            shop.context().ledger.create(key, Result(outcome="void"))
        return create(key, body)

    shop.store.create = late  # type: ignore[method-assign]
    shop.cloud.faults.before("cancel_task", unanswered())
    shop.tell()
    for _ in range(5):
        shop.tick(minutes=5)
    assert shop.cloud.running["tsk-0001"].task.status == "Deleted"


# What an answer means


@pytest.mark.parametrize("fault", [unanswered("Unanswered"), refused("SignatureNonceUsed"), refused("InternalError")])
def test_after_an_answer_that_leaves_it_open_nobody_calls_before_the_doubt_is_resolved(
    shop: Workshop, fault: CloudFault
) -> None:
    shop.cloud.faults.before("export_image", fault)
    (export,) = shop.tell().exports
    assert (export.status, export.reason) == ("Requested", "StartInDoubt")
    for _ in range(24):
        shop.tick(minutes=1)
    assert shop.cloud.exported == []
    shop.tick(minutes=10)
    assert len(shop.cloud.exported) == 1


def test_a_lost_answer_is_no_second_call(shop: Workshop) -> None:
    shop.cloud.faults.after("export_image", unanswered())
    shop.tell()
    for _ in range(40):
        shop.tick(minutes=1)
    assert len(shop.cloud.exported) == len(shop.cloud.running) == 1


def test_a_call_that_never_left_us_is_made_again_within_minutes(shop: Workshop) -> None:
    shop.cloud.faults.before("export_image", unreached())
    (export,) = shop.tell().exports
    assert (export.status, export.reason) == ("Requested", "Unreached")
    (export,) = shop.tick(minutes=2).exports
    assert export.status == "Exporting"


def test_a_task_that_names_our_objects_is_ours_before_the_wait_is_over(shop: Workshop) -> None:
    shop.cloud.faults.after("export_image", unanswered())
    shop.tell()
    shop.cloud.finish(shop.task_id)
    (export,) = shop.tick(minutes=5).exports
    assert (export.status, export.reason) == ("Completed", None)


def theirs(shop: Workshop, image_id: str) -> None:
    """Somebody else's export of the image, which fails and names nothing."""
    shop.cloud.fail(shop.cloud.start_task(StartExport(image_id, BUCKET, "theirs", "raw", None)))


@pytest.mark.parametrize(("later", "image_id"), [(41, IMAGE), (1, "m-other")])
def test_a_failed_task_made_too_late_or_of_another_image_is_not_taken_for_ours(
    shop: Workshop, later: float, image_id: str
) -> None:
    shop.cloud.resource_ids = False
    shop.cloud.faults.before("export_image", unanswered())
    shop.tell()
    shop.clock.advance(minutes=later)
    theirs(shop, image_id)
    for _ in range(8):
        shop.tick(minutes=5)
    assert (len(shop.cloud.exported), the_record(shop).attempt) == (1, 2)


def crowd(shop: Workshop, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """The list is neither asked by image nor says which image a task is of, and shows so many of others."""
    listed = shop.cloud.export_tasks
    monkeypatch.setattr(
        shop.cloud,
        "export_tasks",
        lambda *a, **b: TaskList([replace(task, image_id=None) for task in listed(*a, **b).tasks]),
    )
    shop.cloud.resource_ids = False
    for number in range(count):
        shop.show(an_image(image_id=f"m-{number}"))
        shop.cloud.finish(shop.cloud.start_task(StartExport(f"m-{number}", BUCKET, "theirs", "raw", None)))
    shop.cloud.faults.after("export_image", unanswered())


def test_where_too_many_tasks_could_be_ours_none_is_not_concluded(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(shop, monkeypatch, 50)
    shop.tell()
    shop.cloud.fail(list(shop.cloud.running)[-1])
    for _ in range(12):
        shop.tick(minutes=5)
    assert len(shop.cloud.exported) == 1
    for _ in range(24):
        shop.tick(hours=1)
    assert [line["export"]["Error"]["Code"] for line in shop.log.lines if line["event"] == "export.failed"] == [
        "StartUnconfirmed"
    ]


def test_among_too_many_tasks_the_one_that_names_us_is_found_in_time(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(shop, monkeypatch, 200)
    shop.tell()
    shop.cloud.finish(list(shop.cloud.running)[-1])
    for _ in range(24):
        shop.tick(minutes=10)
    assert (len(shop.cloud.exported), shop.notifier.kinds(BUS)) == (1, ["Completed", "Started"])


# Looks are no verdicts


def test_a_role_that_is_away_for_a_while_fails_nothing_that_has_waited_longer(shop: Workshop) -> None:
    shop.cloud.concurrent_exports = 0
    shop.tell()
    for _ in range(2):
        shop.tick(minutes=60)
        shop.clouds.dead_roles.add(f"acs:ram::{ACCOUNT}:role/image-export")
        (export,) = shop.tick(minutes=1).exports
        assert (export.status, export.reason, len(shop.keys("/denied"))) == ("Requested", "EntityNotExist.Role", 1)
        shop.clouds.dead_roles.clear()
        shop.tick(minutes=10)
        assert not shop.keys("/denied")
    shop.cloud.concurrent_exports = 1
    shop.tick(minutes=1)
    assert len(shop.cloud.exported) == 1


@pytest.mark.parametrize("fault", [refused("Forbidden.RAM"), refused("InvalidTaskId.NotFound"), unanswered()])
@pytest.mark.parametrize("call", ["task", "object"])
def test_a_look_that_fails_leaves_the_export_open_and_says_why(shop: Workshop, call: str, fault: CloudFault) -> None:
    shop.tell()
    shop.cloud.finish(shop.task_id)
    shop.cloud.faults.before(call, fault)
    (export,) = shop.tick(minutes=10).exports
    assert (export.status in ("Exporting", "Verifying"), export.reason, export.error) == (True, fault.code, None)
    (export,) = shop.tick(minutes=10).exports
    assert export.status == "Completed"


@pytest.mark.parametrize("fault", [refused("Forbidden.RAM"), unanswered()])
def test_a_list_of_tasks_that_cannot_be_had_concludes_nothing_in_doubt(shop: Workshop, fault: CloudFault) -> None:
    shop.cloud.faults.after("export_image", unanswered())
    shop.tell()
    shop.cloud.faults.before("export_tasks", *[fault] * 5)
    for _ in range(12):
        shop.tick(minutes=10)
        for task_id in shop.cloud.running:
            shop.cloud.finish(task_id)
    assert (len(shop.cloud.running), shop.notifier.kinds(BUS)) == (1, ["Completed", "Started"])


def test_tasks_that_cannot_be_listed_cost_no_look_at_each(shop: Workshop) -> None:
    shop.tell()
    shop.cloud.faults.before("tasks", unanswered())
    assert shop.tick(minutes=5).exports == ()


def test_an_unreachable_image_is_looked_at_again_before_the_start(shop: Workshop) -> None:
    shop.show(an_image(status="Creating"))
    shop.tell()
    shop.show(an_image())
    shop.cloud.faults.before("image", unanswered("Unanswered"))
    shop.tick(minutes=3)
    (export,) = shop.tick(minutes=3).exports
    assert export.status == "Exporting"


# Cancelling


def test_a_cancel_that_wins_the_slot_starts_nothing(shop: Workshop) -> None:
    shop.show(an_image(status="Creating"))
    shop.tell()
    call_off(shop)
    shop.show(an_image())
    (export,) = shop.tick(minutes=5).exports
    assert (export.status, shop.cloud.exported) == ("Cancelled", [])
    assert shop.notifier.kinds(BUS) == ["Cancelled"]


def test_a_running_task_is_cancelled_at_once_and_its_own_end_decides(shop: Workshop) -> None:
    shop.tell()
    call_off(shop)
    shop.tick(minutes=1)
    assert shop.cloud.running[shop.task_id].task.status == "Deleted"
    shop.tick(minutes=2)
    assert the_record(shop).ended is not None
    assert shop.notifier.kinds(BUS) == ["Started", "Cancelled"]


def test_a_refused_cancel_is_asked_again_at_every_look(shop: Workshop) -> None:
    shop.tell()
    call_off(shop)
    shop.cloud.faults.before("cancel_task", *[refused("Forbidden.RAM")] * 3)
    reasons = [shop.tick(minutes=1.1).exports[0].reason for _ in range(3)]
    assert reasons == ["CancelRequested"] * 3
    assert shop.cloud.running[shop.task_id].task.status == "Processing"
    shop.tick(minutes=1.1)
    assert shop.cloud.running[shop.task_id].task.status == "Deleted"


def test_a_cancel_in_doubt_waits_for_what_came_of_the_start(shop: Workshop) -> None:
    shop.cloud.named_at_once = True
    shop.cloud.faults.after("export_image", unanswered())
    shop.tell()
    call_off(shop)
    for _ in range(30):
        shop.tick(minutes=2)
    (task_id,) = shop.cloud.running
    assert shop.cloud.running[task_id].task.status == "Deleted"
    assert shop.notifier.kinds(BUS) == ["Started", "Cancelled"]


def test_a_foreign_task_is_waited_for_and_never_adopted(shop: Workshop) -> None:
    theirs = shop.cloud.start_task(StartExport(IMAGE, BUCKET, "theirs", "raw", None))
    (export,) = shop.tell().exports
    assert (export.status, export.reason) == ("Requested", "ImageIsExporting")
    shop.tick(minutes=5)
    shop.cloud.finish(theirs)
    shop.tick(minutes=10)
    assert the_record(shop).task_id not in (None, theirs)


def test_a_worker_that_dies_with_its_claim_leaves_a_doubt(shop: Workshop) -> None:
    shop.cloud.faults.before("export_image", Died())
    assert not shop.surviving(shop.tell)
    shop.tick(minutes=5)
    assert shop.cloud.exported == []
