"""The exported objects of a restore: which there are, which were imported, and what is wrong with them. Pure."""

from collections.abc import Iterable, Mapping

from ...values.cause import Cause
from ...values.restore.record import RestoreRecord
from ...values.stored_object import StoredObject
from .mapping import is_archive, wanted_disks


def source_keys(record: RestoreRecord) -> tuple[str, ...]:
    """The objects of the wanted disks, by the disk's number."""
    return tuple(disk.key or "" for disk in wanted_disks(record.request.manifest, record.request.disks))


def has_archives(record: RestoreRecord) -> bool:
    """Whether any disk stands in an archive."""
    return any(map(is_archive, source_keys(record)))


def is_unpacked(record: RestoreRecord) -> bool:
    """Whether each of these is unpacked."""
    archives = {number for number, key in enumerate(source_keys(record), 1) if is_archive(key)}
    return archives <= record.unpacked.keys()


def imported_keys(record: RestoreRecord) -> tuple[str, ...]:
    """The exported objects that were imported as they are; of what was unpacked every byte was compared."""
    imported = {one.oss_object for one in record.claim.sources} if record.claim else set()
    return tuple(key for key in source_keys(record) if key in imported)


def changed_object(
    record: RestoreRecord, objects: Mapping[str, StoredObject | None], wanted: Iterable[str]
) -> Cause | None:
    """What is wrong with the first of these objects that is not what the manifest says, by the ends that were read."""
    said = {one.key: one for one in record.request.manifest.objects}
    for key in wanted:
        there, was = objects.get(key), said.get(key)
        address = f"oss://{record.request.manifest.oss_bucket}/{key}"
        if there is None:
            advice = "Look for a copy: a replica, an earlier version, another export of the image."
            return Cause(code="ObjectMissing", message=f"{address} is gone.", recommend=advice)
        how = _difference(there, was.size, was.etag, was.crc64) if was else None
        if how:
            advice = "Restore another export of the image."
            return Cause(
                code="ObjectAltered", message=f"{address} is not what the manifest says: {how}.", recommend=advice
            )
    return None


def _difference(there: StoredObject, size: int, etag: str, crc64: str | None) -> str | None:
    if there.size_bytes != size:
        return f"{there.size_bytes} bytes instead of {size}"
    if crc64 and there.crc64 and there.crc64 != crc64:
        return f"CRC-64 {there.crc64} instead of {crc64}"
    if etag and there.etag and there.etag.upper() != etag.upper() and not (crc64 and there.crc64):
        return f"ETag {there.etag} instead of {etag}"  # a copy by parts has another one, and equal bytes
    return None
