"""Imported disks start: what stands on them is what the console of their instances says."""

import base64
from typing import Any

import pytest

from alicloud_emulator.ecs.boot_sector import first_sector, start_of
from alicloud_emulator.ecs.disk_files import disk_file
from alicloud_emulator.ecs.disk_reading import header_of
from alicloud_emulator.ecs.instances import markers
from tests.emulator.boot_cases import CASES, FIRST, LOGIN, NO_DEVICE, QCOW2, Case, raw
from tests.emulator.ecs_requests import (
    AWAY,
    BUCKET,
    NETWORK,
    assistant_status,
    console_output,
    copy_image,
    export_image,
    import_image,
    modify_image,
    run_instances,
)
from tests.emulator.test_import_image import put
from tests.emulator.world import World

GIB = 1024**3
NO_OPTION = "BdsDxe: No bootable option or device was found.\r\n"


@pytest.mark.parametrize("case", CASES.values(), ids=[*CASES])
def test_a_disk_says_by_its_marks_whether_it_is_whole(case: Case) -> None:
    said = markers.read(case.body, "BIOS")
    assert (said.startswith(FIRST), said.endswith(LOGIN)) == (True, True) if case.whole else said == case.said


@pytest.mark.parametrize(
    ("on_disk", "asked_for", "starts"),
    [
        ("BIOS", "UEFI", False),
        ("UEFI", "UEFI", True),
        ("UEFI", "BIOS", False),
        ("UEFI", "UEFI-Preferred", True),
        ("BIOS", "UEFI-Preferred", True),
        ("UEFI-Preferred", "BIOS", True),
        ("UEFI-Preferred", "UEFI", True),
    ],
)
def test_a_disk_starts_by_the_firmware_that_it_was_made_for(on_disk: str, asked_for: str, starts: bool) -> None:
    said = markers.read(raw(on_disk), asked_for)
    assert said.endswith(LOGIN) if starts else said == (NO_DEVICE if asked_for == "BIOS" else NO_OPTION)


def test_of_another_systems_disk_nothing_is_known_but_whether_it_could_start() -> None:
    assert markers.read(bytes(510) + b"\x55\xaa" + bytes(512), "BIOS") == ""
    assert markers.read(bytes(510) + b"\x55\xaa" + bytes(512), "UEFI") == NO_OPTION
    assert markers.read(b"QFI\xfb", "BIOS") == NO_DEVICE
    assert markers.read(QCOW2[:0x10000], "BIOS") == NO_DEVICE  # its tables are gone


