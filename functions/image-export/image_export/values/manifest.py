"""The manifest beside the objects: the Export, the image as it was, and which object is which disk. Pure.

All that ImportImage needs later (its page: DiskDeviceMapping.N, Architecture, OSType, Platform, BootMode, Features,
Description, Tag.N), and ModifyImageAttribute after it.
"""

from typing import Literal

from msgspec import field

from .export import Export
from .image import Disk, Image


class ExportedDisk(Disk, frozen=True, kw_only=True):
    """A disk of the image and the object that holds it; null where the objects' names do not tell.

    `member`: the disk's name in the archive; `virtual_size`: its bytes. Null in manifests of version 0.1.0.
    """

    key: str | None = field(name="Key")
    member: str | None = field(name="Member", default=None)
    virtual_size: int | None = field(name="VirtualSize", default=None)


class Manifest(Export, frozen=True, kw_only=True):
    """Version 1. Another number where a reader of this one would misread it; new fields alone keep it."""

    manifest_version: Literal[1] = field(name="ManifestVersion", default=1)
    disks: tuple[ExportedDisk, ...] = field(name="Disks")
    image: Image | None = field(name="Image")
