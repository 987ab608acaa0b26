"""What the simulation found: lives that went wrong, each told in a few lines."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from image_export.decisions.state.table import next_step
from image_export.errors import LedgerFault
from image_export.use_cases.context import Context
from image_export.use_cases.ports import StartExport
from image_export.values.facts import Result
from image_export.values.steps import MakeClaim, Observed, Settle, Wait

from .builders import IMAGE, a_claimed_record, a_refused_record, a_task, an_image, minutes
from .fakes import START, Died, Faults, unanswered
from .workshop import Workshop

THEIRS = StartExport(IMAGE, "theirs", "theirs", "raw", None)


@pytest.fixture
def shop() -> Workshop:
    """A world in memory."""
    return Workshop()


class Meanwhile(Faults):
    """Another worker does something behind the n-th call."""

    def __init__(self, number: int, work: Callable[[], object]) -> None:
        super().__init__()
        self._left, self._work = number, work

    def run(self, call: str, effect: Callable[[], Any]) -> Any:
        result = super().run(call, effect)
        self._left -= 1
        if not self._left:
            self._work()
        return result


class Late(Faults):
    """The first call of that name is still on its way when its sender has given up."""

    def __init__(self, call: str) -> None:
        super().__init__()
        self._call = call
        self.arrives: Callable[[], object] = lambda: pytest.fail("it was not sent")

    def run(self, call: str, effect: Callable[[], Any]) -> Any:
        if call != self._call:
            return super().run(call, effect)
        self._call, self.arrives = "", effect
        raise unanswered()


def in_doubt(shop: Workshop) -> None:
    """ExportImage was called and did not happen, and nobody knows."""
    shop.cloud.faults.before("export_image", unanswered())
    shop.tell()


def test_a_nameless_finished_task_without_objects_yet_is_not_taken_for_none() -> None:
    task = a_task("Finished", finished_at=START + minutes(24))
    observed = Observed(candidates=(task,), keys=())
    soon, late = START + minutes(30), START + minutes(45)
    assert isinstance(next_step(a_claimed_record(), observed, soon), Wait)
    settled = next_step(a_claimed_record(), observed, late)
    assert isinstance(settled, Settle)
    assert settled.result.cause is not None
    assert (settled.result.outcome, settled.result.cause.code) == ("refused", "StartUnconfirmed")


def test_an_ended_nameless_task_of_others_is_not_waited_for_for_ever() -> None:
    record = a_refused_record("ImageIsExporting", attempt=2)
    assert record.claim is not None
    record = replace(record, claim=replace(record.claim, voids=1))
    running, failed = a_task("Processing"), a_task("Failed")
    later = START + minutes(60)
    seen = Observed(image=an_image(), hold=None, keys=())
    assert isinstance(next_step(record, replace(seen, candidates=(running,)), later), Wait)
    assert isinstance(next_step(record, replace(seen, candidates=(failed,)), later), MakeClaim)


def test_a_listed_task_that_is_not_known_just_now_is_not_taken_for_a_nameless_one(shop: Workshop) -> None:
    in_doubt(shop)
    shop.cloud.named_at_once = True
    shop.cloud.fail(shop.cloud.start_task(THEIRS))
    shop.cloud.faults.instead("task", None)
    (export,) = shop.tick(minutes=30).exports
    assert (export.status, export.reason) == ("Requested", "StartInDoubt")
    (export,) = shop.tick(minutes=30).exports
    assert (export.status, len(shop.cloud.exported)) == ("Exporting", 1)


def test_a_task_that_is_ours_by_inference_alone_does_not_clear_another_export_s_doubt(shop: Workshop) -> None:
    in_doubt(shop)
    shop.cloud.fail(shop.cloud.start_task(THEIRS))
    shop.tick(minutes=30)
    assert shop.keys("/ended")
    assert not shop.keys("tasks/")


@pytest.mark.parametrize("call", ["put due", "create sighted"])
def test_no_sighting_is_left_behind_without_a_hint(shop: Workshop, call: str) -> None:
    shop.cloud.inventory.clear()
    shop.store.faults.after(call, Died())
    assert not shop.surviving(shop.tell)
    assert len(shop.keys("sighted/")) <= len(shop.keys("due/"))
    shop.show(an_image())
    shop.tick(minutes=2)
    assert not shop.keys("sighted/")
    shop.tick(minutes=10)  # a hint may be ahead of its sighting for so long
    assert not shop.keys("sighted")


def test_a_hint_waits_for_a_sighting_that_arrives_late(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    warm = shop.context()
    warm.ledger.ready()

    def warm_again() -> Context:
        warm.ledger.begin()
        return warm

    monkeypatch.setattr(shop, "context", warm_again)
    shop.cloud.inventory.clear()
    shop.clock.advance(hours=3)
    shop.store.faults = sighted = Late("create sighted")
    with pytest.raises(LedgerFault):
        shop.tell()
    shop.tick(minutes=2)
    sighted.arrives()
    shop.show(an_image())
    shop.tick(minutes=2)
    assert (len(shop.cloud.exported), shop.keys("sighted/")) == (1, [])
    shop.tick(minutes=11)
    assert not shop.keys("sighted")


@pytest.mark.parametrize("number", range(1, 9))
def test_a_tick_in_between_leaves_no_sighting_without_a_hint(shop: Workshop, number: int) -> None:
    shop.cloud.inventory.clear()
    shop.store.faults = Meanwhile(number, lambda: shop.tick(minutes=2))
    shop.tell()
    assert shop.keys("sighted/")
    assert [key for key in shop.keys("sighted-") if key.startswith("due/")]


def test_a_stale_hint_does_not_take_one_along_that_is_ahead_of_its_sighting(shop: Workshop) -> None:
    shop.cloud.inventory.clear()
    shop.store.faults.after("put due", Died())
    assert not shop.surviving(shop.tell)  # nothing was sighted, and nobody tells of it again
    shop.clock.advance(minutes=14)
    shop.store.faults = sighted = Late("create sighted")
    with pytest.raises(LedgerFault):
        shop.tell()
    assert len(shop.keys("due/")) == 2
    shop.tick(minutes=2)
    assert len(shop.keys("due/")) == 1
    sighted.arrives()
    shop.show(an_image())
    shop.tick(minutes=2)
    assert (len(shop.cloud.exported), shop.keys("sighted/")) == (1, [])
    shop.tick(minutes=11)
    assert not shop.keys("sighted")


def test_a_name_that_arrives_late_does_not_take_the_place_of_an_end_in_the_history(shop: Workshop) -> None:
    shop.store.faults = name = Late("create history")
    with pytest.raises(LedgerFault):
        shop.tell()
    shop.store.faults = Faults()
    shop.tell()
    shop.cloud.finish(shop.task_id)
    shop.tick(minutes=10)
    (listed,) = shop.keys("history/")
    name.arrives()
    assert shop.store.objects[listed].body


def test_a_sighting_that_was_decided_upon_goes_before_its_hint(shop: Workshop) -> None:
    shop.cloud.inventory.clear()
    shop.tell()
    shop.show(an_image())
    shop.store.faults.before("delete sighted", Died())
    assert not shop.surviving(lambda: shop.tick(minutes=2))
    shop.tick(minutes=1)
    assert not shop.keys("sighted/")
    shop.tick(minutes=11)
    assert not shop.keys("sighted")


def test_a_sighting_of_the_same_second_that_arrives_after_the_decision_goes_too(shop: Workshop) -> None:
    shop.cloud.inventory.clear()
    shop.store.faults = sighted = Late("create sighted")
    with pytest.raises(LedgerFault):
        shop.tell()
    shop.store.faults = Faults()
    shop.tell()
    shop.show(an_image())
    shop.tick(minutes=2)
    assert not shop.keys("sighted/")
    sighted.arrives()
    shop.tick(minutes=11)
    shop.tick(minutes=1)
    assert (len(shop.cloud.exported), shop.keys("sighted")) == (1, [])


def test_an_image_whose_recording_was_cut_off_is_not_taken_for_exported(shop: Workshop) -> None:
    shop.sweeps = True
    shop.store.faults.before("create open", Died())
    assert not shop.surviving(shop.tell)
    shop.tick(minutes=10)
    assert len(shop.cloud.exported) == 1


def test_nothing_starts_out_of_a_doubt_while_the_policy_cannot_be_read(shop: Workshop) -> None:
    in_doubt(shop)
    shop.policy = None
    shop.tick(minutes=30)
    assert shop.keys("/result-0001")
    assert not shop.keys("/claim-0002")


@pytest.mark.parametrize("number", range(1, 7))
def test_an_end_is_never_read_without_the_task_that_it_is_of(shop: Workshop, number: int) -> None:
    shop.tell()
    shop.cloud.finish(shop.task_id)
    shop.tick(minutes=5)
    newest = {key: shop.store.objects.pop(key) for key in (*shop.keys("/result-0001"), *shop.keys("/ended"))}
    (export,) = {key.split("/")[1] for key in shop.keys("exports/")}
    shop.store.faults = Meanwhile(number, lambda: shop.store.objects.update(newest))
    found = shop.context().ledger.load(export)
    assert found is not None
    assert found.task_id or not found.ended


def test_void_is_void_where_there_is_no_task() -> None:
    step = next_step(a_claimed_record(), Observed(candidates=(), keys=()), START + minutes(30))
    assert step == Settle(Result(outcome="void"))
