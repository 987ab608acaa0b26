"""What ExportImage answered, or gave instead of an answer, is kept where somebody will look (docs/protocol.md#p4)."""

import pytest

from image_export.errors import Unanswered
from image_export.use_cases.ports import Stored
from image_export.values.cause import Cause

from .fake_world import FakeWorld
from .fakes import refused, unanswered, unreached

REQUEST_ID = "4F1B3A2C-0189-443E-9816-D951F59600AA"
BROKEN = Unanswered(Cause(code="InternalError", message="The request processing has failed.", request_id=REQUEST_ID))


def line(world: FakeWorld, event: str) -> dict[str, object]:
    """The only line of that event."""
    (found,) = [one for one in world.log.lines if one["event"] == event]
    return found


def two_that_could_be_ours(world: FakeWorld) -> None:
    """After the doubt two nameless tasks have failed."""
    first = world.cloud.running[world.task_id]
    other = world.cloud.start_task(first.start)
    for task_id in (first.task.task_id, other):
        world.cloud.fail(task_id)


@pytest.mark.parametrize("kept", [True, False])
def test_an_end_that_nobody_can_confirm_says_what_export_image_gave_instead_of_an_answer(
    world: FakeWorld, kept: bool
) -> None:
    world.cloud.faults.after("export_image", BROKEN)
    if not kept:
        world.store.faults.before("create doubt", unreached())
    world.ask("r-1")
    assert line(world, "export.start_in_doubt")["cloud_request_id"] == REQUEST_ID
    two_that_could_be_ours(world)
    (export,) = world.tick(minutes=27).exports
    assert export.error
    assert export.error.code == "StartUnconfirmed"
    assert export.error.request_id == (REQUEST_ID if kept else None)
    assert ("InternalError" in export.error.message) == kept
    assert all(event["data"]["Error"] == export.error.wire() for _, event in world.notifier.delivered[-2:])


def test_a_doubt_that_cannot_be_read_keeps_nothing_from_its_end(world: FakeWorld) -> None:
    world.cloud.faults.after("export_image", BROKEN)
    world.ask("r-1")
    two_that_could_be_ours(world)
    (key,) = world.keys("/doubt-0001")
    world.store.objects[key] = Stored(b"{", world.clock.now)
    (export,) = world.tick(minutes=27).exports
    assert export.error
    assert (export.error.code, export.error.request_id) == ("StartUnconfirmed", None)


def test_the_task_id_is_in_the_log_whatever_the_ledger_does_after_the_answer(world: FakeWorld) -> None:
    world.store.faults.before("put tasks", unanswered())
    world.ask("r-1")
    assert line(world, "export.answered")["task_id"] == world.task_id
    assert not world.keys("/result-")


def test_a_refusal_is_in_the_log_with_its_request_id_whatever_the_ledger_does(world: FakeWorld) -> None:
    world.cloud.faults.before("export_image", refused("ImageNotSupported"))
    world.store.faults.before("create result", unanswered())
    world.ask("r-1")
    said = line(world, "export.answered")
    assert (said["code"], said["cloud_request_id"]) == ("ImageNotSupported", "C8B26B44-0189-443E-9816-D951F59623A9")


def test_a_look_that_was_refused_is_logged_with_the_clouds_request_id(world: FakeWorld) -> None:
    world.cloud.faults.before("image", refused("Throttling"))
    world.ask("r-1")
    assert line(world, "look.failed")["cloud_request_id"] == "C8B26B44-0189-443E-9816-D951F59623A9"


def test_the_look_at_all_that_runs_is_logged_with_it_too(world: FakeWorld) -> None:
    world.ask("r-1")
    world.cloud.faults.before("tasks", refused("Forbidden.RAM"))
    world.tick(minutes=2)
    assert line(world, "look.failed")["cloud_request_id"] == "C8B26B44-0189-443E-9816-D951F59623A9"
