"""The fields of an image that a control call may leave out. Pure but for random ids."""

import string
from datetime import datetime
from typing import Any

from alicloud_emulator.identity import text

LOWER = string.ascii_lowercase + string.digits


def completed(fields: dict[str, Any], account_id: str, now: datetime) -> dict[str, Any]:
    """The fields given, and sensible values for the others."""
    windows = fields.get("OSType") == "windows"
    status = fields.get("Status", "Creating")
    size = int(fields.get("Size", 40))
    image_id = fields.get("ImageId") or f"m-bp1{text(17, LOWER)}"
    return {
        "ImageId": image_id,
        "ImageName": image_id,
        "ImageFamily": "",
        "ImageVersion": "",
        "ImageOwnerAlias": "self",
        "ImageOwnerId": int(account_id),
        "Description": "",
        "Size": size,
        "Architecture": "x86_64",
        "OSType": "linux",
        "OSName": "Windows Server 2022" if windows else "Alibaba Cloud Linux 3.2104 LTS 64 bit",
        "Platform": "Windows Server 2022" if windows else "Aliyun",
        "CreationTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Status": status,
        "Progress": "100%" if status == "Available" else "0%",
        "Usage": "none",
        "ProductCode": "",
        "IsCopied": False,
        "IsPublic": False,
        "IsSelfShared": "",
        "IsSubscribed": False,
        "IsSupportCloudinit": True,
        "IsSupportIoOptimized": True,
        "ResourceGroupId": "",
        "Tags": {"Tag": []},
        **fields,
        "DiskDeviceMappings": {"DiskDeviceMapping": disks(fields, size)},
    }


def disks(fields: dict[str, Any], size: int) -> list[dict[str, Any]]:
    """The disks given, or one system disk; devices follow each other from xvda on."""
    given = fields.get("DiskDeviceMappings", {}).get("DiskDeviceMapping") or [{"Type": "system", "Size": str(size)}]
    return [
        {
            "Device": f"/dev/xvd{string.ascii_lowercase[number]}",
            "Type": "data" if number else "system",
            "Size": str(size),
            "SnapshotId": f"s-bp1{text(17, LOWER)}",
            "Format": "",
            "Encrypted": False,
            "ImportOSSBucket": "",
            "ImportOSSObject": "",
            **disk,
        }
        for number, disk in enumerate(given)
    ]
