"""DryRun: how an export would begin, by a look and the facts, and nothing is written, over fakes."""

from typing import Any

import pytest

from image_export.values.cause import Cause
from image_export.values.export import Export
from image_export.values.facts import Hold
from image_export.values.image import Disk

from .builders import ACCOUNT, IMAGE, REGION, an_image
from .fakes import refused
from .workshop import Workshop

WHOLE = "a" * 18


@pytest.fixture
def shop() -> Workshop:
    return Workshop()


def tried(shop: Workshop, **parameters: str) -> Export:
    """What a DryRun says, having changed nothing."""
    before = dict(shop.store.objects)
    (export,) = shop.ask(DryRun=True, **parameters).exports
    assert shop.store.objects == before
    assert (shop.cloud.exported, shop.notifier.told) == ([], [])
    return export


def error(export: Export) -> Cause:
    """Of one that would fail."""
    assert export.status == "Failed"
    assert export.error is not None
    return export.error


def test_an_image_that_may_be_exported_would_be(shop: Workshop) -> None:
    export = tried(shop)
    assert (export.status, export.reason, export.error, export.finished_at) == ("Requested", "DryRun", None, None)


def test_an_image_that_is_not_there_yet_would_be_waited_for(shop: Workshop) -> None:
    shop.show(an_image(status="Creating"))
    assert tried(shop).reason == "ImageNotAvailable"


@pytest.mark.parametrize("code", ["ConcurrentQuotaExceed.ExportImage", "WeeklyQuotaExceed.ExportImage"])
def test_where_there_is_no_room_it_would_wait_for_room(shop: Workshop, code: str) -> None:
    shop.context().ledger.put(f"holds/{ACCOUNT}/{REGION}", Hold(code=code))
    assert tried(shop).reason == code.split(".")[0]


def test_an_image_that_never_becomes_available_would_fail(shop: Workshop) -> None:
    shop.show(an_image(status="CreateFailed"))
    export = tried(shop)
    assert error(export).code == "IncorrectImageStatus"
    assert export.finished_at


def test_an_image_that_does_not_exist_would_fail(shop: Workshop) -> None:
    cause = error(tried(shop, ImageId="m-nobody"))
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
    shop: Workshop, image: dict[str, Any], parameters: dict[str, str], code: str, said: str
) -> None:
    shop.show(an_image(**image))
    cause = error(tried(shop, **parameters))
    assert (cause.code, cause.message, bool(cause.recommend)) == (code, f"ECS would refuse: {said}", True)


def test_a_look_that_is_refused_for_good_is_what_it_would_fail_of(shop: Workshop) -> None:
    shop.cloud.faults.before("image", refused("InvalidRegionId.NotFound", "No such region."))
    cause = error(tried(shop))
    assert (cause.code, cause.message, bool(cause.request_id)) == ("InvalidRegionId.NotFound", "No such region.", True)


def test_a_role_that_does_not_work_yet_would_be_waited_for(shop: Workshop) -> None:
    shop.clouds.dead_roles.add(f"acs:ram::{ACCOUNT}:role/image-export")
    export = tried(shop)
    assert (export.status, export.reason) == ("Requested", "EntityNotExist.Role")


def test_a_whole_prefix_that_is_free_would_be_used_and_is_not_kept(shop: Workshop) -> None:
    assert tried(shop, OSSPrefix=WHOLE).reason == "DryRun"
    assert shop.ask("r-2", OSSPrefix=WHOLE, ImageFormat="qcow2").exports[0].oss_prefix == WHOLE


def test_a_token_that_would_be_refused_is_refused(shop: Workshop) -> None:
    shop.ask(ClientToken="t", OSSPrefix="abc")
    (cause,) = shop.ask(ClientToken="t", OSSPrefix="xyz", DryRun=True).rejected
    assert cause.code == "IdempotentParameterMismatch"


def test_a_token_shows_its_export_even_after_the_end(shop: Workshop) -> None:
    (first,) = shop.ask(ClientToken="t").exports
    shop.cloud.fail(shop.task_id)
    shop.tick(minutes=10)
    (shown,) = shop.ask(ClientToken="t", DryRun=True).exports
    assert (shown.export_id, shown.status) == (first.export_id, "Failed")


def test_after_an_end_a_dry_run_is_of_a_new_export(shop: Workshop) -> None:
    shop.ask("r-1")
    shop.cloud.fail(shop.task_id)
    shop.tick(minutes=10)
    shop.cloud.exported.clear()
    shop.notifier.told.clear()
    export = tried(shop)
    assert (export.image_id, export.status, export.reason) == (IMAGE, "Requested", "DryRun")
