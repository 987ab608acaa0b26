"""ImportImage by the ECS SDK: what is taken, and what is refused with which code."""

import io
import struct
import tarfile
from typing import Any

import alibabacloud_oss_v2 as oss
import pytest
from aliyunsdkcore.request import AcsRequest

from alicloud_emulator.ecs.disk_files import disk_file
from alicloud_emulator.identity import trust
from tests.emulator.ecs_requests import BUCKET, REGION, describe_images, import_image
from tests.emulator.world import World, code_of

KEY = "golden.qcow2"
QCOW2 = disk_file("qcow2", "golden", 40)
VHD = disk_file("vhd", "golden", 40)
ARCHIVE = disk_file("raw", "golden", 40)
RAW = bytes(510) + b"\x55\xaa" + bytes(512)
ROLE = "acs:ram::1234567890123456:role/AliyunECSImageImportDefaultRole"


def put(
    world: World, key: str = KEY, body: bytes = QCOW2, bucket: str = BUCKET, region: str = REGION, **more: Any
) -> None:
    world.oss(region=region).put_object(oss.PutObjectRequest(bucket=bucket, key=key, body=body, **more))


def asked(key: str = KEY, **params: Any) -> AcsRequest:
    return import_image(key, **{name.replace("__", "."): value for name, value in params.items()})


def disk(**params: Any) -> dict[str, Any]:
    """Parameters of the first disk."""
    return {f"DiskDeviceMapping.1.{name}": value for name, value in params.items()}


def shown(world: World, image_id: str) -> dict[str, Any]:
    answer = world.send(describe_images(ImageId=image_id, Status="ALL"))
    return dict(answer["Images"]["Image"][0])


def test_an_import_answers_image_and_task_and_the_image_says_what_it_came_from(world: World) -> None:
    put(world)
    put(world, "data.vhd", VHD)
    data = {"DiskDeviceMapping.2.OSSBucket": BUCKET, "DiskDeviceMapping.2.OSSObject": "data.vhd"}
    tags = {"Tag.1.Key": "env", "Tag.1.Value": "prod"}
    features = {"Features.NvmeSupport": "supported", "Features.ImdsSupport": "v2"}
    said = {"ImageName": "黄金-1", "Description": "golden", "Platform": "Debian", "BootMode": "UEFI"}
    answer = world.send(asked(**said, **data, **tags, **features, ResourceGroupId="rg-1"))
    assert {name[0] for name in (answer["ImageId"], answer["TaskId"])} == {"m", "t"}
    assert answer["RegionId"] == "cn-hangzhou"
    image = shown(world, answer["ImageId"])
    assert (image["Status"], image["Progress"], image["Size"]) == ("Waiting", "0%", 40)
    assert {name: image[name] for name in said} == said
    assert (image["Architecture"], image["OSType"], image["ResourceGroupId"]) == ("x86_64", "linux", "rg-1")
    assert image["Features"] == {"NvmeSupport": "supported", "ImdsSupport": "v2"}
    assert image["Tags"]["Tag"] == [{"TagKey": "env", "TagValue": "prod"}]
    disks = [
        (one["Device"], one["Type"], one["Size"], one["Format"], one["ImportOSSBucket"], one["ImportOSSObject"])
        for one in image["DiskDeviceMappings"]["DiskDeviceMapping"]
    ]
    assert disks == [
        ("/dev/xvda", "system", "40", "QCOW2", BUCKET, KEY),
        ("/dev/xvdb", "data", "40", "VHD", BUCKET, "data.vhd"),
    ]


