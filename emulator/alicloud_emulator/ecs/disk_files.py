"""Disk files as an export writes them: whole files of their format for a disk of its real size, and yet small. Pure.

Each is what its specification says, down to checksums and tables; `qemu-img check` and `tar` read them (tests). The
disk begins with a sector that starts and ends with one that it reads (`boot_sector.py`): QEMU runs it (tests). All
between is zero, but for some data behind the first sector.
"""

import gzip
import hashlib
import io
import struct
import tarfile
import zlib
from collections.abc import Callable
from typing import NamedTuple

from alicloud_emulator.ecs.boot_sector import SECTOR, first_sector, last_sector

MIB = 1024**2
COPIED = 1 << 63  # of an entry of a table of qcow2: nothing else refers to the cluster
SUFFIXES = {"raw": ".raw.tar.gz", "vhd": ".vhd", "qcow2": ".qcow2", "vmdk": ".vmdk", "vdi": ".vdi"}
DAMAGED = b"this is no disk file\n" * 20


class Disk(NamedTuple):
    """What is on a disk: bytes at its beginning, the last sector, and zeros between."""

    name: str
    size: int
    head: bytes
    tail: bytes


def disk_file(image_format: str, name: str, size_gib: int, boot_mode: str = "BIOS") -> bytes:
    """The file of a disk that starts in this boot mode; `name` is that of the disk inside an archive."""
    disk = disk_of(name, size_gib * 1024**3, boot_mode)
    return MAKERS.get(image_format, raw_tar_gz)(disk)


def disk_of(name: str, size: int, boot_mode: str) -> Disk:
    """The disk of this name: its first sector, some data by the name, its last sector."""
    head = first_sector(name, size, boot_mode) + hashlib.shake_256(name.encode()).digest(8192)
    return Disk(name, size, head, last_sector(name, size))


