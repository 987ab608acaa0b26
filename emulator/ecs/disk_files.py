"""Disk files that are small but of their format: what an export writes for one disk. Pure."""

import gzip
import io
import struct
import tarfile

SECTOR = 512
SUFFIXES = {"raw": ".raw.tar.gz", "vhd": ".vhd", "qcow2": ".qcow2", "vmdk": ".vmdk", "vdi": ".vdi"}
DAMAGED = b"this is no disk file\n" * 20


def disk_file(image_format: str, name: str, size_gib: int) -> bytes:
    """The file of a disk; `name` is that of the disk inside an archive."""
    size = size_gib * 1024**3
    makers = {"vhd": vhd, "qcow2": qcow2, "vmdk": vmdk, "vdi": vdi}
    return makers[image_format](size) if image_format in makers else raw_tar_gz(name)


def raw_tar_gz(name: str) -> bytes:
    """A gzip'd tar with the beginning of a raw disk: an empty partition table, then zeros."""
    disk = bytes(510) + b"\x55\xaa" + bytes(64 * 1024)
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        member = tarfile.TarInfo(f"{name}.raw")
        member.size = len(disk)
        tar.addfile(member, io.BytesIO(disk))
    return gzip.compress(archive.getvalue(), mtime=0)


def qcow2(size: int) -> bytes:
    """A version 3 header of a disk without clusters."""
    header = b"QFI\xfb" + struct.pack(">IQIIQIIQQIIQQQQII", 3, 0, 0, 16, size, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 104)
    return header.ljust(SECTOR, b"\0")


def vhd(size: int) -> bytes:
    """A dynamic VHD: a copy of the footer, the dynamic header, an empty table, the footer."""
    footer = b"conectix" + struct.pack(">IIQI4sI4sQQ", 2, 0x00010000, SECTOR, 0, b"vpc ", 0, b"Wi2k", size, size)
    footer = (footer + struct.pack(">II", 0, 3)).ljust(SECTOR, b"\0")
    header = (b"cxsparse" + struct.pack(">QQII", 0xFFFFFFFFFFFFFFFF, 1536, 0x00010000, 1)).ljust(1024, b"\0")
    return footer + header + b"\xff" * SECTOR + footer


def vmdk(size: int) -> bytes:
    """The header of a stream-optimised extent and its descriptor."""
    header = b"KDMV" + struct.pack("<IIQQQQ", 3, 3 << 16, size // SECTOR, 128, 1, 20)
    descriptor = b'# Disk DescriptorFile\nversion=1\ncreateType="streamOptimized"\n'
    return header.ljust(SECTOR, b"\0") + descriptor.ljust(20 * SECTOR, b"\0")


def vdi(size: int) -> bytes:
    """A header whose signature is at offset 64."""
    header = b"<<< Oracle VM VirtualBox Disk Image >>>\n".ljust(64, b"\0")
    header += struct.pack("<IIII", 0xBEDA107F, 0x00010001, 400, 1)
    return (header.ljust(368, b"\0") + struct.pack("<Q", size)).ljust(SECTOR, b"\0")
