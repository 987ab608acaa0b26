"""The lines that restore without us: what is quoted, what is unpacked, what comes afterwards."""

import shlex
from typing import Any

from msgspec.structs import replace

from image_export.values.account import AssumedRole
from image_export.values.restore.request import RestoreRequest
from image_export_cli.restore.by_hand import commands
from tests.restore.world import ASKER, MANIFEST, PREFIX, SOURCE, manifest


def lines(image_format: str = "raw", unpack: Any = "auto", region_id: str | None = None, **image: Any) -> list[str]:
    said = manifest(replace(SOURCE, **image), image_format)
    request = RestoreRequest(
        role=AssumedRole(account_id=said.account_id, role_arn=""),
        manifest_address=MANIFEST,
        manifest=said,
        region_id=region_id,
        image_name="golden again",
        unpack=unpack,
        requested_by=ASKER,
    )
    return list(commands(request))


def test_the_first_line_has_every_disk_in_order_and_all_that_an_import_takes() -> None:
    words = shlex.split(lines()[0])
    assert words[:5] == ["aliyun", "ecs", "ImportImage", "--RegionId=cn-hangzhou", "--ImageName=golden again"]
    assert words[5:13] == [
        "--DiskDeviceMapping.1.OSSBucket=acme-images-hangzhou",
        f"--DiskDeviceMapping.1.OSSObject={PREFIX}_system.raw.tar.gz",
        "--DiskDeviceMapping.1.Format=RAW",
        "--DiskDeviceMapping.1.DiskImageSize=40",
        "--DiskDeviceMapping.2.OSSBucket=acme-images-hangzhou",
        f"--DiskDeviceMapping.2.OSSObject={PREFIX}_data_xvdb.raw.tar.gz",
        "--DiskDeviceMapping.2.Format=RAW",
        "--DiskDeviceMapping.2.DiskImageSize=100",
    ]
    assert {"--Features.NvmeSupport=supported", "--Platform=Debian", "--BootMode=UEFI"} <= set(words)
    assert words[-3:] == ["--Tag.1.Key=team", "--Tag.1.Value=web", "--force"]


def test_what_a_shell_would_read_is_quoted() -> None:
    hostile = 'it\'s $(rm -rf /); `x` "y" --RegionId=elsewhere & | > \\'
    words = shlex.split(lines(description=hostile, tags={"a b": "-c; d"})[0])
    assert f"--Description={hostile}" in words
    assert {"--Tag.1.Key=a b", "--Tag.1.Value=-c; d"} <= set(words)


def test_a_tool_that_knows_all_parameters_is_not_forced() -> None:
    assert "--force" not in lines(features=None)[0]


def test_where_an_archive_may_be_refused_the_way_round_stands_below_as_a_comment() -> None:
    first, *rest = lines(boot_mode="BIOS", family="")
    assert first.startswith("aliyun")
    assert all(line.startswith("# ") for line in rest)
    assert [line[2:].split()[0] for line in rest[2:]] == ["ossutil", "tar", "qemu-img", "ossutil"] * 2 + ["aliyun"]
    assert f"--DiskDeviceMapping.2.OSSObject={PREFIX}_data_xvdb.qcow2" in rest[-1]
    assert "--DiskDeviceMapping.2.Format=QCOW2" in rest[-1]


def test_unpacked_always_it_is_unpacked_first_and_never_not_at_all() -> None:
    always = [line for line in lines(unpack="always") if not line.startswith("#")]
    assert [line.split()[0] for line in always] == ["ossutil", "tar", "qemu-img", "ossutil"] * 2 + ["aliyun"]
    system = f"{PREFIX}_system"
    assert always[1] == f"tar -xzOf {system}.raw.tar.gz > {system}.raw"
    assert not any("ossutil" in line for line in lines(unpack="never"))


def test_a_format_that_is_taken_needs_no_way_round() -> None:
    assert lines("qcow2", boot_mode="BIOS", family="")[1:] == []


def test_what_an_import_does_not_take_is_set_by_the_last_line() -> None:
    words = shlex.split(lines()[-1].removeprefix("# "))
    assert words[:5] == ["aliyun", "ecs", "ModifyImageAttribute", "--RegionId=cn-hangzhou", "--ImageId=m-…"]
    assert set(words[5:]) == {"--BootMode=UEFI-Preferred", "--ImageFamily=web"}


def test_for_another_region_the_lines_copy_it_and_set_again_what_a_copy_does_not_have() -> None:
    first, *rest = lines("qcow2", region_id="ap-southeast-1")
    assert "--ImageName=image-export-by-hand-temporary" in shlex.split(first)
    copy, modify = (shlex.split(line.removeprefix("# ")) for line in rest if line.startswith("# aliyun"))
    assert copy[:6] == [
        *("aliyun", "ecs", "CopyImage", "--RegionId=cn-hangzhou", "--ImageId=m-…"),
        "--DestinationRegionId=ap-southeast-1",
    ]
    assert {"--DestinationImageName=golden again", "--DestinationDescription=the golden one"} <= set(copy)
    assert copy[-2:] == ["--Tag.1.Key=team", "--Tag.1.Value=web"]
    assert modify[:4] == ["aliyun", "ecs", "ModifyImageAttribute", "--RegionId=ap-southeast-1"]
    assert {"--Features.NvmeSupport=supported", "--Features.ImdsSupport=v2", "--ImageFamily=web"} <= set(modify)
