"""DryRun: how an export would begin, by a look and the facts, and nothing is written, over fakes."""

from typing import Any

import pytest

from image_export.values.cause import Cause
from image_export.values.export import Export
from image_export.values.facts import Hold
from image_export.values.image import Disk

from .builders import ACCOUNT, IMAGE, REGION, an_image
from .fake_world import FakeWorld
from .fakes import refused

WHOLE = "a" * 18


def tried(world: FakeWorld, **parameters: str) -> Export:
    """What a DryRun says, having changed nothing."""
    before = dict(world.store.objects)
    (export,) = world.ask(DryRun=True, **parameters).exports
    assert world.store.objects == before
    assert (world.cloud.exported, world.notifier.delivered) == ([], [])
    return export


def error(export: Export) -> Cause:
    """Of one that would fail."""
    assert export.status == "Failed"
    assert export.error is not None
    return export.error


def test_an_image_that_may_be_exported_would_be(world: FakeWorld) -> None:
    export = tried(world)
    assert (export.status, export.reason, export.error, export.finished_at) == ("Requested", "DryRun", None, None)


def test_an_image_that_is_not_there_yet_would_be_waited_for(world: FakeWorld) -> None:
    world.show(an_image(status="Creating"))
    assert tried(world).reason == "ImageNotAvailable"


@pytest.mark.parametrize("code", ["ConcurrentQuotaExceed.ExportImage", "WeeklyQuotaExceed.ExportImage"])
def test_where_there_is_no_room_it_would_wait_for_room(world: FakeWorld, code: str) -> None:
    world.context().ledger.put(f"holds/{ACCOUNT}/{REGION}", Hold(code=code))
    assert tried(world).reason == code.split(".")[0]


def test_an_image_that_never_becomes_available_would_fail(world: FakeWorld) -> None:
    world.show(an_image(status="CreateFailed"))
    export = tried(world)
    assert error(export).code == "IncorrectImageStatus"
    assert export.finished_at


def test_an_image_that_does_not_exist_would_fail(world: FakeWorld) -> None:
    cause = error(tried(world, ImageId="m-nobody"))
    assert cause.code == "InvalidImageId.NotFound"
    assert cause.recommend


@pytest.mark.parametrize(
    ("image", "parameters", "code", "said"),
    [
        ({"os_type": "windows"}, {}, "ImageNotSupported", "Windows images cannot be exported."),
        (
            {"disks": (Disk(device="/dev/xvda", kind="system", size_gib=40, encrypted=True),)},
            {},
            "ImageNotSupported",
            "disk /dev/xvda is encrypted; images with encrypted snapshots cannot be exported.",
        ),
        (
            {},
            {"ImageFormat": "qcow2"},
            "InvalidImageFormat.RegionNotSupported",
            "ImageFormat qcow2 is not offered in cn-hangzhou.",
        ),
    ],
)
def test_what_ecs_is_known_to_refuse_would_fail(
    world: FakeWorld, image: dict[str, Any], parameters: dict[str, str], code: str, said: str
) -> None:
    world.show(an_image(**image))
    cause = error(tried(world, **parameters))
    assert (cause.code, cause.message, bool(cause.recommend)) == (code, f"ECS would refuse: {said}", True)


def test_a_look_that_is_refused_for_good_is_what_it_would_fail_of(world: FakeWorld) -> None:
    world.cloud.faults.before("image", refused("InvalidRegionId.NotFound", "No such region."))
    cause = error(tried(world))
    assert (cause.code, cause.message, bool(cause.request_id)) == ("InvalidRegionId.NotFound", "No such region.", True)


def test_a_role_that_does_not_work_yet_would_be_waited_for(world: FakeWorld) -> None:
    world.clouds.dead_roles.add(f"acs:ram::{ACCOUNT}:role/image-export")
    export = tried(world)
    assert (export.status, export.reason) == ("Requested", "EntityNotExist.Role")


def test_a_whole_prefix_that_is_free_would_be_used_and_is_not_kept(world: FakeWorld) -> None:
    assert tried(world, OSSPrefix=WHOLE).reason == "DryRun"
    assert world.ask("r-2", OSSPrefix=WHOLE, ImageFormat="qcow2").exports[0].oss_prefix == WHOLE


def test_a_token_that_would_be_refused_is_refused(world: FakeWorld) -> None:
    world.ask(ClientToken="t", OSSPrefix="abc")
    (cause,) = world.ask(ClientToken="t", OSSPrefix="xyz", DryRun=True).rejected
    assert cause.code == "IdempotentParameterMismatch"


def test_a_token_shows_its_export_even_after_the_end(world: FakeWorld) -> None:
    (first,) = world.ask(ClientToken="t").exports
    world.cloud.fail(world.task_id)
    world.tick(minutes=10)
    (shown,) = world.ask(ClientToken="t", DryRun=True).exports
    assert (shown.export_id, shown.status) == (first.export_id, "Failed")


def test_after_an_end_a_dry_run_is_of_a_new_export(world: FakeWorld) -> None:
    world.ask("r-1")
    world.cloud.fail(world.task_id)
    world.tick(minutes=10)
    world.cloud.exported.clear()
    world.notifier.delivered.clear()
    export = tried(world)
    assert (export.image_id, export.status, export.reason) == (IMAGE, "Requested", "DryRun")
