"""What ECS answers, in every spelling of pages and SDK models (docs/cloud-facts.md#fact-2, #fact-3)."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from image_export.edges.aliyun.ecs_answers import (
    is_export,
    read_brief,
    read_export_tasks,
    read_image,
    read_images,
    read_task,
    read_tasks,
    task_id_of,
)
from image_export.edges.runtime.redaction import KNOWN
from image_export.values.task import ObjectName

EVENTS = Path(__file__).parent.parent / "events"
BRIEF = {"TaskId": "t-1", "TaskStatus": "Processing", "CreationTime": "2026-11-24T08:00:00Z"}


def recorded(name: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((EVENTS / f"ecs-{name}-response.json").read_text())
    return answer


def operation(status: str, code: str = "", **items: str) -> dict[str, Any]:
    related = [{"Name": name, "Value": value} for name, value in items.items()]
    return {"OperationStatus": status, "ErrorCode": code, "RelatedItemSet": {"RelatedItem": related}}


def integer(status: str, *operations: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {**BRIEF, "TaskStatus": status, "OperationProgressSet": {"OperationProgress": list(operations)}, **fields}


def test_the_documented_list_of_tasks_is_read() -> None:
    tasks = [read_brief(one) for one in read_tasks(recorded("DescribeTasks"))]
    assert tasks
    assert all(task.task_id and task.status for task in tasks)


def test_the_documented_task_is_read() -> None:
    task = read_task(recorded("DescribeTaskAttribute-ExportImage"))
    assert (task.status, task.progress, task.failed_count) == ("Finished", "100%", 0)
    assert task.objects
    assert all(name.oss_bucket and name.key for name in task.objects)


@pytest.mark.parametrize("task_set", [{"Task": [BRIEF]}, [{"Task": [BRIEF]}], {"Task": BRIEF}])
def test_a_task_set_is_read_in_either_shape(task_set: Any) -> None:
    assert read_tasks({"TaskSet": task_set}) == [BRIEF]


@pytest.mark.parametrize("task_set", [{}, {"Task": []}, [], None])
def test_no_tasks_are_no_tasks(task_set: Any) -> None:
    assert read_tasks({"TaskSet": task_set}) == []


@pytest.mark.parametrize("action", ["ExportImage", "EXPORT_IMAGE", "exportimage", None])
def test_an_export_is_known_in_any_spelling(action: str | None) -> None:
    assert is_export({"TaskAction": action})
    assert not is_export({"TaskAction": "IMPORT_IMAGE"})


@pytest.mark.parametrize("answer", [{"TaskId": "t-1"}, {"ExportTaskId": "t-1"}, {"TaskId": "t-1", "ExportTaskId": "x"}])
def test_a_task_id_has_two_names(answer: dict[str, Any]) -> None:
    assert task_id_of(answer) == "t-1"


@pytest.mark.parametrize("answer", [{}, {"TaskId": ""}, {"TaskId": 7}, {"TaskId": None}])
def test_an_answer_without_a_task_id_is_not_taken_for_one(answer: dict[str, Any]) -> None:
    with pytest.raises((KeyError, ValueError)):
        task_id_of(answer)


@pytest.mark.parametrize(
    ("said", "meant"), [("true", True), ("false", False), (True, True), (False, False), ("", None), (None, None)]
)
def test_support_cancel_is_text_or_boolean_or_not_said(said: object, meant: bool | None) -> None:
    assert read_brief({**BRIEF, "SupportCancel": said}).support_cancel is meant


@pytest.mark.parametrize(("text", "second"), [("2026-11-24T08:00:30Z", 30), ("2026-11-24T08:00Z", 0)])
def test_times_have_seconds_or_not(text: str, second: int) -> None:
    read = read_brief({**BRIEF, "CreationTime": text, "FinishedTime": ""})
    assert read.created_at == datetime(2026, 11, 24, 8, 0, second, tzinfo=timezone.utc)
    assert read.finished_at is None


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-24", "2026-13-24T08:00:30Z", "1795507200"])
def test_a_time_in_another_form_is_not_guessed_at(text: str) -> None:
    with pytest.raises(ValueError, match="CreationTime"):
        read_brief({**BRIEF, "CreationTime": text})


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T08:00:30.000Z",
        "2026-11-24T08:00:30.000000000Z",
        "2026-11-24T09:00:30+01:00",
        "2026-11-24T02:30:30-05:30",
        "2026-11-24t08:00:30z",
        "2026-11-24 08:00:30Z",
    ],
)
def test_every_time_of_rfc_3339_is_read(text: str) -> None:
    read = read_image({"ImageId": "m-1", "CreationTime": text}, "1", "cn-hangzhou")
    assert read.created_at == datetime(2026, 11, 24, 8, 0, 30, tzinfo=timezone.utc)


@given(st.datetimes(timezones=st.timezones()), st.sampled_from(["auto", "milliseconds", "microseconds", "seconds"]))
def test_whatever_is_written_as_a_time_with_an_offset_is_read(when: datetime, exact: str) -> None:
    offset = when.utcoffset()
    assume(offset is not None and not offset % timedelta(minutes=1) and 1 < when.year < 9999)
    read = read_brief({**BRIEF, "CreationTime": when.isoformat(timespec=exact)})
    assert abs(read.created_at - when) < timedelta(seconds=1)


GOOD = {"ImageId": "m-good", "CreationTime": "2026-11-24T08:00:00Z"}


@pytest.mark.parametrize(
    ("poisoned", "entry", "field"),
    [
        ({**GOOD, "ImageId": "m-1", "CreationTime": "yesterday"}, "m-1", "CreationTime"),
        ({**GOOD, "ImageId": "m-1", "Size": "forty"}, "m-1", "Size"),
        ({**GOOD, "ImageId": "m-1", "Size": "Infinity"}, "m-1", "Size"),
        ({**GOOD, "ImageId": "m-1", "DiskDeviceMappings": {"DiskDeviceMapping": [7]}}, "m-1", "its form"),
        ({**GOOD, "ImageId": "m-1", "DiskDeviceMappings": {"DiskDeviceMapping": [{"Size": "x"}]}}, "m-1", "Size"),
        ({**GOOD, "ImageId": None}, "entry 2", "ImageId"),
        ({**GOOD, "ImageId": ["m-1"]}, "entry 2", "ImageId"),
        ("m-1", "entry 2", "its form"),
        (None, "entry 2", "its form"),
    ],
)
def test_an_image_that_cannot_be_read_hides_no_other(poisoned: Any, entry: str, field: str) -> None:
    images, unread = read_images(
        {"Images": {"Image": [GOOD, poisoned, {**GOOD, "ImageId": "m-2"}]}}, "1", "cn-hangzhou"
    )
    assert {image.image_id for image in images} >= {"m-good", "m-2"}
    assert unread == ((entry, field),)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
IMAGE_FIELDS = (
    "ImageId",
    "CreationTime",
    "Size",
    "Tags",
    "DiskDeviceMappings",
    "Status",
    "Platform",
    "ImageOwnerAlias",
)


@given(st.sampled_from(IMAGE_FIELDS), JSON)
def test_no_field_of_an_image_hides_another_image(field: str, value: Any) -> None:
    answer = {"Images": {"Image": [{**GOOD, "ImageId": "m-odd", field: value}, GOOD]}}
    images, _ = read_images(answer, "1", "cn-hangzhou")
    assert images[-1].image_id == "m-good"


@given(st.sampled_from(("TaskId", "TaskStatus", "CreationTime", "FinishedTime", "ResourceId", "TaskAction")), JSON)
def test_no_field_of_a_task_hides_another_task(field: str, value: Any) -> None:
    answer = {"TaskSet": {"Task": [{**BRIEF, field: value}, {**BRIEF, "TaskId": "t-good"}]}}
    tasks, unread = read_export_tasks(answer)
    assert tasks[-1].task_id == "t-good"
    assert len(tasks) + len(unread) == 2 or field == "TaskAction"


@pytest.mark.parametrize("tags", [[], None, {"Tag": []}, {}])
def test_no_tags_are_none_in_every_spelling(tags: object) -> None:
    assert read_image({**GOOD, "Tags": tags}, "1", "cn-hangzhou").tags == {}


@pytest.mark.parametrize(
    "tags",
    [
        {"Tag": [{"TagKey": "export", "TagValue": "true"}]},
        {"Tag": [{"Key": "export", "Value": "true"}]},
        {"Tag": {"Key": "export", "Value": "true"}},
        [{"TagKey": "export", "TagValue": "true"}],
        [{"Key": "export", "Value": "true"}],
    ],
)
def test_a_tag_is_read_in_both_spellings(tags: object) -> None:
    assert read_image({**GOOD, "Tags": tags}, "1", "cn-hangzhou").tags == {"export": "true"}


def test_a_tag_that_cannot_be_read_hides_neither_its_image_nor_another_tag() -> None:
    tags = {"Tag": [{"TagValue": "keyless"}, 7, {"TagKey": "export", "TagValue": "true"}]}
    (image,), unread = read_images({"Images": {"Image": [{**GOOD, "Tags": tags}]}}, "1", "cn-hangzhou")
    assert image.tags == {"export": "true"}
    assert unread == (("m-good", "Tags, Key of entry 1"), ("m-good", "Tags, its form of entry 2"))


@pytest.mark.parametrize("size", [40, "40", "40.0", 40.0])
def test_a_size_is_read_in_every_spelling(size: object) -> None:
    disk = {"Device": "/dev/xvda", "Size": size}
    image = read_image({**GOOD, "Size": size, "DiskDeviceMappings": {"DiskDeviceMapping": [disk]}}, "1", "cn-hangzhou")
    assert (image.size_gib, image.disks[0].size_gib) == (40, 40)


@pytest.mark.parametrize("fields", [{}, {"CreationTime": ""}, {"CreationTime": None}])
def test_an_image_without_a_time_of_creation_is_an_image(fields: dict[str, Any]) -> None:
    assert read_image({"ImageId": "m-1", **fields}, "1", "cn-hangzhou").created_at is None


def test_a_related_item_without_a_name_hides_no_object() -> None:
    said = operation("Success", OSSBucket="b", OSSObject="one")
    said["RelatedItemSet"]["RelatedItem"] += [{"Value": "x"}, 7, {"Name": "Snapshot"}]
    assert read_task(integer("Finished", said)).objects == (ObjectName(oss_bucket="b", key="one"),)


def test_a_task_with_an_object_that_has_no_key_is_not_read() -> None:
    said = operation("Success", OSSBucket="b")
    said["RelatedItemSet"]["RelatedItem"].append({"Name": "OSSObject"})
    with pytest.raises(ValueError, match="Value"):
        read_task(integer("Finished", said))


def test_tasks_are_read_from_a_list_without_holders() -> None:
    assert read_tasks({"TaskSet": [BRIEF]}) == [BRIEF]


def test_objects_are_found_in_one_operation_or_in_many() -> None:
    together = operation("Success", OSSBucket="b", OSSObject="one")
    together["RelatedItemSet"]["RelatedItem"].append({"Name": "OSSObject", "Value": "two"})
    each = [operation("Success", OSSBucket="b", OSSObject=key) for key in ("one", "two")]
    expected = (ObjectName(oss_bucket="b", key="one"), ObjectName(oss_bucket="b", key="two"))
    assert read_task(integer("Finished", together)).objects == expected
    assert read_task(integer("Finished", *each)).objects == expected


def test_a_failure_has_the_words_of_the_first_operation_that_failed() -> None:
    failed = operation("Failed", "ExportImageFailed") | {"ErrorMsg": "The disk could not be read."}
    task = read_task(integer("Failed", operation("Success"), failed, RequestId="r-1", FailedCount="1"))
    assert task.cause is not None
    assert (task.cause.code, task.cause.message) == ("ExportImageFailed", "The disk could not be read.")
    assert task.cause.request_id == "r-1"
    assert task.failed_count == 1


def test_a_failed_count_counts_although_no_operation_says_that_it_failed() -> None:
    assert read_task(integer("Finished", operation("Success"), FailedCount="1")).failed_count == 1


def test_finished_with_an_operation_that_did_not_succeed_has_failed() -> None:
    task = read_task(integer("Finished", operation("Success"), operation("Failed"), FailedCount=0))
    assert task.failed_count == 1
    assert task.cause is not None


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"Device": "/dev/xvda"}, "system"),
        ({"Device": "/dev/xvdb"}, "data"),
        ({"Device": "vdc"}, "data"),
        ({}, "system"),
        ({"Device": "/dev/xvda", "Type": "data"}, "data"),
    ],
)
def test_a_disk_without_its_type_is_known_by_its_device(told: dict[str, str], kind: str) -> None:
    image = {"ImageId": "m-1", "CreationTime": "2026-11-24T08:00:00Z"}
    disks = {"DiskDeviceMapping": [{**told, "Size": "40"}]}
    (disk,) = read_image({**image, "DiskDeviceMappings": disks}, "1", "cn-hangzhou").disks
    assert disk.kind == kind


def test_an_image_is_read_with_little_or_with_everything() -> None:
    little = {"ImageId": "m-1", "Status": "NeverHeardOf", "CreationTime": "2026-11-24T08:00:00Z"}
    image = read_image(little, "1", "cn-hangzhou")
    assert (image.status, image.disks, image.tags, image.os_type) == ("NeverHeardOf", (), {}, "linux")
    disk = {"Device": "/dev/xvda", "Type": "system", "Size": "40", "Encrypted": "true"}
    much = {
        **little,
        "Size": 40,
        "Tags": {"Tag": [{"TagKey": "export", "TagValue": "true"}, {"TagKey": "empty"}]},
        "DiskDeviceMappings": {"DiskDeviceMapping": [disk]},
    }
    image = read_image(much, "1", "cn-hangzhou")
    assert image.tags == {"export": "true", "empty": ""}
    assert (image.disks[0].size_gib, image.disks[0].encrypted) == (40, True)


def test_a_secret_that_a_task_quotes_is_taken_out_of_its_cause() -> None:
    KNOWN.keep("a-token-that-ecs-quotes-in-a-task")
    operation = {
        "ErrorCode": "InvalidSecurityToken.Expired",
        "ErrorMsg": "The token a-token-that-ecs-quotes-in-a-task has expired.",
        "OperationStatus": "Failed",
    }
    task = read_task(
        {
            "TaskId": "t-1",
            "TaskStatus": "Failed",
            "CreationTime": "2026-11-24T08:00Z",
            "OperationProgressSet": {"OperationProgress": [operation]},
        }
    )
    assert task.cause is not None
    assert (task.cause.code, task.cause.message) == ("InvalidSecurityToken.Expired", "The token *** has expired.")


NEEDED = {
    "ImageId": "m-1",
    "ImageName": "web",
    "Status": "Available",
    "Size": 40,
    "Description": "golden",
    "ImageVersion": "3",
    "OSNameEn": "Ubuntu 24.04 64 bit",
    "ResourceGroupId": "rg-1",
    "IsSupportCloudinit": True,
    "LoginAsNonRootSupported": "false",
    "Features": {"NvmeSupport": "supported", "ImdsSupport": "v2"},
}


def test_what_a_faithful_restore_needs_is_read() -> None:
    image = read_image(NEEDED, "1234567890123456", "cn-hangzhou")
    assert (image.description, image.image_version, image.os_name_en) == ("golden", "3", "Ubuntu 24.04 64 bit")
    assert (image.resource_group_id, image.license_type) == ("rg-1", "")
    assert (image.is_support_cloudinit, image.login_as_non_root_supported) == (True, False)
    assert image.features is not None
    assert (image.features.nvme_support, image.features.imds_support) == ("supported", "v2")


@pytest.mark.parametrize("features", [None, {}, [], "supported"])
def test_what_ecs_does_not_say_is_not_known(features: Any) -> None:
    said = {"ImageId": "m-1", "ImageName": "web", "Status": "Available", "Size": 40, "Features": features}
    image = read_image(said, "1234567890123456", "cn-hangzhou")
    assert (image.features, image.is_support_cloudinit, image.login_as_non_root_supported) == (None, None, None)
