"""Small whole `.raw.tar.gz` files, as the standard library writes them."""

import gzip
import io
import random
import tarfile
from functools import cache

from alicloud_emulator.ecs.disk_files import disk_file

MIB = 1024**2


def raw_archive(size: int = MIB, *, noise: int = 6000, seed: int = 1, folders: int = 0) -> bytes:
    """A raw disk of that size in a tar archive; `noise` bytes of it do not compress, so that both ends are apart."""
    disk = random.Random(seed).randbytes(noise).ljust(size, b"\0")  # noqa: S311 - noise
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for number in range(folders):
            folder = tarfile.TarInfo(f"folder-{number}")
            folder.type = tarfile.DIRTYPE
            tar.addfile(folder)
        member = tarfile.TarInfo("disk.raw")
        member.size = size
        tar.addfile(member, io.BytesIO(disk))
    return gzip.compress(archive.getvalue(), mtime=0)


@cache
def disk_archive(size_gib: int) -> bytes:
    """The file of a whole disk of that size, which is small all the same: its holes are left out."""
    return disk_file("raw", "disk", size_gib)
