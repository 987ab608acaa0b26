"""What is told, of which facts, to whom, how long: ends, manifests, rejections (docs/protocol.md#rule-13, #rule-17)."""

from datetime import datetime

import pytest

from image_export.values.facts import Ended
from image_export.values.notify_target import ChannelAddress, NotifyTarget

from .builders import an_image
from .fake_world import BUS, FUNCTION, FakeWorld
from .fakes import Died, Events, refused

MALFORMED = b'{"source": "acs.ecs", "specversion": "1.0", "type": "ecs:Image:StateChange", "id": "e-9", "data": {}}'
FORBIDDEN = b'{"ImageId": "m-bp1any", "OSSBucket": "strangers-bucket"}'


@pytest.fixture
def running(world: FakeWorld) -> FakeWorld:
    """An export whose task has just ended well."""
    world.tell()
    world.tick(minutes=1)
    world.cloud.finish(world.task_id)
    return world


def lose_hints(world: FakeWorld) -> None:
    for key in list(world.store.objects):
        if key.startswith(("due/", "running/", "waiting/")):
            del world.store.objects[key]


def overtake(world: FakeWorld, ended: Ended) -> None:
    """Another worker writes this verdict when ours is about to be written, five minutes earlier."""
    create = world.store.create

    def overtaken(key: str, body: bytes) -> bool:
        if key.endswith("/ended"):
            world.store.create = create  # type: ignore[method-assign]
            world.context().ledger.create(key, ended)
            world.clock.advance(minutes=5)
        return create(key, body)

    world.store.create = overtaken  # type: ignore[method-assign]


def manifests(world: FakeWorld) -> list[str]:
    return [key for key in world.cloud.stored if key.endswith(".manifest.json")]


# Ends


def test_of_two_verdicts_at_the_same_time_the_first_is_told_with_its_own_time(running: FakeWorld) -> None:
    overtake(running, Ended(status="Failed", reason="Inferred"))
    (export,) = running.tick(minutes=10).exports
    (key,) = running.keys("/ended")
    event = running.notifier.delivered[-1][1]
    assert (export.status, running.notifier.kinds(BUS)) == ("Failed", ["Started", "Failed"])
    assert datetime.fromisoformat(event["time"].replace("Z", "+00:00")) == running.store.objects[key].modified_at


def test_who_dies_while_telling_leaves_a_marker_whatever_becomes_of_the_hints(running: FakeWorld) -> None:
    running.store.faults.before("create told", Died())
    assert not running.surviving(lambda: running.tick(minutes=10))
    lose_hints(running)
    running.tick(hours=1)
    running.tick(minutes=1)
    assert set(running.notifier.kinds(FUNCTION)) == {"Started", "Completed"}


def test_the_marker_goes_last_of_all(running: FakeWorld) -> None:
    running.store.faults.before("delete running", Died())
    assert not running.surviving(lambda: running.tick(minutes=10))
    assert len(running.keys("open/")) == 1


def test_the_manifest_is_there_before_anybody_is_told_of_the_end(running: FakeWorld) -> None:
    there: list[bool] = []
    tell = running.notifier.deliver

    def look_first(target: NotifyTarget, events: Events, _: ChannelAddress | None = None, /) -> None:
        there.append(bool(manifests(running)))
        tell(target, events)

    running.notifier.deliver = look_first  # type: ignore[method-assign]
    running.tick(minutes=10)
    assert there == [True, True]


def test_a_manifest_that_is_refused_is_written_later_and_the_marker_stays_until_then(running: FakeWorld) -> None:
    running.cloud.faults.before("put_object", refused("AccessDenied"))
    running.tick(minutes=10)
    assert (manifests(running), len(running.keys("open/"))) == ([], 1)
    running.tick(minutes=10)
    assert (len(manifests(running)), running.keys("open/")) == (1, [])


def test_an_end_is_logged_once_with_what_is_told(running: FakeWorld) -> None:
    running.tick(minutes=10)
    running.tick(hours=2)
    (line,) = [line for line in running.log.lines if line["event"] == "export.completed"]
    assert line["export"] == running.notifier.delivered[-1][1]["data"]


def test_an_end_that_was_told_is_not_logged_again_by_another_look(running: FakeWorld) -> None:
    (hint,) = running.keys("running/")
    running.tick(minutes=10)
    running.store.put(hint, b"")
    running.tick(minutes=1)
    assert running.log.events().count("export.completed") == 1


def test_an_end_before_the_start_whose_finder_died_is_logged_by_who_tells_it(world: FakeWorld) -> None:
    world.show(an_image(status="CreateFailed"))
    world.store.faults.after("create ended", Died())
    assert not world.surviving(world.tell)
    world.tick(minutes=10)
    assert world.log.events().count("export.failed") == 1


def test_an_end_after_the_start_whose_finder_died_is_logged_by_who_tells_it(running: FakeWorld) -> None:
    running.store.faults.after("create ended", Died())
    assert not running.surviving(lambda: running.tick(minutes=10))
    running.tick(minutes=10)
    assert running.log.events().count("export.completed") == 1


