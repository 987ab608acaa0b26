"""RestoreObject by the OSS SDK: archived objects are thawed, read for some days, and archived again."""

from collections.abc import Callable
from typing import Any

import alibabacloud_oss_v2 as oss
import pytest

from tests.emulator.ecs_requests import BUCKET, describe_task, import_image
from tests.emulator.test_import_image import QCOW2
from tests.emulator.test_oss import code_of
from tests.emulator.test_ram_denials import ALL, deny, session
from tests.emulator.world import World
from tests.emulator.world import code_of as refusal_of

KEY = "cold.qcow2"
DAY, HOUR = 86_400, 3600


def frozen(world: World, storage_class: str = "Archive", body: bytes = b"cold") -> oss.Client:
    """A client, and an archived object."""
    client = world.oss()
    client.put_object(oss.PutObjectRequest(bucket=BUCKET, key=KEY, body=body, storage_class=storage_class))
    return client


def thaw(client: oss.Client, days: int | None = None, tier: str | None = None, key: str = KEY) -> int:
    """The status of a RestoreObject."""
    jobs = oss.JobParameters(tier=tier) if tier else None
    wanted = oss.RestoreRequest(days=days, job_parameters=jobs) if days is not None else None
    answer = client.restore_object(oss.RestoreObjectRequest(bucket=BUCKET, key=key, restore_request=wanted))
    return int(answer.status_code)


def told(client: oss.Client) -> str:
    """The header x-oss-restore; empty where there is none."""
    return str(client.head_object(oss.HeadObjectRequest(bucket=BUCKET, key=KEY)).restore or "")


def body(client: oss.Client) -> bytes:
    return bytes(client.get_object(oss.GetObjectRequest(bucket=BUCKET, key=KEY)).body.content)


def cold(client: oss.Client) -> tuple[int, str]:
    return code_of(lambda: body(client))


def test_an_archived_object_is_read_once_it_is_thawed_until_its_days_are_over(world: World) -> None:
    client = frozen(world)
    assert (told(client), cold(client)) == ("", (403, "InvalidObjectState"))
    assert thaw(client, 2) == 202
    assert (told(client), cold(client)) == ('ongoing-request="true"', (403, "InvalidObjectState"))
    assert code_of(lambda: thaw(client, 2)) == (409, "RestoreAlreadyInProgress")
    world.advance(61)
    assert told(client).startswith('ongoing-request="false", expiry-date="')
    assert told(client).endswith(' GMT"')
    assert body(client) == b"cold"
    world.advance(2 * DAY - 120)
    assert thaw(client, 1) == 200
    world.advance(DAY - 120)
    assert body(client) == b"cold"
    world.advance(240)
    assert (told(client), cold(client)) == ("", (403, "InvalidObjectState"))


@pytest.mark.parametrize(
    ("storage_class", "tier", "hours"),
    [
        ("ColdArchive", "Expedited", 1),
        ("ColdArchive", None, 5),
        ("ColdArchive", "Bulk", 12),
        ("DeepColdArchive", "Expedited", 12),
        ("DeepColdArchive", "Standard", 48),
    ],
)
def test_colder_classes_take_hours_by_their_tier(
    world: World, storage_class: str, tier: str | None, hours: int
) -> None:
    client = frozen(world, storage_class)
    assert thaw(client, 5, tier) == 202
    world.advance(hours * HOUR - 60)
    assert told(client) == 'ongoing-request="true"'
    world.advance(120)
    assert body(client) == b"cold"


def test_without_a_body_it_is_thawed_for_a_day(world: World) -> None:
    client = frozen(world)
    assert thaw(client) == 202
    world.advance(DAY)
    assert body(client) == b"cold"
    world.advance(120)
    assert cold(client) == (403, "InvalidObjectState")


@pytest.mark.parametrize(
    ("storage_class", "days", "tier"),
    [("Archive", 0, None), ("Archive", 8, None), ("ColdArchive", 366, None), ("DeepColdArchive", 1, "Bulk")],
)
def test_wrong_days_and_tiers_are_refused(world: World, storage_class: str, days: int, tier: str | None) -> None:
    client = frozen(world, storage_class)
    assert code_of(lambda: thaw(client, days, tier)) == (400, "InvalidArgument")
    assert told(client) == ""


def operation(world: World, body: bytes) -> Callable[[], Any]:
    """A RestoreObject with this body."""
    headers = {"Content-Type": "application/xml"}
    wanted = oss.OperationInput(
        op_name="RestoreObject",
        method="POST",
        bucket=BUCKET,
        key=KEY,
        parameters={"restore": ""},
        headers=headers,
        body=body,
    )
    return lambda: world.oss().invoke_operation(wanted)


def test_what_is_not_archived_not_there_or_no_document_is_refused(world: World) -> None:
    client = frozen(world, "Standard")
    assert code_of(lambda: thaw(client, 1)) == (400, "OperationNotSupported")
    assert code_of(lambda: thaw(client, 1, key="none")) == (404, "NoSuchKey")
    frozen(world)
    assert code_of(operation(world, b"<RestoreRequest><Days>x</Days></RestoreRequest>")) == (400, "MalformedXML")


def test_what_is_written_anew_is_not_thawed(world: World) -> None:
    client = frozen(world)
    thaw(client, 1)
    world.advance(61)
    frozen(world)
    assert (told(client), cold(client)) == ("", (403, "InvalidObjectState"))
    thaw(client, 1)
    client.delete_object(oss.DeleteObjectRequest(bucket=BUCKET, key=KEY))
    frozen(world)
    assert told(client) == ""


def test_an_archived_object_is_imported_once_it_is_thawed(world: World) -> None:
    client = frozen(world, body=QCOW2)
    assert refusal_of(world, import_image(KEY)) == (400, "InvalidOSSObject.NeedRestore")
    thaw(client, 1)
    assert refusal_of(world, import_image(KEY)) == (400, "InvalidOSSObject.NeedRestore")
    world.advance(61)
    assert world.send(import_image(KEY))["ImageId"]


def test_an_import_that_takes_longer_than_the_thaw_fails(world: World) -> None:
    client = frozen(world, body=QCOW2)
    thaw(client, 1)
    world.advance(61)
    world.post("imports", {"takes_s": 2 * DAY})
    answer = world.send(import_image(KEY))
    world.advance(2 * DAY + 60)
    task = world.send(describe_task(answer["TaskId"]))
    (entry,) = task["OperationProgressSet"]["OperationProgress"]
    assert (task["TaskStatus"], entry["ErrorCode"]) == ("Failed", "InvalidOSSObject.NeedRestore")


def test_a_thaw_needs_its_own_right(world: World) -> None:
    frozen(world)
    client = world.oss(session(world, ALL, deny("oss:RestoreObject")))
    assert code_of(lambda: thaw(client, 1)) == (403, "AccessDenied")
    assert thaw(world.oss(session(world, ALL)), 1) == 202
