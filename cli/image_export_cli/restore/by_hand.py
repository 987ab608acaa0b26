"""What makes an image of a manifest without us: lines for a shell, with the vendor's own tools. Pure."""

import shlex
from collections.abc import Iterator
from pathlib import PurePosixPath

from msgspec.structs import replace

from image_export.decisions.restore import mapping
from image_export.decisions.restore.names import temporary_name
from image_export.edges.aliyun.ecs_images import OF_AFTERWARDS, OF_COPY, OF_IMPORT
from image_export.values.restore.request import RESTORE_TAG, RestoreRequest
from image_export.values.restore.restore import ImportSource

BY_HAND = "by-hand"
UNLISTED = "Features."  # the tool's own list of parameters lacks these


def commands(request: RestoreRequest) -> Iterator[str]:
    """The lines. What may be needed later stands there as a comment, so that all of it can be run as it is."""
    sources = mapping.sources(request, BY_HAND, unpacked=False)
    archives = [one for one in sources if mapping.is_archive(one.oss_object)]
    unpacked = tuple(_unpacked(one) if one in archives else one for one in sources)
    if archives and request.unpack == "always":
        yield from _unpacking(archives)
        yield import_line(request, unpacked)
    else:
        yield import_line(request, sources)
    if archives and request.unpack == "auto":
        yield "# Where ImportImage refuses the archive (UnsupportedSuffix.OSSObject, or the image's CreateFailed),"
        yield "# unpack it on a machine of the region that has room for the whole disk, and import that:"
        yield from (f"# {line}" for line in (*_unpacking(archives), import_line(request, unpacked)))
    if request.copies:
        yield f"# When it is Available, the copy in {request.target_region_id}, with the ImageId that was answered:"
        yield f"# {copy_line(request)}"
    later = modify_line(request)
    if later and request.copies:
        yield "# What a copy does not have, when the copy is Available, with its ImageId:"
        yield f"# {later}"
    elif later:
        yield "# What an import does not take, when the image is Available, with the ImageId that was answered:"
        yield f"# {later}"


def import_line(request: RestoreRequest, sources: tuple[ImportSource, ...]) -> str:
    """One call of ImportImage."""
    given = mapping.parameters(request, BY_HAND)
    name = temporary_name(BY_HAND) if request.copies else request.image_name
    said = {"RegionId": request.manifest.region_id, "ImageName": name}
    for number, one in enumerate(sources, 1):
        disk = f"DiskDeviceMapping.{number}"
        said |= {f"{disk}.OSSBucket": one.oss_bucket, f"{disk}.OSSObject": one.oss_object}
        said |= {f"{disk}.Format": one.image_format, f"{disk}.DiskImageSize": str(one.disk_image_size)}
    values = given._asdict()
    said |= {name: values[field] for field, name in OF_IMPORT.items() if values.get(field)}
    return _line("ImportImage", said | _tags(given))


def copy_line(request: RestoreRequest) -> str:
    """One call of CopyImage, in the region of what was imported."""
    given = mapping.parameters(request, BY_HAND)
    said = {"RegionId": request.manifest.region_id, "ImageId": "m-…", "DestinationRegionId": request.target_region_id}
    said |= {"DestinationImageName": request.image_name}
    values = given._asdict()
    said |= {name: values[field] for field, name in OF_COPY.items() if values.get(field)}
    return _line("CopyImage", said | _tags(given))


def _tags(given: mapping.ImportParameters) -> dict[str, str]:
    said = dict[str, str]()
    tags = [(key, value) for key, value in given.tags if key != RESTORE_TAG]
    for number, (key, value) in enumerate(tags, 1):
        said |= {f"Tag.{number}.Key": key, f"Tag.{number}.Value": value}
    return said


def modify_line(request: RestoreRequest) -> str | None:
    """One call of ModifyImageAttribute; None where an import takes everything."""
    values = mapping.afterwards(request)._asdict()
    said = {name: values[field] for field, name in OF_AFTERWARDS.items() if values.get(field)}
    return (
        _line("ModifyImageAttribute", {"RegionId": request.target_region_id, "ImageId": "m-…", **said})
        if said
        else None
    )


def _line(action: str, said: dict[str, str]) -> str:
    """`--Name=value`, so that a value which begins with a dash is none of the tool's own."""
    words = [shlex.quote(f"--{name}={value}") for name, value in said.items()]
    unlisted = ["--force"] if any(name.startswith(UNLISTED) for name in said) else []
    return " ".join(["aliyun", "ecs", action, *words, *unlisted])


def _stem(source: ImportSource) -> str:
    suffix = next(one for one in mapping.ARCHIVES if source.oss_object.endswith(one))
    return source.oss_object.removesuffix(suffix).removesuffix(".raw")


def _unpacked(source: ImportSource) -> ImportSource:
    return replace(source, oss_object=f"{_stem(source)}.qcow2", image_format="QCOW2")


def _unpacking(archives: list[ImportSource]) -> Iterator[str]:
    for one in archives:
        packed, disk = PurePosixPath(one.oss_object).name, PurePosixPath(_stem(one)).name
        target = f"oss://{one.oss_bucket}/{_unpacked(one).oss_object}"
        yield shlex.join(["ossutil", "cp", f"oss://{one.oss_bucket}/{one.oss_object}", packed])
        yield f"{shlex.join(['tar', '-xzOf', packed])} > {shlex.quote(f'{disk}.raw')}"
        yield shlex.join(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", f"{disk}.raw", f"{disk}.qcow2"])
        yield shlex.join(["ossutil", "cp", f"{disk}.qcow2", target])
