"""Both ends of a disk file: what other people's tools wrote is taken, what is cut off is not, as far as ends can tell.

`samples.zip` was made by `make_samples.sh` with qemu-img, GNU tar, bsdtar, gzip, pigz and bgzip.
"""

import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alicloud_emulator.ecs.disk_files import SUFFIXES, disk_file
from image_export.decisions.objects.formats.damage import DamageError
from image_export.decisions.objects.integrity import DISK_BYTES
from image_export.values.stored_object import PROBE_BYTES, StoredObject
from tests.archives import raw_archive
from tests.builders import an_object

GIB, MIB = 1024**3, 1024**2
SAMPLES = zipfile.ZipFile(Path(__file__).parent / "samples.zip")
NAMES = [pytest.param(name, id=name) for name in SAMPLES.namelist()]
ARCHIVES = [name for name in SAMPLES.namelist() if name.endswith(".tar.gz")]
CUT_IS_SEEN = [name for name in SAMPLES.namelist() if name.endswith((".vhd", ".vdi")) or name == "empty.qcow2"]
CYLINDER = 63 * 255 * 512  # qemu-img rounds the disk of a VHD up to one


def said(name: str, body: bytes, cut: int | None = None) -> int | None:
    """The size of the disk that a file of this name says it holds, if it ends at `cut`."""
    size = len(body) if cut is None else cut
    ends = {"head": body[: min(size, PROBE_BYTES)], "tail": body[max(0, size - PROBE_BYTES) : size]}
    return said_of(name, an_object(name, b"", size_bytes=size, **ends))


def said_of(name: str, item: StoredObject) -> int | None:
    """The same of an object of which only the ends are there."""
    return next(check for suffix, check in DISK_BYTES.items() if name.endswith(suffix))(item)


def refused(name: str, body: bytes, cut: int | None = None) -> bool:
    """Whether the file is called damaged; anything else that is raised is our own fault."""
    try:
        said(name, body, cut)
    except DamageError:
        return True
    return False


@pytest.mark.parametrize("name", NAMES)
def test_what_a_tool_wrote_is_whole_and_says_its_size(name: str) -> None:
    made = {"empty": 40 * GIB, "sparse": 5 * GIB, "sparse-pax": 5 * GIB}.get(name.split(".")[0], MIB)
    made = MIB if name == "sparse.vmdk" else made
    assert made <= (said(name, SAMPLES.read(name)) or 0) <= made + CYLINDER


@pytest.mark.parametrize("name", CUT_IS_SEEN)
def test_a_cut_off_tail_is_always_seen_where_the_format_tells_its_length(name: str) -> None:
    body = SAMPLES.read(name)
    chance = random.Random(name)  # noqa: S311 - reproducible
    cuts = [*range(len(body) - 600, len(body)), *range(0, 5000, 37), *(chance.randrange(len(body)) for _ in range(300))]
    assert [cut for cut in cuts if not refused(name, body, cut)] == []


@pytest.mark.parametrize("name", ARCHIVES)
def test_of_all_cut_off_archives_hardly_one_looks_whole(name: str) -> None:
    """One in 512 where several members would be possible; at the end of one of several members, always."""
    body = SAMPLES.read(name)
    ends = [cut for cut in range(1, len(body)) if body[cut : cut + 3] == b"\x1f\x8b\x08"]
    passed = [cut for cut in [*ends, *range(0, len(body), 5)] if not refused(name, body, cut)]
    assert (len(ends) > 0) == name.startswith(("bgzip", "members"))
    assert len(set(passed) - set(ends)) <= len(body) / 5 / 256


@pytest.mark.parametrize("name", ["plain.qcow2", "sparse.vmdk"])
def test_what_is_cut_off_behind_the_tables_is_not_seen(name: str) -> None:
    """Said in the modules: neither end tells how long such a file must be."""
    body = SAMPLES.read(name)
    assert not refused(name, body, len(body) - 512)
    assert refused(name, body, PROBE_BYTES - 1)


@pytest.mark.parametrize("name", NAMES)
def test_whatever_byte_is_changed_the_file_is_whole_or_damaged_and_nothing_else(name: str) -> None:
    body = SAMPLES.read(name)
    chance = random.Random(name)  # noqa: S311 - reproducible
    both = bytearray(body if len(body) < 3 * PROBE_BYTES else body[:PROBE_BYTES] + bytes(9) + body[-PROBE_BYTES:])
    for at in [*range(0, len(both), 11), *range(min(len(both), 120))]:
        bit = 1 << chance.randrange(8)
        both[at] ^= bit
        refused(name, bytes(both))
        both[at] ^= bit


