"""ExportImage and its tasks, as the ECS SDK sees them."""

import gzip
import io
import tarfile
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError

import pytest

from alicloud_emulator.identity import trust
from tests.emulator.ecs_requests import BUCKET, cancel_task, describe_task, describe_tasks, export_image
from tests.emulator.world import World, code_of

DISKS = {"DiskDeviceMapping": [{"Type": "system", "Size": "40"}, {"Type": "data", "Size": "20"}]}


def image(world: World, **fields: Any) -> str:
    """An image that can be exported."""
    return str(world.create_image(**{"Status": "Available", **fields})["ImageId"])


def start(world: World, image_id: str, **params: Any) -> str:
    """The id of a task that exports an image."""
    return str(world.send(export_image(image_id, **params))["TaskId"])


def task(world: World, task_id: str) -> dict[str, Any]:
    """DescribeTaskAttribute."""
    answer: dict[str, Any] = world.send(describe_task(task_id))
    return answer


def related(attributes: dict[str, Any], name: str) -> list[str]:
    """The values of one name in all of a task's related items."""
    entries = attributes["OperationProgressSet"]["OperationProgress"]
    items = [item for entry in entries for item in entry["RelatedItemSet"]["RelatedItem"]]
    return [item["Value"] for item in items if item["Name"] == name]


def objects(world: World) -> dict[str, int]:
    """What is in the bucket, and its size."""
    return {item["key"]: item["size"] for item in world.get("state")["objects"] if item["bucket"] == BUCKET}


def body(world: World, key: str) -> bytes:
    """The bytes of an exported object."""
    return world.cloud.oss.buckets[BUCKET].objects[key].body


def test_an_export_goes_its_way_and_leaves_an_object_for_each_disk(world: World) -> None:
    image_id = image(world, DiskDeviceMappings=DISKS, _export={"takes_s": 600})
    task_id = start(world, image_id, OSSPrefix="demo1")
    assert task(world, task_id)["TaskStatus"] == "Waiting"
    world.advance(300)
    half = task(world, task_id)
    assert (half["TaskStatus"], half["TaskProcess"], related(half, "OSSObject")) == ("Processing", "50%", [])
    world.advance(300)
    done = task(world, task_id)
    assert (done["TaskStatus"], done["TaskProcess"], done["SuccessCount"]) == ("Finished", "100%", 2)
    names = [f"demo1_{image_id}_system.raw.tar.gz", f"demo1_{image_id}_data_xvdb.raw.tar.gz"]
    assert related(done, "OSSObject") == names
    assert sorted(objects(world)) == sorted(names)


def test_without_a_prefix_names_begin_with_the_image(world: World) -> None:
    image_id = image(world)
    start(world, image_id)
    world.advance(3600)
    assert list(objects(world)) == [f"{image_id}_system.raw.tar.gz"]


def test_an_export_takes_as_long_as_its_disks_are_large(world: World) -> None:
    task_id = start(world, image(world, DiskDeviceMappings=DISKS))
    world.advance(300 + 6 * 60 - 30)
    assert task(world, task_id)["TaskStatus"] == "Processing"
    world.advance(30)
    assert task(world, task_id)["TaskStatus"] == "Finished"


def test_a_raw_object_is_an_archive_with_a_disk_in_it(world: World) -> None:
    start(world, image_id := image(world))
    world.advance(3600)
    content = gzip.decompress(body(world, f"{image_id}_system.raw.tar.gz"))
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        (member,) = archive.getmembers()
    assert (member.name, member.size % 512) == (f"{image_id}_system.raw", 0)


@pytest.mark.parametrize(
    ("image_format", "offset", "magic"),
    [
        ("qcow2", 0, b"QFI\xfb\0\0\0\x03"),
        ("vhd", 0, b"conectix"),
        ("vhd", -512, b"conectix"),
        ("vmdk", 0, b"KDMV"),
        ("vdi", 64, b"\x7f\x10\xda\xbe"),
    ],
)
def test_each_format_has_its_mark(world: World, image_format: str, offset: int, magic: bytes) -> None:
    world.cloud.oss.create_bucket("jakarta", region="ap-southeast-5")
    image_id = image(world, RegionId="ap-southeast-5")
    world.send(export_image(image_id, RegionId="ap-southeast-5", OSSBucket="jakarta", ImageFormat=image_format))
    world.advance(3600)
    content = world.cloud.oss.buckets["jakarta"].objects[f"{image_id}_system.{image_format}"].body
    assert content[offset % len(content) :].startswith(magic)


