"""A qcow2 image, version 3 (QEMU, docs/interop/qcow2), written from its beginning to its end in one pass. Pure.

In the file's order: header, reference count table and L1 table, each a cluster; then data, with the L2 table of each
512 MiB of disk behind its data; at the end the reference counts. So only the first three clusters must wait for the
last byte of the disk, and what is written hangs on the disk alone.
"""

import struct
from collections.abc import Iterator

from ..objects.formats.damage import need
from .blocks import aligned
from .source import Piece

CLUSTER_BITS = 16
CLUSTER = 1 << CLUSTER_BITS  # bytes; what qemu-img takes by itself
ENTRIES = CLUSTER // 8  # of an L1, L2 or reference count table
GROUP = ENTRIES * CLUSTER  # bytes of disk that an L2 table tells of
COUNTS = CLUSTER // 2  # in a cluster of reference counts, 16 bits each
FIRST_CLUSTERS = 3
COPIED = 1 << 63  # nobody else refers to the cluster
HEADER = ">4sIQIIQIIQQIIQQQQII"
HEADER_BYTES = 104
ZERO = bytes(CLUSTER)


class Qcow2Writing:
    """An image that is being written. `first()` is complete when `rest()` is through."""

    FIRST = FIRST_CLUSTERS * CLUSTER

    def __init__(self, size: int) -> None:
        self._size = size
        self._clusters = FIRST_CLUSTERS  # in the file so far
        self._l1 = [0] * -(-size // GROUP)
        self._group, self._l2 = 0, bytearray(CLUSTER)
        self._counts_at = 0
        self.data_bytes = 0

    @staticmethod
    def most_bytes(size: int) -> int:
        """Of the file, at most."""
        clusters = FIRST_CLUSTERS + -(-size // CLUSTER) + -(-size // GROUP)
        return (clusters + _counting(clusters)) * CLUSTER

    def rest(self, pieces: Iterator[Piece]) -> Iterator[bytes]:
        """The file behind the first clusters."""
        at = 0
        for block in aligned(pieces):
            if isinstance(block, int):
                at += block
                continue
            for offset in range(0, len(block), CLUSTER):
                cluster = block[offset : offset + CLUSTER].ljust(CLUSTER, b"\0")
                if cluster != ZERO:
                    yield from self._placed(at + offset, cluster)
            at += len(block)
        yield from self._table()
        yield from self._counts()

    def _placed(self, at: int, cluster: bytes) -> Iterator[bytes]:
        if at // GROUP != self._group:
            yield from self._table()
            self._group = at // GROUP
        struct.pack_into(">Q", self._l2, at % GROUP // CLUSTER * 8, self._next_entry())
        self.data_bytes += CLUSTER
        yield cluster

    def _table(self) -> Iterator[bytes]:
        """The L2 table of the group that is through, if it has any data."""
        if self._l2 != ZERO:
            self._l1[self._group] = self._next_entry()
            yield bytes(self._l2)
            self._l2 = bytearray(CLUSTER)

    def _next_entry(self) -> int:
        """A table's entry for the cluster that is written next."""
        self._clusters += 1
        return (self._clusters - 1) * CLUSTER | COPIED

    def _counts(self) -> Iterator[bytes]:
        """1 for every cluster of the file, for there are no others, and their own."""
        self._counts_at = self._clusters
        blocks = _counting(self._clusters)
        self._clusters += blocks
        for block in range(blocks):
            counted = min(COUNTS, self._clusters - block * COUNTS)
            yield (b"\0\1" * counted).ljust(CLUSTER, b"\0")

    def first(self) -> bytes:
        """Header, reference count table and L1 table."""
        counts = range(self._counts_at, self._clusters)
        tables = ([number * CLUSTER for number in counts], self._l1)
        return b"".join((_header(self._size, len(self._l1)), *map(_cluster_of, tables)))

    @classmethod
    def described(cls, first: bytes, file_bytes: int) -> tuple[int, int]:
        """The virtual size and the data bytes of an image of this class, by its first clusters and its length."""
        need(len(first) == cls.FIRST and first.startswith(b"QFI\xfb"), "it is no qcow2 of this layout")
        size: int = struct.unpack_from(HEADER, first)[5]
        tables = sum(1 for (entry,) in struct.iter_unpack(">Q", first[2 * CLUSTER :]) if entry)
        counts = sum(1 for (entry,) in struct.iter_unpack(">Q", first[CLUSTER : 2 * CLUSTER]) if entry)
        return size, file_bytes - (FIRST_CLUSTERS + tables + counts) * CLUSTER


def _counting(clusters: int) -> int:
    """How many clusters the counts of so many take, with those of the counts themselves."""
    return -(-clusters // (COUNTS - 1))


def _header(size: int, l1_entries: int) -> bytes:
    no_backing, no_crypt, no_snapshots, no_features = (0, 0), 0, (0, 0), (0, 0, 0)
    header = struct.pack(
        HEADER,
        *(b"QFI\xfb", 3, *no_backing, CLUSTER_BITS, size, no_crypt, l1_entries, 2 * CLUSTER, CLUSTER, 1),
        *(*no_snapshots, *no_features, 4, HEADER_BYTES),
    )
    return header.ljust(CLUSTER, b"\0")  # the zeros behind it end the list of its extensions


def _cluster_of(entries: list[int]) -> bytes:
    return struct.pack(f">{len(entries)}Q", *entries).ljust(CLUSTER, b"\0")
