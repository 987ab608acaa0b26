"""A role in another account cannot be read from here, so it is assumed and tried, and what stays unknown is said so."""

from typing import Any

import pytest

from alicloud_emulator.oss.buckets import Bucket

from .test_roles import a_trust
from .ward import ACCOUNT, Ward

OTHER, THEIRS = "6543210987654321", "acme-images-other"
ROLE = f"acs:ram::{OTHER}:role/image-export"
ENTRY = f"""accounts:
  - name: other
    role_arn: {ROLE}
    destinations:
      cn-hangzhou: {{bucket: {THEIRS}}}
"""


@pytest.fixture
def far(ward: Ward) -> Ward:
    """The deployment, with a second account whose role trusts ours and may do everything."""
    ward.change(ward.policy, "accounts:\n", ENTRY)
    now = ward.cloud.clock.now()
    ward.cloud.oss.buckets[THEIRS] = Bucket(THEIRS, region="cn-hangzhou", account_id=OTHER, created=now)
    give(ward, policies=["System:AdministratorAccess"])
    for name, document in ward.world.get("ram")["policies"].items():
        may_assume = [one for one in document["Statement"] if one["Action"] == ["sts:AssumeRole"]]
        if may_assume:
            may_assume[0]["Resource"].append(f"acs:ram:*:{OTHER}:role/image-export")
            ward.world.post("ram", {"policies": {name: document}})
    return ward


def give(ward: Ward, **changes: Any) -> None:
    """Change the role of the other account."""
    trust = a_trust({"RAM": [f"acs:ram::{ACCOUNT}:root"]})
    ward.world.post("ram", {"roles": {ROLE: {"trust": trust, **changes}}})


def status(ward: Ward, subject: str) -> set[str]:
    """What is said of a subject."""
    return {one.status for one in ward.examine() if one.subject == subject}


def test_a_role_that_can_be_assumed_and_is_denied_nothing_stays_unknown_and_its_bucket_is_looked_at(far: Ward) -> None:
    assert far.wrong() == []
    assert status(far, f"role {ROLE}") == {"unknown"}
    assert status(far, f"oss://{THEIRS}") == {"ok"}
    assert [
        call for call in far.world.get("calls")["calls"] if call["action"] == "ExportImage" and call["status"] == 200
    ] == []


def test_a_bucket_there_that_export_refuses_is_named(far: Ward) -> None:
    far.cloud.oss.buckets[THEIRS].encryption = "KMS"
    assert far.only_wrong().subject == f"oss://{THEIRS}"


def test_what_the_role_there_is_denied_is_named(far: Ward) -> None:
    give(far, policies=[])
    found = next(one for one in far.wrong() if one.check == "assumed roles")
    assert found.message == (
        "May not ecs:CancelTask, ecs:DescribeImages, ecs:DescribeTaskAttribute, ecs:DescribeTasks, ecs:ExportImage, "
        "oss:GetObject, oss:ListObjects."
    )


def test_a_role_there_that_is_not_there_is_named(far: Ward) -> None:
    far.world.post("ram", {"roles": {ROLE: None}})
    assert "EntityNotExist.Role" in far.only_wrong().message


def test_a_role_there_that_does_not_let_in_whoever_deploys_stays_unknown(far: Ward) -> None:
    give(far, trust=a_trust({"RAM": [f"acs:ram::{ACCOUNT}:role/image-export-event"]}))
    assert far.wrong() == []
    assert status(far, f"role {ROLE}") == {"unknown"}
    assert status(far, f"oss://{THEIRS}") == {"unknown"}
