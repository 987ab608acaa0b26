"""What every Cloud promises the use cases (ports.Cloud)."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from image_export.errors import CloudFault, Refused, Unanswered
from image_export.values.stored_object import PROBE_BYTES
from image_export.values.task import Task
from tests.contract.worlds import BUCKET, LISTED_AFTER_S, World, start

RUNNING = {"Waiting", "Processing"}  # a new task may queue first


def prefix() -> str:
    """A prefix that no other test uses."""
    return f"p{uuid.uuid4().hex[:16]}"


def manifest(head: str = "") -> str:
    """The key of a manifest, the only kind of object that a session may write."""
    return f"{head or prefix()}.manifest.json"


@pytest.mark.parametrize("status", ["Creating", "Waiting", "Available", "UnAvailable", "CreateFailed", "Deprecated"])
def test_an_image_is_seen_in_whatever_status(world: World, status: str) -> None:
    image_id = world.add_image(status=status)
    image = world.cloud.image(image_id)
    assert image is not None
    assert (image.image_id, image.status) == (image_id, status)


def test_an_image_that_the_account_does_not_have_is_none(world: World) -> None:
    assert world.cloud.image("m-bp1neverwas") is None


def test_an_image_shows_its_disks_with_their_sizes(world: World) -> None:
    image = world.cloud.image(world.add_image(data_disks=1))
    assert image is not None
    assert [(disk.kind, disk.device, disk.size_gib) for disk in image.disks] == [
        ("system", "/dev/xvda", 40),
        ("data", "/dev/xvdb", 100),
    ]
    assert image.owner_alias == "self"


def test_an_export_that_runs_has_not_ended_and_names_no_objects_yet(world: World) -> None:
    task = world.cloud.task(world.cloud.export_image(start(world.add_image(), prefix())))
    assert task is not None
    assert task.status in RUNNING
    assert (task.objects, task.failed_count, task.support_cancel) == ((), 0, True)
    assert task.progress is not None
    assert task.finished_at is None


def test_a_finished_task_names_an_object_for_each_disk_in_our_bucket(world: World) -> None:
    image_id, mine = world.add_image(data_disks=1), prefix()
    task_id = world.cloud.export_image(start(image_id, mine))
    world.end(task_id)
    task = world.cloud.task(task_id)
    assert task is not None
    assert (task.status, task.failed_count, task.progress, task.cause) == ("Finished", 0, "100%", None)
    assert task.finished_at is not None
    assert sorted((name.oss_bucket, name.key) for name in task.objects) == [
        (BUCKET, f"{mine}_{image_id}_data_xvdb.raw.tar.gz"),
        (BUCKET, f"{mine}_{image_id}_system.raw.tar.gz"),
    ]


def test_a_failed_task_has_the_cloud_s_own_words(world: World) -> None:
    task_id = world.cloud.export_image(start(world.add_image(outcome="fail"), prefix()))
    world.end(task_id)
    task = world.cloud.task(task_id)
    assert task is not None
    assert task.status == "Failed"
    assert task.failed_count > 0
    assert task.cause is not None
    assert task.cause.code == "ExportImageFailed"
    assert "could not be read" in task.cause.message


def test_a_task_that_ecs_does_not_know_is_none(world: World) -> None:
    assert world.cloud.task("t-bp1neverwas") is None


def test_many_tasks_are_asked_for_at_once_and_unknown_ones_are_left_out(world: World) -> None:
    wanted = [world.cloud.export_image(start(world.add_image(), prefix())) for _ in range(2)]
    world.wait(LISTED_AFTER_S)
    found = world.cloud.tasks([*wanted, "t-bp1neverwas"])
    assert sorted(task.task_id for task in found) == sorted(wanted)
    assert {task.status for task in found} <= RUNNING


def test_no_tasks_asked_for_are_no_tasks(world: World) -> None:
    world.cloud.export_image(start(world.add_image(), prefix()))
    world.wait(LISTED_AFTER_S)
    assert world.cloud.tasks([]) == []


def test_more_than_a_hundred_tasks_are_not_asked_for_in_one_call(world: World) -> None:
    assert world.cloud.tasks([f"t-{number}" for number in range(100)]) == []
    with pytest.raises(ValueError, match="101"):
        world.cloud.tasks([f"t-{number}" for number in range(101)])


def test_a_new_task_is_not_listed_at_once(world: World) -> None:
    task_id = world.cloud.export_image(start(world.add_image(), prefix()))
    assert world.cloud.tasks([task_id]) == []


def recent(world: World, image_id: str) -> list[Task]:
    """The image's tasks of the last minutes."""
    return world.cloud.export_tasks(image_id, since=world.now() - timedelta(minutes=2), until=world.now()).tasks


def test_export_tasks_of_an_image_are_those_of_that_time(world: World) -> None:
    image_id = world.add_image()
    task_id = world.cloud.export_image(start(image_id, prefix()))
    world.wait(LISTED_AFTER_S)
    found = recent(world, image_id)
    assert [(task.task_id, task.image_id) for task in found] == [(task_id, image_id)]
    world.wait(600)
    assert recent(world, image_id) == []
    created = found[0].created_at
    window = {"since": created - timedelta(minutes=2), "until": created + timedelta(minutes=2)}
    assert len(world.cloud.export_tasks(image_id, **window).tasks) == 1
    assert (
        world.cloud.export_tasks(image_id, **{**window, "until": created - timedelta(minutes=1, seconds=30)}).tasks
        == []
    )


