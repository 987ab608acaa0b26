"""What the edge does beyond the contract: sends once, repeats reads, renews credentials, reads every spelling."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from alicloud_emulator.running import RunningEmulator
from image_export.edges.aliyun.clouds import AliyunCloud, AliyunClouds
from image_export.edges.aliyun.credentials import Credentials
from image_export.edges.aliyun.ecs import Ecs
from image_export.edges.aliyun.hosts import Addresses
from image_export.edges.aliyun.rpc import Rpc
from image_export.edges.runtime.redaction import KNOWN
from image_export.errors import CloudFault, Refused, Unanswered, Unreached
from image_export.use_cases.ports import StartExport
from tests.builders import ACCOUNT, BUCKET, REGION, a_role
from tests.contract.worlds import administrator, impatient
from tests.fakes import START

from .listening import keeping

HOUR_S = 3700
LONG_AGO = START.replace(year=2020)


class Calls:
    """How often each action was called since this was made."""

    def __init__(self, emulator: RunningEmulator) -> None:
        self._emulator = emulator
        self._before = emulator.count_calls()

    def of(self, action: str) -> int:
        return sum(call["action"] == action for call in self._emulator.calls_after(self._before))


@pytest.fixture
def calls(emulator: RunningEmulator) -> Calls:
    return Calls(emulator)


def new_image(emulator: RunningEmulator, **fields: Any) -> str:
    image = {"RegionId": REGION, "Status": "Available", "_export": {"takes_s": 600}, **fields}
    return str(emulator.post("images", image)["ImageId"])


def start(image_id: str) -> StartExport:
    return StartExport(image_id, BUCKET, "edge", "raw", None)


READS: dict[str, tuple[Callable[[AliyunCloud], object], str, str]] = {
    "image": (lambda cloud: cloud.image("m-1"), "ecs", "DescribeImages"),
    "tasks": (lambda cloud: cloud.tasks(["t-1"]), "ecs", "DescribeTasks"),
    "task": (lambda cloud: cloud.task("t-1"), "ecs", "DescribeTaskAttribute"),
    "object_keys": (lambda cloud: cloud.object_keys(BUCKET, "none"), "oss", "ListObjectsV2"),
    "object": (lambda cloud: cloud.object(BUCKET, "none"), "oss", "GetObject"),
    "put_object": (lambda cloud: cloud.put_object(BUCKET, "m.manifest.json", b"{}"), "oss", "PutObject"),
}
every_read = pytest.mark.parametrize("read", READS)


@every_read
@pytest.mark.parametrize("kind", ["throttle", "http_500", "http_503", "reset_before"])
def test_a_read_is_repeated(cloud: AliyunCloud, emulator: RunningEmulator, calls: Calls, read: str, kind: str) -> None:
    call, service, action = READS[read]
    emulator.fault(service, action, kind, times=2)
    call(cloud)
    assert calls.of(action) == 3


@every_read
def test_a_read_gives_up_after_five_tries(cloud: AliyunCloud, emulator: RunningEmulator, read: str) -> None:
    call, service, action = READS[read]
    calls = Calls(emulator)
    emulator.fault(service, action, "http_503", times=9)
    with pytest.raises(Unanswered):
        call(cloud)
    assert calls.of(action) == 5


@every_read
def test_a_session_that_the_cloud_calls_expired_is_renewed_once(
    cloud: AliyunCloud, emulator: RunningEmulator, calls: Calls, read: str
) -> None:
    """Our clock says that it is fresh; the cloud's has gone on."""
    call, _, action = READS[read]
    call(cloud)
    emulator.advance(HOUR_S)
    call(cloud)
    assert (calls.of("AssumeRole"), calls.of(action)) == (2, 3)


@every_read
@pytest.mark.parametrize("code", ["SecurityTokenExpired", "InvalidSecurityToken.Expired", "InvalidAccessKeyId"])
def test_credentials_that_stay_unknown_are_a_refusal(
    cloud: AliyunCloud, emulator: RunningEmulator, read: str, code: str
) -> None:
    call, service, action = READS[read]
    calls = Calls(emulator)
    emulator.fault(service, action, f"code:{code}", times=9)
    with pytest.raises(Refused, match=code):
        call(cloud)
    assert (calls.of("AssumeRole"), calls.of(action)) == (2, 2)


