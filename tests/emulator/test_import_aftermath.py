"""What an imported image is changed to, copied to and deleted from: attributes, copies, snapshots that stay."""

from typing import Any

import pytest

from tests.emulator.ecs_requests import (
    AWAY,
    REGION,
    cancel_task,
    copy_image,
    delete_image,
    delete_snapshot,
    describe_images,
    describe_snapshots,
    export_image,
    modify_image,
)
from tests.emulator.test_import_image import KEY, QCOW2, VHD, asked, put, shown
from tests.emulator.world import World, code_of


def imported(world: World, key: str = KEY, body: bytes = QCOW2, **params: Any) -> str:
    put(world, key, body)
    image = world.send(asked(key, **params))["ImageId"]
    world.advance(3600)
    return str(image)


def image(world: World, **fields: Any) -> str:
    return str(world.create_image(**{"Status": "Available", **fields})["ImageId"])


def snapshots(world: World, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.send(describe_snapshots(**params))["Snapshots"]["Snapshot"]
    return found


def test_what_an_import_cannot_set_is_set_afterwards(world: World) -> None:
    one = imported(world)
    features = {"Features.NvmeSupport": "supported", "Features.ImdsSupport": "v2"}
    named = {"ImageName": "golden", "ImageFamily": "web", "Description": "the golden one"}
    world.send(modify_image(one, BootMode="UEFI-Preferred", LicenseType="BYOL", **named, **features))
    found = shown(world, one)
    assert {name: found[name] for name in named} == named
    assert found["BootMode"] == "UEFI-Preferred"
    assert found["Features"] == {"NvmeSupport": "supported", "ImdsSupport": "v2"}
    world.send(modify_image(one, ImageName="golden", **{"Features.NvmeSupport": "unsupported"}))
    assert shown(world, one)["Features"] == {"NvmeSupport": "unsupported", "ImdsSupport": "v2"}


def test_an_image_is_deprecated_and_comes_back(world: World) -> None:
    one = image(world)
    for status in ("Deprecated", "Available"):
        world.send(modify_image(one, Status=status))
        assert shown(world, one)["Status"] == status


@pytest.mark.parametrize(
    ("fields", "params", "refusal"),
    [
        ({}, {"RegionId": ""}, (400, "MissingParameter")),
        ({}, {"ImageId": ""}, (400, "MissingParameter")),
        ({}, {"ImageId": "m-none"}, (404, "InvalidImageId.NotFound")),
        ({"ImageOwnerId": 9999999999999999}, {}, (404, "InvalidImageId.NotFound")),
        ({"Status": "Creating"}, {}, (403, "InvalidStatus.ImageIsCreating")),
        ({"Status": "Waiting"}, {}, (403, "InvalidStatus.ImageIsCreating")),
        ({"Status": "CreateFailed"}, {}, (403, "ImageStatus.NotAvailable")),
        ({"Status": "Deprecated"}, {"Status": "Deprecated"}, (403, "ImageStatus.NotAvailable")),
        ({}, {"Status": "Available"}, (403, "ImageStatus.NotDeprecated")),
        ({}, {"Status": "Gone"}, (400, "InvalidParameter")),
        ({"IsSelfShared": "true"}, {"Status": "Deprecated"}, (403, "ImageUseShared")),
        ({}, {"ImageName": "a"}, (400, "InvalidImageName.Malformed")),
        ({}, {"ImageName": "taken"}, (400, "InvalidImageName.Duplicated")),
        ({}, {"Description": "x"}, (400, "InvalidDescription.Malformed")),
        ({}, {"ImageFamily": "acs:web"}, (400, "InvalidImageFamily.Malformed")),
        ({}, {"LicenseType": "Aliyun"}, (400, "InvalidLicenseType.NotSupported")),
        ({}, {"BootMode": "LEGACY"}, (400, "InvalidBootMode.NotSupport")),
        ({"Architecture": "arm64"}, {"BootMode": "UEFI-Preferred"}, (400, "InvalidBootMode.NotSupport")),
        ({"Usage": "instance"}, {"BootMode": "UEFI"}, (403, "OperationDeined.ImageUsingByInstance")),
        ({}, {"Features.NvmeSupport": "yes"}, (400, "InvalidParameter")),
        ({}, {"Features.ImdsSupport": "v3"}, (400, "InvalidParameter.FeaturesImdsSupport")),
        (
            {"Features": {"ImdsSupport": "v2"}},
            {"Features.ImdsSupport": "v1"},
            (403, "InvalidOperation.FeaturesImdsSupportNotMatch"),
        ),
        ({}, {"DryRun": "true", "ImageFamily": "web"}, (400, "DryRunOperation")),
    ],
)
def test_a_wrong_change_is_refused_and_changes_nothing(
    world: World, fields: dict[str, Any], params: dict[str, str], refusal: tuple[int, str]
) -> None:
    image(world, ImageName="taken")
    one = image(world, **fields)
    before = world.get("state?only=images")
    assert code_of(world, modify_image(one, **params)) == refusal
    assert world.get("state?only=images") == before


def test_a_copy_loses_the_features_and_keeps_the_boot_mode(world: World) -> None:
    features: dict[str, Any] = {"Features.NvmeSupport": "supported"}
    one = imported(world, BootMode="UEFI", **features)
    made = world.send(copy_image(one, DestinationImageName="copy"))["ImageId"]
    world.advance(61)
    (found,) = world.send(describe_images(ImageId=made, RegionId=AWAY))["Images"]["Image"]
    assert (found["BootMode"], found["Features"]["NvmeSupport"]) == ("UEFI", "unsupported")
    assert shown(world, one)["Features"]["NvmeSupport"] == "supported"


def test_a_copy_is_made_once_for_a_token(world: World) -> None:
    one = image(world)
    first, second = (world.send(copy_image(one, ClientToken="t"))["ImageId"] for _ in range(2))
    assert first == second
    assert code_of(world, copy_image(one, ClientToken="t", DestinationImageName="x1")) == (
        400,
        "IdempotentParameterMismatch",
    )


def test_five_copies_are_made_at_a_time_and_the_sixth_waits(world: World) -> None:
    made = [world.send(copy_image(image(world)))["ImageId"] for _ in range(6)]
    for seconds, count in ((61, 5), (60, 6)):
        world.advance(seconds)
        found = world.send(describe_images(RegionId=AWAY))["Images"]["Image"]
        assert len([one for one in found if one["ImageId"] in made]) == count


def test_an_image_of_a_vhd_one_that_is_being_copied_and_wrong_tags_are_not_copied(world: World) -> None:
    assert code_of(world, copy_image(imported(world, "a.vhd", VHD))) == (403, "InvalidOperation.VhdImageUnsupported")
    one = image(world)
    assert code_of(world, copy_image(one, **{"Tag.1.Key": "acs:x"})) == (400, "InvalidTagKey.Malformed")
    assert code_of(world, copy_image(one, DestinationDescription="x")) == (400, "InvalidDescription.Malformed")
    world.send(copy_image(one))
    assert code_of(world, copy_image(one)) == (400, "OperationDenied.ImageCopyConflict")
    world.post("quotas", {"images": 0})
    assert code_of(world, copy_image(image(world))) == (403, "QuotaExceed.Image")


def test_deleting_an_image_leaves_its_snapshots_which_can_be_deleted_then(world: World) -> None:
    one = imported(world)
    (snapshot,) = snapshots(world)
    assert snapshot["SnapshotId"] == shown(world, one)["DiskDeviceMappings"]["DiskDeviceMapping"][0]["SnapshotId"]
    assert (snapshot["Usage"], snapshot["Status"], snapshot["SourceDiskSize"]) == ("image", "accomplished", "40")
    for force in ("false", "true"):
        refused = code_of(world, delete_snapshot(snapshot["SnapshotId"], Force=force))
        assert refused == (403, "SnapshotCreatedImage")
    world.send(delete_image(one))
    assert world.send(describe_images(ImageId=one, Status="ALL"))["Images"]["Image"] == []
    assert [found["Usage"] for found in snapshots(world)] == ["none"]
    world.send(delete_snapshot(snapshot["SnapshotId"]))
    assert snapshots(world) == world.get("state?only=snapshots")["snapshots"] == []


def test_the_snapshots_of_an_import_are_failed_until_it_is_there(world: World) -> None:
    put(world)
    world.send(asked())
    assert [found["Status"] for found in snapshots(world)] == ["failed"]
    world.advance(3600)
    assert [found["Status"] for found in snapshots(world)] == ["accomplished"]
    world.create_image()
    assert [found["Status"] for found in snapshots(world)] == ["progressing", "accomplished"]


def test_a_cancelled_import_leaves_its_snapshots(world: World) -> None:
    put(world)
    world.send(cancel_task(world.send(asked())["TaskId"]))
    (found,) = snapshots(world)
    assert (found["Status"], found["Usage"]) == ("failed", "none")
    world.send(delete_snapshot(found["SnapshotId"]))


def test_a_snapshot_of_two_images_stays_until_both_are_gone(world: World) -> None:
    disks = {"DiskDeviceMapping": [{"Type": "system", "SnapshotId": "s-1"}]}
    first, second = (image(world, DiskDeviceMappings=disks) for _ in range(2))
    world.send(delete_image(first))
    assert code_of(world, delete_snapshot("s-1")) == (403, "SnapshotCreatedImage")
    world.send(delete_image(second))
    world.send(delete_snapshot("s-1"))


def test_snapshots_are_found_by_id_status_usage_and_region(world: World) -> None:
    for snapshot in ("s-1", "s-2"):
        image(world, DiskDeviceMappings={"DiskDeviceMapping": [{"Type": "system", "SnapshotId": snapshot}]})
    world.create_image(RegionId=AWAY)
    world.create_image(ImageOwnerId=9999999999999999)

    def found(**params: str) -> list[str]:
        return sorted(one["SnapshotId"] for one in snapshots(world, **params))

    assert found() == found(Status="all") == found(Status="accomplished", Usage="image") == ["s-1", "s-2"]
    assert found(SnapshotIds='["s-2", "s-3"]') == ["s-2"]
    assert found(Status="failed") == found(Usage="none") == []
    assert len(snapshots(world, PageSize="1")) == 1


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"SnapshotIds": "s-1"}, (400, "InvalidSnapshotIds.Malformed")),
        ({"SnapshotIds": '{"s": 1}'}, (400, "InvalidSnapshotIds.Malformed")),
        ({"SnapshotIds": f"[{','.join(['1'] * 101)}]"}, (400, "InvalidSnapshotIds.Malformed")),
        ({"Status": "gone"}, (400, "InvalidParameter")),
        ({"RegionId": "nowhere"}, (400, "InvalidRegionId.NotFound")),
    ],
)
def test_a_wrong_question_is_refused(world: World, params: dict[str, str], refusal: tuple[int, str]) -> None:
    assert code_of(world, describe_snapshots(**params)) == refusal


