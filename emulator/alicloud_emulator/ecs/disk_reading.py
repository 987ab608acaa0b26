"""What ECS finds in a file that it imports: its format, the size of its disk, its sectors. Pure.

Sources: QEMU, docs/interop/qcow2; Microsoft, VHD 1.0; the headers of VMDK and VDI for their marks alone.
"""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

SECTOR = 512
MIB = 1024**2
HEAD = 8 * 1024  # as much of what an archive holds is looked at before it is imported
ARCHIVE = "RAW.TAR.GZ"  # what an export of the format raw is; no value of Format
DIRTY = 1  # the only one of qcow2's incompatible features that is passed over: no data elsewhere, for one
FLAGS = 0x00FF_FFFF_FFFF_FE00  # of an entry of qcow2's tables, the bits that are an offset


class Damaged(Exception):
    """The file is not what its beginning says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the beginning of a file says, and how the rest is read."""

    image_format: str
    size_bytes: int
    block_bytes: int = 0
    whole_size_bytes: int | None = None  # by another field of it, where it has one
    boot: Callable[[], bytes]  # reads all of the file; the first sector of the disk. Raises Damaged
    sector: Callable[[int], bytes]  # one sector of the disk; less than one where the file has ended before


def header_of(body: bytes) -> Header | None:
    """By the marks of the formats: None where it has one and is broken behind it. What has no mark is raw."""
    try:
        for mark, at, read in MARKS:
            if body[at:].startswith(mark):
                return read(body)
        if body[-SECTOR:].startswith(VHD_MARK):
            return _vhd(body)
    except (struct.error, Damaged, OSError, EOFError, tarfile.TarError, zlib.error):
        return None
    return Header(
        image_format="RAW", size_bytes=len(body), boot=lambda: body[:SECTOR], sector=lambda number: _slice(body, number)
    )


def _slice(body: bytes, number: int) -> bytes:
    """A sector of what stands in a file as it is."""
    return body[number * SECTOR : (number + 1) * SECTOR]


def _archive(body: bytes) -> Header:
    """A tar with one file, in gzip; its header has the size of the disk, also of a sparse one."""
    beginning = zlib.decompressobj(wbits=31).decompress(body, HEAD)
    with tarfile.open(fileobj=io.BytesIO(beginning)) as tar:
        member = tar.next()
        if member is None or not member.isreg():
            raise Damaged("no file is in the archive")
        return Header(
            image_format=ARCHIVE,
            size_bytes=member.size,
            boot=lambda: _unpacked(body),
            sector=lambda number: _in_archive(body, number),
        )


def _in_archive(body: bytes, number: int) -> bytes:
    """A sector of an archive's only file, which is whole."""
    with tarfile.open(fileobj=io.BytesIO(body), mode="r:gz") as tar:
        content = tar.extractfile(tar.getmembers()[0])
        if content is None:
            return b""
        content.seek(number * SECTOR)
        return content.read(SECTOR)


def _unpacked(body: bytes) -> bytes:
    """The first sector of an archive's only file; everything is inflated, so that gzip's check sums are compared."""
    try:
        with gzip.open(io.BytesIO(body)) as packed:
            while packed.read(MIB):
                pass
        with tarfile.open(fileobj=io.BytesIO(body), mode="r:gz") as tar:
            names = tar.getmembers()
            content = tar.extractfile(names[0])
            if len(names) != 1 or content is None:
                raise Damaged(f"{len(names)} files are in the archive")
            return content.read(SECTOR)
    except (OSError, EOFError, tarfile.TarError, zlib.error) as cause:
        raise Damaged(str(cause)) from cause


def _qcow2(body: bytes) -> Header:
    """Version 2 or 3, without a backing file, not encrypted."""
    version, backing, _, bits, size, encrypted = struct.unpack_from(">IQIIQI", body, 4)
    unknown = struct.unpack_from(">Q", body, 72)[0] & ~DIRTY if version == 3 else 0
    if version not in (2, 3) or backing or encrypted or unknown or not 9 <= bits <= 31:
        raise Damaged("a qcow2 of this kind is not taken")
    return Header(
        image_format="QCOW2",
        size_bytes=size,
        block_bytes=1 << bits,
        boot=lambda: _qcow2_boot(body, bits),
        sector=lambda number: _qcow2_sector(body, bits, number),
    )


