"""Where an export fails of a mistake, its `Recommend` says the very words that the doctor has for it."""

from collections.abc import Callable
from typing import Any

import alibabacloud_oss_v2 as oss
import pytest

from image_export_cli.rights.needs import SERVICE_ROLE

from .deployment import BUCKET, LEDGER, EmulatedDeployment
from .test_roles import EXPORT, a_trust, take_away

pytestmark = pytest.mark.prove  # each starts the functions anew

REGION = "cn-hangzhou"
ROLE_GRACE_S = 11 * 60  # a role that was just made is waited for, for ten minutes


def encrypt(deployment: EmulatedDeployment) -> None:
    """Encrypt the destination, as its owner would."""
    rule = oss.ServerSideEncryptionRule(
        apply_server_side_encryption_by_default=oss.ApplyServerSideEncryptionByDefault(sse_algorithm="KMS")
    )
    deployment.world.oss().put_bucket_encryption(
        oss.PutBucketEncryptionRequest(bucket=BUCKET, server_side_encryption_rule=rule)
    )


def archive(deployment: EmulatedDeployment) -> None:
    """Make the destination one of an archive class."""
    deployment.cloud.oss.buckets[BUCKET].storage_class = "Archive"


def move(deployment: EmulatedDeployment) -> None:
    """Let the destination be in another region."""
    deployment.cloud.oss.buckets[BUCKET].region = "cn-beijing"


def roles(**changes: Any) -> Callable[[EmulatedDeployment], None]:
    """Change roles, by name."""
    return lambda deployment: deployment.world.post("ram", {"roles": changes}) and None


MISTAKES: dict[str, tuple[Callable[[EmulatedDeployment], None], str]] = {
    "export role missing": (roles(**{SERVICE_ROLE: None}), "NoSetRoletoECSServiceAcount"),
    "export role without rights": (roles(**{SERVICE_ROLE: {"policies": []}}), "InvalidOSS.NotAuthorized"),
    "assumed role missing": (roles(**{EXPORT: None}), "EntityNotExist.Role"),
    "trust missing": (roles(**{EXPORT: {"trust": a_trust({"Service": ["ecs.aliyuncs.com"]})}}), "NoPermission"),
    "one action missing": (lambda deployment: take_away(deployment, "ecs:ExportImage"), "Forbidden.RAM"),
    "bucket in another region": (move, "InvalidOSSBucket.NotFound"),
    "bucket encrypted": (encrypt, "InvalidOSSBucket.EncryptUnsupported"),
    "bucket archived": (archive, "InvalidOSSObject.NeedRestore"),
}


def asked(deployment: EmulatedDeployment) -> dict[str, Any]:
    """An image, and what `on_event` answers to a direct request for its export."""
    image = deployment.world.create_image(Status="Available")
    wanted = {"RegionId": REGION, "ImageId": image["ImageId"], "OSSBucket": BUCKET}
    answer: dict[str, Any] = deployment.world.post("invoke/image-export-event", wanted)
    return answer


def ended(deployment: EmulatedDeployment) -> dict[str, Any]:
    """The export at its end, after the time that roles are given."""
    (export,) = asked(deployment)["Exports"]
    if export["Status"] == "Requested":
        deployment.world.advance(ROLE_GRACE_S)
        (export,) = deployment.world.post("timers/on_watch")["Exports"]
    return dict(export)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_doctor_and_the_failed_export_name_the_same_mistake(deployment: EmulatedDeployment, mistake: str) -> None:
    make, code = MISTAKES[mistake]
    make(deployment)
    found, export = deployment.only_wrong(), ended(deployment)
    assert (export["Status"], export["Error"]["Code"]) == ("Failed", code)
    assert export["Error"]["Recommend"] == found.recommend
    assert found.recommend


def test_an_account_for_which_export_is_not_enabled_is_named_after_the_first_export(
    deployment: EmulatedDeployment,
) -> None:
    deployment.world.post("faults", [{"service": "ecs", "action": "ExportImage", "kind": "code:UserNotInTheWhiteList"}])
    export = ended(deployment)
    found = deployment.only_wrong()
    assert (export["Status"], found.check) == ("Failed", "export enabled")
    assert export["ExportId"] in found.message
    assert export["Error"]["Recommend"] == found.recommend


def test_an_account_that_has_exported_is_known_to_be_enabled(deployment: EmulatedDeployment) -> None:
    export = ended(deployment)
    (found,) = deployment.said("export enabled")
    assert (export["Status"], found.status) == ("Exporting", "ok")
    assert export["ExportId"] in found.message


def test_a_versioned_ledger_refuses_the_request_in_the_words_of_the_doctor(deployment: EmulatedDeployment) -> None:
    deployment.cloud.oss.buckets[LEDGER].versioning = "Suspended"
    found = deployment.only_wrong()
    with pytest.raises(OSError, match="HTTP Error"):
        asked(deployment)
    lines = [one["line"] for one in deployment.world.get("logs")["logs"] if "invocation.refused" in one["line"]]
    assert "LedgerVersioned" in lines[0]
    assert str(found.recommend) in lines[0]


def test_a_missing_bus_fails_no_export_and_is_named_in_the_log_in_the_words_of_the_doctor(
    deployment: EmulatedDeployment,
) -> None:
    del deployment.cloud.eventbridge.buses["image-export"]
    found = deployment.only_wrong()
    assert asked(deployment)["Exports"][0]["Status"] == "Exporting"
    deployment.world.post("clock", {"advance_s": 121})
    deployment.world.post("timers/on_watch")  # the watcher delivers
    lines = [one["line"] for one in deployment.world.get("logs")["logs"] if "event.refused" in one["line"]]
    assert "EventBusNotExist" in lines[0]
    assert str(found.recommend) in lines[0]
