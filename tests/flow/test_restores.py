"""Restores from a real export to a real image, through the deployed functions and the vendors' SDKs."""

from collections.abc import Iterator
from typing import Any

import pytest

from .pairs import rows
from .restores import (
    FAR,
    FAR_BUCKET,
    OTHER,
    OTHER_BUCKET,
    OTHER_REGION,
    Restores,
    policy_of_two_accounts,
    restoring_emulator,
)
from .world import BUCKET


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restores]:
    """One emulator for all tests of this file."""
    policy = policy_of_two_accounts()
    with restoring_emulator(tmp_path_factory.mktemp("restores"), policy) as emulator:
        emulator.post("quotas", {"concurrent_exports": 1000, "weekly_exports": 100_000, "api_qps": 10_000})
        yield Restores(emulator, policy)


@pytest.fixture
def restores(running: Restores) -> Iterator[Restores]:
    """With nothing wrong in it."""
    readings: dict[str, Any] = running.emulator.get("unsure")
    yield running
    running.emulator.delete("faults")
    running.emulator.post("unsure", readings)


def test_an_archive_that_is_taken_comes_back_as_one_image_and_leaves_nothing(restores: Restores) -> None:
    export = restores.exported()
    done = restores.completed(export)
    (made,) = restores.made(done.restore_id)
    assert (made["ImageId"], made["Status"]) == (done.image_id, "Available")
    assert done.differences == ()
    assert restores.refused() == []
    assert restores.unpackings() == []


def test_a_restored_image_is_exported_by_no_rule_and_by_request_alone(restores: Restores) -> None:
    emulator = restores.emulator
    done = restores.completed(restores.exported(ImageName="golden-again"), image_name="golden-restored")
    image_id = str(done.image_id)
    told = restores.world.tell(image_id)
    assert (told["Exports"], told["Ignored"]) == ([], 1)
    emulator.post("timers/on_nightly")
    for _ in range(4):
        restores.world.pass_time(121)
    assert restores.world.calls_of(image_id) == []
    plan = emulator.invoke("image-export-nightly", b'{"DryRun": true}')["Plan"]
    (row,) = [one for one in plan if one["ImageId"] == image_id]
    assert (row["Wanted"], row["Rule"]) == (False, "golden")
    assert row["Reason"].startswith(f"it was restored from an export (tag imageexport:restore={done.restore_id})")
    restores.world.request(image_id, AccountId="1234567890123456")
    assert restores.world.follow(image_id)["Status"] == "Completed"


DISKS = [
    {"Device": "/dev/xvda", "Type": "system", "Size": "20"},
    *(
        {"Device": f"/dev/xvd{letter}", "Type": "data", "Size": str(size)}
        for letter, size in (("b", 5), ("c", 9), ("d", 7))
    ),
]
NVME_V2 = {"NvmeSupport": "supported", "ImdsSupport": "v2"}
FORBIDDEN = {"acs:ecs:image:osVersion": "12", "aliyun-owner": "x", "plain": "acs:not-taken"}
TAGS = {**FORBIDDEN, **{f"团队-{number:02d}": f"网站 {number}" for number in range(17)}}


def tagged(tags: dict[str, str]) -> dict[str, Any]:
    """As DescribeImages has them."""
    return {"Tag": [{"TagKey": key, "TagValue": value} for key, value in tags.items()]}


IMAGES: dict[str, dict[str, Any]] = {
    "bios": {"BootMode": "BIOS", "Platform": "Ubuntu"},
    "uefi": {"BootMode": "UEFI", "Platform": "Rocky Linux", "Description": "Golden, of May; 金色"},
    "uefi-preferred": {"BootMode": "UEFI-Preferred", "Features": NVME_V2},
    "arm64": {"Architecture": "arm64", "BootMode": "UEFI", "Platform": "Debian", "ImageFamily": "arm-web"},
    "nvme": {"Features": {"NvmeSupport": "supported", "ImdsSupport": "v1"}, "ImageFamily": "web"},
    "four disks": {"DiskDeviceMappings": {"DiskDeviceMapping": DISKS}},
    "chinese": {"ImageName": "网站-夜间备份", "Description": "每晚的备份", "Tags": tagged({"环境": "生产"})},
    "full": {"ImageName": "全部", "ImageFamily": "all", "ResourceGroupId": "rg-acfm1", "Tags": tagged(TAGS)},
}
SAME = ("Architecture", "OSType", "Platform", "BootMode", "Description", "ImageFamily", "Features", "ResourceGroupId")