def test_a_task_that_fails_says_why_and_names_nothing(world: World) -> None:
    plan = {"outcome": "fail", "code": "DiskBroken", "message": "The disk is broken."}
    task_id = start(world, image(world, _export=plan))
    world.advance(3600)
    failed = task(world, task_id)
    (entry,) = failed["OperationProgressSet"]["OperationProgress"]
    assert (failed["TaskStatus"], failed["FailedCount"], failed["SuccessCount"]) == ("Failed", 1, 0)
    assert (entry["ErrorCode"], entry["ErrorMsg"]) == ("DiskBroken", "The disk is broken.")
    assert (related(failed, "OSSObject"), objects(world)) == ([], {})


def test_a_task_that_stalls_never_moves_on(world: World) -> None:
    task_id = start(world, image(world, _export={"outcome": "stall"}))
    world.advance(10 * 86_400)
    assert (task(world, task_id)["TaskStatus"], task(world, task_id)["TaskProcess"]) == ("Processing", "37%")


def test_a_task_that_somebody_else_cancels_is_deleted(world: World) -> None:
    task_id = start(world, image(world, _export={"outcome": "cancel", "takes_s": 600}))
    world.advance(300)
    assert (task(world, task_id)["TaskStatus"], objects(world)) == ("Deleted", {})


@pytest.mark.parametrize(
    ("outcome", "judge"),
    [
        ("empty", lambda content: content == b""),
        ("damaged", lambda content: content and not content.startswith(b"\x1f\x8b")),
        ("missing_disk", lambda content: content is None),
    ],
)
def test_a_finished_task_may_have_spoiled_its_last_object(
    world: World, outcome: str, judge: Callable[[bytes | None], bool]
) -> None:
    image_id = image(world, DiskDeviceMappings=DISKS, _export={"outcome": outcome})
    task_id = start(world, image_id)
    world.advance(3600)
    last = f"{image_id}_data_xvdb.raw.tar.gz"
    assert task(world, task_id)["TaskStatus"] == "Finished"
    assert judge(body(world, last) if last in objects(world) else None)
    assert (last in related(task(world, task_id), "OSSObject")) == (outcome != "missing_disk")


def test_a_cancelled_task_writes_nothing_and_cannot_be_cancelled_again(world: World) -> None:
    task_id = start(world, image(world))
    world.send(cancel_task(task_id))
    world.advance(3600)
    assert (task(world, task_id)["TaskStatus"], objects(world)) == ("Deleted", {})
    assert code_of(world, cancel_task(task_id)) == (403, "InvalidTaskId.IncorrectTaskStatus")


def test_a_task_is_known_in_its_region_only(world: World) -> None:
    task_id = start(world, image(world))
    elsewhere = describe_task(task_id, RegionId="cn-beijing")
    assert code_of(world, elsewhere) == (400, "InvalidTaskId.NotFound")