def test_a_cancelled_task_ends_as_deleted(world: World) -> None:
    task_id = world.cloud.export_image(start(world.add_image(), prefix()))
    world.cloud.cancel_task(task_id)
    task = world.cloud.task(task_id)
    assert task is not None
    assert task.status == "Deleted"


def test_cancelling_a_task_that_has_ended_is_no_fault(world: World) -> None:
    task_id = world.cloud.export_image(start(world.add_image(), prefix()))
    world.end(task_id)
    world.cloud.cancel_task(task_id)
    task = world.cloud.task(task_id)
    assert task is not None
    assert task.status == "Finished"


@pytest.mark.parametrize(("status", "code"), [("Creating", "IncorrectImageStatus"), (None, "InvalidImageId.NotFound")])
def test_an_image_that_cannot_be_exported_is_refused(world: World, status: str | None, code: str) -> None:
    image_id = world.add_image(status=status) if status else "m-bp1neverwas"
    with pytest.raises(Refused) as refusal:
        world.cloud.export_image(start(image_id, prefix()))
    assert refusal.value.code == code
    assert refusal.value.cause.request_id


def test_a_second_export_of_an_image_is_refused_while_one_runs(world: World) -> None:
    image_id = world.add_image()
    world.cloud.export_image(start(image_id, prefix()))
    with pytest.raises(Refused) as refusal:
        world.cloud.export_image(start(image_id, prefix()))
    assert refusal.value.code == "ImageIsExporting"


def test_a_refused_start_has_started_nothing(world: World) -> None:
    image_id = world.add_image()
    world.fault("export_image", "refused")
    with pytest.raises(Refused):
        world.cloud.export_image(start(image_id, prefix()))
    world.wait(LISTED_AFTER_S)
    assert recent(world, image_id) == []


def test_a_start_whose_answer_is_lost_is_in_doubt_and_not_sent_again(world: World) -> None:
    image_id = world.add_image()
    world.fault("export_image", "unanswered")
    with pytest.raises(Unanswered):
        world.cloud.export_image(start(image_id, prefix()))
    world.wait(LISTED_AFTER_S)
    assert len(recent(world, image_id)) == 1


@pytest.mark.parametrize("call", ["image", "task", "object"])
def test_a_refused_read_is_a_fault_and_no_verdict(world: World, call: str) -> None:
    world.fault(call, "refused")
    reads: dict[str, Callable[[str], object]] = {
        "image": world.cloud.image,
        "task": world.cloud.task,
        "object": partial(world.cloud.object, BUCKET),
    }
    with pytest.raises(CloudFault):
        reads[call]("any")


def test_an_object_has_its_size_and_checksums_and_both_its_ends(world: World) -> None:
    key, body = manifest(), bytes(range(256)) * (PROBE_BYTES // 128)
    world.cloud.put_object(BUCKET, key, body)
    found = world.cloud.object(BUCKET, key)
    assert found is not None
    assert (found.key, found.size_bytes) == (key, len(body))
    assert (found.head, found.tail) == (body[:PROBE_BYTES], body[-PROBE_BYTES:])
    assert found.crc64 is not None
    assert found.crc64.isdecimal()
    assert found.etag.isalnum()
    assert abs(found.modified_at - world.now()) < timedelta(seconds=5)


@pytest.mark.parametrize("size", [0, 1, PROBE_BYTES, PROBE_BYTES + 1])
def test_a_short_object_is_its_own_head_and_tail(world: World, size: int) -> None:
    key, body = manifest(), bytes(range(256)) * (PROBE_BYTES // 128)
    world.cloud.put_object(BUCKET, key, body[:size])
    found = world.cloud.object(BUCKET, key)
    assert found is not None
    assert found.size_bytes == size
    assert found.head == body[:size][:PROBE_BYTES]
    assert found.tail == body[:size][-PROBE_BYTES:]


def test_an_object_that_is_not_there_is_none(world: World) -> None:
    assert world.cloud.object(BUCKET, prefix()) is None


def test_keys_are_all_those_that_begin_with_the_prefix(world: World) -> None:
    mine = prefix()
    for key in (manifest(f"{mine}_b"), manifest(f"{mine}_a"), manifest()):
        world.cloud.put_object(BUCKET, key, b"x")
    assert world.cloud.object_keys(BUCKET, mine) == [manifest(f"{mine}_a"), manifest(f"{mine}_b")]


def test_an_object_is_written_over_itself(world: World) -> None:
    key = manifest()
    world.cloud.put_object(BUCKET, key, b"one")
    world.cloud.put_object(BUCKET, key, b"three")
    found = world.cloud.object(BUCKET, key)
    assert found is not None
    assert found.head == b"three"


def test_the_accounts_own_images_are_listed_newest_first_and_from_a_time_on(world: World) -> None:
    before = [world.add_image(status="Creating"), world.add_image()]
    world.wait(120)
    since = world.now()
    after = world.add_image()
    listed = [image.image_id for image in world.cloud.images(1).images]
    assert listed.index(after) < min(map(listed.index, before))
    newest = [image.image_id for image in world.cloud.images(1, since=since).images]
    assert after in newest
    assert not set(before) & set(newest)


def test_images_come_by_pages_of_a_hundred(world: World) -> None:
    while not world.cloud.images(1).more:
        world.add_image()
    first, page, seen = world.cloud.images(1), 1, list[str]()
    assert len(first.images) == 100
    while True:
        listing = world.cloud.images(page)
        seen += [image.image_id for image in listing.images]
        if not listing.more:
            break
        page += 1
    assert page > 1
    assert len(seen) == len(set(seen)) > 100
