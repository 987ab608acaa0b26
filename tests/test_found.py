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
from image_export.values.steps import MakeClaim, Observed, Settle, Situation, Wait

from .builders import IMAGE, a_claimed_record, a_refused_record, a_task, an_image, minutes
from .fake_world import FakeWorld
from .fakes import START, Died, Faults, unanswered

THEIRS = StartExport(IMAGE, "theirs", "theirs", "raw", None)


@pytest.fixture
def world() -> FakeWorld:
    """A world in memory."""
    return FakeWorld()


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


def in_doubt(world: FakeWorld) -> None:
    """ExportImage was called and did not happen, and nobody knows."""
    world.cloud.faults.before("export_image", unanswered())
    world.tell()


def test_a_nameless_finished_task_without_objects_yet_is_not_taken_for_none() -> None:
    task = a_task("Finished", finished_at=START + minutes(24))
    observed = Observed(candidates=(task,), keys=())
    soon, late = START + minutes(30), START + minutes(45)
    assert isinstance(next_step(Situation(a_claimed_record(), observed, soon)), Wait)
    settled = next_step(Situation(a_claimed_record(), observed, late))
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
    assert isinstance(next_step(Situation(record, replace(seen, candidates=(running,)), later)), Wait)
    assert isinstance(next_step(Situation(record, replace(seen, candidates=(failed,)), later)), MakeClaim)


def test_a_listed_task_that_is_not_known_just_now_is_not_taken_for_a_nameless_one(world: FakeWorld) -> None:
    in_doubt(world)
    world.cloud.named_at_once = True
    world.cloud.fail(world.cloud.start_task(THEIRS))
    world.cloud.faults.instead("task", None)
    (export,) = world.tick(minutes=30).exports
    assert (export.status, export.reason) == ("Requested", "StartInDoubt")
    (export,) = world.tick(minutes=30).exports
    assert (export.status, len(world.cloud.exported)) == ("Exporting", 1)


def test_a_task_that_is_ours_by_inference_alone_does_not_clear_another_export_s_doubt(world: FakeWorld) -> None:
    in_doubt(world)
    world.cloud.fail(world.cloud.start_task(THEIRS))
    world.tick(minutes=30)
    assert world.keys("/ended")
    assert not world.keys("tasks/")


@pytest.mark.parametrize("call", ["put due", "create sighted"])
def test_no_sighting_is_left_behind_without_a_hint(world: FakeWorld, call: str) -> None:
    world.cloud.inventory.clear()
    world.store.faults.after(call, Died())
    assert not world.surviving(world.tell)
    assert len(world.keys("sighted/")) <= len(world.keys("due/"))
    world.show(an_image())
    world.tick(minutes=2)
    assert not world.keys("sighted/")
    world.tick(minutes=10)  # a hint may be ahead of its sighting for so long
    assert not world.keys("sighted")


