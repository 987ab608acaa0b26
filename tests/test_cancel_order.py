"""An export is called off by whoever may invoke the function: the same fact as over HTTP, once however often."""

import json
from typing import Any

import pytest

from image_export.use_cases.entrances.event import needs_no_policy, on_event
from image_export.values import ledger_keys as keys
from image_export.values.answer import Answer
from image_export.values.export import RequestedBy
from image_export.values.facts import Cancel

from .builders import REGION
from .fake_world import FakeWorld
from .fakes import Died, no_restores, refused

CALLER = "acs:ram::1234567890123456:user/alice"
NOBODY = "exp-rtfyr2rqf6qlm2su-0001"


def ask(world: FakeWorld, what: Any, request_id: str = "r-9") -> Answer:
    """An event arrives at the function."""
    return on_event(
        world.context(), json.dumps(what).encode(), request_id=request_id, region_id=REGION, importing=no_restores
    )


def called_off(world: FakeWorld, export: object, request_id: str = "r-9", **more: object) -> Answer:
    """Somebody calls the export off."""
    return ask(world, {"Cancel": export, **more}, request_id)


def waiting(world: FakeWorld) -> str:
    """An export that waits for the quota."""
    world.cloud.faults.before("export_image", refused("ConcurrentQuotaExceed"))
    return world.tell().exports[0].export_id


def test_what_has_not_started_is_cancelled_at_once_and_stays_so(world: FakeWorld) -> None:
    export = waiting(world)
    answers = [called_off(world, export, request_id, Caller=CALLER) for request_id in ("r-1", "r-2")]
    assert [answer.exports[0].status for answer in answers] == ["Cancelled", "Cancelled"]
    world.tick(minutes=60)
    assert (world.cloud.running, world.keys(f"{export}/cancel")) == ({}, [f"exports/{export}/cancel"])


def test_who_has_asked_first_is_noted_and_logged_as_they_call_themselves(world: FakeWorld) -> None:
    export = waiting(world)
    called_off(world, export, "r-1", Caller=CALLER)
    called_off(world, export, "r-2", Caller="somebody")
    found = world.context().ledger.read(keys.Cancel(export).key, Cancel)
    assert found
    assert found.fact.requested_by == RequestedBy(trigger="invoke", id="r-1", name=CALLER)
    taken = [line for line in world.log.lines if line["event"] == "cancel.taken"]
    assert taken[0]["requested_by"] == {"Trigger": "invoke", "Id": "r-1", "Name": CALLER}


def test_a_running_task_is_cancelled_and_its_end_decides(world: FakeWorld) -> None:
    export = world.tell().exports[0].export_id
    (answer,) = called_off(world, export).exports
    assert (answer.status, answer.reason) == ("Exporting", "CancelRequested")
    world.tick(minutes=2)
    (ended,) = called_off(world, export).exports
    assert ended.status == "Cancelled"


def test_what_has_ended_is_answered_as_it_is(world: FakeWorld) -> None:
    export = world.tell().exports[0].export_id
    world.cloud.finish(world.task_id)
    world.tick(minutes=10)
    (answer,) = called_off(world, export).exports
    assert (answer.status, world.keys("/cancel")) == ("Completed", [])


def test_with_a_policy_that_cannot_be_read_it_is_cancelled_all_the_same(world: FakeWorld) -> None:
    export = waiting(world)
    world.policy = None
    assert called_off(world, export).exports[0].status == "Cancelled"
    assert needs_no_policy(b'{"Cancel": 1}')
    assert not needs_no_policy(b'{"Replay": "exp-rtfyr2rqf6qlm2su-0001"}')


def test_an_order_is_not_forgotten_where_its_worker_dies(world: FakeWorld) -> None:
    export = world.tell().exports[0].export_id
    world.store.faults.after("create cancel", Died())
    assert not world.surviving(lambda: called_off(world, export))
    world.tick(minutes=3)
    world.tick(minutes=3)
    assert called_off(world, export).exports[0].status == "Cancelled"


def test_an_export_that_is_not_there_is_said_to_be_so(world: FakeWorld) -> None:
    answer = called_off(world, NOBODY)
    assert (answer.exports, answer.rejected[0].code) == ((), "ExportNotFound")


@pytest.mark.parametrize("export", ["", "exp-1", f"{NOBODY}\n", f"../{NOBODY}", "a" * 100_000, 5, None, [NOBODY], {}])
def test_the_name_of_nothing_is_refused_shortly_and_kept_nowhere(world: FakeWorld, export: object) -> None:
    (cause,) = called_off(world, export).rejected
    assert (cause.code, len(cause.message) < 250, len(world.store.objects)) == ("InvalidParameter", True, 0)


@pytest.mark.parametrize("caller", ["", "a b", "a\nb", "é", "a" * 257, 5, [CALLER], {}])
def test_a_caller_that_no_line_should_hold_is_refused_and_nothing_is_cancelled(
    world: FakeWorld, caller: object
) -> None:
    export = waiting(world)
    (cause,) = called_off(world, export, Caller=caller).rejected
    assert (cause.code, world.keys("/cancel")) == ("InvalidParameter", [])


def test_an_order_inside_another_envelope_or_beside_something_else_is_none(world: FakeWorld) -> None:
    """A message of a stranger's cannot give one; only who may invoke the function can."""
    order = {"Cancel": waiting(world)}
    for envelope in ([order], {"Message": json.dumps(order)}, {"data": order}, {**order, "Replay": NOBODY}):
        assert ask(world, envelope).exports == ()
    assert world.keys("/cancel") == []
