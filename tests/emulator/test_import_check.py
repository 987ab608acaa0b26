"""Image check of an import: what DetectionOptions say, and when they say nothing."""

from typing import Any
from urllib.error import HTTPError

import pytest

from alicloud_emulator.ecs.disk_files import disk_file
from tests.emulator.test_import_image import ARCHIVE, KEY, QCOW2, RAW, VHD, asked, put, shown
from tests.emulator.world import World


def available(world: World, key: str = KEY, body: bytes = QCOW2, **params: Any) -> str:
    """An imported image that has been Available for a second."""
    put(world, key, body)
    image = world.send(asked(key, **{"DetectionStrategy": "Standard", **params}))["ImageId"]
    world.advance(601)
    return str(image)


def risks(world: World, image: str) -> dict[str, str]:
    items = shown(world, image)["DetectionOptions"]["Items"]["Item"]
    return {item["Name"]: item["RiskLevel"] for item in items if "RiskLevel" in item}


def test_a_check_is_processing_and_then_finished_with_every_item(world: World) -> None:
    image = available(world, Platform="Debian", BootMode="UEFI")
    assert shown(world, image)["DetectionOptions"] == {"Status": "Processing", "Items": {"Item": []}}
    world.advance(180)
    options = shown(world, image)["DetectionOptions"]
    values = {item["Name"]: item["Value"] for item in options["Items"]["Item"]}
    assert options["Status"] == "Finished"
    named = ("GUESTOS.Platform", "GUESTOS.BootMode", "GUESTOS.SystemImage")
    assert [values[name] for name in named] == ["Debian", "UEFI", "valid"]
    assert {name.removeprefix("GUESTOS.") for name in values} == {
        *("Platform", "OSVersion", "Architecture", "RtcTimeMode", "BootMode", "KernelVersion", "Virtio", "Nvme"),
        *("Fstab", "Grub", "Dhcp", "Selinux", "OnlineResizeFS", "SystemImage", "CloudAssistant", "CloudInit"),
        *("SecurityCenterAgent", "SupportMocInstanceTypes"),
    }
    assert risks(world, image) == {}


@pytest.mark.parametrize(
    ("key", "body"), [("a.raw", RAW), ("a.qcow2", QCOW2), ("a.vhd", VHD), ("a.raw.tar.gz", ARCHIVE)]
)
def test_a_disk_of_every_format_begins_with_a_boot_sector(world: World, key: str, body: bytes) -> None:
    image = available(world, key, body)
    world.advance(180)
    assert risks(world, image) == {}


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("a.raw", bytes(4096)),
        ("a.qcow2", QCOW2[:0xC000] + bytes(8) + QCOW2[0xC008:]),
        ("a.qcow2", QCOW2[:0x1C000] + bytes(8) + QCOW2[0x1C008:]),
        ("a.vhd", VHD[:1536] + b"\xff\xff\xff\xff" + VHD[1540:]),
        ("a.vhd", VHD.replace(b"\x55\xaa", b"\0\0")),
    ],
)
def test_a_disk_without_a_boot_sector_is_no_system_disk_and_the_import_goes_on(
    world: World, key: str, body: bytes
) -> None:
    image = available(world, key, body)
    world.advance(180)
    assert (risks(world, image), shown(world, image)["Status"]) == ({"GUESTOS.SystemImage": "High"}, "Available")
    assert shown(world, image)["Tags"]["Tag"] == []


def test_an_image_that_passes_has_two_tags_of_the_clouds_own(world: World) -> None:
    tags: dict[str, Any] = {"Tag.1.Key": "env", "Tag.1.Value": "prod"}
    image = available(world, **tags)
    world.advance(180)
    keys = [tag["TagKey"] for tag in shown(world, image)["Tags"]["Tag"]]
    assert keys == ["env", "acs:ecs:image:osVersion", "acs:ecs:image:kernelVersion"]


def test_findings_can_be_ordered(world: World) -> None:
    world.post("imports", {"risks": {"GUESTOS.Selinux": "Medium", "GUESTOS.Fstab": "High"}})
    image = available(world)
    world.advance(180)
    assert risks(world, image) == {"GUESTOS.Selinux": "Medium", "GUESTOS.Fstab": "High"}
    with pytest.raises(HTTPError):
        world.post("imports", {"risks": {"GUESTOS.Nothing": "High"}})


def test_windows_has_items_of_its_own(world: World) -> None:
    image = available(world, OSType="windows", Platform="Windows Server 2022")
    world.advance(180)
    names = [item["Name"] for item in shown(world, image)["DetectionOptions"]["Items"]["Item"]]
    assert ("GUESTOS.BCD" in names, "GUESTOS.Fstab" in names) == (True, False)


@pytest.mark.parametrize("params", [{"DetectionStrategy": ""}, {"Platform": "Gentoo"}, {"Platform": "FreeBSD"}])
def test_what_is_not_to_be_checked_or_cannot_be_never_is(world: World, params: dict[str, Any]) -> None:
    image = available(world, **params)
    world.advance(3600)
    assert "DetectionOptions" not in shown(world, image)


def test_no_check_may_ever_come(world: World) -> None:
    world.post("unsure", {"detection": "never"})
    image = available(world)
    world.advance(3600)
    assert "DetectionOptions" not in shown(world, image)


def test_the_emulators_own_exports_pass(world: World) -> None:
    for number, (image_format, key) in enumerate([("raw", "a.raw.tar.gz"), ("qcow2", "a.qcow2"), ("vhd", "a.vhd")]):
        image = available(world, key, disk_file(image_format, f"system-{number}", 500))
        world.advance(3600)
        assert (risks(world, image), shown(world, image)["Size"]) == ({}, 500)
