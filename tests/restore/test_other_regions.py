"""A restore into another region: imported where the bucket is, copied, and nothing left where it was imported."""

from typing import Any

import pytest
from msgspec.structs import replace

from image_export.decisions.policy.file import read_policy
from image_export.decisions.restore.telling import restore_event
from image_export.errors import AskerFault, Unanswered
from image_export.use_cases.restore import facts
from image_export.use_cases.restore import record as recording
from image_export.use_cases.restore.advance import MovedRestore
from image_export.values.cause import Cause
from image_export.values.image import Features
from image_export.values.restore.request import AskedRestore
from image_export.values.restore.restore import Difference
from image_export.values.restore.steps import Made

from .world import ASKER, AWAY, AWAY_BUCKET, MANIFEST, POLICY, REGION, SOURCE, World, archived, refused

LOST = Unanswered(Cause(code="Unanswered", message="The connection broke off."))
ELSEWHERE = POLICY.replace(f", {AWAY}: {{bucket: {AWAY_BUCKET}}}", "")


def call_off(world: World, restore: str) -> None:
    """Somebody does."""
    context = world.context()
    standing = facts.load(context.ledger, restore)
    assert standing is not None
    recording.cancel(context, standing, ASKER)


def until_copying(world: World, restore: str) -> MovedRestore:
    """Until CopyImage was called."""
    for _ in range(20):
        moved = world.look(restore, minutes=7)
        if world.away.images:
            return moved
    raise AssertionError("it was not copied")


def nothing_is_left(world: World, restore: str) -> bool:
    """Neither an image nor a snapshot of the restore, in either region."""
    made = [*world.cloud.images.values(), *world.away.images.values()]
    mine = [one for one in made if one.image.tags.get("imageexport:restore") == restore]
    return not (mine or world.cloud.snapshots or world.away.snapshots)


def test_the_image_is_in_the_region_that_was_asked_for_and_nothing_where_it_was_imported() -> None:
    world = World()
    restore = world.ask(region_id=AWAY, image_name="golden-web")
    moved = world.until_ended(restore)
    shown = moved.restore
    assert (shown.status, shown.image_id, shown.region_id) == ("Completed", "m-t4ncopy1", AWAY)
    assert (shown.import_region_id, shown.temporary_image_id) == (REGION, "m-bp1made1")
    assert shown.sources == (archived(0), archived(1))
    assert shown.differences == (Difference(about="Tag acs:ecs:image:osVersion", wanted="12", found="not said"),)
    image = world.away.images["m-t4ncopy1"].image
    assert (image.name, image.family, image.boot_mode) == ("golden-web", "web", "UEFI-Preferred")
    assert image.features == Features(nvme_support="supported", imds_support="v2")
    assert image.tags == {"team": "web", "imageexport:restore": restore}
    assert image.description == "the golden one"
    assert (world.cloud.images, world.cloud.snapshots) == ({}, set())
    assert world.away.snapshots == {"s-t4n-1-0", "s-t4n-1-1"}
    assert not world.objects.below("open-restores/")


def test_the_name_that_was_asked_for_may_be_taken_where_the_disks_are_imported() -> None:
    world = World()
    world.until_ended(world.ask(image_name="golden-web", client_token="here"))
    there = world.until_ended(world.ask(image_name="golden-web", region_id=AWAY, client_token="there"))
    assert there.restore.status == "Completed"
    assert [made.image.name for made in world.cloud.images.values()] == ["golden-web"]


def test_a_name_that_is_taken_in_the_other_region_fails_it_and_leaves_nothing() -> None:
    world = World()
    restore = world.ask(region_id=AWAY, image_name="golden-web")
    world.away.images["m-others"] = Made(replace(SOURCE, image_id="m-others", name="golden-web"), ())
    moved = world.until_ended(restore)
    assert (moved.restore.status, moved.restore.error and moved.restore.error.code) == (
        "Failed",
        "InvalidImageName.Duplicated",
    )
    assert list(world.away.images) == ["m-others"]
    assert nothing_is_left(world, restore)


@pytest.mark.parametrize("how", ["before", "after"])
def test_a_lost_answer_of_copyimage_makes_no_second_copy(how: str) -> None:
    world = World()
    restore = world.ask(region_id=AWAY)
    getattr(world.cloud.faults, how)("copy_image", LOST)
    moved = world.until_ended(restore)
    assert (moved.restore.status, list(world.away.images)) == ("Completed", ["m-t4ncopy1"])
    assert (world.cloud.images, world.cloud.snapshots) == ({}, set())


def test_whoever_looks_sees_it_copying_and_of_what() -> None:
    world = World()
    restore = world.ask(region_id=AWAY)
    shown = until_copying(world, restore).restore
    assert (shown.status, shown.image_id, shown.temporary_image_id) == ("Copying", "m-t4ncopy1", "m-bp1made1")
    assert shown.task_id == "t-bp1made1"


def test_the_start_is_told_alike_before_and_after_it_is_copied() -> None:
    world = World()
    restore = world.ask(region_id=AWAY)
    early = restore_event(world.look(restore).record, "RestoreStarted")
    assert (early["data"]["Status"], early["data"]["ImageId"]) == ("Importing", None)
    assert early["data"]["TemporaryImageId"] == "m-bp1made1"
    assert restore_event(until_copying(world, restore).record, "RestoreStarted") == early
    assert restore_event(world.until_ended(restore).record, "RestoreStarted") == early