@pytest.mark.parametrize("name", ["dynamic.vhd", "fixed.vhd"])
def test_whatever_bit_of_a_footer_is_changed_is_seen(name: str) -> None:
    body = SAMPLES.read(name)
    for at in range(len(body) - 512, len(body)):
        assert refused(name, body[:at] + bytes([body[at] ^ 1 << at % 8]) + body[at + 1 :]), at


@given(
    st.binary(max_size=2 * PROBE_BYTES), st.sampled_from(["", "QFI\xfb", "KDMV", "\x1f\x8b\x08\0", "COWD", "conectix"])
)
@example(b"# Disk DescriptorFile", "")
def test_what_is_no_disk_file_is_damaged_and_nothing_else(body: bytes, magic: str) -> None:
    for suffix in DISK_BYTES:
        refused(suffix, magic.encode("latin-1") + body)
        refused(suffix, body.ljust(512, b"\0") + magic.encode("latin-1").ljust(512, b"\0"))
        assert magic or refused(suffix, body)


@pytest.mark.parametrize("size_gib", [1, 20, 40, 500, 2048])
@pytest.mark.parametrize("image_format", SUFFIXES)
def test_the_emulators_files_are_whole_and_their_first_two_thirds_are_not(image_format: str, size_gib: int) -> None:
    name, body = SUFFIXES[image_format], disk_file(image_format, "demo_system", size_gib)
    assert said(name, body) == size_gib * GIB
    assert refused(name, body[: len(body) * 2 // 3])


# A disk of a real size in an archive that is not sparse: only its ends are made.


def real(size: int, length: int, packed: int, end: Callable[[bytes], bytes] = bytes) -> StoredObject:
    """A `.raw.tar.gz` of which the head is real, and the trailer tells of a member of `length` bytes."""
    packing = zlib.compressobj(wbits=31)
    header = raw_archive_header(size)
    head = packing.compress(header + random.Random(3).randbytes(2 * PROBE_BYTES)) + packing.flush(zlib.Z_SYNC_FLUSH)  # noqa: S311
    tail = random.Random(4).randbytes(PROBE_BYTES - 8) + struct.pack("<II", 0xDEADBEEF, length % 2**32)  # noqa: S311
    return an_object("x.raw.tar.gz", size_bytes=packed, head=head[:PROBE_BYTES], tail=end(tail))


def raw_archive_header(size: int) -> bytes:
    """The tar header of a disk, of whatever size, as GNU tar writes it."""
    import tarfile

    member = tarfile.TarInfo("disk.raw")
    member.size = size
    return member.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize("size_gib", [3, 8, 40, 500])
@pytest.mark.parametrize("padding", [0, 1024, 10240 - 512, MIB])
def test_one_member_of_any_padding_is_whole(size_gib: int, padding: int) -> None:
    size = size_gib * GIB
    assert said_of(".tar.gz", real(size, 512 + size + padding, packed=GIB)) == size


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda tail: tail[:-3] + b"\0\0\0", id="another length"),
        pytest.param(lambda tail: bytes(len(tail)), id="zeros, as of an empty disk"),
        pytest.param(lambda tail: (b"\0\0\xff\xff\x1a\5\0\0" * len(tail))[: len(tail)], id="a run of flushes"),
        pytest.param(lambda tail: tail[7:] + b"\x12" * 7, id="another place"),
    ],
)
def test_the_end_of_a_large_archive_that_is_none_is_seen(end: Callable[[bytes], bytes]) -> None:
    size = 40 * GIB
    with pytest.raises(DamageError, match="end must be missing"):
        said_of(".tar.gz", real(size, 512 + size + 1024, GIB, end))


def test_several_members_may_end_with_a_part_of_the_archive() -> None:
    assert said_of(".tar.gz", real(40 * GIB, 64 * MIB, GIB)) == 40 * GIB


def test_more_disk_than_can_be_packed_into_the_object_is_seen() -> None:
    with pytest.raises(DamageError, match="so densely"):
        said_of(".tar.gz", real(40 * GIB, 40 * GIB + 1536, packed=30 * MIB))


