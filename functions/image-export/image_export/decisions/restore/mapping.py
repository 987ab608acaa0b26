"""From a manifest to the parameters of ImportImage, field by field with where each comes from. Pure.

What import does not take is set afterwards by ModifyImageAttribute (family, UEFI-Preferred), or is lost and said so.
Words and limits: page ImportImage (docs/cloud-facts.md#fact-18).
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from ...values.cause import Cause
from ...values.image import Features, Image
from ...values.manifest import ExportedDisk, Manifest
from ...values.restore.request import DRILL_TAG, RESTORE_TAG, RestoreRequest
from ...values.restore.restore import ImportSource, Origin, PlannedField
from .names import unpacked_key

ARCHIVES = (".tar.gz", ".tgz")
FORMATS: dict[str, Literal["RAW", "QCOW2", "VHD"]] = {"raw": "RAW", "qcow2": "QCOW2", "vhd": "VHD"}
DO_NOT_COME_BACK = {
    "vmdk": "ImportImage takes vmdk from invited accounts alone.",
    "vdi": "ImportImage does not take vdi.",
}
ARCHITECTURES = ("i386", "x86_64", "arm64")
PLATFORMS = frozenset(
    {
        *("Aliyun", "Anolis", "CentOS", "Ubuntu", "CoreOS", "SUSE", "Debian", "OpenSUSE", "FreeBSD", "RedHat", "Kylin"),
        *("UOS", "Fedora", "Fedora CoreOS", "CentOS Stream", "AlmaLinux", "Rocky Linux", "Gentoo"),
        *("Customized Linux", "Others Linux", "Other Windows"),
        *(f"Windows Server {year}" for year in (2003, 2008, 2012, 2016, 2019, 2022)),
    }
)
OURS = (RESTORE_TAG, DRILL_TAG)
TAGS_MOST = 20 - len(OURS)
TAG_KEY_MOST = TAG_VALUE_MOST = 128
DESCRIPTION = range(2, 257)
WEB = re.compile("https?://")


class ImportParameters(NamedTuple):
    """What ImportImage is called with, beside sources, name and token. Empty: left out."""

    description: str = ""
    architecture: str = ""
    os_type: str = ""
    platform: str = ""
    boot_mode: str = ""
    license_type: str = ""
    resource_group_id: str = ""
    nvme_support: str = ""
    imds_support: str = ""
    role_name: str = ""
    tags: tuple[tuple[str, str], ...] = ()


class Afterwards(NamedTuple):
    """What ModifyImageAttribute sets. Empty: left as it is."""

    family: str = ""
    boot_mode: str = ""
    description: str = ""
    license_type: str = ""
    nvme_support: str = ""
    imds_support: str = ""


class Mapped(NamedTuple):
    """One field: how it is planned, and under what name ImportImage or ModifyImageAttribute takes it, if one does."""

    planned: PlannedField
    parameter: str = ""
    afterwards: str = ""


def refusal(manifest: Manifest, disks: str) -> Cause | None:
    """Why the manifest cannot be restored, whatever the cloud may say."""
    if manifest.image_format in DO_NOT_COME_BACK:
        message = f"The export is in {manifest.image_format}. {DO_NOT_COME_BACK[manifest.image_format]}"
        advice = "Convert the object (qemu-img convert -O qcow2), upload it and import that; export in raw or qcow2."
        return Cause(code="FormatDoesNotComeBack", message=message, recommend=advice)
    wanted = wanted_disks(manifest, disks)
    if manifest.image is None or not wanted or wanted[0].kind != "system":
        message = "The manifest does not say which disks the image has."
        return Cause(code="ManifestIncomplete", message=message, recommend="Import its objects by hand.")
    nameless = [disk.device for disk in wanted if disk.key is None]
    if nameless:
        message = f"The manifest does not say which object holds {', '.join(nameless)}."
        return Cause(code="ManifestIncomplete", message=message, recommend="Restore the system disk alone.")
    return None


def wanted_disks(manifest: Manifest, disks: str) -> tuple[ExportedDisk, ...]:
    """The system disk, then data disks in the order of their devices: ImportImage's N."""
    system = [disk for disk in manifest.disks if disk.kind == "system"]
    data = sorted((disk for disk in manifest.disks if disk.kind != "system"), key=lambda disk: disk.device)
    return tuple(system[:1] + (data if disks == "all" else []))