def test_an_event_told_late_is_the_event_that_the_others_were_told(world: FakeWorld) -> None:
    world.notifier.refusing.add(BUS)
    world.tell()
    world.cloud.finish(world.task_id)
    world.tick(minutes=10)
    world.notifier.refusing.clear()
    world.tick(minutes=30)
    events = {(event["id"], str(event)) for _, event in world.notifier.delivered}
    assert world.notifier.kinds(BUS) == ["Completed", "Started"]
    assert len(events) == 2


def test_a_target_is_told_again_as_long_as_a_fortnight_has_not_passed(world: FakeWorld) -> None:
    world.notifier.refusing.add(BUS)
    world.tell()
    world.cloud.finish(world.task_id)
    for _ in range(13):
        world.tick(days=1)
    world.notifier.refusing.clear()
    world.tick(hours=2)
    assert world.notifier.kinds(BUS) == ["Completed", "Started"]
    assert not world.keys("open/")


def test_a_refused_start_event_is_told_while_the_task_still_runs(world: FakeWorld) -> None:
    world.notifier.refusing.add(BUS)
    world.tell()
    world.tick(minutes=1)
    assert world.notifier.kinds(BUS) == []
    world.notifier.refusing.clear()
    world.tick(minutes=5)
    assert world.notifier.kinds(BUS) == ["Started"]


def test_telling_again_waits_longer_each_time(world: FakeWorld) -> None:
    world.notifier.refusing.add(BUS)
    world.tell()
    world.cloud.finish(world.task_id)
    for _ in range(240):
        world.tick(minutes=1)
    assert world.log.events().count("event.refused") < 60


def test_each_line_of_a_started_export_names_its_task(world: FakeWorld) -> None:
    world.notifier.refusing.add(BUS)
    world.tell()
    world.cloud.finish(world.task_id)
    world.cloud.faults.before("put_object", refused("AccessDenied"))
    world.tick(minutes=10)
    started = world.log.events().index("export.started")
    lines = [line for line in world.log.lines[started:] if "export_id" in line]
    assert {"event.told", "event.refused", "manifest.refused"} <= {line["event"] for line in lines}
    assert [line["event"] for line in lines if line.get("task_id") != world.task_id] == []


# Stalled


def test_a_stall_is_told_once_to_each_target(world: FakeWorld) -> None:
    world.tell()
    world.tick(minutes=1)
    world.tick(hours=6)
    for _ in range(3):
        world.tick(hours=2)
    assert world.notifier.kinds(BUS) == world.notifier.kinds(FUNCTION) == ["Started", "Stalled"]
    assert len(world.keys("/stalled")) == 1


# Rejections


@pytest.mark.parametrize("body", [MALFORMED, FORBIDDEN])
def test_a_rejection_is_kept_logged_and_told_once_to_each_target_however_often_it_comes(
    world: FakeWorld, body: bytes
) -> None:
    for number in range(3):
        assert len(world.receive(body, f"r-{number}").rejected) == 1
        world.tick(minutes=1)
    assert world.notifier.kinds(BUS) == world.notifier.kinds(FUNCTION) == ["Rejected"]
    assert len({event["id"] for _, event in world.notifier.delivered}) == len(world.keys("/event")) == 1
    assert not world.keys("due/")
    assert world.log.events().count("event.rejected") == 3


def test_two_rejections_of_one_array_are_two(world: FakeWorld) -> None:
    body = b"[" + FORBIDDEN + b"," + FORBIDDEN.replace(b"any", b"other") + b"]"
    assert len(world.receive(body).rejected) == 2
    world.tick(minutes=1)
    assert world.notifier.kinds(BUS) == ["Rejected"] * 2


def test_a_rejection_that_a_target_refuses_holds_up_no_other_and_is_told_later(world: FakeWorld) -> None:
    world.notifier.refusing.add(BUS)
    world.receive(MALFORMED)
    world.tick(minutes=1)
    assert world.notifier.kinds(FUNCTION) == ["Rejected"]
    world.notifier.refusing.clear()
    world.tick(minutes=5)
    assert (world.notifier.kinds(BUS), world.notifier.kinds(FUNCTION)) == (["Rejected"], ["Rejected"])
    assert not world.keys("due/")


def test_a_rejection_that_has_expired_meanwhile_is_told_nobody_and_its_hint_goes(world: FakeWorld) -> None:
    world.notifier.refusing.add(BUS)
    world.receive(MALFORMED)
    world.tick(minutes=1)
    for key in world.keys("rejected/"):
        del world.store.objects[key]
    world.notifier.refusing.clear()
    world.tick(days=1)
    assert (world.notifier.kinds(BUS), world.keys("rejected")) == ([], [])


def test_a_rejection_is_given_up_after_a_fortnight(world: FakeWorld) -> None:
    world.notifier.refusing.add(BUS)
    world.receive(MALFORMED)
    for _ in range(14):
        world.tick(days=1)
    assert (len(world.keys("due/")), world.keys("untold/")) == (1, [])
    for _ in range(3):
        world.tick(days=1)
    assert (world.keys("due/"), len(world.keys("untold/"))) == ([], 1)
