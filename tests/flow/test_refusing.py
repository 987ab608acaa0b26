"""What stands in the way of every export of an account: it ends Failed, with its cause and what to do about it."""

from collections.abc import Iterator
from typing import Any

import pytest

from .world import ACCOUNT, BUCKET, World

SERVICE_ROLE = f"acs:ram::{ACCOUNT}:role/AliyunECSImageExportDefaultRole"
EXPORT_ROLE = f"acs:ram::{ACCOUNT}:role/image-export"
OTHERS = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": ["fc.aliyuncs.com"]}}]}
NO_ABORT = {
    "Version": "1",
    "Statement": [{"Effect": "Allow", "Action": ["oss:GetBucketInfo", "oss:PutObject"], "Resource": "*"}],
}
# What is wrong, the cause of the failure, and a word that its advice must have.
AT_ONCE: dict[str, tuple[list[tuple[str, Any]], str, str]] = {
    "bucket in another region": (
        [("buckets", {"name": BUCKET, "region": "cn-beijing"})],
        "InvalidOSSBucket.NotFound",
        "region",
    ),
    "the same, otherwise called": (
        [
            ("unsure", {"bucket_elsewhere": "InvalidOSSBucket.NotMatched"}),
            ("buckets", {"name": BUCKET, "region": "cn-beijing"}),
        ],
        "InvalidOSSBucket.NotMatched",
        "region",
    ),
    "bucket encrypted": (
        [("buckets", {"name": BUCKET, "encryption": "KMS"})],
        "InvalidOSSBucket.EncryptUnsupported",
        "encryption",
    ),
    "bucket archived": (
        [("buckets", {"name": BUCKET, "storage_class": "ColdArchive"})],
        "InvalidOSSObject.NeedRestore",
        "Standard",
    ),
    "bucket of another account": (
        [("buckets", {"name": BUCKET, "account_id": "9999999999999999"})],
        "InvalidOSS.NotAuthorized",
        "AliyunECSImageExportDefaultRole",
    ),
    "export role without rights": (
        [("ram", {"roles": {SERVICE_ROLE: {"policies": []}}})],
        "InvalidOSS.NotAuthorized",
        "AliyunECSImageExportDefaultRole",
    ),
    "export role without one right": (
        [("ram", {"policies": {"some": NO_ABORT}}), ("ram", {"roles": {SERVICE_ROLE: {"policies": ["some"]}}})],
        "InvalidOSS.NotAuthorized",
        "AliyunECSImageExportDefaultRole",
    ),
    "export not enabled": ([("quotas", {"exports_enabled": False})], "UserNotInTheWhiteList", "ticket"),
}
AFTER_TEN_MINUTES: dict[str, tuple[list[tuple[str, Any]], str, str]] = {
    "export role missing": (
        [("ram", {"roles": {SERVICE_ROLE: None}})],
        "NoSetRoletoECSServiceAcount",
        "AliyunECSImageExportDefaultRole",
    ),
    "export role that does not trust ECS": (
        [("ram", {"roles": {SERVICE_ROLE: {"trust": {"Version": "1", **OTHERS}}}})],
        "NoSetRoletoECSServiceAcount",
        "ecs.aliyuncs.com",
    ),
    "assumed role missing": ([("ram", {"roles": {EXPORT_ROLE: None}})], "EntityNotExist.Role", "policy.yaml"),
    "assumed role that does not trust us": (
        [("ram", {"roles": {EXPORT_ROLE: {"trust": {"Version": "1", **OTHERS}}}})],
        "NoPermission",
        "trust",
    ),
    "assumed role without a right": (
        [("ram", {"policies": {"some": NO_ABORT}}), ("ram", {"roles": {EXPORT_ROLE: {"policies": ["some"]}}})],
        "Forbidden.RAM",
        "template.yml",
    ),
}


@pytest.fixture
def broken(world: World) -> Iterator[World]:
    """A world that a test may break: what it was is put back."""
    roles = world.emulator.get("ram")["roles"]
    yield world
    world.emulator.post("ram", {"roles": {arn: roles[arn] for arn in (SERVICE_ROLE, EXPORT_ROLE)}})
    world.emulator.post("quotas", {"exports_enabled": True})
    sound = {"region": "cn-hangzhou", "account_id": ACCOUNT, "encryption": None, "storage_class": "Standard"}
    world.emulator.post("buckets", {"name": BUCKET, **sound})


@pytest.mark.parametrize("mistake", AT_ONCE)
def test_what_will_not_mend_itself_fails_the_export_at_once(broken: World, mistake: str) -> None:
    changes, code, advice = AT_ONCE[mistake]
    for what, body in changes:
        broken.emulator.post(what, body)
    image = broken.image()
    (export,) = broken.tell(image)["Exports"]
    check(export, code, advice)
    assert len(broken.calls_of(image)) == 1
    assert broken.tasks_of(image) == []
    broken.pass_time(61)
    assert broken.delivered(image)[-1]["data"]["Error"] == export["Error"]


@pytest.mark.parametrize("mistake", AFTER_TEN_MINUTES)
def test_a_role_may_take_ten_minutes_to_work_and_then_fails_the_export(broken: World, mistake: str) -> None:
    changes, code, advice = AFTER_TEN_MINUTES[mistake]
    broken.emulator.advance(4000)  # past the sessions that are held
    for what, body in changes:
        broken.emulator.post(what, body)
    image = broken.image()
    (waiting,) = broken.request(image)["Exports"]
    assert (waiting["Status"], waiting["Reason"]) == ("Requested", code)
    export = broken.follow(image, within_s=1500, step_s=305)
    check(export, code, advice)
    assert broken.tasks_of(image) == []
    assert broken.delivered(image)[-1]["data"]["Error"] == export["Error"]


def check(export: dict[str, Any], code: str, advice: str) -> None:
    """The export has failed with that code, in the cloud's words, and says what to do."""
    error = export["Error"]
    assert (export["Status"], error["Code"]) == ("Failed", code)
    assert error["Message"]
    assert error["RequestId"]
    assert advice in error["Recommend"]