@pytest.mark.parametrize("image_format", ["raw", "qcow2", "vhd"])
@pytest.mark.parametrize("size_gib", [1, 500])
def test_the_last_sector_of_a_file_is_found_and_says_which_disk_it_is(image_format: str, size_gib: int) -> None:
    header = header_of(disk_file(image_format, "x_m-1_system", size_gib))
    assert header
    last = header.sector(size_gib * GIB // 512 - 1)
    assert f"disk x_m-1_system: {size_gib * GIB} bytes\r\n".encode() in last
    assert header.sector(size_gib * GIB // 1024) == bytes(512)
    assert len(header.sector(size_gib * GIB // 512)) < 512


def test_a_first_sector_has_its_signature_however_long_the_name_is() -> None:
    sector = first_sector("x" * 300, GIB, "BIOS")
    start = start_of(sector)
    assert start
    assert (len(sector), sector[510:], start.last_sector) == (512, b"\x55\xaa", GIB // 512 - 1)
    assert start.first == f"[    0.000000] Linux version 5.10.134-emulated (disk {'x' * 60})\r\n"


def imported(world: World, key: str, body: bytes, **params: Any) -> str:
    """The image of a file, Available."""
    world.post("networks", NETWORK)
    world.post("imports", {"takes_s": 1})
    put(world, key, body)
    image = world.send(import_image(key, **params))["ImageId"]
    world.advance(60)
    return str(image)


def console(world: World, image: str, **params: Any) -> str:
    """What the guest of a new instance has said after an hour, and that its agent is heard if it started."""
    (one,) = world.send(run_instances(image, **params))["InstanceIdSets"]["InstanceIdSet"]
    world.advance(3600)
    said = base64.b64decode(world.send(console_output(one))["ConsoleOutput"]).decode()
    (row,) = world.send(assistant_status(one))["InstanceCloudAssistantStatusSet"]["InstanceCloudAssistantStatus"]
    assert row["CloudAssistantStatus"] == str(said.endswith("login: ")).lower()
    return said


@pytest.mark.parametrize("case", CASES.values(), ids=[*CASES])
def test_the_console_of_an_imported_image_says_what_its_disk_does(world: World, case: Case) -> None:
    said = console(world, imported(world, case.key, case.body))
    assert (said.startswith(FIRST), said.endswith(LOGIN)) == (True, True) if case.whole else said == case.said


@pytest.mark.parametrize("boot_mode", ["BIOS", "UEFI", "UEFI-Preferred"])
@pytest.mark.parametrize(("image_format", "region"), [("raw", "cn-hangzhou"), ("qcow2", AWAY), ("vhd", AWAY)])
def test_what_is_exported_starts_again_in_the_boot_mode_that_it_had(
    world: World, image_format: str, region: str, boot_mode: str
) -> None:
    there = {"region": region, "vswitch": f"vsw-{region}", "vpc": "vpc-1", "security_groups": ["sg-1"]}
    world.post("networks", there)
    bucket = BUCKET if region == "cn-hangzhou" else "acme-images-singapore"
    source = world.create_image(RegionId=region, Status="Available", BootMode=boot_mode, _export={"takes_s": 1})
    place = {"RegionId": region, "OSSBucket": bucket}
    world.send(export_image(source["ImageId"], **place, ImageFormat=image_format))
    world.advance(10)
    (key,) = (one["key"] for one in world.get("state?only=objects")["objects"] if source["ImageId"] in one["key"])
    world.post("imports", {"takes_s": 1})
    disk = {"DiskDeviceMapping.1.OSSBucket": bucket}
    means = {"BIOS": "BIOS", "UEFI": "UEFI", "UEFI-Preferred": "UEFI"}[boot_mode]
    image = world.send(import_image(key, RegionId=region, BootMode=means, **disk))["ImageId"]
    other = {"BIOS": "UEFI", "UEFI": "BIOS", "UEFI-Preferred": "UEFI"}[boot_mode]
    wrong = world.send(import_image(key, RegionId=region, BootMode=other, **disk))["ImageId"]
    world.advance(60)
    network = {"VSwitchId": there["vswitch"], "SecurityGroupId": "sg-1"}
    heard = [started(world, one, region, **network).endswith(LOGIN) for one in (image, wrong)]
    assert heard == [True, boot_mode == "UEFI-Preferred"]


def started(world: World, image: str, region: str, **params: Any) -> str:
    (one,) = world.send(run_instances(image, RegionId=region, **params))["InstanceIdSets"]["InstanceIdSet"]
    world.advance(3600)
    answer = world.send(console_output(one, RegionId=region))
    return base64.b64decode(answer["ConsoleOutput"]).decode()


def test_an_image_that_no_import_made_starts_as_its_export_would(world: World) -> None:
    world.post("networks", NETWORK)
    image = world.create_image(Status="Available", Size=60)["ImageId"]
    said = console(world, image)
    assert said.startswith(f"[    0.000000] Linux version 5.10.134-emulated (disk {image})\r\n")
    assert f"disk {image}: {60 * GIB} bytes" in said


def test_a_copy_is_as_broken_as_what_it_was_made_of(world: World) -> None:
    world.post("networks", {**NETWORK, "region": AWAY})
    image = imported(world, "a.raw", raw()[:-MIB])
    copy = world.send(copy_image(image))["ImageId"]
    world.post("networks", {**NETWORK, "region": AWAY})
    world.advance(90)
    assert started(world, copy, AWAY).endswith("READ ERROR\r\n")


MIB = 1024**2


def test_a_boot_mode_that_is_set_afterwards_counts_from_then_on(world: World) -> None:
    image = imported(world, "a.raw", raw("UEFI"))
    assert console(world, image) == NO_DEVICE
    fresh = imported(world, "b.raw", raw("UEFI"))
    world.send(modify_image(fresh, BootMode="UEFI-Preferred"))
    assert console(world, fresh).endswith(LOGIN)
    world.post(f"images/{image}", {"BootMode": "UEFI"})
    assert console(world, image).endswith(LOGIN)


def test_the_disk_stays_with_the_image_whatever_becomes_of_the_object(world: World) -> None:
    image = imported(world, "a.raw", raw())
    put(world, "a.raw", bytes(MIB))
    assert console(world, image).endswith(LOGIN)


def test_what_is_ordered_counts_before_what_stands_on_the_disk(world: World) -> None:
    image = imported(world, "a.raw", raw(), ImageName="golden")
    world.post("guests", {"ImageName": "golden", "says": "silence"})
    assert console(world, image) == ""
    world.post("guests", {"ImageName": "golden", "says": "disk"})
    assert console(world, image).endswith(LOGIN)