def test_an_export_with_an_expired_session_is_refused_as_it_is(
    cloud: AliyunCloud, clouds: AliyunClouds, emulator: RunningEmulator, calls: Calls
) -> None:
    image_id = new_image(emulator)
    cloud.image(image_id)
    emulator.advance(HOUR_S)
    with pytest.raises(Refused):
        cloud.export_image(start(image_id))
    assert (calls.of("AssumeRole"), calls.of("ExportImage")) == (1, 1)
    clouds.renew(a_role(), REGION)
    assert cloud.export_image(start(image_id))


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("throttle", Refused),
        ("http_500", Unanswered),
        ("http_503", Unanswered),
        ("reset_before", Unanswered),
        ("reset_after", Unanswered),
        ("garbage", Unanswered),
        ("code:SignatureNonceUsed", Unanswered),
    ],
)
def test_an_export_is_sent_once_whatever_happens(
    cloud: AliyunCloud, emulator: RunningEmulator, calls: Calls, kind: str, fault: type[CloudFault]
) -> None:
    image_id = new_image(emulator)
    emulator.fault("ecs", "ExportImage", kind)
    with pytest.raises(CloudFault) as caught:
        cloud.export_image(start(image_id))
    assert type(caught.value) is fault
    assert calls.of("ExportImage") == 1


def test_an_export_is_sent_over_a_connection_of_its_own() -> None:
    with keeping(b'{"RequestId": "R", "TaskId": "t-1", "Images": {"Image": []}}') as (address, connected):
        rpc = Rpc(lambda: Credentials("id", "secret"), Addresses(f"http://{address}"), lambda: 60.0)
        ecs = Ecs(rpc, ACCOUNT, REGION)
        for _ in range(2):
            ecs.image("m-1")
        assert len(connected) == 1
        assert ecs.export_image(start("m-1")) == "t-1"
        assert len(connected) == 2


@pytest.mark.parametrize("kind", ["http_500", "reset_after"])
def test_an_assume_role_that_is_not_answered_has_started_nothing(
    cloud: AliyunCloud, emulator: RunningEmulator, calls: Calls, kind: str
) -> None:
    emulator.fault("sts", "AssumeRole", kind, times=9)
    with pytest.raises(Unreached):
        cloud.export_image(start(new_image(emulator)))
    assert (calls.of("AssumeRole"), calls.of("ExportImage")) == (5, 0)


@every_read
def test_assume_role_is_not_repeated_beyond_the_tries_of_the_read(
    cloud: AliyunCloud, emulator: RunningEmulator, read: str
) -> None:
    calls = Calls(emulator)
    emulator.fault("sts", "AssumeRole", "http_503", times=99)
    with pytest.raises(Unanswered):
        READS[read][0](cloud)
    assert calls.of("AssumeRole") == 5


