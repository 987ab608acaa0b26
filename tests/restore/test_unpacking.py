"""What `image-export-unpack` does for a restore: each archive, once, and nothing for what was called off."""

import pytest
from msgspec.structs import replace

from image_export.use_cases.restore import facts
from image_export.use_cases.restore import record as recording
from image_export.use_cases.restore.unpacking import UnpackAnswer, unpack_for
from image_export.use_cases.unpack.ports import Reader, Uploads
from image_export.values.export import ExportedObject
from image_export.values.manifest import Manifest
from tests.unpack.disks import MIB, disk, packed
from tests.unpack.fake_oss import FakeOss, Object

from .world import ASKER, BUCKET, PREFIX, FakeImporting, World, manifest

SYSTEM, DATA = f"{PREFIX}_system.raw.tar.gz", f"{PREFIX}_data_xvdb.raw.tar.gz"


class UnpackingCloud(FakeImporting):
    """With a bucket from which disks are read, and to which they are written."""

    oss: FakeOss

    def reader(self) -> Reader:
        return self.oss

    def uploads(self) -> Uploads:
        return self.oss


def of_disks(**virtual_sizes: int | None) -> tuple[World, FakeOss]:
    """A world whose objects are archives of 3 MiB; its manifest may say how large the disks in them are."""
    oss, said = FakeOss(BUCKET), manifest()
    bodies = {key: packed(disk(3 * MIB, {number: b"x"})) for number, key in enumerate((SYSTEM, DATA))}
    oss.objects = {key: Object(body) for key, body in bodies.items()}
    objects = tuple(
        ExportedObject(key=key, size=len(body), etag=oss.objects[key].etag, crc64=oss.objects[key].crc64)
        for key, body in bodies.items()
    )
    disks = tuple(replace(one, virtual_size=virtual_sizes.get(one.kind)) for one in said.disks)
    world = World()
    cloud = UnpackingCloud(world.clock)
    cloud.oss = oss
    told: Manifest = replace(said, objects=objects, disks=disks)
    cloud.hold(told)
    world.cloud = cloud
    return world, oss


def unpacked(world: World, restore: str) -> UnpackAnswer:
    """One invocation."""
    return unpack_for(world.context(), world.importing, restore)


@pytest.mark.parametrize("said", [{}, {"system": 3 * MIB, "data": 3 * MIB}], ids=["0.1.0", "today"])
def test_each_disk_becomes_an_object_whatever_the_image_calls_its_size(said: dict[str, int]) -> None:
    world, oss = of_disks(**said)
    restore = world.ask(unpack="always")
    assert unpacked(world, restore).finished
    record = facts.load(world.context().ledger, restore)
    assert record is not None
    assert {number: one.virtual_size for number, one in record.unpacked.items()} == {1: 3 * MIB, 2: 3 * MIB}
    assert f"image-export-restore/{restore}/1.qcow2" in oss.objects


def test_a_disk_that_is_unpacked_is_not_unpacked_again() -> None:
    world, oss = of_disks()
    restore = world.ask(unpack="always")
    unpacked(world, restore)
    oss.sent.clear()
    assert unpacked(world, restore) == UnpackAnswer(restore_id=restore, unpacked=0, finished=True)
    assert oss.sent == []


def test_another_size_than_the_manifest_says_fails_the_restore_and_names_the_object() -> None:
    world, _ = of_disks(system=4 * MIB)
    restore = world.ask(unpack="always")
    assert unpacked(world, restore).code == "ObjectDamaged"
    moved = world.until_ended(restore)
    assert moved.restore.status == "Failed"
    assert moved.restore.error is not None
    assert SYSTEM in moved.restore.error.message
    assert not world.cloud.asked


def test_what_was_called_off_is_not_unpacked() -> None:
    world, oss = of_disks()
    restore = world.ask(unpack="always")
    context = world.context()
    record = facts.load(context.ledger, restore)
    assert record is not None
    recording.cancel(context, record, ASKER)
    assert unpacked(world, restore).code == "CalledOff"
    assert oss.sent == []