def test_a_hint_waits_for_a_sighting_that_arrives_late(world: FakeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    warm = world.context()
    warm.ledger.ready()

    def warm_again() -> Context:
        warm.ledger.begin()
        return warm

    monkeypatch.setattr(world, "context", warm_again)
    world.cloud.inventory.clear()
    world.clock.advance(hours=3)
    world.store.faults = sighted = Late("create sighted")
    with pytest.raises(LedgerFault):
        world.tell()
    world.tick(minutes=2)
    sighted.arrives()
    world.show(an_image())
    world.tick(minutes=2)
    assert (len(world.cloud.exported), world.keys("sighted/")) == (1, [])
    world.tick(minutes=11)
    assert not world.keys("sighted")


@pytest.mark.parametrize("number", range(1, 9))
def test_a_tick_in_between_leaves_no_sighting_without_a_hint(world: FakeWorld, number: int) -> None:
    world.cloud.inventory.clear()
    world.store.faults = Meanwhile(number, lambda: world.tick(minutes=2))
    world.tell()
    assert world.keys("sighted/")
    assert [key for key in world.keys("sighted-") if key.startswith("due/")]


def test_a_stale_hint_does_not_take_one_along_that_is_ahead_of_its_sighting(world: FakeWorld) -> None:
    world.cloud.inventory.clear()
    world.store.faults.after("put due", Died())
    assert not world.surviving(world.tell)  # nothing was sighted, and nobody tells of it again
    world.clock.advance(minutes=14)
    world.store.faults = sighted = Late("create sighted")
    with pytest.raises(LedgerFault):
        world.tell()
    assert len(world.keys("due/")) == 2
    world.tick(minutes=2)
    assert len(world.keys("due/")) == 1
    sighted.arrives()
    world.show(an_image())
    world.tick(minutes=2)
    assert (len(world.cloud.exported), world.keys("sighted/")) == (1, [])
    world.tick(minutes=11)
    assert not world.keys("sighted")


def test_a_name_that_arrives_late_does_not_take_the_place_of_an_end_in_the_history(world: FakeWorld) -> None:
    world.store.faults = name = Late("create history")
    with pytest.raises(LedgerFault):
        world.tell()
    world.store.faults = Faults()
    world.tell()
    world.cloud.finish(world.task_id)
    world.tick(minutes=10)
    (listed,) = world.keys("history/")
    name.arrives()
    assert world.store.objects[listed].body


def test_a_sighting_that_was_decided_upon_goes_before_its_hint(world: FakeWorld) -> None:
    world.cloud.inventory.clear()
    world.tell()
    world.show(an_image())
    world.store.faults.before("delete sighted", Died())
    assert not world.surviving(lambda: world.tick(minutes=2))
    world.tick(minutes=1)
    assert not world.keys("sighted/")
    world.tick(minutes=11)
    assert not world.keys("sighted")


def test_a_sighting_of_the_same_second_that_arrives_after_the_decision_goes_too(world: FakeWorld) -> None:
    world.cloud.inventory.clear()
    world.store.faults = sighted = Late("create sighted")
    with pytest.raises(LedgerFault):
        world.tell()
    world.store.faults = Faults()
    world.tell()
    world.show(an_image())
    world.tick(minutes=2)
    assert not world.keys("sighted/")
    sighted.arrives()
    world.tick(minutes=11)
    world.tick(minutes=1)
    assert (len(world.cloud.exported), world.keys("sighted")) == (1, [])


def test_an_image_whose_recording_was_cut_off_is_not_taken_for_exported(world: FakeWorld) -> None:
    world.sweeps = True
    world.store.faults.before("create open", Died())
    assert not world.surviving(world.tell)
    world.tick(minutes=10)
    assert len(world.cloud.exported) == 1


def test_nothing_starts_out_of_a_doubt_while_the_policy_cannot_be_read(world: FakeWorld) -> None:
    in_doubt(world)
    world.policy = None
    world.tick(minutes=30)
    assert world.keys("/result-0001")
    assert not world.keys("/claim-0002")


@pytest.mark.parametrize("number", range(1, 7))
def test_an_end_is_never_read_without_the_task_that_it_is_of(world: FakeWorld, number: int) -> None:
    world.tell()
    world.cloud.finish(world.task_id)
    world.tick(minutes=5)
    newest = {key: world.store.objects.pop(key) for key in (*world.keys("/result-0001"), *world.keys("/ended"))}
    (export,) = {key.split("/")[1] for key in world.keys("exports/")}
    world.store.faults = Meanwhile(number, lambda: world.store.objects.update(newest))
    found = world.context().ledger.load(export)
    assert found is not None
    assert found.task_id or not found.ended


def test_void_is_void_where_there_is_no_task() -> None:
    step = next_step(Situation(a_claimed_record(), Observed(candidates=(), keys=()), START + minutes(30)))
    assert step == Settle(Result(outcome="void"))
