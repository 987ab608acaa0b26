"""Small whole `.raw.tar.gz` files, as the standard library writes them."""

import gzip
import io
import random
import tarfile

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
