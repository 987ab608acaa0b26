"""Small disks with data in odd places, and archives of them in every way that tar has."""

import gzip
import io
import random
import tarfile
from collections.abc import Mapping
from functools import cache

KIB, MIB, GIB = 1024, 1024**2, 1024**3


def disk(size: int, data: Mapping[int, bytes], seed: int = 1) -> bytes:
    """A disk of zeros, but for these bytes at these places; what is of one byte alone is noise of 300,000."""
    made, noise = bytearray(size), random.Random(seed)  # noqa: S311 - no secret
    for at, piece in data.items():
        piece = piece if len(piece) > 1 else noise.randbytes(300_000)
        made[at : at + len(piece)] = piece
    return bytes(made[:size])


@cache
def spread(size: int = 24 * MIB) -> bytes:
    """A disk with data at its beginning, in its middle, across clusters, and in its last sector."""
    return disk(size, {0: b"boot", MIB - 7: b"x", 9 * MIB: b"x", size // 2 + 1: b"x", size - 512: b"the last sector"})


def tarred(body: bytes, name: str = "test_system.raw", form: int = tarfile.GNU_FORMAT) -> bytes:
    """A tar archive with one file."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=form) as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(body)
        archive.addfile(entry, io.BytesIO(body))
    return packed.getvalue()


def packed(body: bytes, name: str = "test_system.raw") -> bytes:
    """As ECS exports it: a tar archive in gzip."""
    return gzip.compress(tarred(body, name), 1, mtime=0)