def raw_tar_gz(disk: Disk) -> bytes:
    """A gzip'd tar with a raw disk, sparse as GNU tar writes it (format 1.0)."""
    extents = (0, len(disk.head), disk.size - SECTOR, SECTOR)
    table = "".join(f"{number}\n" for number in (len(extents) // 2, *extents))
    content = table.encode().ljust(SECTOR, b"\0") + disk.head + disk.tail
    member = tarfile.TarInfo(f"GNUSparseFile.0/{disk.name}.raw")
    member.size = len(content)
    sparse = {"major": "1", "minor": "0", "name": f"{disk.name}.raw", "realsize": str(disk.size)}
    member.pax_headers = {f"GNU.sparse.{key}": value for key, value in sparse.items()}
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(member, io.BytesIO(content))
    return gzip.compress(archive.getvalue(), mtime=0)


def qcow2(disk: Disk) -> bytes:
    """Version 3: header, reference counts, their block, table and cluster of both ends, first table (QEMU, qcow2)."""
    bits = 14
    cluster = 1 << bits
    slots = cluster // 8  # of a table
    last = (disk.size - 1) // cluster
    entries = last // slots + 1
    table = -(-entries * 8 // cluster)  # clusters
    header = struct.pack(
        ">4sIQIIQIIQQIIQQQQII",
        b"QFI\xfb",
        3,
        0,
        0,
        bits,
        disk.size,
        0,
        entries,
        7 * cluster,
        cluster,
        1,
        0,
        0,
        0,
        0,
        0,
        4,
        104,
    )
    counts = struct.pack(">H", 1) * (7 + table)
    second, last_second = entry(4 * cluster), bytes(last % slots * 8) + entry(6 * cluster)
    ends = (second, disk.head, last_second, disk.tail.rjust(cluster, b"\0"))
    first = entry(3 * cluster).ljust((entries - 1) * 8, b"\0") + entry(5 * cluster)
    parts = (header, entry(2 * cluster, 0), counts, *ends)
    return b"".join(part.ljust(cluster, b"\0") for part in parts) + first.ljust(table * cluster, b"\0")


def entry(at: int, flags: int = COPIED) -> bytes:
    """An entry of a table of qcow2."""
    return struct.pack(">Q", at | flags)


def vhd(disk: Disk) -> bytes:
    """A dynamic disk: a copy of the footer, its header, a table, two blocks, the footer (Microsoft, VHD 1.0)."""
    size, block, bitmap = disk.size, 2 * MIB, b"\xff" * SECTOR
    entries = -(-size // block)
    footer = struct.pack(
        ">8sIIQI4sI4sQQIII", b"conectix", 2, 0x10000, SECTOR, 0, b"emul", 0x10000, b"Wi2k", size, size, 0xFFFF10FF, 3, 0
    )
    header = struct.pack(">8sQQIII", b"cxsparse", 0xFFFF_FFFF_FFFF_FFFF, 1536, 0x10000, entries, block)
    footer, header = (_summed(footer.ljust(SECTOR, b"\0"), 64), _summed(header.ljust(1024, b"\0"), 36))
    block_at = 3 + -(-4 * entries // SECTOR)  # sectors
    last_at = block_at + 1 + block // SECTOR
    table = struct.pack(">I", block_at).ljust(4 * (entries - 1), b"\xff") + struct.pack(">I", last_at)
    blocks = bitmap + disk.head.ljust(block, b"\0") + bitmap + disk.tail.rjust(block, b"\0")
    return footer + header + table.ljust((block_at - 3) * SECTOR, b"\xff") + blocks + footer


def _summed(block: bytes, at: int) -> bytes:
    """The block with its checksum, the complement of the sum of its bytes."""
    return block[:at] + struct.pack(">I", ~sum(block) & 0xFFFFFFFF) + block[at + 4 :]


def vmdk(disk: Disk) -> bytes:
    """A stream-optimised extent: header, descriptor, grains of both ends, tables, directory, footer, end.

    VMware, Virtual Disk Format.
    """
    sectors, overhead, slots = disk.size // SECTOR, 128, 512
    text = (
        "# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\n"
        f'createType="streamOptimized"\n\nRW {sectors} SPARSE "disk.vmdk"\n\nddb.adapterType = "lsilogic"\n'
    )
    body = (_extent(sectors, 0xFFFF_FFFF_FFFF_FFFF) + text.encode()).ljust(overhead * SECTOR, b"\0")
    last, tables = sectors // GRAIN - 1, []
    for number, content in (
        (0, disk.head.ljust(GRAIN * SECTOR, b"\0")),
        (last, disk.tail.rjust(GRAIN * SECTOR, b"\0")),
    ):
        grain_at = len(body) // SECTOR
        body += _grain(number, content) + _marker(4, 1)
        tables.append(len(body) // SECTOR)
        body += (bytes(number % slots * 4) + struct.pack("<I", grain_at)).ljust(slots * 4, b"\0")
    directory = struct.pack("<I", tables[0]).ljust(last // slots * 4, b"\0") + struct.pack("<I", tables[1])
    directory += bytes(-len(directory) % SECTOR)
    directory_at = len(body) // SECTOR + 1
    footer = _marker(1, 3) + _extent(sectors, directory_at)
    return body + (_marker(len(directory) // SECTOR, 2) + directory) + (footer + _marker(0, 0))


GRAIN = 128  # sectors


def _grain(number: int, content: bytes) -> bytes:
    """A grain, compressed, behind the sector that it begins at."""
    packed = zlib.compress(content)
    grain = struct.pack("<QI", number * GRAIN, len(packed)) + packed
    return grain + bytes(-len(grain) % SECTOR)


def _extent(sectors: int, directory_at: int) -> bytes:
    layout = struct.pack("<4sIIQQQQIQQQ", b"KDMV", 3, 3 << 16 | 1, sectors, 128, 1, 20, 512, 0, directory_at, 128)
    return (layout + b"\0\n \r\n" + struct.pack("<H", 1)).ljust(SECTOR, b"\0")


def _marker(sectors: int, kind: int) -> bytes:
    return struct.pack("<QII", sectors, 0, kind).ljust(SECTOR, b"\0")


def vdi(disk: Disk) -> bytes:
    """A dynamic disk: header, a map of blocks, and the blocks of both ends (VirtualBox, VDICore.h)."""
    blocks = -(-disk.size // MIB)
    data_at = -(-(SECTOR + 4 * blocks) // MIB) * MIB
    header = b"<<< Oracle VM VirtualBox Disk Image >>>\n".ljust(64, b"\0")
    header += struct.pack("<IIIII256s", 0xBEDA107F, 0x00010001, 400, 1, 0, b"")
    header += struct.pack("<IIIIIIIQIIII", SECTOR, data_at, 0, 0, 0, SECTOR, 0, disk.size, MIB, 0, blocks, 2)
    header += b"alicloud-emulato"  # its own UUID; those of parents are zero
    places = struct.pack("<I", 0).ljust(4 * (blocks - 1), b"\xff") + struct.pack("<I", 1)
    beginning = (header.ljust(SECTOR, b"\0") + places).ljust(data_at, b"\0")
    return beginning + disk.head.ljust(MIB, b"\0") + disk.tail.rjust(MIB, b"\0")


MAKERS: dict[str, Callable[[Disk], bytes]] = {"vhd": vhd, "qcow2": qcow2, "vmdk": vmdk, "vdi": vdi}
