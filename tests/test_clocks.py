"""What a clock that is off may decide: ECS's, and a `Date` of OSS that jumps (docs/protocol.md#rule-1, #rule-9)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from image_export.decisions.state.table import next_step
from image_export.use_cases.export.advance import begin
from image_export.use_cases.export.record import record
from image_export.use_cases.ledger.fact_store import FactStore
from image_export.values.steps import LookForTasks, Observed, Situation

from .builders import a_claimed_record, a_request, minutes
from .fake_world import FakeWorld
from .fakes import START, Clock, FakeStore, refused, unanswered


class JumpingStore(FakeStore):
    """Its answers say the time with these jumps, one after the other."""

    jumps: tuple[timedelta, ...] = ()
    _jump = timedelta(0)

    @property
    def now(self) -> datetime:
        return super().now + self._jump

    def _run(self, call: str, effect: Callable[[], Any]) -> Any:
        result = super()._run(call, effect)
        self._jump, self.jumps = (self.jumps[0], self.jumps[1:]) if self.jumps else (timedelta(0), ())
        return result


@pytest.mark.parametrize("apart", [-30, 30])
def test_a_failed_task_is_found_however_far_ecs_and_oss_are_apart(world: FakeWorld, apart: float) -> None:
    world.cloud.faults.after("export_image", unanswered())
    world.ask("r-1")
    one = world.cloud.running[world.task_id]
    one.task = replace(one.task, created_at=(one.task.created_at + minutes(apart)).replace(second=0, microsecond=0))
    world.cloud.fail(world.task_id)
    world.cloud.list_lag = timedelta(minutes=-60)
    (export,) = [one for _ in range(3) for one in world.tick(minutes=27).exports][-1:]
    assert (export.status, export.task_id) == ("Failed", world.task_id)
    assert len(world.cloud.exported) == 1


def test_tasks_are_looked_for_half_an_hour_and_more_before_and_after_the_call() -> None:
    step = next_step(Situation(a_claimed_record(), Observed(), START + minutes(2)))
    assert isinstance(step, LookForTasks)
    assert step.since <= START - minutes(32)
    assert step.until >= START + minutes(5 + 31)


@pytest.mark.parametrize("jump", [40, -40])
def test_a_single_date_that_jumps_ends_no_wait(jump: float) -> None:
    clock = Clock()
    store = JumpingStore(clock)
    ledger = FactStore(store, lambda: "n")
    for number in range(8):
        store.jumps = (minutes(jump),) if number == 7 else ()
        ledger.put("a")
    assert ledger.now <= clock.now
    assert ledger.latest >= clock.now.replace(microsecond=0)


def test_seven_dates_of_eight_that_jump_end_no_wait() -> None:
    clock = Clock()
    store = JumpingStore(clock)
    ledger = FactStore(store, lambda: "n")
    for number in range(8):
        store.jumps = (minutes(40),) if number else ()
        ledger.put("a")
    assert ledger.now <= clock.now


def test_what_the_time_was_in_an_earlier_invocation_is_forgotten() -> None:
    clock = Clock()
    ledger = FactStore(FakeStore(clock), lambda: "n")
    ledger.put("a")
    clock.advance(hours=3)
    ledger.begin()
    ledger.put("a")
    assert ledger.now == START + timedelta(hours=3)


def test_dates_that_are_behind_do_not_end_an_export_for_a_role_that_has_just_been_refused(world: FakeWorld) -> None:
    """Since when it is refused is what the ledger says of its own fact."""
    world.cloud.faults.before("export_image", refused("NoSetRoletoECSServiceAcount"))
    worker = world.context()
    store = JumpingStore(world.clock, objects=world.store.objects)
    store.jumps = (minutes(-40),) * 60
    worker.ledger.store = store
    moved = begin(worker, record(worker, a_request()))
    assert (moved.record.ended, moved.export.reason) == (None, "NoSetRoletoECSServiceAcount")