def test_a_dry_run_that_passes_is_an_error_that_says_so(world: World) -> None:
    assert code_of(world, export_image(image(world), DryRun="true")) == (400, "DryRunOperation")
    assert world.get("state")["tasks"] == []


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"ImageId": ""}, (400, "MissingParameter")),
        ({"OSSBucket": ""}, (400, "MissingParameter")),
        ({"RegionId": "cn-nowhere"}, (400, "InvalidRegionId.NotFound")),
        ({"OSSPrefix": "no/slash"}, (400, "InvalidOSSPrefix.Malformed")),
        ({"OSSPrefix": "x" * 31}, (400, "InvalidOSSPrefix.Malformed")),
        ({"ImageFormat": "iso"}, (400, "InvalidImageFormat.Malformed")),
        ({"ImageFormat": "qcow2"}, (400, "InvalidImageFormat.RegionNotSupported")),
        ({"ImageId": "m-none"}, (404, "InvalidImageId.NotFound")),
        ({"OSSBucket": "no-such-bucket"}, (400, "InvalidOSSBucket.NotFound")),
        ({"OSSBucket": "acme-images-singapore"}, (400, "InvalidOSSBucket.NotFound")),
        ({"RoleName": "AnotherRole"}, (403, "NoSetRoletoECSServiceAcount")),
    ],
)
def test_a_wrong_request_is_refused(world: World, params: dict[str, str], refusal: tuple[int, str]) -> None:
    assert code_of(world, export_image(image(world), **params)) == refusal


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"Status": "Creating"}, (400, "IncorrectImageStatus")),
        ({"ImageOwnerAlias": "marketplace"}, (403, "ImageNotSupported")),
        ({"ProductCode": "cmjj1"}, (403, "ImageNotSupported")),
        ({"ImageOwnerAlias": "others"}, (403, "InvalidImageCategory.NotSupported")),
        ({"ImageOwnerId": 9999999999999999}, (404, "InvalidImageId.NotFound")),
        ({"OSType": "windows"}, (403, "InvalidImageLicense.NotSupported")),
        ({"Disks": [{"Type": "system", "Encrypted": True}]}, (400, "ImageNotSupported")),
        ({"Disks": [{"Type": "system"}, *[{"Type": "data"}] * 5]}, (400, "InvalidImage.DiskAmountOrSize")),
        ({"Disks": [{"Type": "system"}, {"Type": "data", "Size": 501}]}, (400, "InvalidImage.DiskAmountOrSize")),
    ],
)
def test_an_image_that_cannot_be_exported_is_refused(
    world: World, fields: dict[str, Any], refusal: tuple[int, str]
) -> None:
    if "Disks" in fields:
        fields = {"DiskDeviceMappings": {"DiskDeviceMapping": fields["Disks"]}}
    assert code_of(world, export_image(image(world, **fields))) == refusal


@pytest.mark.parametrize(
    ("quality", "value", "refusal"),
    [
        ("encryption", "KMS", (403, "InvalidOSSBucket.EncryptUnsupported")),
        ("storage_class", "Archive", (400, "InvalidOSSObject.NeedRestore")),
        ("account_id", "9999999999999999", (403, "InvalidOSS.NotAuthorized")),
    ],
)
def test_a_bucket_that_cannot_be_written_is_refused(
    world: World, quality: str, value: str, refusal: tuple[int, str]
) -> None:
    setattr(world.cloud.oss.buckets[BUCKET], quality, value)
    assert code_of(world, export_image(image(world))) == refusal


def test_an_image_is_exported_once_at_a_time(world: World) -> None:
    start(world, image_id := image(world))
    assert code_of(world, export_image(image_id)) == (403, "ImageIsExporting")
    world.advance(3600)
    start(world, image_id)


def test_someone_elses_export_occupies_image_and_quota(world: World) -> None:
    world.post("quotas", {"concurrent_exports": 1})
    image_id, other = image(world), image(world)
    foreign = {"RegionId": "cn-hangzhou", "ImageId": image_id, "OSSBucket": BUCKET, "OSSPrefix": "theirs"}
    task_id = world.post("tasks", foreign)["TaskId"]
    assert code_of(world, export_image(image_id)) == (403, "ImageIsExporting")
    assert code_of(world, export_image(other)) == (403, "ConcurrentQuotaExceed.ExportImage")
    world.advance(3600)
    assert related(task(world, task_id), "OSSObject") == [f"theirs_{image_id}_system.raw.tar.gz"]
    assert len(world.calls("ecs", "ExportImage")) == 2


def test_an_account_that_ecs_has_not_enabled_exports_nothing(world: World) -> None:
    world.post("quotas", {"exports_enabled": False})
    assert code_of(world, export_image(image(world))) == (403, "UserNotInTheWhiteList")


def test_the_weekly_quota_comes_back_after_a_week(world: World) -> None:
    world.post("quotas", {"weekly_exports": 1})
    start(world, image(world))
    second = image(world)
    assert code_of(world, export_image(second)) == (403, "WeeklyQuotaExceed.ExportImage")
    world.advance(7 * 86_400)
    start(world, second)