def test_what_is_left_out_has_the_defaults_of_the_page(world: World) -> None:
    put(world)
    image = shown(world, world.send(asked())["ImageId"])
    assert (image["Platform"], image["BootMode"], image["Architecture"]) == ("Others Linux", "BIOS", "x86_64")
    assert image["Features"] == {"NvmeSupport": "unsupported", "ImdsSupport": "v1"}
    assert image["ImageName"] == image["ImageId"]
    arm = shown(world, world.send(asked(Architecture="arm64"))["ImageId"])
    assert (arm["Architecture"], arm["BootMode"]) == ("arm64", "UEFI")


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"RegionId": ""}, (400, "MissingParameter")),
        ({"RegionId": "cn-nowhere"}, (400, "InvalidRegionId.NotFound")),
        (disk(OSSBucket=""), (400, "MissingParameter")),
        (disk(OSSObject=""), (400, "MissingParameter")),
        (disk(OSSBucket="No"), (400, "InvalidOSSBucket.Malformed")),
        (disk(OSSObject="/a.qcow2"), (400, "InvalidOSSObject.Malformed")),
        (disk(OSSObject="a" * 1020 + ".raw"), (400, "InvalidOSSObject.Malformed")),
        (disk(Format="ISO"), (400, "InvalidImageFormat.Malformed")),
        (disk(Format="VMDK"), (403, "UserNotInTheWhiteList")),
        (disk(Device="sda"), (403, "InvalidParameter.Malformed")),
        (disk(DiskImageSize="0"), (400, "InvalidImageSize")),
        (disk(DiskImageSize="2049"), (400, "InvalidImageSize")),
        (disk(DiskImSize="large"), (400, "InvalidImageSize")),
        ({"DiskDeviceMapping.2.OSSBucket": BUCKET}, (403, "MissingParameter.DiskDeviceMapping")),
        ({"ImageName": "a"}, (400, "InvalidImageName.Malformed")),
        ({"ImageName": "acs:golden"}, (400, "InvalidImageName.Malformed")),
        ({"ImageName": "taken"}, (400, "InvalidImageName.Duplicated")),
        ({"Description": "x"}, (400, "InvalidDescription.Malformed")),
        ({"Description": "https://golden"}, (400, "InvalidDescription.Malformed")),
        ({"Architecture": "riscv"}, (400, "InvalidArchitecture.Malformed")),
        ({"OSType": "bsd"}, (400, "InvalidOSType.Malformed")),
        ({"Platform": "Arch"}, (400, "InvalidPlatform.Malformed")),
        ({"BootMode": "UEFI-Preferred"}, (400, "InvalidBootMode.Malformed")),
        ({"Architecture": "arm64", "BootMode": "BIOS"}, (400, "InvalidBootMode.NotSupport")),
        (
            {"Architecture": "arm64", "Platform": "Windows Server 2022"},
            (403, "InvalidArchitecture.PlatformUnsupported"),
        ),
        ({"LicenseType": "Mine"}, (400, "InvalidLicenseType.NotSupported")),
        ({"ResourceGroupId": "none"}, (404, "InvalidResourceGroup.NotFound")),
        ({"Features.NvmeSupport": "yes"}, (400, "InvalidParameter")),
        ({"Features.ImdsSupport": "v3"}, (400, "InvalidParameter.FeaturesImdsSupport")),
        ({"DetectionStrategy": "Deep"}, (400, "InvalidParameter.DetectionStrategy")),
        (
            {"DetectionStrategy": "Standard", "OSType": "windows", "Platform": "Windows Server 2008"},
            (403, "ImageCheckUnsupported.WindowsImage"),
        ),
        ({"StorageLocationArn": "arn:acs:cloudbox:x"}, (403, "InvalidStorageLocation.NotFound")),
        ({"RoleName": "AnotherRole"}, (403, "NoSetRoletoECSServiceAcount")),
        ({"Tag.1.Key": "acs:ecs:image:osVersion"}, (400, "InvalidTagKey.Malformed")),
        ({"Tag.1.Key": "aliyun-1"}, (400, "InvalidTagKey.Malformed")),
        ({"Tag.1.Key": "see http://x"}, (400, "InvalidTagKey.Malformed")),
        ({"Tag.1.Key": "k" * 129}, (400, "InvalidTagKey.Malformed")),
        ({"Tag.1.Key": ""}, (400, "InvalidTagKey.Malformed")),
        ({"Tag.1.Key": "k", "Tag.1.Value": "acs:v"}, (400, "InvalidTagValue.Malformed")),
        ({"Tag.1.Key": "k", "Tag.1.Value": "v" * 129}, (400, "InvalidTagValue.Malformed")),
        ({"Tag.1.Key": "Env", "Tag.2.Key": "env"}, (403, "TagKey.Duplication")),
        ({f"Tag.{n}.Key": f"k{n}" for n in range(1, 22)}, (400, "InvalidTagCount")),
        ({"ClientToken": "x" * 65}, (400, "InvalidClientToken.Malformed")),
        ({"ClientToken": "ä"}, (400, "InvalidClientToken.Malformed")),
    ],
)
def test_a_wrong_request_is_refused_and_makes_nothing(
    world: World, params: dict[str, str], refusal: tuple[int, str]
) -> None:
    put(world)
    world.create_image(ImageName="taken")
    assert code_of(world, asked(**params)) == refusal
    assert (len(world.get("state")["images"]), world.get("state")["tasks"]) == (1, [])


