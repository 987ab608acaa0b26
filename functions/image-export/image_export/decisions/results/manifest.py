"""The manifest of a Completed export, from its facts alone: the same facts give the same bytes. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from ...values.image import Disk, DiskFile
from ...values.manifest import ExportedDisk, Manifest
from ...values.record import Record
from ..objects import disks
from .export_view import export_of, manifest_address

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def manifest_of(record: Record) -> Manifest:
    """The Export as its head, then the image as it was when the export was claimed, or proven."""
    image = (record.ended and record.ended.image) or (record.claim.image if record.claim else None)
    fields = {**msgspec.structs.asdict(export_of(record)), "manifest": manifest_address(record)}
    return Manifest(**fields, disks=_exported(record, image.disks if image else ()), image=image)


def written(manifest: Manifest) -> bytes:
    """The file; its version stands first, since that is what a reader looks at first."""
    version = {"ManifestVersion": manifest.manifest_version}
    return msgspec.json.format(msgspec.json.encode({**version, **manifest.wire()}), indent=2)


def manifest_schema() -> dict[str, Any]:
    """The JSON Schema of the file."""
    return {"$schema": DIALECT, "title": "The manifest of an exported image", **msgspec.json.schema(Manifest)}


def _exported(record: Record, of_image: tuple[Disk, ...]) -> tuple[ExportedDisk, ...]:
    keys = [item.key for item in record.ended.objects] if record.ended else []
    held = {of[0]: key for key, of in list(disks.by_key(keys, of_image)[0].items())[::-1] if len(of) == 1}
    files = {file.key: file for file in record.ended.files} if record.ended else {}
    return tuple(_disk(disk, held.get(disk), files) for disk in of_image)


def _disk(disk: Disk, key: str | None, files: Mapping[str, DiskFile]) -> ExportedDisk:
    file = files.get(key or "") or DiskFile(key="")
    said = msgspec.structs.asdict(disk)
    return ExportedDisk(**said, key=key, member=file.member, virtual_size=file.virtual_size)