def test_an_archive_without_a_disk_is_no_export() -> None:
    with pytest.raises(DamageError, match="0 bytes"):
        said(".tar.gz", raw_archive(0, noise=0))


@pytest.mark.parametrize(("folders", "taken"), [(0, True), (3, True), (4, False)])
def test_a_disk_may_stand_behind_a_few_folders_of_its_archive(folders: int, taken: bool) -> None:
    body = raw_archive(folders=folders)
    assert refused(".tar.gz", body) is not taken
    if taken:
        assert said(".tar.gz", body) == MIB


VMDK = {  # the fields of a sparse extent's header, of 8 MiB in grains of 64 KiB, in their order
    "magic": b"KDMV",
    "version": 1,
    "flags": 3,
    "capacity": 16384,
    "grain": 128,
    "descriptor_at": 1,
    "descriptor_sectors": 20,
    "entries": 512,
    "second_directory_at": 21,
    "directory_at": 26,
    "overhead": 128,
    "unclean": False,
    "newlines": b"\n \r\n",
}
AT_END = 2**64 - 1


def extent(**changes: object) -> bytes:
    """A sector with such a header."""
    return struct.pack("<4sIIQQQQIQQQ?4s", *{**VMDK, **changes}.values()).ljust(512, b"\0")


def stream(sectors: int, *, end: bytes = bytes(512), **footer: object) -> bytes:
    """A stream-optimised file of so many sectors: header, nothing, footer, the marker of the end."""
    header = extent(directory_at=AT_END, overhead=0)
    return header + bytes(512 * (sectors - 3)) + extent(**{"directory_at": 1, **footer}) + end


def verdict(name: str, body: bytes) -> str | int | None:
    """The size of the disk that the file says it holds, or why it is damaged."""
    try:
        return said(name, body)
    except DamageError as damage:
        return str(damage)


@pytest.mark.parametrize(
    ("body", "said_of_it"),
    [
        (extent().ljust(128 * 512, b"\0"), None),
        (extent().ljust(128 * 512 - 1, b"\0"), "it ends within its tables"),
        (extent(directory_at=127).ljust(128 * 512, b"\0"), None),
        (extent(directory_at=128).ljust(128 * 512, b"\0"), "it ends before its directory"),
        (extent(directory_at=0).ljust(128 * 512, b"\0"), "it ends before its directory"),
        (extent(version=3).ljust(128 * 512, b"\0"), None),
        (extent(version=0).ljust(128 * 512, b"\0"), "there is no VMDK of version 0"),
        (extent(version=4).ljust(128 * 512, b"\0"), "there is no VMDK of version 4"),
        (extent(grain=0).ljust(128 * 512, b"\0"), "its header tells of no disk"),
        (extent(capacity=0).ljust(128 * 512, b"\0"), "its header tells of no disk"),
        (extent(newlines=b"\n \n\n").ljust(128 * 512, b"\0"), "it was changed as if it were text"),
        (stream(4), None),
        (stream(3), "it ends within its header"),
        (stream(4, end=b"\1".ljust(512, b"\0")), "it does not end with the marker of its end"),
        (stream(4, end=bytes(15) + b"\1" + bytes(496)), "it does not end with the marker of its end"),
        (stream(4, magic=b"KDMX"), "it does not end with its footer"),
        (stream(4, capacity=16385), "its header and its footer differ"),
        (stream(4, directory_at=4), "it ends before its directory"),
    ],
)
def test_a_vmdk_is_whole_where_each_of_its_parts_is(body: bytes, said_of_it: str | None) -> None:
    assert verdict(".vmdk", body) == (said_of_it or 16384 * 512)


def test_an_older_vmdk_and_a_descriptor_say_their_size() -> None:
    assert said(".vmdk", struct.pack("<4sIII", b"COWD", 1, 3, 2048)) == 2048 * 512
    text = b'# Disk DescriptorFile\nversion=1\nRW 2048 SPARSE "a.vmdk"\nRDONLY 1 FLAT "b"\nNOACCESS 3 ZERO\n'
    assert said(".vmdk", text) == 2052 * 512
    with pytest.raises(DamageError, match="its descriptor tells of no extent"):
        said(".vmdk", b"# Disk DescriptorFile\nversion=1\n")


