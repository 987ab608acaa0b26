"""ModifyImageAttribute and DeleteImage (pages of 2025)."""

from __future__ import annotations

from typing import Any

from alicloud_emulator.calls import Call
from alicloud_emulator.ecs.exports import ExportOrder
from alicloud_emulator.ecs.image import Image
from alicloud_emulator.ecs.image_names import NAME, check_description, check_name, with_defaults
from alicloud_emulator.ecs.import_request import features_asked_for
from alicloud_emulator.ecs.regions import region_of
from alicloud_emulator.ecs.service import Ecs
from alicloud_emulator.errors import ApiError

BOOT_MODES = frozenset({"BIOS", "UEFI", "UEFI-Preferred"})
SHARED = "The specified image has been shared to others."


def own(ecs: Ecs, call: Call) -> Image | None:
    """The custom image that a call names; None where the account has none of this id."""
    region, image_id = region_of(call), call.params["ImageId"]
    found = (one for one in ecs.images.of(region) if one.id == image_id and one.status != "Deleted")
    return next((one for one in found if one.account_id == call.key.account_id), None)


async def ModifyImageAttribute(ecs: Ecs, call: Call) -> dict[str, Any]:
    """Change what an import or a copy cannot set, and the rest; all of it or nothing."""
    image = own(ecs, call)
    if image is None:
        raise ApiError(404, "InvalidImageId.NotFound", "The specified ImageId does not exist.")
    if image.status in {"Waiting", "Creating"}:
        message = "The operation cannot be performed because the image is creating."
        raise ApiError(403, "InvalidStatus.ImageIsCreating", message)
    changes = {**named(ecs, call, image), **booting(call, image), **status(call, image)}
    if call.params.get("DryRun", "").lower() == "true":
        raise ApiError(400, "DryRunOperation", "Request validation has been passed with DryRun flag set.")
    ecs.images.change(image.id, changes)
    return {}


def named(ecs: Ecs, call: Call, image: Image) -> dict[str, Any]:
    """Name, description and family, where they are given; the licence is looked at, and shows nowhere."""
    given = {name: value for name in ("ImageName", "Description", "ImageFamily") if (value := call.params.get(name))}
    if given.get("ImageName", image.fields["ImageName"]) != image.fields["ImageName"]:
        check_name(ecs, image.account_id, image.region, given["ImageName"])
    check_description(given.get("Description", ""))
    if not NAME.fullmatch(given.get("ImageFamily", "family")):
        raise ApiError(400, "InvalidImageFamily.Malformed", 'The specified parameter "ImageFamily" is malformed.')
    if call.params.get("LicenseType", "BYOL") != "BYOL":
        raise ApiError(400, "InvalidLicenseType.NotSupported", "The specified parameter LicenseType is not supported.")
    return given


def booting(call: Call, image: Image) -> dict[str, Any]:
    """Boot mode and features; the metadata service's version does not go back."""
    changes: dict[str, Any] = {}
    if mode := call.params.get("BootMode"):
        if mode not in BOOT_MODES or (image.fields["Architecture"] == "arm64" and mode != "UEFI"):
            raise ApiError(400, "InvalidBootMode.NotSupport", "The specified parameter BootMode is not supported.")
        if image.fields["Usage"] == "instance":
            message = "The boot mode of the image cannot be modified because it has associated instances."
            raise ApiError(403, "OperationDeined.ImageUsingByInstance", message)  # as the page spells it
        changes["BootMode"] = mode
    before, wanted = with_defaults(image.fields), features_asked_for(call)
    if (before["ImdsSupport"], wanted.get("ImdsSupport")) == ("v2", "v1"):
        message = "The specified parameter Features.ImdsSupport can not be set to v1 from v2."
        raise ApiError(403, "InvalidOperation.FeaturesImdsSupportNotMatch", message)
    return {**changes, "Features": {**before, **wanted}} if wanted else changes


def status(call: Call, image: Image) -> dict[str, Any]:
    """Deprecated and back; an image that is shared stays."""
    wanted = call.params.get("Status") or None
    if wanted not in {None, "Available", "Deprecated"}:
        raise ApiError(400, "InvalidParameter", f"The specified parameter Status is not valid: {wanted}.")
    if wanted == "Available" and image.status != "Deprecated":
        raise ApiError(403, "ImageStatus.NotDeprecated", "The specified image status is not deprecated.")
    if image.status != "Available" and (wanted == "Deprecated" or image.status != "Deprecated"):
        raise ApiError(403, "ImageStatus.NotAvailable", "The specified image status is not available.")
    if wanted == "Deprecated" and image.fields["IsSelfShared"] == "true":
        raise ApiError(403, "ImageUseShared", f"{SHARED} Please remove shared accounts first.")
    return {"Status": wanted} if wanted else {}


async def DeleteImage(ecs: Ecs, call: Call) -> dict[str, Any]:
    """Delete an image that nothing uses; its snapshots stay."""
    image = own(ecs, call)
    if image is None:
        return ecs.unknown_when_deleted("ImageId")
    check_unused(ecs, image, force=call.params.get("Force", "").lower() == "true")
    if call.params.get("DryRun", "").lower() == "true":
        raise ApiError(400, "DryRunOperation", "Request validation has been passed with DryRun flag set.")
    ecs.images.become(image, "Deleted", call.now)
    return {}


def check_unused(ecs: Ecs, image: Image, *, force: bool) -> None:
    """Nothing is being done with the image; that instances were made of it can be passed over by Force."""
    running = ecs.tasks.running(image.region, image.account_id)
    if ecs.imports.of(image):
        raise ApiError(403, "ImageIsImporting", "The specified Image is importing.")
    if any(task.order.image is image for task in running if isinstance(task.order, ExportOrder)):
        raise ApiError(403, "ImageIsExporting", "The specified image is currently being exported.")
    if ecs.images.copying(image):
        raise ApiError(403, "OperationDenied.ImageCopying", "The image is being copied.")
    if image.fields["IsPublic"]:
        raise ApiError(403, "ImageIsPublic", "You can not delete public image, please modify it to private.")
    if image.fields["IsSelfShared"] == "true":
        raise ApiError(403, "ImageUseShared", SHARED)
    if image.fields["Usage"] == "instance" and not force:
        raise ApiError(403, "ImageUsingByInstance", "The specified image has been used to create instances.")