@pytest.mark.parametrize(
    ("fields", "params", "refusal"),
    [
        ({"Usage": "instance"}, {}, (403, "ImageUsingByInstance")),
        ({"IsSelfShared": "true"}, {"Force": "true"}, (403, "ImageUseShared")),
        ({"IsPublic": True}, {}, (403, "ImageIsPublic")),
        ({"ImageOwnerId": 9999999999999999}, {}, (404, "InvalidImageId.NotFound")),
        ({}, {"DryRun": "true"}, (400, "DryRunOperation")),
        ({}, {"ImageId": ""}, (400, "MissingParameter")),
        ({}, {"RegionId": AWAY}, (404, "InvalidImageId.NotFound")),
    ],
)
def test_an_image_that_is_used_or_not_ones_own_stays(
    world: World, fields: dict[str, Any], params: dict[str, str], refusal: tuple[int, str]
) -> None:
    one = image(world, **fields)
    assert code_of(world, delete_image(one, **params)) == refusal
    assert [found["Status"] for found in world.get("state?only=images")["images"]] == ["Available"]


def test_force_passes_over_instances(world: World) -> None:
    one = image(world, Usage="instance")
    world.send(delete_image(one, Force="true"))
    assert world.get("state?only=images")["images"][0]["Status"] == "Deleted"


def test_an_image_that_is_imported_exported_or_copied_stays(world: World) -> None:
    put(world)
    assert code_of(world, delete_image(world.send(asked())["ImageId"])) == (403, "ImageIsImporting")
    exported, copied = image(world), image(world)
    world.send(export_image(exported))
    assert code_of(world, delete_image(exported)) == (403, "ImageIsExporting")
    made = world.send(copy_image(copied))["ImageId"]
    for one, region in ((copied, REGION), (made, AWAY)):
        assert code_of(world, delete_image(one, RegionId=region)) == (403, "OperationDenied.ImageCopying")
    world.advance(3600)
    for one in (exported, copied):
        world.send(delete_image(one))


def test_what_is_not_there_is_gone_or_not_found(world: World) -> None:
    gone = ((delete_image, "InvalidImageId.NotFound"), (delete_snapshot, "InvalidSnapshotId.NotFound"))
    for delete, code in gone:
        assert code_of(world, delete("x-none")) == (404, code)
    world.post("unsure", {"delete_unknown_image": 200})
    for delete, _ in gone:
        assert world.send(delete("x-none"))["RequestId"]
    assert code_of(world, delete_snapshot("")) == (400, "MissingParameter")