QCOW2 = {  # 10 GiB in clusters of 64 KiB: 20 tables
    "magic": b"QFI\xfb",
    "version": 3,
    "backing": 0,
    "backing_size": 0,
    "cluster_bits": 16,
    "size": 10 * GIB,
    "crypt": 0,
    "l1_entries": 20,
    "l1_at": 196608,
    "refcounts_at": 65536,
    "refcount_clusters": 1,
    "snapshots": 0,
    "snapshots_at": 0,
    "features": 0,
}


def qcow2(length: int = 262144, **changes: object) -> bytes:
    """A file of that length with such a header."""
    return struct.pack(">4sIQIIQIIQQIIQQ", *{**QCOW2, **changes}.values()).ljust(length, b"\0")


@pytest.mark.parametrize(
    ("body", "said_of_it"),
    [
        (qcow2(), None),
        (qcow2(version=2, features=2**64 - 1), None),
        (qcow2(version=1), "there is no qcow2 of version 1"),
        (qcow2(version=4), "there is no qcow2 of version 4"),
        (qcow2(magic=b"QFI\xfc"), "it does not begin as qcow2 does (head 514649fc00000003)"),
        (qcow2(cluster_bits=9, l1_entries=327680, l1_at=512, length=2**22), None),
        (qcow2(cluster_bits=8), "clusters of 2^8 bytes do not exist"),
        (qcow2(cluster_bits=21), None),
        (qcow2(cluster_bits=22), "clusters of 2^22 bytes do not exist"),
        (qcow2(backing=112), "it is the difference to another file"),
        (qcow2(features=1), None),
        (qcow2(features=2), "its writer marked it as corrupt"),
        (qcow2(features=4), "its data is in another file"),
        (qcow2(l1_entries=19), "its table is too short for its disk"),
        (qcow2(features=16, l1_entries=40), None),
        (qcow2(features=16, l1_entries=39), "its table is too short for its disk"),
        (qcow2(196608 + 160), None),
        (qcow2(196608 + 159), "it ends within its table"),
        (qcow2(refcounts_at=0), "it ends before its reference counts"),
        (qcow2(refcounts_at=262143), None),
        (qcow2(refcounts_at=262144), "it ends before its reference counts"),
        (qcow2()[:71], "it ends within its header"),
        (qcow2()[:79], "it ends within its header"),
    ],
)
def test_a_qcow2_is_whole_where_its_header_and_its_tables_are(body: bytes, said_of_it: str | None) -> None:
    assert verdict(".qcow2", body) == (said_of_it or 10 * GIB)


def test_a_qcow2_of_an_empty_disk_needs_no_table() -> None:
    assert verdict(".qcow2", qcow2(size=0, l1_entries=0)) == 0


VDI = {  # 4 MiB in blocks of 1 MiB, two of them there
    "map_at": 512,
    "data_at": 1024,
    "cylinders": 0,
    "heads": 0,
    "sectors": 0,
    "sector": 512,
    "unused": 0,
    "size": 4 * MIB,
    "block": MIB,
    "extra": 0,
    "blocks": 4,
    "allocated": 2,
}


def vdi(length: int = 1024 + 2 * MIB, version: int = 0x10001, kind: int = 1, **changes: object) -> bytes:
    """A file of that length with such a header."""
    start = struct.pack("<4sIII", b"\x7f\x10\xda\xbe", version, 400, kind)
    return (bytes(64) + start).ljust(340, b"\0") + struct.pack("<IIIIIIIQIIII", *{**VDI, **changes}.values()).ljust(
        length - 340, b"\0"
    )


@pytest.mark.parametrize(
    ("body", "said_of_it"),
    [
        (vdi(), None),
        (vdi(kind=2), None),
        (vdi(kind=3), "a disk of type 3 does not stand alone"),
        (vdi(version=0x1FFFF), None),
        (vdi(version=0x2FFFF), "there is no VDI of version 2"),
        (vdi(version=0xFFFF), "there is no VDI of version 0"),
        (vdi().replace(b"\xda", b"\xdb"), "it does not begin as VDI does (signature 7f10dbbe)"),
        (vdi(block=0), "its header contradicts itself"),
        (vdi(blocks=1), "its header contradicts itself"),
        (vdi(size=4 * MIB + 1), "its header contradicts itself"),
        (vdi(allocated=4, length=1024 + 4 * MIB), None),
        (vdi(allocated=5, length=1024 + 5 * MIB), "its header contradicts itself"),
        (vdi(map_at=1024 + 2 * MIB - 16), None),
        (vdi(map_at=1024 + 2 * MIB - 15), "it ends within its map"),
        (vdi()[:-1], "it is shorter than its 2 blocks"),
        (vdi(extra=512, length=2048 + 2 * MIB), None),
        (vdi(extra=512, length=2047 + 2 * MIB), "it is shorter than its 2 blocks"),
    ],
)
def test_a_vdi_is_whole_where_it_has_as_many_blocks_as_it_counts(body: bytes, said_of_it: str | None) -> None:
    assert verdict(".vdi", body) == (said_of_it or 4 * MIB)


