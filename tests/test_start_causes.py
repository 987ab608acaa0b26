"""What ExportImage answered, or gave instead of an answer, is kept where somebody will look (docs/protocol.md#p4)."""

import pytest

from image_export.errors import Unanswered
from image_export.use_cases.ports import Stored
from image_export.values.cause import Cause

from .fakes import refused, unanswered, unreached
from .workshop import Workshop

REQUEST_ID = "4F1B3A2C-0189-443E-9816-D951F59600AA"
BROKEN = Unanswered(Cause(code="InternalError", message="The request processing has failed.", request_id=REQUEST_ID))


@pytest.fixture
def shop() -> Workshop:
    return Workshop()


def line(shop: Workshop, event: str) -> dict[str, object]:
    """The only line of that event."""
    (found,) = [one for one in shop.log.lines if one["event"] == event]
    return found


def two_that_could_be_ours(shop: Workshop) -> None:
    """After the doubt two nameless tasks have failed."""
    first = shop.cloud.running[shop.task_id]
    other = shop.cloud.start_task(first.start)
    for task_id in (first.task.task_id, other):
        shop.cloud.fail(task_id)


@pytest.mark.parametrize("kept", [True, False])
def test_an_end_that_nobody_can_confirm_says_what_export_image_gave_instead_of_an_answer(
    shop: Workshop, kept: bool
) -> None:
    shop.cloud.faults.after("export_image", BROKEN)
    if not kept:
        shop.store.faults.before("create doubt", unreached())
    shop.ask("r-1")
    assert line(shop, "export.start_in_doubt")["cloud_request_id"] == REQUEST_ID
    two_that_could_be_ours(shop)
    (export,) = shop.tick(minutes=27).exports
    assert export.error
    assert export.error.code == "StartUnconfirmed"
    assert export.error.request_id == (REQUEST_ID if kept else None)
    assert ("InternalError" in export.error.message) == kept
    assert all(event["data"]["Error"] == export.error.wire() for _, event in shop.notifier.told[-2:])


def test_a_doubt_that_cannot_be_read_keeps_nothing_from_its_end(shop: Workshop) -> None:
    shop.cloud.faults.after("export_image", BROKEN)
    shop.ask("r-1")
    two_that_could_be_ours(shop)
    (key,) = shop.keys("/doubt-0001")
    shop.store.objects[key] = Stored(b"{", shop.clock.now)
    (export,) = shop.tick(minutes=27).exports
    assert export.error
    assert (export.error.code, export.error.request_id) == ("StartUnconfirmed", None)


def test_the_task_id_is_in_the_log_whatever_the_ledger_does_after_the_answer(shop: Workshop) -> None:
    shop.store.faults.before("put tasks", unanswered())
    shop.ask("r-1")
    assert line(shop, "export.answered")["task_id"] == shop.task_id
    assert not shop.keys("/result-")


def test_a_refusal_is_in_the_log_with_its_request_id_whatever_the_ledger_does(shop: Workshop) -> None:
    shop.cloud.faults.before("export_image", refused("ImageNotSupported"))
    shop.store.faults.before("create result", unanswered())
    shop.ask("r-1")
    said = line(shop, "export.answered")
    assert (said["code"], said["cloud_request_id"]) == ("ImageNotSupported", "C8B26B44-0189-443E-9816-D951F59623A9")


def test_a_look_that_was_refused_is_logged_with_the_clouds_request_id(shop: Workshop) -> None:
    shop.cloud.faults.before("image", refused("Throttling"))
    shop.ask("r-1")
    assert line(shop, "look.failed")["cloud_request_id"] == "C8B26B44-0189-443E-9816-D951F59623A9"


def test_the_look_at_all_that_runs_is_logged_with_it_too(shop: Workshop) -> None:
    shop.ask("r-1")
    shop.cloud.faults.before("tasks", refused("Forbidden.RAM"))
    shop.tick(minutes=2)
    assert line(shop, "look.failed")["cloud_request_id"] == "C8B26B44-0189-443E-9816-D951F59623A9"
