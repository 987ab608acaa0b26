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


def dynamic_vhd(header_at: int) -> bytes:
    """Footer, header and table of a dynamic disk of 1 GiB without a block."""
    fields = (b"conectix", 2, 0x10000, header_at, 0, b"any ", 0, b"any ", GIB, GIB, 0, 3)
    footer = struct.pack(">8sIIQI4sI4sQQII", *fields)
    footer = (footer + struct.pack(">I", ~sum(footer) & 0xFFFFFFFF)).ljust(512, b"\0")
    header = struct.pack(">8sQQII", b"cxsparse", 2**64 - 1, header_at + 1024, 0x10000, 512).ljust(1024, b"\0")
    return footer.ljust(header_at, b"\0") + header + b"\xff" * 2048 + footer


def test_the_header_of_a_dynamic_disk_that_lies_behind_what_is_read_is_not_looked_for() -> None:
    """Its footers and their checksums are; the header may stand anywhere between them."""
    near, far = dynamic_vhd(header_at=512), dynamic_vhd(header_at=PROBE_BYTES)
    assert said(".vhd", far) == said(".vhd", near) == GIB
    assert refused(".vhd", near.replace(b"cxsparse", b"cxgarbag"))
    assert not refused(".vhd", far.replace(b"cxsparse", b"cxgarbag"))
    assert refused(".vhd", far[:-1])
