"""Which object holds which disk: by its name, else what is left for what is left."""

import pytest

from image_export.decisions.objects.disks import are_known, by_key
from image_export.values.image import Disk

from .builders import an_image

SYSTEM = Disk(device="/dev/xvda", kind="system", size_gib=40)
B, C = (Disk(device=f"/dev/xvd{letter}", kind="data", size_gib=100) for letter in "bc")
ALL = (SYSTEM, B, C)


def holding(*keys: str, disks: tuple[Disk, ...] = ALL) -> tuple[list[Disk | None], tuple[Disk, ...]]:
    """The disk of each key, None where it may be one of several; and the disks without one."""
    found, unheld = by_key(keys, disks)
    return [found[key][0] if len(found[key]) == 1 else None for key in keys], unheld


def test_each_disk_is_known_by_its_mount_point() -> None:
    assert holding("p_m_data_xvdc.raw.tar.gz", "p_m_system.raw.tar.gz", "p_m_data_xvdb.raw.tar.gz") == (
        [C, SYSTEM, B],
        (),
    )


@pytest.mark.parametrize("device", ["vdb", "sdb", "/dev/vdb", "hdb"])
def test_the_driver_in_a_devices_name_does_not_matter(device: str) -> None:
    here = Disk(device=device, kind="data", size_gib=1)
    assert holding("p_m_system.vhd", "p_m_data_xvdb.vhd", disks=(SYSTEM, here)) == ([SYSTEM, here], ())


def test_a_disk_without_an_object_is_named() -> None:
    assert holding("p_m_system.raw.tar.gz", "p_m_data_xvdc.raw.tar.gz")[1] == (B,)


def test_two_objects_of_one_disk_do_not_stand_for_two_disks() -> None:
    found, unheld = holding("p_m_system.raw.tar.gz", "p_m_system.vhd", "p_m_data_xvdb.raw.tar.gz")
    assert (found, unheld) == ([SYSTEM, SYSTEM, B], (C,))


def test_a_name_without_a_disk_is_the_one_disk_that_is_left() -> None:
    """As in the sample of an older page: prefix, image, task."""
    assert holding("p_m_t-1.vhd", "p_m_t-1_data_xvdb.vhd", disks=(SYSTEM, B)) == ([SYSTEM, B], ())


def test_names_that_tell_nothing_are_counted_only() -> None:
    assert holding("p_1.vhd", "p_2.vhd", "p_3.vhd") == ([None, None, None], ())
    assert len(holding("p_1.vhd", "p_2.vhd")[1]) == 1
    assert by_key(["p_1.vhd", "p_2.vhd"], (SYSTEM, B))[0] == {"p_1.vhd": (SYSTEM, B), "p_2.vhd": (SYSTEM, B)}


@pytest.mark.parametrize("disks", [(), (B,), (SYSTEM, Disk(device="/dev/xvdb", kind="data", size_gib=0))])
def test_disks_are_known_where_one_is_the_systems_and_each_has_its_size(disks: tuple[Disk, ...]) -> None:
    assert not are_known(an_image(disks=disks))
    assert not are_known(None)
    assert are_known(an_image(disks=ALL))


def test_disks_of_one_name_are_still_two_disks() -> None:
    second = Disk(device="/dev/xvdb", kind="system", size_gib=100)
    assert len(holding("p_m_system.raw.tar.gz", disks=(SYSTEM, second))[1]) == 1
    assert len(holding("p_m_data_xvdb.raw.tar.gz", disks=(B, B))[1]) == 1


def test_disks_whose_device_nobody_tells_are_still_two_disks() -> None:
    nameless = (SYSTEM, Disk(device="", kind="data", size_gib=1), Disk(device="", kind="data", size_gib=2))
    assert len(holding("p_m_system.vhd", "p_m_data_xvdb.vhd", disks=nameless)[1]) == 1
