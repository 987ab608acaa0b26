"""Never twice (docs/protocol.md#p1): the same event again, at the same time, beside the watcher; the answer lost; the
process killed.

Wherever it happens there is one ExportImage call in the log, one task, one export and one id of its end.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sampling import sampled

from .world import BUCKET, FUNCTION, REGION, World

# Where two workers are held together: the call, and for OSS what its key holds.
MEETINGS = [
    ("sts", "AssumeRole", "*"),
    ("ecs", "DescribeImages", "*"),
    ("oss", "ListObjectsV2", "*"),
    ("oss", "PutObject", "*/open/*"),
    ("oss", "PutObject", "*/requested"),
    ("oss", "PutObject", "*/claim-0001"),
]


def assert_once(world: World, image: str, *, end: str = "Completed", calls: int = 1) -> None:
    """One call, one task, one export, one id for each kind of event at each target."""
    assert len(world.calls_of(image)) == calls
    assert len(world.tasks_of(image)) == 1
    assert len(exports_of(world, image)) == 1
    for target in ("eventbridge", FUNCTION):
        assert sorted(world.kinds(image, target)) == sorted(["Started", end])


def exports_of(world: World, image: str) -> set[str]:
    """The exports of the image that were recorded, by the ledger's own history."""
    indexed = {key.rsplit("/", 1)[1] for key in world.ledger(f"/{image}/exp-")}
    return {export for export in indexed if world.ledger(f"{export}/requested")}


def meet(world: World, service: str, action: str, key: str, works: list[Callable[[], Any]]) -> list[Any]:
    """Start the works, wait until each is held at that call, and let them go on together."""
    world.emulator.fault(service, action, "hold", times=len(works), key=key)
    wanted = key.strip("*").strip("/")

    def release() -> None:
        assert world.emulator.until(lambda: len(world.held(action, key=wanted)) >= len(works)), "they never met"
        world.emulator.post("release")

    return world.together(*works, release)


@pytest.mark.parametrize(("service", "action", "key"), MEETINGS)
def test_the_same_event_twice_at_the_same_time(world: World, service: str, action: str, key: str) -> None:
    image = world.image()
    if service == "sts":
        world.emulator.advance(4000)  # past the sessions of earlier tests
        key = "*"
    answers = meet(world, service, action, key, [lambda: world.tell(image)] * 2)[:2]
    assert len({answer["Exports"][0]["ExportId"] for answer in answers}) == 1
    world.follow(image)
    assert_once(world, image)


def test_the_same_event_one_after_the_other_and_after_the_end(world: World) -> None:
    image = world.image()
    first = world.tell(image)["Exports"][0]
    assert world.tell(image)["Exports"][0]["ExportId"] == first["ExportId"]
    world.follow(image)
    after = world.tell(image)["Exports"][0]
    assert (after["ExportId"], after["Status"]) == (first["ExportId"], "Completed")
    assert_once(world, image)


def test_another_kind_of_event_for_the_same_image_is_the_same_export(world: World) -> None:
    image = world.image()
    assert world.tell(image, "trail")["Exports"][0]["ExportId"] == world.tell(image, "cms")["Exports"][0]["ExportId"]
    world.follow(image)
    assert_once(world, image)


TICKS_MEET = [("DescribeTaskAttribute", "*"), ("PutObject", "*/ended"), ("PutObject", "*manifest.json")]


@pytest.mark.parametrize(("action", "key"), TICKS_MEET)
def test_two_ticks_at_the_same_time(world: World, action: str, key: str) -> None:
    image = world.image()
    world.tell(image)
    world.emulator.advance(700)
    service = "ecs" if action == "DescribeTaskAttribute" else "oss"
    meet(world, service, action, key, [world.emulator.tick] * 2)
    world.pass_time(61)
    assert_once(world, image)


@pytest.mark.parametrize("key", ["*/claim-0001", "*/result-0001"])
def test_a_tick_beside_an_entrance(world: World, key: str) -> None:
    image = world.image(Status="Creating")
    world.tell(image)
    world.emulator.post(f"images/{image}", {"Status": "Available"})
    world.emulator.advance(90)
    if key.endswith("claim-0001"):
        meet(world, "oss", "PutObject", key, [lambda: world.tell(image), world.emulator.tick])
    else:
        world.emulator.fault("oss", "PutObject", "hold", key=key)
        world.together(lambda: world.tell(image), lambda: tick_while_held(world, "result-0001"))
    world.follow(image)
    assert_once(world, image)


def tick_while_held(world: World, key: str) -> None:
    """A whole tick while another worker's write is being held."""
    assert world.emulator.until(lambda: world.held("PutObject", key=key))
    world.emulator.tick()
    world.emulator.post("release")


# The answer is lost after the effect: both readings of what DescribeTasks tells