def comparable(image: dict[str, Any]) -> dict[str, Any]:
    """What an import or a change of an image can set, and the disks."""
    disks = image["DiskDeviceMappings"]["DiskDeviceMapping"]
    features = {"NvmeSupport": "unsupported", "ImdsSupport": "v1", **(image.get("Features") or {})}
    sizes = [(one["Type"], int(one["Size"])) for one in sorted(disks, key=lambda one: str(one["Device"]))]
    said = {name: image.get(name) or "" for name in SAME}
    return {**said, "BootMode": said["BootMode"] or "BIOS", "Features": features, "Disks": sizes}


def tags_of(image: dict[str, Any]) -> dict[str, str]:
    """Key and value."""
    return {one["TagKey"]: one["TagValue"] for one in image["Tags"]["Tag"]}


@pytest.mark.prove
@pytest.mark.parametrize("kind", IMAGES)
@pytest.mark.parametrize("archives", ["accepted", "refused", "fails"])
def test_what_comes_back_is_what_was_exported(restores: Restores, kind: str, archives: str) -> None:
    restores.emulator.post("unsure", {"import_of_tar_gz": archives})
    export = restores.exported(**IMAGES[kind])
    done = restores.completed(export)
    compare(restores, export, done)
    assert restores.refused() == []


def in_other_region(restores: Restores, kind: str) -> tuple[dict[str, Any], Any]:
    """An export, and what came of it in the other region; nothing is left where it was imported."""
    before = restores.orphans()
    export = restores.exported(**IMAGES[kind])
    done = restores.completed(export, region_id=FAR)
    (made,) = restores.made(done.restore_id)
    assert (made["RegionId"], made["ImageId"], made["Status"]) == (FAR, done.image_id, "Available")
    assert restores.orphans() == before
    return export, done


def test_what_is_wanted_in_another_region_is_there_with_its_features(restores: Restores) -> None:
    export, done = in_other_region(restores, "uefi-preferred")
    compare(restores, export, done)
    assert restores.refused() == []


@pytest.mark.prove
@pytest.mark.parametrize("kind", IMAGES)
@pytest.mark.parametrize("archives", ["accepted", "fails"])
def test_what_comes_back_in_another_region_is_what_was_exported(restores: Restores, kind: str, archives: str) -> None:
    restores.emulator.post("unsure", {"import_of_tar_gz": archives})
    compare(restores, *in_other_region(restores, kind))
    assert restores.refused() == []


def test_one_for_another_region_that_is_called_off_leaves_nothing_in_either(restores: Restores) -> None:
    before = restores.orphans()
    restore = restores.ask(restores.exported(), region_id=FAR)
    for _ in range(30):
        restores.emulator.advance(61)
        restores.emulator.tick()
        restores.until_idle()
        if restores.restore(restore).status == "Copying":
            break
    restores.cancel(restore)
    done = restores.follow(restore)
    assert (done.status, done.image_id) == ("Cancelled", None)
    assert (restores.made(restore), restores.left(restore), restores.orphans()) == ([], [], before)


def test_what_was_made_of_vhd_is_not_copied_and_leaves_nothing(restores: Restores) -> None:
    before = restores.orphans()
    export = restores.exported(region=FAR, image_format="vhd")
    restore = restores.ask(export, region_id="cn-hangzhou")
    done = restores.follow(restore)
    assert (done.status, done.error and done.error.code) == ("Failed", "InvalidOperation.VhdImageUnsupported")
    assert (restores.made(restore), restores.orphans()) == ([], before)


@pytest.mark.parametrize("bucket", ["allowed", "NotMatched"])
def test_what_was_copied_to_another_account_comes_back_there(restores: Restores, bucket: str) -> None:
    restores.emulator.post("unsure", {"cross_account_bucket": bucket})
    export = restores.exported(**IMAGES["uefi-preferred"])
    done = restores.completed(export, manifest=restores.copy_to_other_account(export))
    assert (done.account_id, done.region_id) == (OTHER, OTHER_REGION)
    made = restores.image(str(done.image_id))
    assert (made["RegionId"], str(made["ImageOwnerId"])) == (OTHER_REGION, OTHER)
    assert {one.oss_bucket for one in done.sources} == {OTHER_BUCKET}
    compare(restores, export, done)
    assert restores.refused() == []


@pytest.mark.prove
@pytest.mark.parametrize("image_format", ["qcow2", "vhd"])
@pytest.mark.parametrize("kind", ["uefi", "four disks"])
def test_other_formats_come_back_without_unpacking(restores: Restores, image_format: str, kind: str) -> None:
    before = len(restores.unpackings())
    export = restores.exported(region=FAR, image_format=image_format, **IMAGES[kind])
    done = restores.completed(export)
    compare(restores, export, done)
    assert len(restores.unpackings()) == before


