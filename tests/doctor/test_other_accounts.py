"""A role in another account cannot be read from here, so it is assumed and tried, and what stays unknown is said so."""

import json
from typing import Any

import pytest

from alicloud_emulator.oss.buckets import Bucket
from alicloud_emulator.ros import Template
from alicloud_emulator.stack import Stacks

from .deployment import ACCOUNT, BUCKET, ROOT, EmulatedDeployment
from .test_command import run
from .test_roles import a_trust

OTHER, THEIRS = "6543210987654321", "acme-images-other"
ROLE = f"acs:ram::{OTHER}:role/image-export"
ENTRY = f"""accounts:
  - name: other
    role_arn: {ROLE}
    destinations:
      cn-hangzhou: {{bucket: {THEIRS}}}
"""


@pytest.fixture
def far(deployment: EmulatedDeployment) -> EmulatedDeployment:
    """The deployment, with a second account whose role trusts ours and may do everything."""
    deployment.change(deployment.policy, "accounts:\n", ENTRY)
    now = deployment.cloud.clock.now()
    deployment.cloud.oss.buckets[THEIRS] = Bucket(THEIRS, region="cn-hangzhou", account_id=OTHER, created=now)
    give(deployment, policies=["System:AdministratorAccess"])
    for name, document in deployment.world.get("ram")["policies"].items():
        may_assume = [one for one in document["Statement"] if one["Action"] == ["sts:AssumeRole"]]
        if may_assume:
            may_assume[0]["Resource"].append(f"acs:ram:*:{OTHER}:role/image-export")
            deployment.world.post("ram", {"policies": {name: document}})
    return deployment


def give(deployment: EmulatedDeployment, **changes: Any) -> None:
    """Change the role of the other account."""
    trust = a_trust({"RAM": [f"acs:ram::{ACCOUNT}:root"]})
    deployment.world.post("ram", {"roles": {ROLE: {"trust": trust, **changes}}})


def status(deployment: EmulatedDeployment, subject: str) -> set[str]:
    """What is said of a subject."""
    return {one.status for one in deployment.examine() if one.subject == subject}


def test_a_role_that_can_be_assumed_and_is_denied_nothing_is_noted_and_its_bucket_is_looked_at(
    far: EmulatedDeployment,
) -> None:
    assert {one.status for one in far.examine()} == {"ok", "note"}
    assert status(far, f"role {ROLE}") == {"note"}
    assert status(far, f"oss://{THEIRS}") == {"ok"}
    assert [
        call for call in far.world.get("calls")["calls"] if call["action"] == "ExportImage" and call["status"] == 200
    ] == []


def test_a_bucket_there_that_export_refuses_is_named(far: EmulatedDeployment) -> None:
    far.cloud.oss.buckets[THEIRS].encryption = "KMS"
    assert far.only_wrong().subject == f"oss://{THEIRS}"


def test_a_role_there_that_the_template_made_is_enough_and_what_it_does_not_see_is_noted(
    far: EmulatedDeployment,
) -> None:
    stack = Template(
        ROOT / "template.yml", account_id=OTHER, region="cn-hangzhou", HomeAccountId=ACCOUNT, DestinationBuckets=THEIRS
    )
    far.world.post("ram", {"roles": {ROLE: None}})
    Stacks(far.cloud.identity, far.cloud.oss, far.cloud.ecs.networks).create(stack)
    assert {one.status for one in far.examine()} == {"ok", "note"}
    (found,) = [one for one in far.examine() if one.subject == f"oss://{THEIRS}"]
    assert found.message == (
        f"Its region, owner, encryption, class and ACL are not seen: the role {ROLE} has no oss:GetBucketInfo, and "
        "exports need none."
    )
    assert found.recommend == (
        f"See with keys of account {OTHER} that it is there, in cn-hangzhou, private, not encrypted, and of class "
        "Standard or IA."
    )
    assert (found.status, found.exact) == ("note", f"ossutil api get-bucket-info --bucket {THEIRS}")
    only = run(far, "--only-problems")
    assert (only.returncode, OTHER in only.stdout, "Statement" in only.stdout) == (0, False, False)


def test_a_bucket_of_our_own_account_that_may_not_be_looked_at_stays_unknown(far: EmulatedDeployment) -> None:
    far.cloud.oss.buckets[BUCKET].account_id = OTHER
    assert status(far, f"oss://{BUCKET}") == {"unknown"}


def test_of_a_role_there_that_lacks_a_right_nothing_is_printed_but_what_it_lacks(far: EmulatedDeployment) -> None:
    statement = {"Effect": "Allow", "Action": ["ecs:*", "oss:GetBucketInfo"], "Resource": ["*"]}
    far.cloud.identity.policies.put(OTHER, "ecs-alone", {"Version": "1", "Statement": [statement]})
    give(far, policies=["ecs-alone"])
    found = next(one for one in far.wrong() if one.check == "assumed roles")
    allowed = json.loads(str(found.exact))["Statement"]
    assert [one["Action"] for one in allowed] == [["oss:GetObject"], ["oss:ListObjects"]]


def test_what_the_role_there_is_denied_is_named(far: EmulatedDeployment) -> None:
    give(far, policies=[])
    found = next(one for one in far.wrong() if one.check == "assumed roles")
    assert found.message == (
        "May not ecs:CancelTask, ecs:DescribeImages, ecs:DescribeTaskAttribute, ecs:DescribeTasks, ecs:ExportImage, "
        "oss:GetObject, oss:ListObjects."
    )


def test_a_role_there_that_is_not_there_is_named(far: EmulatedDeployment) -> None:
    far.world.post("ram", {"roles": {ROLE: None}})
    assert "EntityNotExist.Role" in far.only_wrong().message


def test_a_role_there_that_does_not_let_in_whoever_deploys_stays_unknown(far: EmulatedDeployment) -> None:
    give(far, trust=a_trust({"RAM": [f"acs:ram::{ACCOUNT}:role/image-export-event"]}))
    assert far.wrong() == []
    found = next(one for one in far.examine() if one.subject == f"role {ROLE}")
    assert found.status == "unknown"
    assert status(far, f"oss://{THEIRS}") == {"unknown"}


def test_who_may_not_look_into_an_account_is_told_which_statement_lets_them(far: EmulatedDeployment) -> None:
    give(far, trust=a_trust({"RAM": [f"acs:ram::{ACCOUNT}:role/image-export-event"]}))
    trust = a_trust({"RAM": [f"acs:ram::{ACCOUNT}:root"]})
    far.world.post("ram", {"roles": {"deployer": {"trust": trust, "policies": ["System:AdministratorAccess"]}}})
    far.become("deployer")
    found = next(one for one in far.examine() if one.subject == f"role {ROLE}")
    person = f"acs:ram::{ACCOUNT}:role/deployer"
    statement = f'{{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {{"RAM": ["{person}"]}}}}'
    assert found.message.startswith(f"Cannot be assumed by {person}: NoPermission: ")
    assert found.recommend == (
        f"It may still let in the functions. Its trust policy needs the statement {statement}, and {person} needs the "
        f"right sts:AssumeRole on {ROLE}. This lets in the functions, too:"
    )
    assert found.exact
    assert found.exact.startswith("aliyun ram UpdateRole --RoleName image-export --NewAssumeRolePolicyDocument '")
    assert person in found.exact