def test_keys_in_the_environment_are_nobodys(
    cloud: AliyunCloud, emulator: RunningEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The core SDK would take these before the ones that it is given as an object."""
    monkeypatch.setenv("ALIYUN_ACCESS_KEY_ID", "LTAImadeup")
    monkeypatch.setenv("ALIYUN_ACCESS_KEY_SECRET", "made-up-secret")
    assert cloud.image(new_image(emulator)) is not None


@pytest.mark.parametrize("code", ["InvalidImageId.NotFound", "ImageId.NotFound"])
def test_an_image_that_is_refused_as_unknown_is_none(cloud: AliyunCloud, emulator: RunningEmulator, code: str) -> None:
    emulator.fault("ecs", "DescribeImages", f"code:{code}")
    assert cloud.image("m-1") is None


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({}, {"OSSPrefix": "edge"}),
        ({"oss_prefix": ""}, {}),
        ({"image_format": "qcow2"}, {"OSSPrefix": "edge", "ImageFormat": "qcow2"}),
        ({"role_name": "another"}, {"OSSPrefix": "edge", "RoleName": "another"}),
    ],
)
def test_an_export_says_what_it_wants_and_nothing_that_goes_without_saying(
    cloud: AliyunCloud, emulator: RunningEmulator, wanted: dict[str, str], said: dict[str, str]
) -> None:
    emulator.fault("ecs", "ExportImage", "code:Forbidden.RAM")
    with pytest.raises(Refused):
        cloud.export_image(start("m-1")._replace(**wanted))
    params = emulator.calls("ExportImage")[-1]["params"]
    assert (params["ImageId"], params["OSSBucket"]) == ("m-1", BUCKET)
    assert {name: params[name] for name in ("OSSPrefix", "ImageFormat", "RoleName") if name in params} == said


def test_a_cancellation_that_is_refused_is_told(cloud: AliyunCloud, emulator: RunningEmulator) -> None:
    """Only of a task that has ended by itself there is nothing to tell."""
    emulator.fault("ecs", "CancelTask", "code:Forbidden.RAM")
    with pytest.raises(Refused, match=r"Forbidden\.RAM"):
        cloud.cancel_task("t-1")


def test_a_cancellation_is_asked_once(cloud: AliyunCloud, emulator: RunningEmulator, calls: Calls) -> None:
    task_id = cloud.export_image(start(new_image(emulator)))
    emulator.fault("ecs", "CancelTask", "http_503")
    with pytest.raises(Unanswered):
        cloud.cancel_task(task_id)
    assert calls.of("CancelTask") == 1


def test_the_session_policy_goes_with_the_role(cloud: AliyunCloud, emulator: RunningEmulator) -> None:
    cloud.image("m-1")
    params = emulator.calls("AssumeRole")[-1]["params"]
    assert params["RoleArn"] == a_role().role_arn
    assert BUCKET in params["Policy"]
    assert params["DurationSeconds"] == "3600"


def test_an_external_id_goes_with_the_role_where_the_policy_has_one(
    clouds: AliyunClouds, emulator: RunningEmulator
) -> None:
    for external_id in (None, "ticket-7"):
        clouds.at(replace(a_role(), external_id=external_id), REGION, BUCKET).image("m-1")
        assert emulator.calls("AssumeRole")[-1]["params"].get("ExternalId") == external_id


def test_the_secrets_of_every_session_are_hidden_from_then_on(emulator: RunningEmulator) -> None:
    clouds = AliyunClouds(lambda: administrator(emulator), Addresses(emulator.endpoint), impatient())
    clouds.at(a_role(), REGION, BUCKET).image("m-1")
    issued = emulator.get("keys")[-1]
    assert KNOWN.hide(f"{issued['secret']} and {issued['security_token']}") == "*** and ***"


READINGS: list[dict[str, Any]] = [
    {},
    {"task_set_shape": "list", "task_action_spelling": "EXPORT_IMAGE", "support_cancel_type": "bool"},
    {"export_id_field": "ExportTaskId", "resource_id_in_tasks": False, "resource_ids": "ignored"},
    {"export_id_field": "both", "operation_progress": "one_for_all"},
    {"task_named": "at_once", "object_naming": "prefix_image_task"},
]


@pytest.mark.parametrize("readings", READINGS, ids=str)
def test_every_reading_of_the_documents_is_understood(
    cloud: AliyunCloud, emulator: RunningEmulator, readings: dict[str, Any]
) -> None:
    emulator.post("unsure", readings)
    disks = [{"Type": "system", "Size": "40"}, {"Type": "data", "Size": "20"}]
    image_id = new_image(emulator, DiskDeviceMappings={"DiskDeviceMapping": disks})
    task_id = cloud.export_image(start(image_id))
    emulator.advance(700)
    (brief,) = cloud.tasks([task_id])
    task = cloud.task(task_id)
    assert task is not None
    assert (brief.task_id, brief.status, brief.support_cancel) == (task_id, "Finished", True)
    assert (len(task.objects), {name.oss_bucket for name in task.objects}) == (2, {BUCKET})
    found = cloud.export_tasks(image_id, since=task.created_at, until=task.created_at).tasks
    assert task_id in [one.task_id for one in found]


def test_export_tasks_are_read_over_all_pages(cloud: AliyunCloud, emulator: RunningEmulator) -> None:
    emulator.post("quotas", {"concurrent_exports": 500})
    emulator.post("unsure", {"resource_ids": "ignored"})
    image_id = new_image(emulator)
    for _ in range(101):
        emulator.post("tasks", {"ImageId": image_id, "RegionId": REGION, "OSSBucket": BUCKET})
    emulator.advance(30)
    found = cloud.export_tasks(image_id, since=LONG_AGO, until=START.replace(year=2100)).tasks
    assert len({task.task_id for task in found}) == len(found) > 100
