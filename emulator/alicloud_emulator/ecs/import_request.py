"""The parameters of ImportImage (page of 2025), each well formed or refused with its own code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from alicloud_emulator.calls import Call
from alicloud_emulator.ecs.image_names import check_description, check_name, check_quota, new_tags, with_defaults
from alicloud_emulator.ecs.regions import region_of
from alicloud_emulator.ecs.service import Ecs
from alicloud_emulator.errors import ApiError, missing_parameter
from alicloud_emulator.identity import IMPORT_ROLE
from alicloud_emulator.oss.buckets import NAME as BUCKET_NAME
from alicloud_emulator.oss.object_operations import LONGEST_KEY

MOST_DISKS = 17
DEVICE = re.compile(r"/dev/x?vd[a-z]")
RESOURCE_GROUP = re.compile(r"rg-[a-z0-9]+")
FORMATS = frozenset({"", "RAW", "VHD", "QCOW2", "VMDK"})
OLD_WINDOWS = frozenset({"Windows Server 2003", "Windows Server 2008"})
WINDOWS = OLD_WINDOWS | {f"Windows Server {year}" for year in (2012, 2016, 2019, 2022)} | {"Other Windows"}
LINUX = frozenset(
    {
        *("Aliyun", "Anolis", "CentOS", "Ubuntu", "CoreOS", "SUSE", "Debian", "OpenSUSE", "FreeBSD", "RedHat", "Kylin"),
        *("UOS", "Fedora", "Fedora CoreOS", "CentOS Stream", "AlmaLinux", "Rocky Linux", "Gentoo"),
        *("Customized Linux", "Others Linux"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedDisk:
    """DiskDeviceMapping.N: where a disk's file is, and what is said of it."""

    bucket: str
    key: str
    image_format: str  # "": to be found out
    size_gib: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an import is asked to make; `fields` are those of the image that the request says."""

    region: str
    fields: dict[str, Any]
    disks: tuple[WantedDisk, ...]
    role_name: str
    checked: bool  # DetectionStrategy
    dry_run: bool


def read(ecs: Ecs, call: Call) -> Wanted:
    """The request, if nothing is wrong with its parameters, the image's name and the account's quota."""
    if not ecs.quotas.imports_enabled:
        raise ApiError(403, "UserNotInTheWhiteList", "The user is not in the white list of importing image.")
    region, disks = region_of(call), wanted_disks(call)
    fields = {
        **system(call),
        **described(call),
        "Features": with_defaults({"Features": features_asked_for(call)}),
        "Tags": {"Tag": new_tags(call.params)},
    }
    if call.params.get("StorageLocationArn"):
        message = "The specified cloud box storage location could not be found."
        raise ApiError(403, "InvalidStorageLocation.NotFound", message)
    if name := call.params.get("ImageName"):
        check_name(ecs, call.key.account_id, region, name)
        fields["ImageName"] = name
    check_quota(ecs, call.key.account_id, region)
    return Wanted(
        region=region,
        fields=fields,
        disks=disks,
        role_name=call.params.get("RoleName") or IMPORT_ROLE,
        checked=detection(call, fields),
        dry_run=call.params.get("DryRun", "").lower() == "true",
    )


def wanted_disks(call: Call) -> tuple[WantedDisk, ...]:
    """The system disk, then data disks; what is numbered beyond the 17th is ignored."""
    for name in ("OSSBucket", "OSSObject"):
        if not call.params.get(f"DiskDeviceMapping.1.{name}"):
            raise missing_parameter(f"DiskDeviceMapping.1.{name}")
    numbers = {int(found[1]) for name in call.params if (found := re.match(r"DiskDeviceMapping\.(\d{1,3})\.", name))}
    return tuple(wanted_disk(call, number) for number in sorted(numbers) if 1 <= number <= MOST_DISKS)


def wanted_disk(call: Call, number: int) -> WantedDisk:
    """One disk, by the older names too."""
    of_disk = {name: call.params.get(f"DiskDeviceMapping.{number}.{name}", "") for name in OF_A_DISK}
    bucket, key, image_format = of_disk["OSSBucket"], of_disk["OSSObject"], of_disk["Format"].upper()
    if not bucket or not key:
        message = "The specified parameter DiskDeviceMapping is not supplied."
        raise ApiError(403, "MissingParameter.DiskDeviceMapping", message)
    if not BUCKET_NAME.fullmatch(bucket):
        raise ApiError(400, "InvalidOSSBucket.Malformed", "The specified OSS bucket is wrongly formed.")
    if len(key.encode()) > LONGEST_KEY or key.startswith(("/", "\\")):
        raise ApiError(400, "InvalidOSSObject.Malformed", "The specified OSS object is wrongly formed.")
    if image_format not in FORMATS:
        raise ApiError(400, "InvalidImageFormat.Malformed", "The specified Image Format is wrongly formed.")
    if image_format == "VMDK":  # invitational preview
        raise ApiError(403, "UserNotInTheWhiteList", "The user is not in the white list of importing image.")
    if of_disk["Device"] and not DEVICE.fullmatch(of_disk["Device"]):
        message = f'The specified parameter "DiskDeviceMapping.{number}.Device" is not valid.'
        raise ApiError(403, "InvalidParameter.Malformed", message)
    size = wanted_size(of_disk["DiskImageSize"] or of_disk["DiskImSize"], number)
    return WantedDisk(bucket=bucket, key=key, image_format=image_format, size_gib=size)


OF_A_DISK = ("OSSBucket", "OSSObject", "Format", "DiskImageSize", "DiskImSize", "Device")


def wanted_size(text: str, number: int) -> int | None:
    """GiB, 1 to 2048."""
    if text and not (text.isdecimal() and 1 <= int(text) <= LARGEST_GIB):
        raise wrong_size(number, f"The size of disk {number} must be 1 to {LARGEST_GIB} GiB, and is {text}.")
    return int(text) if text else None


LARGEST_GIB = 2048


def wrong_size(number: int, message: str) -> ApiError:
    """The refusal of a size, of the system disk or of a data disk."""
    return ApiError(400, "InvalidImageSize" if number == 1 else "InvalidDataDiskSize", message)


def system(call: Call) -> dict[str, str]:
    """Architecture, OSType, Platform and BootMode; arm64 boots by UEFI alone, and no Windows runs on it."""
    architecture = one_of(call, "Architecture", "x86_64", {"i386", "x86_64", "arm64"})
    os_type = one_of(call, "OSType", "linux", {"linux", "windows"})
    platform = one_of(call, "Platform", "Others Linux", LINUX | WINDOWS)
    arm = architecture == "arm64"
    boot_mode = one_of(call, "BootMode", "UEFI" if arm else "BIOS", {"BIOS", "UEFI"})
    if arm and platform in WINDOWS:
        message = "The OS platform you selected does not support the specified architecture."
        raise ApiError(403, "InvalidArchitecture.PlatformUnsupported", message)
    if arm and boot_mode == "BIOS":
        message = "The specified parameter BootMode is not supported for current image architecture."
        raise ApiError(400, "InvalidBootMode.NotSupport", message)
    return {
        "Architecture": architecture,
        "OSType": os_type,
        "Platform": platform,
        "OSName": platform,
        "BootMode": boot_mode,
    }


def one_of(call: Call, name: str, usual: str, known: frozenset[str] | set[str]) -> str:
    """A parameter with few values; `Invalid….Malformed` for any other."""
    value = call.params.get(name) or usual
    if value not in known:
        raise ApiError(400, f"Invalid{name}.Malformed", f"The specified {name} is wrongly formed.")
    return value


def described(call: Call) -> dict[str, str]:
    """Description and resource group. The licence is looked at, and shows nowhere."""
    check_description(call.params.get("Description", ""))
    if call.params.get("LicenseType", "Auto") not in {"Auto", "Aliyun", "BYOL"}:
        raise ApiError(400, "InvalidLicenseType.NotSupported", "The specified LicenseType is not supported.")
    group = call.params.get("ResourceGroupId", "")
    if group and not RESOURCE_GROUP.fullmatch(group):  # an id of this form stands for a group
        message = "The ResourceGroup provided does not exist in our records."
        raise ApiError(404, "InvalidResourceGroup.NotFound", message)
    return {"Description": call.params.get("Description", ""), "ResourceGroupId": group}


def features_asked_for(call: Call) -> dict[str, str]:
    """NvmeSupport and ImdsSupport, as far as they are given."""
    named = ("NvmeSupport", "ImdsSupport")
    given = {name: value for name in named if (value := call.params.get(f"Features.{name}"))}
    if given.get("NvmeSupport") not in {None, "supported", "unsupported"}:
        raise ApiError(400, "InvalidParameter", "The specified parameter Features.NvmeSupport is not valid.")
    if given.get("ImdsSupport") not in {None, "v1", "v2"}:
        message = "The specified parameter Features.ImdsSupport is not supported."
        raise ApiError(400, "InvalidParameter.FeaturesImdsSupport", message)
    return given


def detection(call: Call, fields: dict[str, Any]) -> bool:
    """Whether the image is to be checked; an old Windows cannot be."""
    strategy = call.params.get("DetectionStrategy", "")
    if strategy not in {"", "Standard"}:
        message = "The specified parameter DetectionStrategy is invalid."
        raise ApiError(400, "InvalidParameter.DetectionStrategy", message)
    if strategy and fields["Platform"] in OLD_WINDOWS:
        message = "Image check is unsupported for windows image."
        raise ApiError(403, "ImageCheckUnsupported.WindowsImage", message)
    return bool(strategy)