def task_ids(world: World, **params: Any) -> list[str]:
    """What DescribeTasks lists."""
    return [entry["TaskId"] for entry in world.send(describe_tasks(**params))["TaskSet"]["Task"]]


def test_a_new_task_is_not_listed_at_once(world: World) -> None:
    task_id = start(world, image(world))
    assert task_ids(world) == []
    world.advance(20)
    assert task_ids(world) == [task_id]


def test_tasks_are_found_by_image_status_id_and_time(world: World) -> None:
    world.post("unsure", {"task_list_lag_s": 0})
    first = start(world, one := image(world, _export={"takes_s": 60}))
    world.advance(3600)
    second = start(world, image(world))
    world.advance(30)
    assert task_ids(world, **{"ResourceIds.1": one}) == [first]
    assert task_ids(world, TaskStatus="Processing") == [second]
    assert task_ids(world, TaskStatus="Waiting") == [second, first]
    assert task_ids(world, TaskIds=f"{first},t-none") == [first]
    assert task_ids(world, TaskAction="ImportImage") == []
    since = world.cloud.clock.now().strftime("%Y-%m-%dT%H:00:00Z")
    assert first not in task_ids(world, StartTime=since)
    world.post("unsure", {"resource_ids": "ignored"})
    assert task_ids(world, **{"ResourceIds.1": one}) == [second, first]


def test_what_no_document_settles_can_be_read_otherwise(world: World) -> None:
    world.post("unsure", {"export_id_field": "ExportTaskId", "task_set_shape": "list", "task_list_lag_s": 0})
    world.post("unsure", {"task_named": "at_once", "resource_id_in_tasks": False, "support_cancel_type": "bool"})
    world.post("unsure", {"task_action_spelling": "EXPORT_IMAGE", "object_naming": "prefix_image_task"})
    answer = world.send(export_image(image_id := image(world), OSSPrefix="p"))
    assert "TaskId" not in answer
    (listed,) = world.send(describe_tasks())["TaskSet"][0]["Task"]
    assert (listed["TaskAction"], listed["SupportCancel"], "ResourceId" in listed) == ("EXPORT_IMAGE", True, False)
    named = related(task(world, answer["ExportTaskId"]), "OSSObject")
    assert named == [f"p_{image_id}_{answer['ExportTaskId']}.raw.tar.gz"]


def test_the_objects_of_several_disks_may_come_in_one_entry(world: World) -> None:
    task_id = start(world, image(world, DiskDeviceMappings=DISKS))
    world.advance(3600)
    entries = [task(world, task_id)["OperationProgressSet"]["OperationProgress"]]
    world.post("unsure", {"operation_progress": "one_for_all"})
    entries.append(task(world, task_id)["OperationProgressSet"]["OperationProgress"])
    assert [len(shape) for shape in entries] == [2, 1]
    assert len(related(task(world, task_id), "OSSObject")) == 2


def test_another_role_of_the_account_may_be_taken(world: World) -> None:
    image_id = image(world)
    assert code_of(world, export_image(image_id, RoleName="image-export"))[1] == "NoSetRoletoECSServiceAcount"
    world.post("unsure", {"role_name": "any"})
    assert code_of(world, export_image(image_id, RoleName="image-export"))[1] == "NoSetRoletoECSServiceAcount"
    world.post("ram", {"roles": {"image-export": {"trust": trust(Service=["ecs.aliyuncs.com"])}}})
    start(world, image_id, RoleName="image-export")


def test_an_image_id_is_given_once(world: World) -> None:
    image_id = image(world)
    with pytest.raises(HTTPError) as refusal:
        world.create_image(ImageId=image_id)
    assert refusal.value.code == 409


def test_too_many_calls_of_an_action_are_throttled(world: World) -> None:
    world.post("quotas", {"api_qps": 2})
    image_id = image(world)
    codes = [code_of(world, export_image(image_id, OSSPrefix="-"))[1] for _ in range(3)]
    assert codes == ["InvalidOSSPrefix.Malformed"] * 2 + ["Throttling"]
    world.advance(1)
    start(world, image_id)
