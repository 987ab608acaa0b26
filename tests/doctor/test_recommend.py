"""Where an export fails of a mistake, its `Recommend` says the very words that the doctor has for it."""

from collections.abc import Callable
from typing import Any

import alibabacloud_oss_v2 as oss
import pytest

from image_export_cli.rights.needs import SERVICE_ROLE

from .test_roles import EXPORT, a_trust, take_away
from .ward import BUCKET, LEDGER, Ward

pytestmark = pytest.mark.prove  # each starts the functions anew

REGION = "cn-hangzhou"
ROLE_GRACE_S = 11 * 60  # a role that was just made is waited for, for ten minutes


def encrypt(ward: Ward) -> None:
    """Encrypt the destination, as its owner would."""
    rule = oss.ServerSideEncryptionRule(
        apply_server_side_encryption_by_default=oss.ApplyServerSideEncryptionByDefault(sse_algorithm="KMS")
    )
    ward.world.oss().put_bucket_encryption(
        oss.PutBucketEncryptionRequest(bucket=BUCKET, server_side_encryption_rule=rule)
    )


def archive(ward: Ward) -> None:
    """Make the destination one of an archive class."""
    ward.cloud.oss.buckets[BUCKET].storage_class = "Archive"


def move(ward: Ward) -> None:
    """Let the destination be in another region."""
    ward.cloud.oss.buckets[BUCKET].region = "cn-beijing"


def roles(**changes: Any) -> Callable[[Ward], None]:
    """Change roles, by name."""
    return lambda ward: ward.world.post("ram", {"roles": changes}) and None


MISTAKES: dict[str, tuple[Callable[[Ward], None], str]] = {
    "export role missing": (roles(**{SERVICE_ROLE: None}), "NoSetRoletoECSServiceAcount"),
    "export role without rights": (roles(**{SERVICE_ROLE: {"policies": []}}), "InvalidOSS.NotAuthorized"),
    "assumed role missing": (roles(**{EXPORT: None}), "EntityNotExist.Role"),
    "trust missing": (roles(**{EXPORT: {"trust": a_trust({"Service": ["ecs.aliyuncs.com"]})}}), "NoPermission"),
    "one action missing": (lambda ward: take_away(ward, "ecs:ExportImage"), "Forbidden.RAM"),
    "bucket in another region": (move, "InvalidOSSBucket.NotFound"),
    "bucket encrypted": (encrypt, "InvalidOSSBucket.EncryptUnsupported"),
    "bucket archived": (archive, "InvalidOSSObject.NeedRestore"),
}


def asked(ward: Ward) -> dict[str, Any]:
    """An image, and what `on_event` answers to a direct request for its export."""
    image = ward.world.create_image(Status="Available")
    wanted = {"RegionId": REGION, "ImageId": image["ImageId"], "OSSBucket": BUCKET}
    answer: dict[str, Any] = ward.world.post("invoke/image-export-event", wanted)
    return answer


def ended(ward: Ward) -> dict[str, Any]:
    """The export at its end, after the time that roles are given."""
    (export,) = asked(ward)["Exports"]
    if export["Status"] == "Requested":
        ward.world.advance(ROLE_GRACE_S)
        (export,) = ward.world.post("timers/on_watch")["Exports"]
    return dict(export)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_doctor_and_the_failed_export_name_the_same_mistake(ward: Ward, mistake: str) -> None:
    make, code = MISTAKES[mistake]
    make(ward)
    found, export = ward.only_wrong(), ended(ward)
    assert (export["Status"], export["Error"]["Code"]) == ("Failed", code)
    assert export["Error"]["Recommend"] == found.recommend
    assert found.recommend


def test_an_account_for_which_export_is_not_enabled_is_named_after_the_first_export(ward: Ward) -> None:
    ward.world.post("faults", [{"service": "ecs", "action": "ExportImage", "kind": "code:UserNotInTheWhiteList"}])
    export = ended(ward)
    found = ward.only_wrong()
    assert (export["Status"], found.check) == ("Failed", "export enabled")
    assert export["ExportId"] in found.message
    assert export["Error"]["Recommend"] == found.recommend


def test_an_account_that_has_exported_is_known_to_be_enabled(ward: Ward) -> None:
    export = ended(ward)
    (found,) = ward.said("export enabled")
    assert (export["Status"], found.status) == ("Exporting", "ok")
    assert export["ExportId"] in found.message


def test_a_versioned_ledger_refuses_the_request_in_the_words_of_the_doctor(ward: Ward) -> None:
    ward.cloud.oss.buckets[LEDGER].versioning = "Suspended"
    found = ward.only_wrong()
    with pytest.raises(OSError, match="HTTP Error"):
        asked(ward)
    lines = [one["line"] for one in ward.world.get("logs")["logs"] if "invocation.refused" in one["line"]]
    assert "LedgerVersioned" in lines[0]
    assert str(found.recommend) in lines[0]


def test_a_missing_bus_fails_no_export_and_is_named_in_the_log_in_the_words_of_the_doctor(ward: Ward) -> None:
    del ward.cloud.eventbridge.buses["image-export"]
    found = ward.only_wrong()
    assert asked(ward)["Exports"][0]["Status"] == "Exporting"
    ward.world.post("clock", {"advance_s": 121})
    ward.world.post("timers/on_watch")  # the watcher delivers
    lines = [one["line"] for one in ward.world.get("logs")["logs"] if "event.refused" in one["line"]]
    assert "EventBusNotExist" in lines[0]
    assert str(found.recommend) in lines[0]