def is_archive(key: str | None) -> bool:
    """Whether an object is a disk in an archive."""
    return bool(key) and str(key).endswith(ARCHIVES)


def sources(request: RestoreRequest, restore: str, *, unpacked: bool) -> tuple[ImportSource, ...]:
    """The objects that the disks are imported from, in the order of N."""
    manifest = request.manifest
    return tuple(
        ImportSource(
            oss_bucket=manifest.oss_bucket,
            oss_object=unpacked_key(restore, number) if unpacked and is_archive(disk.key) else disk.key or "",
            image_format="QCOW2" if unpacked and is_archive(disk.key) else FORMATS[manifest.image_format],
            disk_image_size=disk.size_gib,
        )
        for number, disk in enumerate(wanted_disks(manifest, request.disks), 1)
    )


def parameters(request: RestoreRequest, restore: str) -> ImportParameters:
    """What ImportImage is called with."""
    image, given = image_of(request), dict[str, str]()
    for one in _mapped(request):
        if one.parameter:
            given[one.parameter] = one.planned.value
    tags = tuple(_kept_tags(image.tags).items())
    ours = [(RESTORE_TAG, restore), *([(DRILL_TAG, request.drill_id)] if request.drill_id else [])]
    return ImportParameters(**given, role_name=request.role_name or "", tags=(*tags, *ours))


def afterwards(request: RestoreRequest) -> Afterwards:
    """What is set when the image is there."""
    return Afterwards(**{one.afterwards: one.planned.value for one in _mapped(request) if one.afterwards})


def planned_fields(request: RestoreRequest) -> tuple[PlannedField, ...]:
    """Every field of the image, with its origin."""
    return tuple(one.planned for one in _mapped(request))


def warnings(request: RestoreRequest) -> tuple[str, ...]:
    """What somebody should know before the restore, and what is lost by it."""
    image, found = image_of(request), list[str]()
    if image.features is None:
        found.append(
            "The manifest does not say whether the image supports NVMe: ECS did not tell it, or version 0.1.0 did not "
            "keep it. The restored image will not. Instance types of the 9th generation refuse it until "
            "ModifyImageAttribute says otherwise."
        )
    lost = [one.about for one in planned_fields(request) if one.origin == "lost"]
    if lost:
        found.append(f"Not restored, as no call takes it: {', '.join(dict.fromkeys(lost))}.")
    if request.disks == "system" and len(request.manifest.disks) > 1:
        found.append(f"{len(request.manifest.disks) - 1} data disks are left out, as asked.")
    if request.manifest.image_format == "vhd":
        found.append("An image made of vhd may refuse CopyImage (InvalidOperation.VhdImageUnsupported).")
    return tuple(found)


def image_of(request: RestoreRequest) -> Image:
    image = request.manifest.image
    if image is None:  # refused before
        raise ValueError("a manifest without its image")
    return image


def _mapped(request: RestoreRequest) -> Iterator[Mapped]:
    """Each field in the order in which people read it. What comes later of one field stands for it."""
    image = image_of(request)
    yield from _text_field("Description", image.description, "description", _fits_description)
    yield _architecture(image)
    yield _one("OSType", image.os_type or "linux", "manifest" if image.os_type else "default", "os_type")
    yield _platform(image)
    yield from _boot_mode(image)
    yield from _license(image)
    yield from _features(request, image.features)
    if image.family:
        yield _one("ImageFamily", image.family, "manifest", afterwards="family", note="set when the image is there")
    yield from _resource_group(request, image)
    yield from _tags(image.tags)
    yield from _lost(image)


def _one(
    field: str, value: str, origin: Origin, parameter: str = "", *, afterwards: str = "", note: str | None = None
) -> Mapped:
    return Mapped(PlannedField(about=field, value=value, origin=origin, note=note), parameter, afterwards)


def _fits_description(value: str) -> bool:
    return len(value) in DESCRIPTION and not WEB.match(value)


