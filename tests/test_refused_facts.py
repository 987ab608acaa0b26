"""One object of the ledger that OSS refuses stops one thing; the whole bucket that it refuses stops everything."""

from collections.abc import Callable
from typing import Any

import pytest

from image_export.errors import FactUnreadable, LedgerFault
from image_export.use_cases.export.record import record
from image_export.use_cases.night.worker import RUN
from image_export.values.export import RequestedBy

from .builders import ACCOUNT, IMAGE, REGION, a_request, an_image
from .fake_world import FakeWorld
from .fakes import refused, unanswered
from .test_nightly import run, stock, world

__all__ = ["world"]  # the fixture
NIGHT = RequestedBy(trigger="nightly", id="night")


def refuse(world: FakeWorld, those: Callable[[str], bool], *calls: str, code: str = "InvalidObjectState") -> None:
    """OSS refuses these calls for these keys from now on."""
    for call in calls:
        whole = getattr(world.store, call)

        def refusing(key: str, *more: Any, whole: Callable[..., Any] = whole) -> Any:
            if those(key):
                raise refused(code)
            return whole(key, *more)

        setattr(world.store, call, refusing)


def archive(world: FakeWorld, part: str) -> None:
    """A lifecycle rule has archived what is there under such names by now."""
    there = {key for key in world.store.objects if part in key}
    assert there
    refuse(world, there.__contains__, "get")


def test_an_archived_request_is_left_over_and_the_night_goes_on(world: FakeWorld) -> None:
    stock(world, 1)
    world.cloud.faults.before("export_image", refused("ImageNotSupported"))
    world.tell("m-cn0000")
    archive(world, "/requested")
    stock(world, 10)
    (here, _) = run(world).totals
    assert (here.recorded, here.left_over) == (9, 1)


@pytest.mark.parametrize("fact", ["/requested", "/claim", "/result", "/ended"])
def test_a_fact_that_is_refused_is_never_taken_for_none(world: FakeWorld, fact: str) -> None:
    stock(world, 1)
    world.tell("m-cn0000")
    world.cloud.fail(world.task_id)
    world.tick(minutes=10)
    archive(world, fact)
    with pytest.raises(FactUnreadable) as caught:
        record(world.context(), a_request(image_id="m-cn0000", requested_by=NIGHT))
    assert caught.value.code == "InvalidObjectState"
    assert "lifecycle" in str(caught.value.cause.recommend)
    world.tick(minutes=10)
    assert len(world.cloud.exported) == 1


GET, ALL = ("get",), ("get", "put", "create", "delete")
KINDS = (
    "holds/",
    "nightly/",
    "swept/",
    "open/",
    "due/",
    "waiting/",
    "running/",
    "known/",
    "history/",
    "tasks/",
    "tokens/",
)
FACTS = ("/requested", "/claim", "/result", "/ended", "/told", "/cancel")


@pytest.mark.parametrize(("calls", "code"), [(GET, "InvalidObjectState"), (ALL, "AccessDenied")])
@pytest.mark.parametrize("part", [*KINDS, *FACTS])
def test_whatever_one_object_is_refused_the_others_are_worked_on(
    world: FakeWorld, part: str, calls: tuple[str, ...], code: str
) -> None:
    """Of an export that ran before: another image is found by the night, and another comes by event."""
    stock(world, 1, image_id="m-old")
    world.ask(ImageId="m-old", OSSBucket="acme-images-hangzhou", ClientToken="mine")
    world.store.put(f"holds/{ACCOUNT}/{REGION}", b"{}")
    run(world, "night-0")
    old = {key for key in world.store.objects if part in key and ("m-old" in key or "exp-" in key or part in KINDS)}
    refuse(world, old.__contains__, *calls, code=code)
    world.sweeps = True
    stock(world, 2)
    assert run(world, "night-1").finished
    world.clock.advance(minutes=1)
    world.tell("m-cn0001")
    for _ in range(3):
        world.tick(minutes=6)
    assert {start.image_id for start in world.cloud.exported} >= {"m-cn0000", "m-cn0001"}
    for number in (2, 3):
        world.cloud.finish(f"tsk-000{number}")
    world.tick(minutes=6)
    assert sum(key.endswith("/ended") for key in world.store.objects) >= 2