def vhd_footer(kind: int, size: int, header_at: int) -> bytes:
    fields = (b"conectix", 2, 0x10000, header_at, 0, b"any ", 0, b"any ", size, size, 0, kind)
    footer = struct.pack(">8sIIQI4sI4sQQII", *fields)
    return (footer + struct.pack(">I", ~sum(footer) & 0xFFFFFFFF)).ljust(512, b"\0")


def vhd(*, copy: bytes | None = None, header_at: int = 512, entries: int = 512, length: int = 4096) -> bytes:
    """A dynamic file of that length: the footer's copy, the header and its table, the footer."""
    footer = vhd_footer(3, GIB, header_at)
    header = struct.pack(">8sQQII", b"cxsparse", 2**64 - 1, header_at + 1024, 0x10000, entries)
    return ((copy or footer).ljust(header_at, b"\0") + header).ljust(length - 512, b"\0") + footer


@pytest.mark.parametrize(
    ("body", "said_of_it"),
    [
        (vhd(), None),
        (bytes(MIB) + vhd_footer(2, MIB, 2**64 - 1), None),
        (bytes(MIB - 1) + vhd_footer(2, MIB, 2**64 - 1), f"it is shorter than its disk of {MIB} bytes"),
        (bytes(MIB) + vhd_footer(4, MIB, 2**64 - 1), "a disk of type 4 does not stand alone"),
        (vhd(copy=vhd_footer(3, 2 * GIB, 512)), "its two footers differ"),
        (vhd(copy=vhd_footer(2, GIB, 512)), "its two footers differ"),
        (vhd(copy=vhd_footer(3, GIB, 1024)), "its two footers differ"),
        (vhd(copy=bytes(512)), "it does not begin with the copy of its footer"),
        (vhd(length=1536 + 4 * 512), None),
        (vhd(length=1536 + 4 * 512 - 1), "it ends within its table"),
        (vhd().replace(b"cxsparse", b"cxgarbag"), "the header of its dynamic disk is damaged"),
        (vhd(header_at=PROBE_BYTES - 32, length=2 * PROBE_BYTES), None),
        (
            vhd(header_at=PROBE_BYTES - 32, length=2 * PROBE_BYTES).replace(b"cxsparse", b"cxgarbag"),
            "the header of its dynamic disk is damaged",
        ),
        (vhd(header_at=PROBE_BYTES - 31, length=2 * PROBE_BYTES).replace(b"cxsparse", b"cxgarbag"), None),
    ],
)
def test_a_vhd_is_whole_where_its_footers_and_its_header_agree(body: bytes, said_of_it: str | None) -> None:
    size = MIB if not body.startswith(b"conectix") else GIB
    assert verdict(".vhd", body) == (said_of_it or size)


def dynamic_vhd(header_at: int) -> bytes:
    """Footer, header and table of a dynamic disk of 1 GiB without a block."""
    footer = vhd_footer(3, GIB, header_at)
    header = struct.pack(">8sQQII", b"cxsparse", 2**64 - 1, header_at + 1024, 0x10000, 512).ljust(1024, b"\0")
    return footer.ljust(header_at, b"\0") + header + b"\xff" * 2048 + footer


def test_the_header_of_a_dynamic_disk_that_lies_behind_what_is_read_is_not_looked_for() -> None:
    """Its footers and their checksums are; the header may stand anywhere between them."""
    near, far = dynamic_vhd(header_at=512), dynamic_vhd(header_at=PROBE_BYTES)
    assert said(".vhd", far) == said(".vhd", near) == GIB
    assert refused(".vhd", near.replace(b"cxsparse", b"cxgarbag"))
    assert not refused(".vhd", far.replace(b"cxsparse", b"cxgarbag"))
    assert refused(".vhd", far[:-1])