def _text_field(field: str, value: str, parameter: str, fits: object) -> Iterator[Mapped]:
    if value and callable(fits) and fits(value):
        yield _one(field, value, "manifest", parameter)
    elif value:
        yield _one(field, value, "lost", note="ImportImage does not take this text")


def _architecture(image: Image) -> Mapped:
    if image.architecture in ARCHITECTURES:
        return _one("Architecture", image.architecture, "manifest", "architecture")
    note = f"instead of {image.architecture}" if image.architecture else "the manifest does not say"
    return _one("Architecture", "x86_64", "default", "architecture", note=note)


def _platform(image: Image) -> Mapped:
    if image.platform in PLATFORMS:
        return _one("Platform", image.platform, "manifest", "platform")
    instead = "Other Windows" if image.os_type == "windows" else "Others Linux"
    note = f"instead of {image.platform}, which ImportImage does not know" if image.platform else "not in the manifest"
    return _one("Platform", instead, "mapped" if image.platform else "default", "platform", note=note)


def _boot_mode(image: Image) -> Iterator[Mapped]:
    if image.boot_mode in ("BIOS", "UEFI"):
        yield _one("BootMode", image.boot_mode, "manifest", "boot_mode")
    elif image.boot_mode == "UEFI-Preferred":
        yield _one("BootMode", "UEFI", "mapped", "boot_mode", note="of the import, which does not take UEFI-Preferred")
        yield _one("BootMode", "UEFI-Preferred", "manifest", afterwards="boot_mode", note="set when the image is there")
    else:
        default = "UEFI" if image.architecture == "arm64" else "BIOS"
        yield _one("BootMode", default, "default", "boot_mode", note="the manifest does not say")


def _license(image: Image) -> Iterator[Mapped]:
    """It takes effect for Windows alone."""
    if image.os_type == "windows" and image.license_type in ("Aliyun", "BYOL"):
        yield _one("LicenseType", image.license_type, "manifest", "license_type")


def _features(request: RestoreRequest, features: Features | None) -> Iterator[Mapped]:
    """A copy does not have those of what it is made of (docs/cloud-facts.md#fact-18)."""
    again = "set again on the copy, which does not have it" if request.copies else None
    if features and features.nvme_support:
        later = "nvme_support" if again else ""
        yield _one("NvmeSupport", features.nvme_support, "manifest", "nvme_support", afterwards=later, note=again)
    if features and features.imds_support:
        later = "imds_support" if again else ""
        yield _one("ImdsSupport", features.imds_support, "manifest", "imds_support", afterwards=later, note=again)


def _resource_group(request: RestoreRequest, image: Image) -> Iterator[Mapped]:
    if image.resource_group_id and image.account_id == request.role.account_id:
        yield _one("ResourceGroupId", image.resource_group_id, "manifest", "resource_group_id")
    elif image.resource_group_id:
        yield _one("ResourceGroupId", image.resource_group_id, "lost", note="of another account")


def _is_kept(key: str, value: str) -> bool:
    """Image check itself sets tags that begin with acs: (docs/cloud-facts.md#fact-18)."""
    lowered = key.lower()
    return not (
        lowered.startswith(("acs:", "aliyun"))
        or value.lower().startswith("acs:")
        or WEB.search(key)
        or WEB.search(value)
        or len(key) > TAG_KEY_MOST
        or len(value) > TAG_VALUE_MOST
        or key in OURS
    )


def _kept_tags(tags: dict[str, str]) -> dict[str, str]:
    """The tags that an import takes: 20, as many as leave a place for ours."""
    return dict([(key, value) for key, value in tags.items() if _is_kept(key, value)][:TAGS_MOST])


def _tags(tags: dict[str, str]) -> Iterator[Mapped]:
    kept = _kept_tags(tags)
    for key, value in tags.items():
        if key in kept:
            yield _one(f"Tag {key}", value, "manifest")
        elif key not in OURS:
            note = "an import sets no such tag" if not _is_kept(key, value) else f"an import sets {TAGS_MOST} at most"
            yield _one(f"Tag {key}", value, "lost", note=note)


def _lost(image: Image) -> Iterator[Mapped]:
    if image.image_version:
        yield _one("ImageVersion", image.image_version, "lost")
    if image.login_as_non_root_supported:
        yield _one("LoginAsNonRootSupported", "true", "lost")