def test_a_whole_bucket_that_is_refused_is_a_fault_of_the_ledger(world: FakeWorld) -> None:
    stock(world, 2)
    refuse(world, lambda _key: True, "get", code="AccessDenied")
    with pytest.raises(LedgerFault) as caught:
        run(world)
    assert not isinstance(caught.value, FactUnreadable)


@pytest.mark.parametrize(("calls", "work"), [(GET, "read"), (ALL, "put"), (ALL, "mark"), (ALL, "delete")])
def test_a_refusal_is_of_one_object_only_where_another_name_is_allowed(
    world: FakeWorld, calls: tuple[str, ...], work: str
) -> None:
    ledger = world.context().ledger
    arguments: tuple[Any, ...] = {"read": (RUN, dict), "delete": (RUN,)}.get(work, (RUN, {}))
    refuse(world, lambda key: key == RUN, *calls, code="AccessDenied")
    with pytest.raises(FactUnreadable):
        getattr(ledger, work)(*arguments)
    refuse(world, lambda _key: True, *calls, code="AccessDenied")
    with pytest.raises(LedgerFault) as caught:
        getattr(ledger, work)(*arguments)
    assert not isinstance(caught.value, FactUnreadable)


def test_a_bucket_that_may_not_be_written_to_is_a_fault_of_the_ledger(world: FakeWorld) -> None:
    stock(world, 2)
    refuse(world, lambda _key: True, "put", "create", code="AccessDenied")
    with pytest.raises(LedgerFault) as caught:
        run(world)
    assert not isinstance(caught.value, FactUnreadable)


def test_a_ledger_whose_own_id_is_refused_can_record_nothing_and_says_so(world: FakeWorld) -> None:
    stock(world, 2)
    world.tell("m-cn0000")
    archive(world, "ledger/id")
    with pytest.raises(LedgerFault, match="ledger/id") as caught:
        run(world)
    assert not isinstance(caught.value, FactUnreadable)


def test_throttling_and_silence_are_of_the_bucket(world: FakeWorld) -> None:
    stock(world, 2)
    run(world)
    for fault in (refused("Throttling"), unanswered()):
        world.store.faults.before("get", fault)
        with pytest.raises(LedgerFault) as caught:
            world.context().ledger.read(RUN, dict)
        assert not isinstance(caught.value, FactUnreadable)


def test_the_hint_of_a_look_that_broke_stays_where_no_new_one_can_be_written(world: FakeWorld) -> None:
    stock(world, 1, status="Creating")
    world.tell("m-cn0000")
    (before,) = world.keys("due/")
    archive(world, "/requested")
    refuse(world, lambda key: key.startswith("due/"), "put")
    world.tick(minutes=10)
    assert world.keys("due/") == [before]


def test_a_named_image_whose_marker_is_archived_is_looked_at_all_the_same(world: FakeWorld) -> None:
    world.tell()
    archive(world, "sighted/")
    world.show(an_image(image_id=IMAGE))
    assert [export.image_id for export in world.tell().exports] == [IMAGE]


def test_a_task_whose_owner_is_archived_is_no_reason_to_start_again(world: FakeWorld) -> None:
    stock(world, 2)
    world.cloud.resource_ids = False
    world.cloud.faults.after("export_image", unanswered())
    world.tell("m-cn0000")
    world.tell("m-cn0001")
    for task_id in world.cloud.running:
        world.cloud.fail(task_id)
    archive(world, "tasks/")
    for _ in range(60):
        world.tick(minutes=30)
    assert [start.image_id for start in world.cloud.exported] == ["m-cn0000", "m-cn0001"]
