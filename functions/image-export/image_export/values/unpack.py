"""An exported disk that is unpacked into another object of its bucket: what is asked for, and what came of it. Pure."""

from typing import Literal

from msgspec import field

from .export import ExportedObject
from .wire import Wire

TargetFormat = Literal["qcow2", "raw"]


class UnpackOrder(Wire, frozen=True, kw_only=True):
    """What to unpack, as its manifest has it, and into which object.

    `virtual_size`: the disk's bytes; null where the manifest does not tell.
    """

    bucket: str = field(name="OSSBucket")
    source: ExportedObject = field(name="Source")
    virtual_size: int | None = field(name="VirtualSize", default=None)
    target_key: str = field(name="TargetKey")
    target_format: TargetFormat = field(name="TargetFormat", default="qcow2")


class Unpacked(Wire, frozen=True, kw_only=True):
    """The whole object, made of a source of which every byte was read.

    `source_crc64`: of those bytes, decimal. `data_bytes`: of the disk; of a qcow2 without what is zero.
    """

    key: str = field(name="Key")
    target_format: TargetFormat = field(name="TargetFormat")
    size: int = field(name="Size")
    virtual_size: int = field(name="VirtualSize")
    source_crc64: str | None = field(name="SourceCrc64")
    data_bytes: int = field(name="DataBytes")


class UnpackProgress(Wire, frozen=True, kw_only=True):
    """How far it is, in bytes of the source. `parts_kept`: those that an earlier worker had uploaded."""

    read_bytes: int = field(name="ReadBytes")
    total_bytes: int = field(name="TotalBytes")
    parts_uploaded: int = field(name="PartsUploaded")
    parts_kept: int = field(name="PartsKept")