def compare(restores: Restores, export: dict[str, Any], done: Any) -> None:
    """The image equals its source; what no call takes is listed."""
    source, made = restores.image(export["ImageId"]), restores.image(done.image_id)
    assert comparable(made) == comparable(source)
    wanted = tags_of(source)
    lost = {key: value for key, value in wanted.items() if key in FORBIDDEN}
    kept = {key: value for key, value in wanted.items() if key not in lost}
    assert tags_of(made) == {**kept, "imageexport:restore": done.restore_id}
    assert [(one.about, one.wanted, one.found) for one in done.differences] == [
        (f"Tag {key}", value, "not said") for key, value in sorted(lost.items())
    ]


READINGS: dict[str, tuple[Any, ...]] = {
    "import_of_tar_gz": ("accepted", "refused", "fails"),
    "import_id_field": ("TaskId", "ImportTaskId"),
    "import_cause_in_task": (True, False),
    "create_failed_keeps_name": (True, False),
    "delete_unknown_image": (404, 200),
    "import_device_order": ("by_n", "system_only"),
    "image_event_on_import": ("once", "twice"),
    "missing_object": ("NoSuchKey", "AccessDenied"),
    "list_after_write": ("strong", "lagging"),
    "task_times": ("minutes", "seconds"),
    "export_id_field": ("TaskId", "both"),
}
ROWS = rows(READINGS)


@pytest.mark.prove
@pytest.mark.parametrize("row", ROWS, ids=[f"row-{number}" for number in range(len(ROWS))])
def test_however_the_cloud_is_read_there_is_one_image_and_nothing_else(restores: Restores, row: dict[str, Any]) -> None:
    restores.emulator.post("unsure", row)
    before = restores.orphans()
    export = restores.exported()
    done = restores.completed(export)
    (made,) = restores.made(done.restore_id)
    assert made["ImageId"] == done.image_id
    assert done.differences == ()
    assert restores.orphans() == before
    assert restores.refused() == []


@pytest.mark.prove
@pytest.mark.parametrize("gone", ["gone", "CreateFailed"])
@pytest.mark.parametrize("archives", ["accepted", "refused"])
def test_one_that_is_called_off_leaves_nothing(restores: Restores, gone: str, archives: str) -> None:
    restores.emulator.post("unsure", {"cancelled_import": gone, "import_of_tar_gz": archives})
    before = restores.orphans()
    restore = restores.ask(restores.exported())
    for _ in range(2):
        restores.emulator.advance(61)
        restores.emulator.tick()
        restores.until_idle()
    restores.cancel(restore)
    done = restores.follow(restore)
    assert (done.status, done.image_id) == ("Cancelled", None)
    assert [one["Status"] for one in restores.made(restore) if one["Status"] != "Deleted"] == []
    assert restores.left(restore) == []
    assert restores.orphans() == before


@pytest.mark.parametrize(
    ("image_format", "suffix"),
    [("raw", "_data_xvdb.raw.tar.gz"), pytest.param("qcow2", "_data_xvdb.qcow2", marks=pytest.mark.prove)],
)
def test_a_byte_that_is_another_in_the_middle_fails_the_restore_and_names_the_object(
    restores: Restores, image_format: str, suffix: str
) -> None:
    export = restores.exported(region=FAR, image_format=image_format)
    (key,) = [one for one in restores.objects(export["ImageId"]) if one.endswith(suffix)]
    restores.alter(FAR_BUCKET, key, 0.5)
    restore = restores.ask(export)
    done = restores.follow(restore)
    assert (done.status, done.error and done.error.code) == ("Failed", "ObjectAltered")
    assert f"oss://{FAR_BUCKET}/{key} " in str(done.error)
    assert (restores.made(restore), restores.left(restore)) == ([], [])


@pytest.mark.prove
def test_one_that_is_altered_while_it_is_unpacked_fails_the_restore_and_leaves_nothing(restores: Restores) -> None:
    export = restores.exported()
    (key,) = [one for one in restores.objects(export["ImageId"]) if one.endswith("_system.raw.tar.gz")]
    restore = restores.ask(export, unpack="always")
    restores.emulator.fault("oss", "UploadPart", "hold", key=f"*{restore}*")
    for _ in range(2):
        restores.emulator.advance(61)
        restores.emulator.tick()
    assert restores.emulator.until(lambda: restores.world.held("UploadPart", key=restore), within_s=20)
    restores.alter(BUCKET, key, 0.5)
    restores.emulator.post("release")
    done = restores.follow(restore)
    assert (done.status, done.error and done.error.code) == ("Failed", "ObjectAltered")
    assert key in str(done.error)
    assert (restores.made(restore), restores.left(restore), restores.uploads()) == ([], [], [])
