"""A restore into another account: of a manifest and objects that were copied to a bucket of that account."""

import msgspec
import pytest
from msgspec.structs import replace

from image_export.decisions.policy.file import read_policy
from image_export.errors import AskerFault
from image_export.use_cases.restore import record as recording
from image_export.values.account import AssumedRole
from image_export.values.restore.request import AskedRestore

from . import world as home
from .world import ASKER, MANIFEST, POLICY, SOURCE, FakeImporting, manifest

OTHER, BUCKET, REGION = "6543210987654321", "other-images-shanghai", "cn-shanghai"
COPIED = MANIFEST.replace(home.BUCKET, BUCKET)
BOTH = f"""{POLICY}
  - name: other
    role_arn: acs:ram::{OTHER}:role/image-export
    restore_role_arn: acs:ram::{OTHER}:role/image-restore
    destinations: {{{REGION}: {{bucket: {BUCKET}}}}}
"""


class World(home.World):
    """With the bucket of another account, to which somebody has copied what there is."""

    def __init__(self) -> None:
        super().__init__()
        self.policy = read_policy(BOTH.encode())
        self.other = FakeImporting(self.clock)
        self.other.hold(manifest())

    def at(self, role: AssumedRole, region_id: str, bucket: str) -> FakeImporting:
        assert (role.role_arn, region_id, bucket) == (f"acs:ram::{OTHER}:role/image-restore", REGION, BUCKET)
        return self.other


def test_what_was_copied_to_a_bucket_of_another_account_is_restored_there() -> None:
    world = World()
    moved = world.until_ended(world.ask(manifest=COPIED))
    shown = moved.restore
    assert (shown.status, shown.account_id, shown.region_id) == ("Completed", OTHER, REGION)
    assert {one.oss_bucket for one in shown.sources} == {BUCKET}
    assert list(world.other.images) == ["m-bp1made1"]
    assert (world.cloud.images, world.away.images) == ({}, {})


def test_a_copy_by_parts_has_another_etag_and_the_same_bytes() -> None:
    world = World()
    world.other.objects = {key: replace(one, etag="BY-PARTS-2") for key, one in world.other.objects.items()}
    assert world.until_ended(world.ask(manifest=COPIED)).restore.status == "Completed"


def test_an_object_that_was_not_copied_is_missed_where_the_manifest_stands() -> None:
    world = World()
    world.other.objects.pop(next(iter(world.other.objects)))
    error = world.until_ended(world.ask(manifest=COPIED)).restore.error
    assert error is not None
    assert (error.code, f"oss://{BUCKET}/" in error.message) == ("ObjectMissing", True)


def test_a_group_of_the_other_account_does_not_come_along() -> None:
    world = World()
    said = manifest(replace(SOURCE, resource_group_id="rg-acfm1"))
    world.other.bodies[COPIED.split("/", 3)[3]] = msgspec.json.encode(said.wire())
    shown = world.until_ended(world.ask(manifest=COPIED)).restore
    assert "ResourceGroupId" in shown.warnings[0]


def test_a_bucket_that_the_policy_does_not_have_is_refused_with_what_to_do() -> None:
    world = World()
    with pytest.raises(AskerFault) as fault:
        recording.wanted(
            world.context(), world.importing, AskedRestore(manifest=COPIED.replace(BUCKET, "acme-images-b")), ASKER
        )
    assert (fault.value.status, fault.value.code) == (403, "Forbidden.Policy")
    assert "copy" in str(fault.value.cause.recommend)
