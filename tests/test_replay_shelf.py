"""What `make replay` lists, shows and refuses to ask for, read from the ledger alone."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from image_export.errors import AskerFault
from image_export.use_cases.entrances.reject import Kept, Rejection
from image_export.use_cases.ledger.ledger import Ledger
from image_export.use_cases.ports import Stored
from image_export.values.cause import Cause
from image_export_cli.replays.details import replayable, shown
from image_export_cli.replays.listing import items, whole_name

from .builders import IMAGE, an_image
from .entrance import TOKEN, Entrance
from .fake_world import BUS, FakeWorld
from .test_replay import undelivered

CAUSE = Cause(code="Forbidden.Policy", message="no")


def ledger_of(world: FakeWorld) -> Ledger:
    """The ledger, as somebody with keys of their own reads it."""
    return world.context().ledger


def keep(world: FakeWorld, digest: str, body: str | None = "{}") -> str:
    """A rejection under a digest that begins so; answers its name."""
    digest = digest.ljust(64, "0")
    rejection = Rejection(digest=digest, cause=CAUSE, notify=(), kept=Kept(body=body))
    ledger_of(world).mark(f"rejected/{digest}/event", rejection)
    world.clock.advance(minutes=1)
    return f"rejected-{digest}"


def failed(world: FakeWorld) -> str:
    """An export that failed."""
    world.tell()
    world.cloud.fail(world.task_id)
    (export,) = world.tick(minutes=10).exports
    return export.export_id


def refused(world: FakeWorld, name: str) -> tuple[str, str]:
    """Code and message with which a replay is not even asked for."""
    with pytest.raises(AskerFault) as fault:
        replayable(ledger_of(world), name)
    return fault.value.code, fault.value.cause.message


def test_failures_and_rejections_are_listed_in_the_order_of_their_time(world: FakeWorld) -> None:
    names = [keep(world, "ff"), failed(world), keep(world, "0a"), keep(world, "77")]
    assert [item.name for item in items(ledger_of(world))] == names


def test_a_cancelled_export_is_listed_as_cancelled_until_another_has_come_after_it(world: FakeWorld) -> None:
    entrance = Entrance(world, TOKEN)
    export = entrance.post().value["ExportId"]
    entrance.cancel(export)
    world.tick(minutes=1)
    (item,) = items(ledger_of(world))
    assert (item.name, item.what, item.cause.code, item.by) == (export, IMAGE, "Cancelled", None)
    entrance.post()
    (item,) = items(ledger_of(world))
    assert item.by == export.replace("-0001", "-0002")


def test_the_list_reads_two_facts_of_each_failure_and_lists_none_by_itself(world: FakeWorld) -> None:
    for image_id in ("m-1", "m-2", "m-3"):
        world.show(an_image(image_id=image_id))
        world.tell(image_id)
        world.cloud.fail(list(world.cloud.running)[-1])
        world.tick(minutes=10)
    calls: Counter[str] = Counter()

    def counted(call: str, effect: Callable[[], Any]) -> Any:
        calls[call] += 1
        return effect()

    ledger = ledger_of(world)
    world.store.faults.run = counted  # type: ignore[method-assign]
    assert len(items(ledger)) == 3
    assert calls == {"get": 6, "list": 4}


def test_what_cannot_be_read_is_listed_with_that_and_hides_nothing(world: FakeWorld) -> None:
    bad, good, export = keep(world, "aa"), keep(world, "bb"), failed(world)
    world.store.objects[f"rejected/{bad.removeprefix('rejected-')}/event"] = Stored(b"not ours", world.clock.now)
    said = {item.name: item.cause.code for item in items(ledger_of(world))}
    assert said == {bad: "FactUnreadable", good: "Forbidden.Policy", export: "ExportImageFailed"}


@pytest.mark.parametrize("given", ["rejected-5d1c", "rejected-5d1c…", "rejected-5d1c...", "rejected-5d"])
def test_the_beginning_of_a_name_is_enough_where_no_other_begins_so(world: FakeWorld, given: str) -> None:
    name = keep(world, "5d1c")
    keep(world, "5e")
    assert whole_name(ledger_of(world), given) == name
    assert whole_name(ledger_of(world), name) == name


def test_a_beginning_of_two_is_refused_and_one_of_none_is_left_as_it_is(world: FakeWorld) -> None:
    keep(world, "5d1c")
    keep(world, "5d2")
    with pytest.raises(AskerFault, match="2 rejections begin like rejected-5d"):
        whole_name(ledger_of(world), "rejected-5d")
    for name in ("rejected-77", "rejected-", "rejected-../x", "exp-aaaaaaaaaaaaaaaa-0001"):
        assert whole_name(ledger_of(world), name) == name


def test_an_export_is_shown_with_its_task_times_and_attempts(world: FakeWorld) -> None:
    name = failed(world)
    told = shown(ledger_of(world), name)
    assert (told["ExportId"], told["Status"], told["TaskId"]) == (name, "Failed", world.task_id)
    assert told["RequestedAt"] <= told["StartedAt"] < told["FinishedAt"]
    (attempt,) = told["Attempts"]
    assert (attempt["Attempt"], attempt["Claim"]["Kind"], attempt["Result"]["Outcome"]) == (1, "start", "started")
    assert attempt["Claim"]["OSSPrefix"] == told["OSSPrefix"]
    assert (told["Ended"]["Status"], told["Request"]["ImageId"]) == ("Failed", told["ImageId"])


def test_what_runs_or_is_completed_is_not_asked_for(world: FakeWorld) -> None:
    name = world.tell().exports[0].export_id
    reason = "what has failed or was cancelled can be replayed."
    assert refused(world, name) == ("NotReplayable", f"{name} is Exporting; {reason}")
    world.cloud.finish(world.task_id)
    world.tick(minutes=10)
    assert refused(world, name) == ("NotReplayable", f"{name} is Completed; {reason}")


def test_a_rejection_of_which_nothing_was_kept_is_not_asked_for(world: FakeWorld) -> None:
    assert refused(world, keep(world, "aa", body=None))[0] == "NotReplayable"
    replayable(ledger_of(world), keep(world, "bb"))
    replayable(ledger_of(world), failed(world))


@pytest.mark.parametrize(
    "name", ["../x", "exp-1", "", "rejected-../x", "untold-../x", "open/exp-aaaaaaaaaaaaaaaa-0001", "\n"]
)
def test_a_name_of_nothing_is_refused_before_the_ledger_is_asked(world: FakeWorld, name: str) -> None:
    with pytest.raises(AskerFault, match=r"InvalidParameter: .* is no name that `image-export events` lists") as fault:
        replayable(ledger_of(world), name)
    assert fault.value.cause.recommend
    with pytest.raises(AskerFault):
        shown(ledger_of(world), name)


def test_what_is_not_there_is_said_to_be_so(world: FakeWorld) -> None:
    assert refused(world, f"rejected-{'0' * 64}")[0] == "NotFound"
    assert refused(world, "exp-aaaaaaaaaaaaaaaa-0001")[0] == "NotFound"


def test_an_event_that_was_given_up_is_listed_with_its_target_shown_and_asked_for(world: FakeWorld) -> None:
    name = undelivered(world)
    world.store.put("untold/readme", b"")
    (item,) = items(ledger_of(world))
    assert (item.name, item.what, item.cause.code) == (name, IMAGE, "NotTold")
    assert item.cause.message == f"{BUS} has not accepted that it is Completed."
    told = shown(ledger_of(world), name)
    assert (told["Target"], told["Event"]["data"]["Status"]) == (BUS, "Completed")
    replayable(ledger_of(world), name)
    assert whole_name(ledger_of(world), name) == name
