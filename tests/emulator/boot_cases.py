"""Files of disks, whole and broken, and what their guests must say: the same by QEMU as by the emulator's reading."""

import gzip
import io
import tarfile
from typing import NamedTuple

from alicloud_emulator.ecs.disk_files import disk_file, disk_of

MIB = 1024**2
NAME = "golden_system"
FIRST = "[    0.000000] Linux version 5.10.134-emulated (disk golden_system)\r\n"
LOGIN = "iZbp1emulated login: "
READ_ERROR = "[    1.198113] Kernel panic - not syncing: VFS: Unable to mount root fs: READ ERROR\r\n"
NO_DEVICE = "Booting from Hard Disk...\r\nNo bootable device.\r\n"


class Case(NamedTuple):
    """A file under its key, and what is said: all of it, or its end where the disk is whole."""

    key: str
    body: bytes
    said: str

    @property
    def whole(self) -> bool:
        """Whether the guest comes to its prompt."""
        return self.said == LOGIN


def raw(boot_mode: str = "BIOS", size: int = 4 * MIB) -> bytes:
    """A disk as it is."""
    disk = disk_of(NAME, size, boot_mode)
    return disk.head.ljust(size - 512, b"\0") + disk.tail


def plain_archive(content: bytes) -> bytes:
    """An archive without holes, as an older tar writes it."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        member = tarfile.TarInfo("golden.raw")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    return gzip.compress(archive.getvalue())


QCOW2, VHD, ARCHIVE = (disk_file(image_format, NAME, 40) for image_format in ("qcow2", "vhd", "raw"))
TABLE_AT = VHD.index(b"cxsparse") + 1024
TABLE_END = TABLE_AT + 4 * (40 * 512)
CASES = {
    "raw": Case("a.raw", raw(), LOGIN),
    "archive": Case("a.raw.tar.gz", ARCHIVE, LOGIN),
    "archive without holes": Case("a.raw.tar.gz", plain_archive(raw()), LOGIN),
    "qcow2": Case("a.qcow2", QCOW2, LOGIN),
    "vhd": Case("a.vhd", VHD, LOGIN),
    "both firmwares": Case("a.raw", raw("UEFI-Preferred"), LOGIN),
    "cut tail": Case("a.raw", raw()[:-MIB], FIRST + READ_ERROR),
    "cut tail in archive": Case("a.raw.tar.gz", plain_archive(raw()[:-MIB]), FIRST + READ_ERROR),
    "lost middle": Case("a.raw", raw()[:MIB] + raw()[2 * MIB :], FIRST + READ_ERROR),
    "empty tail": Case("a.raw", raw()[:-512] + bytes(512), FIRST),
    "lost cluster": Case("a.qcow2", QCOW2[:0x17FF8] + bytes(8) + QCOW2[0x18000:], FIRST),
    "lost block": Case("a.vhd", VHD[: TABLE_END - 4] + b"\xff" * 4 + VHD[TABLE_END:], FIRST),
    "empty head": Case("a.raw", bytes(512) + raw()[512:], NO_DEVICE),
    "for UEFI alone": Case("a.raw", raw("UEFI"), NO_DEVICE),
}
