"""Every way in which tar and gzip pack one disk is read; what holds no disk, or more than one, is told apart."""

import gzip
import io
import shutil
import subprocess
import tarfile
import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from image_export.decisions.objects.formats.damage import DamageError
from image_export.decisions.unpack import forward
from image_export.decisions.unpack.inflating import Inflating
from image_export.decisions.unpack.source import disk_of

from .disks import KIB, MIB, disk, spread, tarred

SMALL = disk(2 * MIB, {0: b"boot", MIB + 5: b"x"})
KEY = "golden_m-1_system.raw.tar.gz"
TAR = shutil.which("tar") or ""


def read(body: bytes, key: str = KEY, step: int = 100_000) -> bytes:
    """The disk, and with it all of the object."""
    blocks = iter([body[at : at + step] for at in range(0, len(body), step)])
    found = disk_of(key, len(body), blocks)
    made = b"".join(bytes(one) if isinstance(one, int) else one for one in found.pieces)
    assert len(made) == found.size
    assert next(blocks, None) is None, "the end of the object was not looked at"
    return made


def entries(*wanted: tuple[str, bytes, bytes], **more: Any) -> bytes:
    """A tar archive of entries of these names, types and contents."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.GNU_FORMAT, **more) as archive:
        for name, kind, content in wanted:
            entry = tarfile.TarInfo(name)
            entry.type, entry.size = kind, len(content)
            archive.addfile(entry, io.BytesIO(content))
    return made.getvalue()


def gnu_tar(folder: Path, *options: str) -> bytes:
    """What GNU tar makes of the disk with holes."""
    with (folder / "disk.raw").open("wb") as file:
        for at in range(0, len(spread()), 64 * KIB):
            if (some := spread()[at : at + 64 * KIB]).strip(b"\0"):
                file.seek(at)
                file.write(some)
        file.truncate(len(spread()))
    command = [TAR, *options, "-cf", "disk.tar", "disk.raw"]
    subprocess.run(command, cwd=folder, check=True)  # noqa: S603 - tar's own
    return (folder / "disk.tar").read_bytes()


@pytest.mark.skipif(not TAR, reason="GNU tar is not installed")
@pytest.mark.parametrize(
    "options",
    [
        ("--format=gnu",),
        ("--format=gnu", "-S"),
        ("--format=posix",),
        ("--format=posix", "-S", "--sparse-version=0.0"),
        ("--format=posix", "-S", "--sparse-version=0.1"),
        ("--format=posix", "-S", "--sparse-version=1.0"),
        ("--format=ustar",),
        ("--format=v7",),
    ],
    ids=" ".join,
)
def test_what_gnu_tar_makes_is_read(tmp_path: Path, options: tuple[str, ...]) -> None:
    archive = gnu_tar(tmp_path, *options)
    assert ("-S" in options) == (len(archive) < 2 * MIB)
    assert read(gzip.compress(archive, 1)) == spread()


@pytest.mark.skipif(not TAR, reason="GNU tar is not installed")
def test_a_disk_of_many_holes_is_read(tmp_path: Path) -> None:
    """Its list of holes goes on in further blocks."""
    holes = disk(8 * MIB, dict.fromkeys(range(0, 8 * MIB, 100000), b"data"))
    file = tmp_path / "disk.raw"
    with file.open("wb") as sparse:
        for at in range(0, len(holes), 100_000):
            sparse.seek(at)
            sparse.write(b"data")
        sparse.truncate(len(holes))
    for form in ("gnu", "posix"):
        command = [TAR, f"--format={form}", "-S", "--hole-detection=raw", "-cf", "disk.tar", "disk.raw"]
        subprocess.run(command, cwd=tmp_path, check=True)  # noqa: S603 - tar's own
        assert read(gzip.compress((tmp_path / "disk.tar").read_bytes())) == holes


SPARSE = b"2\n0\n4\n4096\n4\n".ljust(512, b"\0") + b"bootmore"


def sparse(stored: bytes = SPARSE, *then: str) -> bytes:
    """As GNU tar writes a sparse disk of which more than 8 GiB are stored: with its stored size in the pax header."""
    said = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": "disk.raw",
        "GNU.sparse.realsize": "8192",
        "size": str(len(stored)),
    }
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as archive:
        entry = tarfile.TarInfo("GNUSparseFile.0/disk.raw")
        entry.size, entry.pax_headers = len(stored), said
        archive.addfile(entry, io.BytesIO(stored))
        for name in then:
            archive.addfile(tarfile.TarInfo(name))
    return made.getvalue()


PLAIN = tarred(SMALL)
READ: dict[str, Callable[[], bytes]] = {
    "one member": lambda: gzip.compress(PLAIN),
    "not compressed": lambda: gzip.compress(PLAIN, 0),
    "several members": lambda: b"".join(gzip.compress(PLAIN[at : at + 77_777]) for at in range(0, len(PLAIN), 77_777)),
    "an empty member between": lambda: gzip.compress(PLAIN[:99]) + gzip.compress(b"") + gzip.compress(PLAIN[99:]),
    "zeros behind the last member": lambda: gzip.compress(PLAIN) + bytes(700_000),
    "a file name in the gzip header": lambda: b"\x1f\x8b\x08\x08" + bytes(6) + b"name\0" + _raw_deflated(PLAIN),
    "a name of 300 letters, GNU": lambda: gzip.compress(tarred(SMALL, "d/" * 100 + "n" * 100, tarfile.GNU_FORMAT)),
    "a name of 300 letters, pax": lambda: gzip.compress(tarred(SMALL, "d/" * 100 + "ä" * 100, tarfile.PAX_FORMAT)),
    "folders around it": lambda: gzip.compress(
        entries(("a", tarfile.DIRTYPE, b""), ("a/it", tarfile.REGTYPE, SMALL), ("z", tarfile.DIRTYPE, b""))
    ),
    "no end of the archive": lambda: gzip.compress(PLAIN[: 512 + len(SMALL)]),
    "an end with something behind it": lambda: gzip.compress(PLAIN + b"not looked at" * 1000),
}


def _raw_deflated(data: bytes) -> bytes:
    packing = zlib.compressobj(wbits=-15)
    packed = packing.compress(data) + packing.flush()
    return packed + zlib.crc32(data).to_bytes(4, "little") + (len(data) % 2**32).to_bytes(4, "little")


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("step", [997, 10_000_000])
def test_it_is_read(name: str, step: int) -> None:
    assert read(READ[name](), step=step) == SMALL


@pytest.mark.parametrize("most", [1, 1000, MIB])
@pytest.mark.parametrize("step", [1, 13, 10_000])
def test_what_is_inflated_does_not_hang_on_how_it_is_fed(step: int, most: int) -> None:
    content = bytes(5000) + b"data" * 700 + bytes(6000)
    packed = gzip.compress(content) + gzip.compress(b"") + gzip.compress(content) + b"\0\0"
    inflating = Inflating(iter([packed[at : at + step] for at in range(0, len(packed), step)]))
    found = b"".join(iter(lambda: inflating.some(most), b""))
    assert found == content * 2


def test_a_sparse_disk_is_of_its_real_size_and_what_follows_is_found() -> None:
    assert read(gzip.compress(sparse())) == disk(8192, {0: b"boot", 4096: b"more"})


def test_a_raw_disk_is_read_whatever_its_name() -> None:
    assert read(SMALL, "golden.raw") == read(SMALL, "golden") == SMALL


def flipped(body: bytes, at: int) -> bytes:
    """The same with one bit that is another."""
    return body[:at] + bytes([body[at] ^ 16]) + body[at + 1 :]


def with_extents(first: bytes) -> bytes:
    """A sparse archive of the oldest kind, with another offset of its first extent."""
    archive = bytearray(512 + 512)
    archive[:] = tarfile.TarInfo("disk.raw").tobuf(tarfile.GNU_FORMAT) + bytes(512)
    archive[124:136], archive[156:157] = b"00000001000\0", b"S"
    archive[386:410] = first + b"00000001000\0"
    archive[483:495] = b"00000004000\0"
    archive[148:156] = b"        "
    archive[148:156] = b"%06o\0 " % sum(archive[:512])
    return gzip.compress(bytes(archive))


NOISE = gzip.compress(tarred(disk(MIB, {0: b"x", 300_000: b"x", 600_000: b"x"})))
TWO = entries(("a", tarfile.REGTYPE, SMALL), ("b", tarfile.REGTYPE, SMALL))
LINK = entries(("a", tarfile.REGTYPE, SMALL), ("b", tarfile.SYMTYPE, b""))
ENDLESS = gzip.compress(entries(*[(f"d{number}", tarfile.DIRTYPE, b"") for number in range(40)]))
BROKEN: dict[str, tuple[bytes, str]] = {
    "cut in the middle": (NOISE[:500_000], "it ends within its compressed data"),
    "cut before the checksum": (NOISE[:-8], "it ends within its compressed data"),
    "a checksum that differs": (flipped(NOISE, len(NOISE) - 6), "it cannot be unpacked"),
    "a byte that differs": (flipped(NOISE, 500_000), "it cannot be unpacked"),
    "another file behind the gzip": (NOISE + b"PK\3\4", "bytes that are no gzip follow"),
    "a byte behind the gzip": (NOISE + b"x", "bytes that are no gzip follow"),
    "a disk that is cut": (gzip.compress(PLAIN[:MIB]), "it ends 1049088 bytes before its disk does"),
    "a padding that is cut": (gzip.compress(tarred(b"x" * 1000)[:1512]), "does not end with a sector"),
    "no gzip": (PLAIN, "it does not begin as gzip does"),
    "a disk without tar": (gzip.compress(SMALL), "it does not hold a tar archive"),
    "nothing": (gzip.compress(b""), "it does not hold a tar archive"),
    "an archive of nothing": (gzip.compress(bytes(10240)), "its archive holds no file"),
    "two disks": (gzip.compress(TWO), "its archive holds 'b' too"),
    "a disk and a link": (gzip.compress(LINK), "its archive holds 'b' too"),
    "a link": (gzip.compress(entries(("l", tarfile.SYMTYPE, b""))), "'l', which is no regular file"),
    "folders alone": (ENDLESS, "which is no regular file"),
    "no bytes": (gzip.compress(tarred(b"")), "its disk is of 0 bytes"),
    "no whole sectors": (gzip.compress(tarred(b"x" * 1000)), "does not end with a sector"),
    "a header that differs, behind": (
        gzip.compress(PLAIN[: 512 + len(SMALL)] + b"x" * 512),
        "goes on with what is no tar header",
    ),
    "holes that overlap": (with_extents(b"77777777777\0"), "its list of holes contradicts itself"),
    "a header without end": (
        gzip.compress(tarfile.TarInfo("x" * 9_000_000).tobuf(tarfile.GNU_FORMAT)),
        "its tar header is of 9000448 bytes",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_whole_disk_is_told(name: str) -> None:
    body, said = BROKEN[name]
    with pytest.raises(DamageError, match=said):
        read(body)


def test_what_follows_a_sparse_disk_is_looked_for_behind_what_is_stored_of_it() -> None:
    with pytest.raises(DamageError, match="its archive holds 'b' too"):
        read(gzip.compress(sparse(SPARSE, "b")))


def test_a_list_of_holes_without_end_is_not_held_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forward, "LONGEST_HEADER", 50_000)
    with pytest.raises(DamageError, match="its tar header is over 50000 bytes"):
        read(gzip.compress(sparse(b"9999999\n" + b"1\n" * 50_000)))


@pytest.mark.parametrize(
    ("begins", "what"),
    [
        (b"QFI\xfb", "qcow2"),
        (b"KDMV", "vmdk"),
        (b"conectix", "vhd"),
        (b"<<< VM" + bytes(58) + b"\x7f\x10\xda\xbe", "vdi"),
    ],
)
def test_what_is_made_otherwise_is_not_wrapped_once_more(begins: bytes, what: str) -> None:
    with pytest.raises(DamageError, match=f"no raw disk but {what}"):
        read(begins.ljust(4096, b"\0"), "golden.qcow2")


def test_a_disk_of_more_than_2_tib_is_refused_before_it_is_read() -> None:
    header = tarfile.TarInfo("disk.raw")
    header.size = 2 * 1024**4 + 512
    with pytest.raises(DamageError, match="larger than 2 TiB"):
        disk_of(KEY, 1000, iter((gzip.compress(header.tobuf(tarfile.GNU_FORMAT)),)))


def test_a_bomb_takes_no_memory() -> None:
    """4 GiB of zeros in 4 MiB come as pieces of 1 MiB or less, each when it is asked for."""
    header = tarfile.TarInfo("disk.raw")
    header.size = 4 * 1024**3
    packing = zlib.compressobj(9, wbits=31)

    def bomb() -> Iterator[bytes]:
        yield packing.compress(header.tobuf(tarfile.GNU_FORMAT))
        for _ in range(64):
            yield packing.compress(bytes(MIB))

    pieces = disk_of(KEY, 4_000_000, bomb()).pieces
    sizes = [len(piece) for piece in islice(pieces, 32) if isinstance(piece, bytes)]
    assert max(sizes) == MIB
