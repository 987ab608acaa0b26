"""What is told, of which facts, to whom, how long: ends, manifests, rejections (docs/protocol.md#rule-13, #rule-17)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from image_export.values.facts import Ended
from image_export.values.notify_target import NotifyTarget

from .builders import an_image
from .fakes import Died, refused
from .workshop import BUS, FUNCTION, Workshop

MALFORMED = b'{"source": "acs.ecs", "specversion": "1.0", "type": "ecs:Image:StateChange", "id": "e-9", "data": {}}'
FORBIDDEN = b'{"ImageId": "m-bp1any", "OSSBucket": "strangers-bucket"}'


@pytest.fixture
def shop() -> Workshop:
    return Workshop()


@pytest.fixture
def running(shop: Workshop) -> Workshop:
    """An export whose task has just ended well."""
    shop.tell()
    shop.tick(minutes=1)
    shop.cloud.finish(shop.task_id)
    return shop


def lose_hints(shop: Workshop) -> None:
    for key in list(shop.store.objects):
        if key.startswith(("due/", "running/", "waiting/")):
            del shop.store.objects[key]


def overtake(shop: Workshop, ended: Ended) -> None:
    """Another worker writes this verdict when ours is about to be written, five minutes earlier."""
    create = shop.store.create

    def overtaken(key: str, body: bytes) -> bool:
        if key.endswith("/ended"):
            shop.store.create = create  # type: ignore[method-assign]
            shop.context().ledger.create(key, ended)
            shop.clock.advance(minutes=5)
        return create(key, body)

    shop.store.create = overtaken  # type: ignore[method-assign]


def manifests(shop: Workshop) -> list[str]:
    return [key for key in shop.cloud.stored if key.endswith(".manifest.json")]


# Ends


def test_of_two_verdicts_at_the_same_time_the_first_is_told_with_its_own_time(running: Workshop) -> None:
    overtake(running, Ended(status="Failed", reason="Inferred"))
    (export,) = running.tick(minutes=10).exports
    (key,) = running.keys("/ended")
    event = running.notifier.told[-1][1]
    assert (export.status, running.notifier.kinds(BUS)) == ("Failed", ["Started", "Failed"])
    assert datetime.fromisoformat(event["time"].replace("Z", "+00:00")) == running.store.objects[key].modified_at


def test_who_dies_while_telling_leaves_a_marker_whatever_becomes_of_the_hints(running: Workshop) -> None:
    running.store.faults.before("create told", Died())
    assert not running.surviving(lambda: running.tick(minutes=10))
    lose_hints(running)
    running.tick(hours=1)
    running.tick(minutes=1)
    assert set(running.notifier.kinds(FUNCTION)) == {"Started", "Completed"}


def test_the_marker_goes_last_of_all(running: Workshop) -> None:
    running.store.faults.before("delete running", Died())
    assert not running.surviving(lambda: running.tick(minutes=10))
    assert len(running.keys("open/")) == 1


def test_the_manifest_is_there_before_anybody_is_told_of_the_end(running: Workshop) -> None:
    there: list[bool] = []
    tell = running.notifier.deliver

    def look_first(target: NotifyTarget, event: Mapping[str, Any]) -> None:
        there.append(bool(manifests(running)))
        tell(target, event)

    running.notifier.deliver = look_first  # type: ignore[method-assign]
    running.tick(minutes=10)
    assert there == [True, True]


def test_a_manifest_that_is_refused_is_written_later_and_the_marker_stays_until_then(running: Workshop) -> None:
    running.cloud.faults.before("put_object", refused("AccessDenied"))
    running.tick(minutes=10)
    assert (manifests(running), len(running.keys("open/"))) == ([], 1)
    running.tick(minutes=10)
    assert (len(manifests(running)), running.keys("open/")) == (1, [])


def test_an_end_is_logged_once_with_what_is_told(running: Workshop) -> None:
    running.tick(minutes=10)
    running.tick(hours=2)
    (line,) = [line for line in running.log.lines if line["event"] == "export.completed"]
    assert line["export"] == running.notifier.told[-1][1]["data"]


def test_an_end_that_was_told_is_not_logged_again_by_another_look(running: Workshop) -> None:
    (hint,) = running.keys("running/")
    running.tick(minutes=10)
    running.store.put(hint, b"")
    running.tick(minutes=1)
    assert running.log.events().count("export.completed") == 1


def test_an_end_before_the_start_whose_finder_died_is_logged_by_who_tells_it(shop: Workshop) -> None:
    shop.show(an_image(status="CreateFailed"))
    shop.store.faults.after("create ended", Died())
    assert not shop.surviving(shop.tell)
    shop.tick(minutes=10)
    assert shop.log.events().count("export.failed") == 1


def test_an_end_after_the_start_whose_finder_died_is_logged_by_who_tells_it(running: Workshop) -> None:
    running.store.faults.after("create ended", Died())
    assert not running.surviving(lambda: running.tick(minutes=10))
    running.tick(minutes=10)
    assert running.log.events().count("export.completed") == 1


def test_an_event_told_late_is_the_event_that_the_others_were_told(shop: Workshop) -> None:
    shop.notifier.refusing.add(BUS)
    shop.tell()
    shop.cloud.finish(shop.task_id)
    shop.tick(minutes=10)
    shop.notifier.refusing.clear()
    shop.tick(minutes=30)
    events = {(event["id"], str(event)) for _, event in shop.notifier.told}
    assert shop.notifier.kinds(BUS) == ["Completed", "Started"]
    assert len(events) == 2


def test_a_target_is_told_again_as_long_as_a_fortnight_has_not_passed(shop: Workshop) -> None:
    shop.notifier.refusing.add(BUS)
    shop.tell()
    shop.cloud.finish(shop.task_id)
    for _ in range(13):
        shop.tick(days=1)
    shop.notifier.refusing.clear()
    shop.tick(hours=2)
    assert shop.notifier.kinds(BUS) == ["Completed", "Started"]
    assert not shop.keys("open/")


def test_a_refused_start_event_is_told_while_the_task_still_runs(shop: Workshop) -> None:
    shop.notifier.refusing.add(BUS)
    shop.tell()
    shop.tick(minutes=1)
    assert shop.notifier.kinds(BUS) == []
    shop.notifier.refusing.clear()
    shop.tick(minutes=5)
    assert shop.notifier.kinds(BUS) == ["Started"]


def test_telling_again_waits_longer_each_time(shop: Workshop) -> None:
    shop.notifier.refusing.add(BUS)
    shop.tell()
    shop.cloud.finish(shop.task_id)
    for _ in range(240):
        shop.tick(minutes=1)
    assert shop.log.events().count("event.refused") < 60


def test_each_line_of_a_started_export_names_its_task(shop: Workshop) -> None:
    shop.notifier.refusing.add(BUS)
    shop.tell()
    shop.cloud.finish(shop.task_id)
    shop.cloud.faults.before("put_object", refused("AccessDenied"))
    shop.tick(minutes=10)
    started = shop.log.events().index("export.started")
    lines = [line for line in shop.log.lines[started:] if "export_id" in line]
    assert {"event.told", "event.refused", "manifest.refused"} <= {line["event"] for line in lines}
    assert [line["event"] for line in lines if line.get("task_id") != shop.task_id] == []


# Stalled


def test_a_stall_is_told_once_to_each_target(shop: Workshop) -> None:
    shop.tell()
    shop.tick(minutes=1)
    shop.tick(hours=6)
    for _ in range(3):
        shop.tick(hours=2)
    assert shop.notifier.kinds(BUS) == shop.notifier.kinds(FUNCTION) == ["Started", "Stalled"]
    assert len(shop.keys("/stalled")) == 1


# Rejections


@pytest.mark.parametrize("body", [MALFORMED, FORBIDDEN])
def test_a_rejection_is_kept_logged_and_told_once_to_each_target_however_often_it_comes(
    shop: Workshop, body: bytes
) -> None:
    for number in range(3):
        assert len(shop.receive(body, f"r-{number}").rejected) == 1
        shop.tick(minutes=1)
    assert shop.notifier.kinds(BUS) == shop.notifier.kinds(FUNCTION) == ["Rejected"]
    assert len({event["id"] for _, event in shop.notifier.told}) == len(shop.keys("/event")) == 1
    assert not shop.keys("due/")
    assert shop.log.events().count("event.rejected") == 3


def test_two_rejections_of_one_array_are_two(shop: Workshop) -> None:
    body = b"[" + FORBIDDEN + b"," + FORBIDDEN.replace(b"any", b"other") + b"]"
    assert len(shop.receive(body).rejected) == 2
    shop.tick(minutes=1)
    assert shop.notifier.kinds(BUS) == ["Rejected"] * 2


def test_a_rejection_that_a_target_refuses_holds_up_no_other_and_is_told_later(shop: Workshop) -> None:
    shop.notifier.refusing.add(BUS)
    shop.receive(MALFORMED)
    shop.tick(minutes=1)
    assert shop.notifier.kinds(FUNCTION) == ["Rejected"]
    shop.notifier.refusing.clear()
    shop.tick(minutes=5)
    assert (shop.notifier.kinds(BUS), shop.notifier.kinds(FUNCTION)) == (["Rejected"], ["Rejected"])
    assert not shop.keys("due/")


def test_a_rejection_that_has_expired_meanwhile_is_told_nobody_and_its_hint_goes(shop: Workshop) -> None:
    shop.notifier.refusing.add(BUS)
    shop.receive(MALFORMED)
    shop.tick(minutes=1)
    for key in shop.keys("rejected/"):
        del shop.store.objects[key]
    shop.notifier.refusing.clear()
    shop.tick(days=1)
    assert (shop.notifier.kinds(BUS), shop.keys("rejected")) == ([], [])


def test_a_rejection_is_given_up_after_a_fortnight(shop: Workshop) -> None:
    shop.notifier.refusing.add(BUS)
    shop.receive(MALFORMED)
    for _ in range(14):
        shop.tick(days=1)
    assert (len(shop.keys("due/")), shop.keys("untold/")) == (1, [])
    for _ in range(3):
        shop.tick(days=1)
    assert (shop.keys("due/"), len(shop.keys("untold/"))) == ([], 1)
