"""Disk files as an export writes them: whole files of their format for a disk of its real size, and yet small. Pure.

Each is what its specification says, down to checksums and tables; `qemu-img check` and `tar` read them (tests).
"""

import gzip
import hashlib
import io
import struct
import tarfile
from collections.abc import Callable

SECTOR = 512
MIB = 1024**2
SUFFIXES = {"raw": ".raw.tar.gz", "vhd": ".vhd", "qcow2": ".qcow2", "vmdk": ".vmdk", "vdi": ".vdi"}
DAMAGED = b"this is no disk file\n" * 20


def disk_file(image_format: str, name: str, size_gib: int) -> bytes:
    """The file of a disk; `name` is that of the disk inside an archive."""
    size = size_gib * 1024**3
    return MAKERS[image_format](size) if image_format in MAKERS else raw_tar_gz(name, size)


def raw_tar_gz(name: str, size: int) -> bytes:
    """A gzip'd tar with a raw disk, sparse as GNU tar writes it (format 1.0): a boot sector, some data, then holes."""
    data = bytes(510) + b"\x55\xaa" + hashlib.shake_256(name.encode()).digest(8192)
    content = f"2\n0\n{len(data)}\n{size}\n0\n".encode().ljust(SECTOR, b"\0") + data
    member = tarfile.TarInfo(f"GNUSparseFile.0/{name}.raw")
    member.size = len(content)
    sparse = {"major": "1", "minor": "0", "name": f"{name}.raw", "realsize": str(size)}
    member.pax_headers = {f"GNU.sparse.{key}": value for key, value in sparse.items()}
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(member, io.BytesIO(content))
    return gzip.compress(archive.getvalue(), mtime=0)


def qcow2(size: int) -> bytes:
    """Version 3: header, reference counts, their one block, an empty table (QEMU, docs/interop/qcow2)."""
    bits = 14
    cluster = 1 << bits
    entries = -(-size // (cluster * cluster // 8))
    table = -(-entries * 8 // cluster)  # clusters
    header = struct.pack(
        ">4sIQIIQIIQQIIQQQQII",
        b"QFI\xfb",
        3,
        0,
        0,
        bits,
        size,
        0,
        entries,
        3 * cluster,
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
    counts = struct.pack(">H", 1) * (3 + table)
    parts = (header, struct.pack(">Q", 2 * cluster), counts)
    return b"".join(part.ljust(cluster, b"\0") for part in parts) + bytes(table * cluster)


def vhd(size: int) -> bytes:
    """A dynamic disk: a copy of the footer, the dynamic header, an empty table, the footer (Microsoft, VHD 1.0)."""
    entries = -(-size // (2 * MIB))
    footer = struct.pack(
        ">8sIIQI4sI4sQQIII", b"conectix", 2, 0x10000, SECTOR, 0, b"emul", 0x10000, b"Wi2k", size, size, 0xFFFF10FF, 3, 0
    )
    header = struct.pack(">8sQQIII", b"cxsparse", 0xFFFF_FFFF_FFFF_FFFF, 1536, 0x10000, entries, 2 * MIB)
    footer, header = (_summed(footer.ljust(SECTOR, b"\0"), 64), _summed(header.ljust(1024, b"\0"), 36))
    table = b"\xff" * 4 * entries
    return footer + header + table + b"\xff" * (-len(table) % SECTOR) + footer


def _summed(block: bytes, at: int) -> bytes:
    """The block with its checksum, the complement of the sum of its bytes."""
    return block[:at] + struct.pack(">I", ~sum(block) & 0xFFFFFFFF) + block[at + 4 :]


def vmdk(size: int) -> bytes:
    """A stream-optimised extent: header, descriptor, empty directory, footer, end (VMware, Virtual Disk Format 5.0)."""
    sectors, overhead = size // SECTOR, 128
    directory = bytes(4 * -(-sectors // (512 * 128)))
    directory += bytes(-len(directory) % SECTOR)
    text = (
        "# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\n"
        f'createType="streamOptimized"\n\nRW {sectors} SPARSE "disk.vmdk"\n\nddb.adapterType = "lsilogic"\n'
    )
    beginning = _extent(sectors, 0xFFFF_FFFF_FFFF_FFFF) + text.encode()
    footer = _marker(1, 3) + _extent(sectors, overhead + 1)
    return (
        beginning.ljust(overhead * SECTOR, b"\0")
        + (_marker(len(directory) // SECTOR, 2) + directory)
        + (footer + _marker(0, 0))
    )


def _extent(sectors: int, directory_at: int) -> bytes:
    layout = struct.pack("<4sIIQQQQIQQQ", b"KDMV", 3, 3 << 16 | 1, sectors, 128, 1, 20, 512, 0, directory_at, 128)
    return (layout + b"\0\n \r\n" + struct.pack("<H", 1)).ljust(SECTOR, b"\0")


def _marker(sectors: int, kind: int) -> bytes:
    return struct.pack("<QII", sectors, 0, kind).ljust(SECTOR, b"\0")


def vdi(size: int) -> bytes:
    """A dynamic disk: header and an empty map of blocks (VirtualBox, VDICore.h)."""
    blocks = -(-size // MIB)
    data_at = -(-(SECTOR + 4 * blocks) // MIB) * MIB
    header = b"<<< Oracle VM VirtualBox Disk Image >>>\n".ljust(64, b"\0")
    header += struct.pack("<IIIII256s", 0xBEDA107F, 0x00010001, 400, 1, 0, b"")
    header += struct.pack("<IIIIIIIQIIII", SECTOR, data_at, 0, 0, 0, SECTOR, 0, size, MIB, 0, blocks, 0)
    header += b"alicloud-emulato"  # its own UUID; those of parents are zero
    return (header.ljust(SECTOR, b"\0") + b"\xff" * 4 * blocks).ljust(data_at, b"\0")


MAKERS: dict[str, Callable[[int], bytes]] = {"vhd": vhd, "qcow2": qcow2, "vmdk": vmdk, "vdi": vdi}
