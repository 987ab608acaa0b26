"""A restore from its request to its end: one image, with what the manifest says, and nothing left beside it."""

import pytest
from msgspec.structs import replace

from image_export.errors import AskerFault, Unanswered
from image_export.use_cases.restore import facts
from image_export.use_cases.restore import record as recording
from image_export.values import ledger_keys as keys
from image_export.values.cause import Cause
from image_export.values.restore.restore import ImportSource
from image_export.values.restore.steps import Made
from image_export.values.unpack import Unpacked

from .world import ASKER, BUCKET, SOURCE, World, archived, manifest, refused

LOST = Unanswered(Cause(code="Unanswered", message="The connection broke off."))


def test_a_restore_makes_one_image_as_the_manifest_says() -> None:
    world = World()
    restore = world.ask(image_name="golden-again")
    moved = world.until_ended(restore)
    assert moved.restore.status == "Completed"
    assert moved.restore.image_id == "m-bp1made1"
    assert moved.restore.sources == (archived(0), archived(1))
    assert [(one.about, one.wanted, one.found) for one in moved.restore.differences] == [
        ("Tag acs:ecs:image:osVersion", "12", "not said")
    ]
    image = world.cloud.images["m-bp1made1"].image
    assert (image.name, image.family, image.boot_mode) == ("golden-again", "web", "UEFI-Preferred")
    assert image.tags == {"team": "web", "imageexport:restore": restore}
    assert image.features is not None
    assert (image.features.nvme_support, image.features.imds_support) == ("supported", "v2")
    assert len(world.cloud.images) == 1
    assert not world.objects.below("due/")
    assert not world.objects.below("open-restores/")


@pytest.mark.parametrize("how", ["before", "after"])
def test_a_lost_answer_of_importimage_makes_no_second_image(how: str) -> None:
    world = World()
    restore = world.ask()
    getattr(world.cloud.faults, how)("import_image", LOST)
    first = world.look(restore)
    assert (first.restore.status, first.restore.reason) == ("Importing", "Unanswered")
    assert world.until_ended(restore).restore.status == "Completed"
    assert len(world.cloud.images) == 1
    assert len({start.client_token for start in world.cloud.asked}) == 1


def test_a_name_that_is_taken_is_never_adopted() -> None:
    world = World()
    first = world.ask(image_name="golden-again", client_token="one")
    world.until_ended(first)
    second = world.ask(image_name="golden-again", client_token="two")
    moved = world.until_ended(second)
    assert moved.restore.status == "Failed"
    assert moved.restore.error is not None
    assert moved.restore.error.code == "InvalidImageName.Duplicated"
    assert list(world.cloud.images) == ["m-bp1made1"]


def test_one_request_that_comes_again_is_one_restore() -> None:
    world = World()
    assert world.ask() == world.ask()
    with pytest.raises(AskerFault) as fault:
        world.ask(image_name="another-name")
    assert (fault.value.status, fault.value.code) == (409, "IdempotentParameterMismatch")


@pytest.mark.parametrize("change", [{"size_bytes": 999}, {"crc64": "77"}])
def test_an_object_that_is_not_what_the_manifest_says_is_not_imported(change: dict[str, object]) -> None:
    world = World()
    restore = world.ask()
    key = archived(1).oss_object
    world.cloud.objects[key] = replace(world.cloud.objects[key], **change)
    moved = world.until_ended(restore)
    assert moved.restore.status == "Failed"
    assert moved.restore.error is not None
    assert moved.restore.error.code == "ObjectAltered"
    assert f"oss://{BUCKET}/{key}" in moved.restore.error.message
    assert not world.cloud.asked


def unpack(world: World, restore: str, number: int) -> None:
    """As the function that unpacks leaves it."""
    key = f"image-export-restore/{restore}/{number}.qcow2"
    fact = Unpacked(key=key, target_format="qcow2", size=9, virtual_size=99, source_crc64="1", data_bytes=9)
    world.context().ledger.create(keys.Unpacked(restore, number).key, fact)


@pytest.mark.parametrize("archives", ["suffix", "late"])
def test_an_archive_that_is_not_taken_is_unpacked_and_imported(archives: str) -> None:
    world = World()
    world.cloud.archives = archives
    restore = world.ask()
    for _ in range(20):
        moved = world.look(restore, minutes=7)
        if moved.restore.status == "Unpacking":
            break
    assert world.unpacker.asked[0] == restore
    assert not world.cloud.images
    assert not world.cloud.snapshots
    unpack(world, restore, 1)
    unpack(world, restore, 2)
    moved = world.until_ended(restore)
    assert moved.restore.status == "Completed"
    assert moved.restore.sources[1] == ImportSource(
        oss_bucket=BUCKET,
        oss_object=f"image-export-restore/{restore}/2.qcow2",
        image_format="QCOW2",
        disk_image_size=100,
    )
    assert len(world.cloud.images) == 1


def test_where_the_region_has_refused_an_archive_the_next_restore_does_not_ask() -> None:
    world = World()
    world.cloud.archives = "suffix"
    world.look(world.ask(client_token="one"))
    second = world.look(world.ask(client_token="two"))
    assert second.restore.status == "Unpacking"
    assert world.cloud.made == 0


def test_a_restore_that_is_cancelled_on_its_way_leaves_nothing() -> None:
    world = World()
    restore = world.ask()
    assert world.look(restore).restore.image_id == "m-bp1made1"
    context = world.context()
    standing = facts.load(context.ledger, restore)
    assert standing is not None
    recording.cancel(context, standing, ASKER)
    moved = world.until_ended(restore)
    assert moved.restore.status == "Cancelled"
    assert not world.cloud.images
    assert not world.cloud.snapshots


def test_a_quota_that_is_used_up_is_waited_for() -> None:
    world = World()
    restore = world.ask()
    world.cloud.faults.before("import_image", *[refused("QuotaExceed.Image")] * 3)
    moved = world.look(restore)
    assert (moved.restore.status, moved.restore.reason) == ("Importing", "ImageQuotaExceed")
    assert world.until_ended(restore).restore.status == "Completed"


def test_a_format_that_does_not_come_back_is_refused_when_it_is_asked_for() -> None:
    world = World()
    world.cloud.hold(manifest(SOURCE, "vdi"))
    with pytest.raises(AskerFault) as fault:
        world.ask()
    assert (fault.value.status, fault.value.code) == (409, "FormatDoesNotComeBack")


def test_an_image_that_has_lost_our_tag_is_never_deleted() -> None:
    world = World()
    restore = world.ask()
    world.look(restore)
    made = world.cloud.images["m-bp1made1"]
    world.cloud.images["m-bp1made1"] = Made(replace(made.image, tags={}), made.snapshot_ids)
    context = world.context()
    standing = facts.load(context.ledger, restore)
    assert standing is not None
    recording.cancel(context, standing, ASKER)
    world.until_ended(restore)
    assert "m-bp1made1" in world.cloud.images
    assert any(line["event"] == "restore.left_image" for line in world.log.lines)


def test_an_image_that_goes_with_its_cancelled_import_leaves_no_snapshots(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    restore = world.ask()
    world.look(restore)
    world.look(restore, minutes=2)
    monkeypatch.setattr(world.cloud, "cancel_task", lambda _task_id: world.cloud.images.clear())
    context = world.context()
    standing = facts.load(context.ledger, restore)
    assert standing is not None
    recording.cancel(context, standing, ASKER)
    assert world.until_ended(restore).restore.status == "Cancelled"
    assert not world.cloud.snapshots
