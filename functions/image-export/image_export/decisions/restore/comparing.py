"""Is the restored image what the manifest says? Each difference, by the manifest's own words. Pure."""

from collections.abc import Iterator

from ...values.image import Disk, Features, Image
from ...values.restore.request import RestoreRequest
from ...values.restore.restore import Difference
from .mapping import OURS, Afterwards, afterwards, image_of, wanted_disks

UNSAID = "not said"


def differences(request: RestoreRequest, image: Image) -> tuple[Difference, ...]:
    """What the image has otherwise. What the manifest does not know is not compared."""
    was = image_of(request)
    return tuple(
        Difference(about=field, wanted=wanted or UNSAID, found=found or UNSAID)
        for field, wanted, found in _compared(request, was, image)
        if wanted != found
    )


def unset(request: RestoreRequest, image: Image) -> Afterwards:
    """What is still to be set by ModifyImageAttribute; nothing where the image has it already."""
    wanted = afterwards(request)
    features = _as_copied(image.features) if request.copies else image.features
    was = image_of(request)
    nvme, imds = was.features.nvme_support if was.features else "", was.features.imds_support if was.features else ""
    return Afterwards(
        family=wanted.family if wanted.family != image.family else "",
        boot_mode=wanted.boot_mode if wanted.boot_mode != image.boot_mode else "",
        nvme_support=nvme if features and nvme and features.nvme_support not in ("", nvme) else "",
        imds_support=imds if features and imds == "v2" and features.imds_support == "v1" else "",
    )


def _as_copied(features: Features | None) -> Features:
    """What ECS does not say of a copy is as it is where nobody has set it: CopyImage does not carry features."""
    said = features or Features()
    return Features(nvme_support=said.nvme_support or "unsupported", imds_support=said.imds_support or "v1")


def _compared(request: RestoreRequest, was: Image, now: Image) -> Iterator[tuple[str, str, str]]:
    yield "Architecture", was.architecture or now.architecture, now.architecture
    yield "OSType", was.os_type, now.os_type
    yield "Platform", was.platform or now.platform, now.platform
    yield "BootMode", was.boot_mode or now.boot_mode, now.boot_mode
    yield "ImageFamily", was.family, now.family
    yield "Description", was.description, now.description
    if was.features and now.features:
        yield "NvmeSupport", was.features.nvme_support or now.features.nvme_support, now.features.nvme_support
        yield "ImdsSupport", was.features.imds_support or now.features.imds_support, now.features.imds_support
    if was.is_support_cloudinit is not None and now.is_support_cloudinit is not None:
        yield "IsSupportCloudinit", _said(was.is_support_cloudinit), _said(now.is_support_cloudinit)
    if was.login_as_non_root_supported is not None and now.login_as_non_root_supported is not None:
        found = _said(now.login_as_non_root_supported)
        yield "LoginAsNonRootSupported", _said(was.login_as_non_root_supported), found
    if was.resource_group_id:
        yield "ResourceGroupId", was.resource_group_id, now.resource_group_id
    yield from _tags(was.tags, now.tags)
    yield from _disks(request, now.disks)


def _said(one: bool) -> str:
    return "true" if one else "false"


def _tags(was: dict[str, str], now: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """What image check adds by itself is no difference."""
    for key in sorted(was.keys() - set(OURS)):
        yield f"Tag {key}", was[key], now.get(key, "")


def _disks(request: RestoreRequest, now: tuple[Disk, ...]) -> Iterator[tuple[str, str, str]]:
    """By kind and size; names of devices are the cloud's own."""
    wanted = [f"{disk.kind} {disk.size_gib} GiB" for disk in wanted_disks(request.manifest, request.disks)]
    system = [disk for disk in now if disk.kind == "system"]
    data = sorted((disk for disk in now if disk.kind != "system"), key=lambda disk: disk.device)
    yield "Disks", ", ".join(wanted), ", ".join(f"{disk.kind} {disk.size_gib} GiB" for disk in system + data)