READINGS: list[dict[str, Any]] = [
    {"task_named": "finished", "resource_ids": "honoured", "resource_id_in_tasks": True},
    {"task_named": "at_once", "resource_ids": "honoured", "resource_id_in_tasks": False},
    {"task_named": "finished", "resource_ids": "ignored", "resource_id_in_tasks": True},
    {"task_named": "finished", "resource_ids": "ignored", "resource_id_in_tasks": False},
    {"task_named": "at_once", "resource_ids": "ignored", "resource_id_in_tasks": False},
    {"task_set_shape": "list", "task_action_spelling": "EXPORT_IMAGE", "support_cancel_type": "bool"},
    {"task_list_lag_s": 1200, "operation_progress": "one_for_all"},
    {"object_naming": "prefix_image_task", "export_id_field": "ExportTaskId"},
    {"list_after_write": "lagging"},
]


LOST = ["reset_after", "garbage"]


@pytest.mark.parametrize(
    ("kind", "readings"),
    sampled(
        ((kind, readings) for kind in LOST for readings in READINGS),
        lambda case: LOST.index(case[0]) == READINGS.index(case[1]) % len(LOST),  # each reading once
    ),
    ids=lambda value: value if isinstance(value, str) else "-".join(map(str, value.values())),
)
def test_a_lost_answer_is_resolved_without_a_second_call(world: World, kind: str, readings: dict[str, Any]) -> None:
    world.emulator.post("unsure", readings)
    image = world.image()
    world.emulator.fault("ecs", "ExportImage", kind, params={"ImageId": image})
    (export,) = world.tell(image)["Exports"]
    assert (export["Status"], export["Reason"]) == ("Requested", "StartInDoubt")
    assert world.follow(image)["Status"] == "Completed"
    assert_once(world, image)


def test_a_call_that_never_arrived_is_made_again_only_after_the_wait(world: World) -> None:
    image = world.image()
    world.emulator.fault("ecs", "ExportImage", "reset_before", params={"ImageId": image})
    world.tell(image)
    for _ in range(24):
        world.pass_time(60)
    assert len(world.calls_of(image)) == 1
    assert world.follow(image)["Status"] == "Completed"
    assert_once(world, image, calls=2)


def test_a_lost_answer_beside_a_foreign_task_of_another_image_is_told_apart(world: World) -> None:
    world.emulator.post("unsure", {"resource_ids": "ignored", "resource_id_in_tasks": False})
    image, other = world.image(), world.image(ImageName="scratch")
    theirs = {"RegionId": REGION, "ImageId": other, "OSSBucket": BUCKET, "OSSPrefix": "theirs"}
    world.emulator.post("tasks", theirs)
    world.emulator.fault("ecs", "ExportImage", "reset_after", params={"ImageId": image})
    world.tell(image)
    assert world.follow(image)["Status"] == "Completed"
    assert_once(world, image)


# The process dies: at one call of each kind here, and at every call of an export in test_crash_matrix.py

DEATHS = ["kill_before", "kill_after"]
KILLS = [
    ("ecs", "ExportImage", "*"),
    ("oss", "PutObject", "*/open/*"),
    ("oss", "PutObject", "*/requested"),
    ("oss", "PutObject", "*/claim-0001"),
    ("oss", "PutObject", "*/result-0001"),
    ("oss", "PutObject", "*/due/*/deliver.*"),
    ("oss", "PutObject", "*/running/*"),
]


@pytest.mark.parametrize(
    ("service", "action", "key", "kind"),
    sampled(
        ((*call, kind) for call in KILLS for kind in DEATHS),
        lambda case: case[0] == "ecs" or DEATHS.index(case[3]) == KILLS.index(case[:3]) % 2,
    ),
)
def test_a_killed_entrance_is_finished_by_the_watcher(
    world: World, service: str, action: str, key: str, kind: str
) -> None:
    image = world.image()
    world.emulator.fault(service, action, kind, key=key)
    with pytest.raises(RuntimeError):
        world.tell(image)
    if (key, kind) == ("*/open/*", "kill_before"):
        world.tell(image)  # nothing was recorded and nothing answered: FC delivers the event again
    assert world.follow(image)["Status"] == "Completed"
    assert_once(world, image, calls=2 if (service, kind) == ("ecs", "kill_before") else 1)


WRITES = ["*/ended", "*manifest.json", "*/due/*/deliver.*", "*/told-completed-*"]


@pytest.mark.parametrize(
    ("key", "kind"),
    sampled(
        ((key, kind) for key in WRITES for kind in DEATHS),
        lambda case: DEATHS.index(case[1]) == WRITES.index(case[0]) % 2,
    ),
)
def test_a_killed_watcher_is_finished_by_the_next_tick(world: World, key: str, kind: str) -> None:
    image = world.image()
    world.tell(image)
    world.emulator.fault("oss", "PutObject", kind, key=key)
    world.emulator.advance(700)
    with pytest.raises(RuntimeError):
        world.emulator.tick()
    world.pass_time(61)
    assert_once(world, image)
    assert not [export for export in exports_of(world, image) if world.ledger(f"open/{export}")]
