"""Image check: what DetectionOptions of an imported image say, some minutes after it is Available.

Sources: user guide "Check and repair custom images" for items, systems that are not checked, and the two tags; SDK for
the form. Values and RiskCodes are made up where no page has them. Of the guest, only the disk's first sector is known:
whether it is a boot sector decides on GUESTOS.SystemImage. Other findings are ordered.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from alicloud_emulator.clock import CloudClock
from alicloud_emulator.ecs.image import Image
from alicloud_emulator.ecs.plan import Plan
from alicloud_emulator.unsure import Unsure

TAKES = timedelta(minutes=3)
UNCHECKED = frozenset({"Gentoo", "FreeBSD", "CoreOS", "Fedora CoreOS", "Customized Linux"})
SYSTEM_IMAGE = "GUESTOS.SystemImage"
OS_VERSION, KERNEL = "1.0", "5.10.0"
SAME = {
    "GUESTOS.OSVersion": OS_VERSION,
    "GUESTOS.KernelVersion": KERNEL,
    "GUESTOS.Virtio": "installed",
    "GUESTOS.CloudAssistant": "installed",
}
LINUX = {
    "GUESTOS.RtcTimeMode": "UTC",
    "GUESTOS.Nvme": "installed",
    "GUESTOS.Fstab": "valid",
    "GUESTOS.Grub": "valid",
    "GUESTOS.Dhcp": "valid",
    "GUESTOS.Selinux": "disabled",
    "GUESTOS.OnlineResizeFS": "supported",
    SYSTEM_IMAGE: "valid",
    "GUESTOS.CloudInit": "installed",
    "GUESTOS.SecurityCenterAgent": "uninstalled",
    "GUESTOS.SupportMocInstanceTypes": "supported",
}
WINDOWS = dict.fromkeys(
    (
        *("GUESTOS.BCD", "GUESTOS.Registry", "GUESTOS.Hotfix", "GUESTOS.Disk", "GUESTOS.Sysprep", "GUESTOS.Update"),
        *("GUESTOS.Xen", "GUESTOS.Server", "GUESTOS.DesktopConfig", "GUESTOS.BootMgr"),
    ),
    "valid",
)
ITEMS = ("GUESTOS.Platform", "GUESTOS.Architecture", "GUESTOS.BootMode", *SAME, *LINUX, *WINDOWS)
TAGS = (("acs:ecs:image:osVersion", OS_VERSION), ("acs:ecs:image:kernelVersion", KERNEL))


class Detection:
    """Checks images once they are Available."""

    def __init__(self, clock: CloudClock, unsure: Unsure) -> None:
        self._clock = clock
        self._unsure = unsure

    def begin(self, image: Image, plan: Plan, when: datetime) -> None:
        """Start to check an image, unless its system is not checked; then DetectionOptions never come."""
        if self._unsure.detection == "never" or image.fields["Platform"] in UNCHECKED:
            return
        image.fields["DetectionOptions"] = {"Status": "Processing", "Items": {"Item": []}}
        self._clock.at(when + TAKES, lambda _: finish(image, plan))


def finish(image: Image, plan: Plan) -> None:
    """Say what was found; an image that passes has two tags more."""
    found = items(image, plan)
    image.fields["DetectionOptions"] = {"Status": "Finished", "Items": {"Item": found}}
    if not any(item.get("RiskLevel") == "High" for item in found):
        image.fields["Tags"]["Tag"] += [{"TagKey": key, "TagValue": value} for key, value in TAGS]


def items(image: Image, plan: Plan) -> list[dict[str, Any]]:
    """Every item of the image's system, with the risks that were ordered and the one of a disk that cannot start."""
    fields, windows = image.fields, image.fields["OSType"] == "windows"
    values = {
        "GUESTOS.Platform": fields["Platform"],
        "GUESTOS.Architecture": fields["Architecture"],
        **SAME,
        **(WINDOWS if windows else {"GUESTOS.BootMode": "LEGACY" if fields["BootMode"] == "BIOS" else "UEFI", **LINUX}),
    }
    risks = dict(plan.risks)
    if not windows and not bootable(image):
        risks[SYSTEM_IMAGE] = "High"
    return [item(name, str(value), risks.get(name)) for name, value in values.items()]


def item(name: str, value: str, risk: str | None) -> dict[str, Any]:
    """One item; without a risk it has neither level nor code."""
    if risk is None:
        return {"Name": name, "Value": value}
    code = f"{name.removeprefix('GUESTOS.')}.Invalid"
    return {"Name": name, "Value": "invalid", "RiskLevel": risk, "RiskCode": code}


def bootable(image: Image) -> bool:
    """Whether the system disk begins with a boot sector; a disk for UEFI has one too, before its table."""
    return image.boot.get(image.disks[0]["SnapshotId"], b"")[510:512] == b"\x55\xaa"
