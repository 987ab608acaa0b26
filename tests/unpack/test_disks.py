"""What comes out is the disk that went in, by the judgement of QEMU, and stores no zeros."""

import struct
from pathlib import Path

import pytest

from image_export.decisions.unpack.qcow2_writing import Qcow2Writing
from image_export.decisions.unpack.sizing import part_bytes

from .disks import GIB, KIB, MIB, disk, packed, spread
from .world import SOURCE, TARGET, World, assert_same_disk, needs_qemu, qemu_img

TIB = 1024 * GIB

DISKS = {
    "spread": spread(),
    "one sector": disk(512, {0: b"boot"}),
    "less than a cluster": disk(60 * KIB, {0: b"boot", 60 * KIB - 5: b"end.."}),
    "a last cluster that is cut": disk(MIB + 512, {MIB: b"here"}),
    "all data": disk(3 * MIB, dict.fromkeys(range(0, 3 * MIB, 300000), b"x")),
    "no data": bytes(5 * MIB),
}
DISKS["the last byte alone"] = bytes(17 * MIB - 1) + b"\xff"


@needs_qemu
@pytest.mark.parametrize("name", DISKS)
def test_a_qcow2_is_whole_and_holds_the_same_disk(world: World, tmp_path: Path, name: str) -> None:
    made = world.unpack(world.exported(packed(DISKS[name])))
    assert_same_disk(tmp_path, world.target(), DISKS[name])
    assert (made.virtual_size, made.size) == (len(DISKS[name]), len(world.target()))


@pytest.mark.parametrize("name", DISKS)
def test_a_raw_object_is_the_disk_itself(world: World, name: str) -> None:
    made = world.unpack(world.exported(packed(DISKS[name]), target_format="raw"))
    assert world.target() == DISKS[name]
    assert (made.size, made.virtual_size, made.data_bytes) == (len(DISKS[name]),) * 3


def test_a_disk_that_is_no_archive_is_taken_as_it_is(world: World) -> None:
    order = world.exported(spread(), key="golden_m-1_system.raw", target_format="raw")
    assert world.unpack(order).source_crc64 == order.source.crc64
    assert world.target() == spread()


def test_a_qcow2_of_zeros_stores_its_tables_alone(world: World) -> None:
    made = world.unpack(world.exported(packed(bytes(64 * MIB))))
    assert (made.size, made.data_bytes) == (4 * 64 * KIB, 0)


def test_a_qcow2_stores_the_clusters_with_data_alone(world: World) -> None:
    with_data = disk(32 * MIB, {3 * 64 * KIB - 1: b"xy", 16 * MIB: b"here"})
    made = world.unpack(world.exported(packed(with_data)))
    assert made.data_bytes == 3 * 64 * KIB
    assert made.size == made.data_bytes + (3 + 1 + 1) * 64 * KIB


def test_the_same_source_gives_the_same_bytes_whatever_is_read_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.unpack(world.exported(packed(spread())))
    first = world.oss.objects.pop(TARGET).body
    monkeypatch.setattr("image_export.use_cases.unpack.source_reading.RANGE", 1013)
    world.unpack(world.exported(packed(spread())))
    assert world.target() == first


@needs_qemu
def test_the_largest_disk_is_as_sound_as_a_small_one(tmp_path: Path) -> None:
    """Of 2 TiB, with data at both ends, in the middle, and at the edges of what a table tells of."""
    size, data = 2 * TIB, bytes(range(256)) * 256
    pieces: list[bytes | int] = [
        data,
        512 * MIB - 64 * KIB,
        data,
        TIB - 512 * MIB - 64 * KIB,
        data,
        TIB - 64 * KIB - 512,
        b"e" * 512,
    ]
    writing, file = Qcow2Writing(size), tmp_path / "large.qcow2"
    rest = b"".join(writing.rest(iter(pieces)))
    file.write_bytes(writing.first() + rest)
    assert "No errors were found" in qemu_img("check", file)
    assert f"({2 * TIB} bytes)" in qemu_img("info", file)
    for at, wanted in ((0, data), (512 * MIB, data), (TIB, data), (2 * TIB - 512, b"e" * 512)):
        taken = tmp_path / "taken"
        bounds = f"driver=raw,offset={at},size={len(wanted)},file.driver=qcow2,file.file.driver=file"
        qemu_img("convert", "-O", "raw", "--image-opts", f"{bounds},file.file.filename={file}", taken)
        assert taken.read_bytes() == wanted


def test_a_disk_full_of_data_needs_no_more_parts_than_there_are() -> None:
    for size in (512, 40 * GIB, 500 * GIB, 2 * TIB):
        most = Qcow2Writing.most_bytes(size)
        part = part_bytes(most, 192 * KIB)
        assert 1 + -(-(most - 192 * KIB) // part) <= 10_000
        assert 8 * MIB <= part <= 211 * MIB


def test_the_first_part_is_one_of_the_10_000() -> None:
    room = 192 * KIB + 9_999 * 8 * MIB
    assert (part_bytes(room, 192 * KIB), part_bytes(room + 1, 192 * KIB)) == (8 * MIB, 9 * MIB)


def test_the_reference_counts_are_counted_too() -> None:
    """A cluster of them counts 32,768, itself among them."""
    assert Qcow2Writing.most_bytes(32_760 * 64 * KIB) == (32_767 + 1) * 64 * KIB
    assert Qcow2Writing.most_bytes(32_761 * 64 * KIB) == (32_768 + 2) * 64 * KIB


def test_every_cluster_of_the_file_is_counted_once_and_none_beyond(world: World) -> None:
    world.unpack(world.exported(packed(spread())))
    file = world.target()
    counts = struct.unpack(">32768H", file[-64 * KIB :])
    clusters = len(file) // (64 * KIB)
    assert counts == (1,) * clusters + (0,) * (32_768 - clusters)


def test_what_a_full_disk_takes_at_most_is_what_it_takes() -> None:
    size = 600 * MIB
    writing = Qcow2Writing(size)
    pieces = (b"\1" * MIB for _ in range(600))
    taken = sum(len(some) for some in writing.rest(pieces)) + len(writing.first())
    assert taken == Qcow2Writing.most_bytes(size)


def test_the_first_clusters_say_what_is_in_the_file(world: World) -> None:
    made = world.unpack(world.exported(packed(spread())))
    found = world.target()
    assert struct.unpack_from(">4sI", found) == (b"QFI\xfb", 3)
    assert Qcow2Writing.described(found[: 192 * KIB], len(found)) == (24 * MIB, made.data_bytes)


def test_source_and_target_may_have_any_name(world: World) -> None:
    order = world.exported(packed(spread()), key="a b/ü.raw.tar.gz", target_key="c d/ü.raw", target_format="raw")
    assert world.unpack(order).key == "c d/ü.raw"
    assert SOURCE not in world.oss.objects