@pytest.mark.parametrize(
    ("key", "body", "params", "refusal"),
    [
        ("a.iso", QCOW2, {}, (400, "UnsupportedSuffix.OSSObject")),
        ("a.vdi", disk_file("vdi", "a", 40), {}, (400, "UnsupportedSuffix.OSSObject")),
        ("a.tar.gz", ARCHIVE, {}, (400, "UnsupportedSuffix.OSSObject")),
        ("a.qcow2", b"", {}, (400, "InvalidOSSObject.Size")),
        ("a.vmdk", disk_file("vmdk", "a", 40), {}, (403, "InvalidImageFormat.Malformed")),
        ("a.raw", QCOW2, {"Format": "RAW"}, (403, "InvalidImageFormat.Malformed")),
        ("a.raw", ARCHIVE, {}, (403, "InvalidImageFormat.Malformed")),
        ("a.raw.tar.gz", RAW, {}, (403, "InvalidImageFormat.Malformed")),
        ("a.raw.tar.gz", ARCHIVE[:100], {}, (403, "InvalidImageFormat.Malformed")),
        ("a.raw.tar.gz", ARCHIVE, {"Format": "QCOW2"}, (403, "InvalidImageFormat.Malformed")),
        ("a.vhd", VHD[: len(VHD) * 2 // 3], {}, (403, "InvalidImageFormat.Malformed")),
        ("a.vhd", VHD[:-512] + b"C" + VHD[-511:], {}, (403, "InvalidImageFormat.Malformed")),
        ("a.qcow2", QCOW2[:8] + b"\1" * 8 + QCOW2[16:], {}, (403, "InvalidImageFormat.Malformed")),
        ("a.qcow2", QCOW2, {"DiskImageSize": "39"}, (400, "InvalidImageSize")),
        ("a.qcow2", disk_file("qcow2", "a", 2049), {}, (400, "InvalidImageSize")),
        ("a.vhd", VHD[:-464] + struct.pack(">Q", 512) + VHD[-456:], {}, (403, "InvalidVHDImage.IncorrectSize")),
        ("a.qcow2", QCOW2[:20] + struct.pack(">I", 25) + QCOW2[24:], {}, (403, "InvalidBlockSize.NotSupport")),
    ],
)
def test_a_file_that_is_no_disk_file_is_refused(
    world: World, key: str, body: bytes, params: dict[str, str], refusal: tuple[int, str]
) -> None:
    put(world, key, body)
    assert code_of(world, asked(key, **disk(**params))) == refusal


def test_a_data_disk_has_a_code_of_its_own_for_its_size(world: World) -> None:
    put(world)
    data = {"DiskDeviceMapping.2.OSSBucket": BUCKET, "DiskDeviceMapping.2.OSSObject": KEY}
    small = asked(**data, **{"DiskDeviceMapping.2.DiskImageSize": "1"})
    assert code_of(world, small) == (400, "InvalidDataDiskSize")


@pytest.mark.parametrize(
    ("key", "body", "params", "size", "image_format"),
    [
        ("a.raw", RAW, {}, 1, "RAW"),
        ("a.raw", RAW, {"Format": "raw", "DiskImageSize": "60"}, 60, "RAW"),
        ("a.raw.tar.gz", ARCHIVE, {}, 40, "RAW"),
        ("a.raw.tar.gz", ARCHIVE, {"Format": "RAW"}, 40, "RAW"),
        ("a.qcow2", QCOW2, {"DiskImSize": "80"}, 80, "QCOW2"),
        ("a.vhd", VHD, {"Device": "/dev/xvda"}, 40, "VHD"),
        ("a.raw", QCOW2, {}, 40, "QCOW2"),
    ],
)
def test_format_and_size_are_found_out(
    world: World, key: str, body: bytes, params: dict[str, str], size: int, image_format: str
) -> None:
    put(world, key, body)
    image = shown(world, world.send(asked(key, **disk(**params)))["ImageId"])
    assert (image["Size"], image["DiskDeviceMappings"]["DiskDeviceMapping"][0]["Format"]) == (size, image_format)


def test_disks_beyond_the_seventeenth_are_ignored(world: World) -> None:
    put(world)
    more = {
        f"DiskDeviceMapping.{n}.{name}": value
        for n in range(2, 20)
        for name, value in (("OSSBucket", BUCKET), ("OSSObject", KEY))
    }
    image = shown(world, world.send(asked(**more))["ImageId"])
    assert len(image["DiskDeviceMappings"]["DiskDeviceMapping"]) == 17


def test_the_devices_of_data_disks_may_come_in_another_order(world: World) -> None:
    world.post("unsure", {"import_device_order": "system_only"})
    put(world)
    more = {
        f"DiskDeviceMapping.{n}.{name}": value
        for n in (2, 3)
        for name, value in (("OSSBucket", BUCKET), ("OSSObject", KEY))
    }
    image = shown(world, world.send(asked(**more))["ImageId"])
    devices = [one["Device"] for one in image["DiskDeviceMappings"]["DiskDeviceMapping"]]
    assert devices == ["/dev/xvda", "/dev/xvdc", "/dev/xvdb"]


def test_objects_and_buckets_that_cannot_be_read_are_refused(world: World) -> None:
    put(world)
    assert code_of(world, asked("none.qcow2")) == (400, "InvalidOSSObject.NotFound")
    assert code_of(world, asked(**disk(OSSBucket="nobodys"))) == (400, "InvalidOSSBucket.NotFound")
    assert code_of(world, asked(**disk(OSSBucket="acme-images-singapore"))) == (400, "InvalidOSSBucket.NotFound")
    put(world, "cold.qcow2", storage_class="Archive")
    assert code_of(world, asked("cold.qcow2")) == (400, "InvalidOSSObject.NeedRestore")
    world.post("buckets", {"name": BUCKET, "encryption": "KMS"})
    assert code_of(world, asked()) == (403, "InvalidOSSBucket.EncryptUnsupported")


def test_an_archive_is_refused_at_the_call_where_it_is_read_so(world: World) -> None:
    world.post("unsure", {"import_of_tar_gz": "refused"})
    put(world, "a.raw.tar.gz", ARCHIVE)
    assert code_of(world, asked("a.raw.tar.gz")) == (400, "UnsupportedSuffix.OSSObject")


def test_a_bucket_of_another_account_is_read_or_not(world: World) -> None:
    put(world)
    world.post("buckets", {"name": BUCKET, "account_id": "9999999999999999"})
    world.send(asked())
    world.post("unsure", {"cross_account_bucket": "NotMatched"})
    assert code_of(world, asked()) == (400, "InvalidOSSBucket.NotMatched")


def test_ecs_reads_with_a_role_that_is_there_trusts_it_and_may(world: World) -> None:
    put(world)
    for role, refusal in (
        ({"policies": []}, "InvalidOSS.NotAuthorized"),
        ({"policies": ["System:AliyunECSImageImportRolePolicy"], "trust": trust(Service=["fc.aliyuncs.com"])}, None),
        (None, None),
    ):
        world.post("ram", {"roles": {ROLE: role}})
        assert code_of(world, asked()) == (403, refusal or "NoSetRoletoECSServiceAcount")


@pytest.mark.parametrize("action", ["oss:GetObject", "oss:GetBucketLocation", "oss:GetBucketInfo"])
def test_every_right_of_that_role_is_needed(world: World, action: str) -> None:
    put(world)
    deny = {"Effect": "Deny", "Action": action, "Resource": "*"}
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    world.post("ram", {"policies": {"some": {"Version": "1", "Statement": [allow, deny]}}})
    world.post("ram", {"roles": {ROLE: {"policies": ["some"]}}})
    assert code_of(world, asked()) == (403, "InvalidOSS.NotAuthorized")


def test_another_role_may_be_taken_where_it_is_read_so(world: World) -> None:
    put(world)
    ours = {"trust": trust(Service=["ecs.aliyuncs.com"]), "policies": ["System:AliyunECSImageImportRolePolicy"]}
    world.post("ram", {"roles": {"our-import": ours}})
    assert code_of(world, asked(RoleName="our-import")) == (403, "NoSetRoletoECSServiceAcount")
    world.post("unsure", {"role_name_import": "any"})
    assert world.send(asked(RoleName="our-import"))["ImageId"]


def test_a_dry_run_passes_as_an_error_with_one_of_two_codes_and_opens_no_object(world: World) -> None:
    assert code_of(world, asked("none.qcow2", DryRun="true")) == (400, "DryRunOperation")
    world.post("unsure", {"dry_run_code": "DRYRUN.SUCCESS"})
    assert code_of(world, asked("none.qcow2", DryRun="true")) == (400, "DRYRUN.SUCCESS")
    assert code_of(world, asked("none.qcow2", DryRun="true", OSType="bsd")) == (400, "InvalidOSType.Malformed")
    assert world.get("state")["images"] == []


def test_the_same_token_and_parameters_have_the_same_answer(world: World) -> None:
    put(world)
    request = {"ClientToken": "restore-1", "ImageName": "golden"}
    first, second = world.send(asked(**request)), world.send(asked(**request))
    assert {**first, "RequestId": ""} == {**second, "RequestId": ""}
    assert len(world.get("state")["images"]) == 1
    assert code_of(world, asked(ClientToken="restore-1", ImageName="other")) == (400, "IdempotentParameterMismatch")
    assert code_of(world, asked(ClientToken="restore-2", ImageName="golden")) == (400, "InvalidImageName.Duplicated")


def test_a_token_whose_call_was_refused_is_free(world: World) -> None:
    assert code_of(world, asked(ClientToken="restore-1")) == (400, "InvalidOSSObject.NotFound")
    put(world)
    assert world.send(asked(ClientToken="restore-1"))["ImageId"]


def test_a_name_is_used_once_in_an_account_and_region(world: World) -> None:
    put(world)
    put(world, bucket="acme-images-singapore", region="ap-southeast-1")
    world.create_image(ImageName="golden", ImageOwnerId=9999999999999999)
    world.send(asked(ImageName="golden"))
    assert code_of(world, asked(ImageName="golden")) == (400, "InvalidImageName.Duplicated")
    away = {"RegionId": "ap-southeast-1", "DiskDeviceMapping.1.OSSBucket": "acme-images-singapore"}
    assert world.send(asked(ImageName="golden", **away))["RegionId"] == "ap-southeast-1"


def test_an_account_has_a_quota_of_images_and_may_not_be_let_in(world: World) -> None:
    put(world)
    world.post("quotas", {"images": 1})
    world.send(asked())
    assert code_of(world, asked()) == (403, "QuotaExceed.Image")
    world.post("quotas", {"images": 2, "imports_enabled": False})
    assert code_of(world, asked()) == (403, "UserNotInTheWhiteList")


def test_the_task_may_be_called_otherwise(world: World) -> None:
    put(world)
    world.post("unsure", {"import_id_field": "ImportTaskId"})
    answer = world.send(asked())
    assert ("TaskId" in answer, answer["ImportTaskId"][:2]) == (False, "t-")


def test_two_files_in_an_archive_are_none_that_ecs_takes(world: World) -> None:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as tar:
        for name in ("a.raw", "b.raw"):
            member = tarfile.TarInfo(name)
            member.size = 20_000
            tar.addfile(member, io.BytesIO(bytes(20_000)))
    put(world, "a.raw.tar.gz", content.getvalue())
    answer = world.send(asked("a.raw.tar.gz"))
    world.advance(3600)
    assert shown(world, answer["ImageId"])["Status"] == "CreateFailed"


@pytest.mark.parametrize("kind", [tarfile.DIRTYPE, None])
def test_an_archive_without_a_file_is_refused(world: World, kind: bytes | None) -> None:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as tar:
        if kind:
            member = tarfile.TarInfo("a.raw")
            member.type = kind
            tar.addfile(member)
    put(world, "a.raw.tar.gz", content.getvalue())
    assert code_of(world, asked("a.raw.tar.gz")) == (403, "InvalidImageFormat.Malformed")


def fixed_vhd(size: int) -> bytes:
    """A fixed disk of one MiB whose footer says this size."""
    head = struct.pack(">8sIIQI4sI4sQQIII", b"conectix", 2, 0x10000, 2**64 - 1, 0, b"", 0, b"", size, size, 0, 2, 0)
    return RAW.ljust(1024**2, b"\0") + head.ljust(512, b"\0")


def test_a_fixed_vhd_has_the_size_that_its_footer_says(world: World) -> None:
    put(world, "a.vhd", fixed_vhd(1024**2))
    assert shown(world, world.send(asked("a.vhd"))["ImageId"])["Size"] == 1
    put(world, "a.vhd", fixed_vhd(1024**2 + 512))
    assert code_of(world, asked("a.vhd")) == (403, "InvalidVHDImage.IncorrectSize")
    put(world, "a.vhd", VHD[:-452] + struct.pack(">I", 4) + VHD[-448:])  # a difference to another disk
    assert code_of(world, asked("a.vhd")) == (403, "InvalidImageFormat.Malformed")
