"""The files that an import reads, as ECS finds them before it starts (error table of the ImportImage page).

What ECS looks at before it answers, and what only later, no document says: here the beginning of a file, and the end
of a VHD, before; all of it later.
"""

from __future__ import annotations

from dataclasses import dataclass

from alicloud_emulator.calls import Call
from alicloud_emulator.ecs.disk_reading import ARCHIVE, Header, header_of
from alicloud_emulator.ecs.import_request import LARGEST_GIB, Wanted, WantedDisk, wrong_size
from alicloud_emulator.ecs.service import Ecs
from alicloud_emulator.ecs.service_role import arn_of
from alicloud_emulator.errors import ApiError
from alicloud_emulator.identity import IMPORT_ROLE
from alicloud_emulator.oss.buckets import Bucket

GIB = 1024**3
ARCHIVE_SUFFIX = ".raw.tar.gz"
SUFFIXES = (".raw", ".qcow2", ".vhd", ".vmdk")
BLOCKS = {"QCOW2": range(512, 2 * 1024**2 + 1), "VHD": (512 * 1024, 2 * 1024**2)}  # bytes; a guess, no document has one


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A disk's file, and the size that the disk will have."""

    bucket: str
    key: str
    image_format: str
    size_gib: int
    file_bytes: int


def check_role(ecs: Ecs, call: Call, wanted: Wanted) -> str:
    """The role with which ECS reads; whether it may have another name is not sure."""
    arn = arn_of(call.key.account_id, wanted.role_name)
    known = wanted.role_name == IMPORT_ROLE or ecs.unsure.role_name_import == "any"
    if not known or not ecs.roles.can_be_taken(arn):
        message = "ECS service account Have no right to access your OSS.please attach a role of access your oss."
        raise ApiError(403, "NoSetRoletoECSServiceAcount", message)
    return arn


def sources_of(ecs: Ecs, call: Call, wanted: Wanted) -> tuple[Source, ...]:
    """Every disk's file, if ECS may read it and its beginning is that of a disk."""
    role = check_role(ecs, call, wanted)
    return tuple(source_of(ecs, call, disk, number, role) for number, disk in enumerate(wanted.disks, 1))


def source_of(ecs: Ecs, call: Call, disk: WantedDisk, number: int, role: str) -> Source:
    """One disk's file."""
    bucket = readable(ecs, call, disk, role)
    check_suffix(ecs, disk.key)
    body = bucket.objects[disk.key].body
    header = check_format(disk, header_of(body))
    needed = -(-header.size_bytes // GIB)
    size = disk.size_gib or needed
    if not needed <= size <= LARGEST_GIB:
        raise wrong_size(number, f"The size of disk {number} is {size} GiB, and its image file has {needed} GiB.")
    shown = "RAW" if header.image_format == ARCHIVE else header.image_format
    return Source(bucket=disk.bucket, key=disk.key, image_format=shown, size_gib=size, file_bytes=len(body))


def readable(ecs: Ecs, call: Call, disk: WantedDisk, role: str) -> Bucket:
    """The bucket, if the role may read the object and there is something in it."""
    bucket = ecs.oss.buckets.get(disk.bucket)
    if bucket is None or bucket.region != call.params["RegionId"]:
        raise ApiError(400, "InvalidOSSBucket.NotFound", "The specified OSS bucket does not exist in this region.")
    if bucket.account_id != call.key.account_id and ecs.unsure.cross_account_bucket == "NotMatched":
        message = "The specified OSS bucket is incorrect, it belongs to another account."
        raise ApiError(400, "InvalidOSSBucket.NotMatched", message)
    if not ecs.roles.may_read(role, bucket, disk.key):
        message = "The specified OSS bucket or object is not allowed to access."
        raise ApiError(403, "InvalidOSS.NotAuthorized", message)
    if bucket.encryption:
        message = "Accessing objects from encrypted OSS bucket is not supported."
        raise ApiError(403, "InvalidOSSBucket.EncryptUnsupported", message)
    item = bucket.objects.get(disk.key)
    if item is None:
        raise ApiError(400, "InvalidOSSObject.NotFound", "The specified OSS object does not exist in this region.")
    if not bucket.readable(disk.key, call.now):
        message = "The specified OSS object is a archive object, need restore first."
        raise ApiError(400, "InvalidOSSObject.NeedRestore", message)
    if not item.body:
        raise ApiError(400, "InvalidOSSObject.Size", "The specified OSS object size is zero.")
    return bucket


def check_suffix(ecs: Ecs, key: str) -> None:
    """The key ends as the format is called; of what an export calls `.raw.tar.gz` nobody is sure."""
    taken = key.endswith(ARCHIVE_SUFFIX) and ecs.unsure.import_of_tar_gz != "refused"
    if not taken and not key.lower().endswith(SUFFIXES):
        message = "The specified OSS object suffix is not supported."
        raise ApiError(400, "UnsupportedSuffix.OSSObject", message)


def check_format(disk: WantedDisk, header: Header | None) -> Header:
    """The file is of the format that is said, or of one that is taken where none is."""
    found = header.image_format if header else ""
    meant = {"RAW": {"RAW", ARCHIVE}, "": {"RAW", ARCHIVE, "QCOW2", "VHD"}}.get(disk.image_format, {disk.image_format})
    packed = disk.key.endswith(ARCHIVE_SUFFIX)
    if header is None or found not in meant or packed != (found == ARCHIVE):
        message = f"The image file {disk.key} is not of the format {disk.image_format or 'that its name says'}."
        raise ApiError(403, "InvalidImageFormat.Malformed", message)
    if found in BLOCKS and header.block_bytes and header.block_bytes not in BLOCKS[found]:
        message = f"The block size {header.block_bytes} of the image file {disk.key} is not supported."
        raise ApiError(403, "InvalidBlockSize.NotSupport", message)
    if header.whole_size_bytes not in (None, header.size_bytes):
        message = (
            "The specified size of the VHD image does not meet the 'header.MaxTableEntries * header.BlockSize' "
            "specification."
        )
        raise ApiError(403, "InvalidVHDImage.IncorrectSize", message)
    return header