def _qcow2_sector(body: bytes, bits: int, number: int) -> bytes:
    """A sector, of which the tables say where it is; zeros where they say nothing."""
    entries, table_at = struct.unpack_from(">IQ", body, 36)
    cluster, within = divmod(number * SECTOR, 1 << bits)
    first, second = divmod(cluster, (1 << bits) // 8)
    if first >= entries:
        return b""
    (table,) = _entries(body, table_at + 8 * first, 1)
    (found,) = _entries(body, (table & FLAGS) + 8 * second, 1) if table & FLAGS else (0,)
    return _cluster(body, found, bits, within + SECTOR)[within:] or bytes(SECTOR)


def _qcow2_boot(body: bytes, bits: int) -> bytes:
    """The disk's first sector; every cluster that a table names must be within the file."""
    entries, table_at = struct.unpack_from(">IQ", body, 36)
    cluster = 1 << bits
    first = b""
    for number, table in enumerate(_entries(body, table_at, entries)):
        for index, entry in enumerate(_entries(body, table & FLAGS, cluster // 8) if table & FLAGS else ()):
            content = _cluster(body, entry, bits)
            if number == index == 0:
                first = content[:SECTOR]
    return first or bytes(SECTOR)


def _entries(body: bytes, at: int, count: int) -> tuple[int, ...]:
    if at + 8 * count > len(body):
        raise Damaged("a table is beyond the end of the file")
    return struct.unpack_from(f">{count}Q", body, at)


def _cluster(body: bytes, entry: int, bits: int, needed: int = SECTOR) -> bytes:
    """As much of a cluster's beginning as is needed; nothing where it is none."""
    if entry & 1 << 62:
        low = 62 - (bits - 8)
        at, sectors = entry & (1 << low) - 1, (entry >> low & (1 << bits - 8) - 1) + 1
        if at >= len(body):
            raise Damaged("a cluster is beyond the end of the file")
        try:
            return zlib.decompressobj(-12).decompress(body[at : at + sectors * SECTOR], needed)
        except zlib.error as cause:
            raise Damaged(str(cause)) from cause
    at = entry & FLAGS
    if not at or entry & 1:
        return b""
    if at + (1 << bits) > len(body):
        raise Damaged("a cluster is beyond the end of the file")
    return body[at : at + needed]


VHD_MARK = b"conectix"


def _vhd(body: bytes) -> Header:
    """A fixed or a dynamic disk, by its footer, which is the file's last sector."""
    footer = body[-SECTOR:]
    if not footer.startswith(VHD_MARK):
        raise Damaged("the footer is missing")
    (header_at,), (size, _, kind) = struct.unpack_from(">Q", footer, 16), struct.unpack_from(">QII", footer, 48)
    if kind == 2:
        fixed = len(body) - SECTOR
        return Header(
            image_format="VHD",
            size_bytes=size,
            whole_size_bytes=fixed,
            boot=lambda: body[:SECTOR],
            sector=lambda number: _slice(body[:-SECTOR], number),
        )
    if kind != 3 or not body[header_at:].startswith(b"cxsparse"):
        raise Damaged("a VHD of this kind is not taken")
    table_at, _, entries, block = struct.unpack_from(">QIII", body, header_at + 16)
    return Header(
        image_format="VHD",
        size_bytes=size,
        block_bytes=block,
        whole_size_bytes=entries * block,
        boot=lambda: _vhd_boot(body, table_at, entries, block),
        sector=lambda number: _vhd_sector(body, table_at, block, number) if number * SECTOR < size else b"",
    )


def _vhd_sector(body: bytes, table_at: int, block: int, number: int) -> bytes:
    """A sector, of which the table says where its block is; zeros where it says that there is none."""
    which, within = divmod(number * SECTOR, block)
    (at,) = struct.unpack_from(">I", body, table_at + 4 * which)
    if at == 0xFFFF_FFFF:
        return bytes(SECTOR)
    begin = at * SECTOR + -(-block // SECTOR // 8 // SECTOR) * SECTOR + within
    return body[begin : begin + SECTOR]


def _vhd_boot(body: bytes, table_at: int, entries: int, block: int) -> bytes:
    """The disk's first sector; every block that the table names must be within the file."""
    if table_at + 4 * entries > len(body):
        raise Damaged("the table is beyond the end of the file")
    bitmap = -(-block // SECTOR // 8 // SECTOR) * SECTOR
    sectors = struct.unpack_from(f">{entries}I", body, table_at)
    used = [sector for sector in sectors if sector != 0xFFFF_FFFF]
    if any(sector * SECTOR + bitmap + block > len(body) - SECTOR for sector in used):
        raise Damaged("a block is beyond the end of the file")
    if not sectors or sectors[0] == 0xFFFF_FFFF:
        return bytes(SECTOR)
    at = sectors[0] * SECTOR + bitmap
    return body[at : at + SECTOR]


def _other(image_format: str) -> Callable[[bytes], Header]:
    """A format that is known by its mark and not read."""
    return lambda body: Header(
        image_format=image_format,
        size_bytes=len(body),
        boot=lambda: bytes(SECTOR),
        sector=lambda _: bytes(SECTOR),
    )


MARKS: tuple[tuple[bytes, int, Callable[[bytes], Header]], ...] = (
    (b"\x1f\x8b", 0, _archive),
    (b"QFI\xfb", 0, _qcow2),
    (VHD_MARK, 0, _vhd),
    (b"KDMV", 0, _other("VMDK")),
    (b"\x7f\x10\xda\xbe", 64, _other("VDI")),
)
