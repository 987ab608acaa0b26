"""The checksums that OSS gives: CRC-64/XZ of objects and parts, MD5 as a part's ETag. Pure."""

import hashlib
from collections.abc import Iterable

import crcmod

_crc64 = crcmod.mkCrcFun(0x142F0E1EBA9EA3693, initCrc=0, xorOut=0xFFFFFFFFFFFFFFFF, rev=True)


class Crc64:
    """CRC-64/XZ of everything that was added."""

    def __init__(self) -> None:
        self._value = 0

    def add(self, data: bytes) -> None:
        """The next bytes."""
        self._value = _crc64(data, self._value)

    def __str__(self) -> str:
        """Decimal, as OSS has it."""
        return str(self._value)


def crc64(blocks: Iterable[bytes]) -> str:
    """Of all of them, decimal."""
    crc = Crc64()
    for block in blocks:
        crc.add(block)
    return str(crc)


def md5(blocks: Iterable[bytes]) -> str:
    """Of all of them, in hexadecimal digits as an ETag has them."""
    digest = hashlib.md5(usedforsecurity=False)
    for block in blocks:
        digest.update(block)
    return digest.hexdigest().upper()