@pytest.mark.parametrize("minutes", [0, 7, 14, 21, 28, 35, 42, 60])
def test_one_that_is_called_off_at_any_time_leaves_nothing_in_either_region(minutes: int) -> None:
    world = World()
    restore = world.ask(region_id=AWAY)
    for _ in range(minutes // 7):
        world.look(restore, minutes=7)
    call_off(world, restore)
    moved = world.until_ended(restore)
    ended = moved.restore.status
    assert ended == "Cancelled" if minutes < 60 else ended in ("Cancelled", "Completed")
    if ended == "Cancelled":
        assert nothing_is_left(world, restore)


def test_a_copy_that_fails_ends_it_and_leaves_nothing_in_either_region() -> None:
    world = World()
    world.away.copy_fails = True
    restore = world.ask(region_id=AWAY)
    moved = world.until_ended(restore)
    assert (moved.restore.status, moved.restore.error and moved.restore.error.code) == ("Failed", "CreateFailed")
    assert nothing_is_left(world, restore)
    assert len(world.cloud.copied) == 1


def test_a_copy_that_is_refused_for_good_ends_it_and_leaves_nothing() -> None:
    world = World()
    restore = world.ask(region_id=AWAY)
    world.cloud.faults.before("copy_image", refused("InvalidOperation.VhdImageUnsupported"))
    moved = world.until_ended(restore)
    error = moved.restore.error
    assert error is not None
    assert (moved.restore.status, error.code) == ("Failed", "InvalidOperation.VhdImageUnsupported")
    assert error.recommend == "Restore it into the bucket's region, or export the image in raw or qcow2."
    assert nothing_is_left(world, restore)


def test_a_quota_that_is_used_up_in_the_other_region_is_waited_for() -> None:
    world = World()
    restore = world.ask(region_id=AWAY)
    world.cloud.faults.before("copy_image", *[refused("QuotaExceed.Image")] * 3)
    assert world.until_ended(restore).restore.status == "Completed"


def test_a_temporary_image_that_cannot_be_deleted_now_is_deleted_later_and_the_restore_does_not_end_before() -> None:
    world = World()
    restore = world.ask(region_id=AWAY)
    world.cloud.faults.before("delete_image", *[refused("ImageUseShared")] * 3)
    for _ in range(20):
        moved = world.look(restore, minutes=7)
        if moved.restore.reason == "ImageUseShared":
            break
    assert (moved.restore.status, moved.record.ended) == ("Checking", None)
    assert world.until_ended(restore).restore.status == "Completed"
    assert not world.cloud.images


def test_a_region_without_a_destination_of_the_account_is_refused_at_once() -> None:
    world = World(ELSEWHERE)
    with pytest.raises(AskerFault) as fault:
        world.ask(region_id=AWAY)
    assert (fault.value.status, fault.value.code) == (403, "Forbidden.Policy")
    assert "ap-southeast-1" in fault.value.cause.message


def test_a_region_that_the_policy_has_no_more_is_not_copied_to_and_nothing_is_left() -> None:
    world = World()
    restore = world.ask(region_id=AWAY)
    world.look(restore)
    world.policy = read_policy(ELSEWHERE.encode())
    moved = world.until_ended(restore)
    assert (moved.restore.status, moved.restore.error and moved.restore.error.code) == ("Failed", "Forbidden.Policy")
    assert not world.cloud.copied
    assert nothing_is_left(world, restore)


def test_the_regions_own_name_is_no_other_region() -> None:
    world = World()
    moved = world.until_ended(world.ask(region_id=REGION))
    assert (moved.restore.image_id, moved.restore.import_region_id) == ("m-bp1made1", None)


def test_one_client_token_is_of_one_region() -> None:
    world = World()
    world.ask(region_id=AWAY, client_token="one", image_name="golden")
    with pytest.raises(AskerFault) as fault:
        world.ask(client_token="one", image_name="golden")
    assert fault.value.code == "IdempotentParameterMismatch"


def test_an_object_that_goes_before_the_copy_is_a_difference_of_the_copy() -> None:
    world = World()
    restore = world.ask(region_id=AWAY)
    world.look(restore)
    del world.cloud.objects[archived(1).oss_object]
    found = world.until_ended(restore).restore
    assert found.status == "Completed"
    assert f"Object {archived(1).oss_object}" in {one.about for one in found.differences}


def test_an_import_that_fails_is_not_copied_and_leaves_nothing() -> None:
    world = World()
    world.cloud.archives = "late"
    restore = world.ask(region_id=AWAY, unpack="never")
    assert world.until_ended(restore).restore.status == "Failed"
    assert nothing_is_left(world, restore)
    assert not world.cloud.copied


def plan(world: World, **asked: Any) -> Any:
    """What it would do."""
    context = world.context()
    said = AskedRestore(manifest=MANIFEST, **asked)
    restore, request = recording.wanted(context, world.importing, said, ASKER)
    return recording.plan(context, world.importing, restore, request)


def test_the_plan_says_where_it_is_imported_and_what_is_set_again() -> None:
    world = World()
    found = plan(world, region_id=AWAY, image_name="golden-web")
    assert (found.region_id, found.import_region_id, found.refusal) == (AWAY, REGION, None)
    notes = {one.about: one.note for one in found.fields if one.about in ("NvmeSupport", "ImdsSupport")}
    assert notes == dict.fromkeys(("NvmeSupport", "ImdsSupport"), "set again on the copy, which does not have it")
    assert plan(world).import_region_id is None
