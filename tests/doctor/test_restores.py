"""What the doctor says of restores: nothing much where none are wanted, and what is missing where they are."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.world import running
from tests.flow.restores import policy_with_restores
from tests.ground import SHIPPED

from .deployment import ACCOUNT, EmulatedDeployment, files_of, settings_of
from .test_policies import granted, minimal, reduce
from .test_roles import a_trust

ROLE, ECS = f"acs:ram::{ACCOUNT}:role/image-restore", "AliyunECSImageImportDefaultRole"
FAR = "acs:ram::6543210987654321:role/image-restore"


@pytest.fixture
def restoring(tmp_path: Path) -> Iterator[EmulatedDeployment]:
    """A deployment that restores, in which nothing is wrong."""
    files = files_of(tmp_path)
    settings = replace(settings_of(files), ground={**SHIPPED, "parameters": {"Restore": "import"}})
    with running(settings) as world:
        found = EmulatedDeployment(world, files)
        found.policy.write_text(policy_with_restores())
        yield found


def test_where_nothing_is_restored_there_is_one_quiet_line(deployment: EmulatedDeployment) -> None:
    (found,) = deployment.said("restores")
    assert (found.status, found.subject) == ("ok", "restores")
    assert "nothing can be restored" in found.message


def test_where_all_is_there_both_roles_are_fine(restoring: EmulatedDeployment) -> None:
    assert restoring.wrong() == []
    assert [(one.status, one.subject) for one in restoring.said("restores")] == [
        ("ok", f"role {ROLE}"),
        ("ok", f"role {ECS}"),
    ]


@pytest.mark.parametrize(("role", "named"), [("image-restore", ROLE), (ECS, ECS)])
def test_a_role_that_is_not_there_is_named_with_how_to_switch_restores_on(
    restoring: EmulatedDeployment, role: str, named: str
) -> None:
    restoring.world.post("ram", {"roles": {role: None}})
    found = restoring.only_wrong()
    assert (found.check, found.subject) == ("restores", f"role {named}")
    assert "with Restore" in str(found.recommend)
    assert f"aliyun ram CreateRole --RoleName {role} " in str(found.exact)


def test_a_right_that_the_role_lacks_is_named(restoring: EmulatedDeployment) -> None:
    policy = restoring.world.get("ram")["policies"]["image-export-restores"]
    left = [one for one in policy["Statement"] if "ecs:DeleteSnapshot" not in one["Action"]]
    restoring.world.post("ram", {"policies": {"image-export-restores": {**policy, "Statement": left}}})
    assert {one.subject for one in restoring.wrong()} == {"role image-restore"}
    assert all("May not ecs:DeleteSnapshot on " in one.message for one in restoring.wrong())


def test_a_role_that_does_not_let_in_the_function_that_unpacks_is_named(restoring: EmulatedDeployment) -> None:
    trusted = [f"acs:ram::{ACCOUNT}:role/image-export-{name}" for name in ("event", "http", "watch")]
    restoring.world.post("ram", {"roles": {"image-restore": {"trust": a_trust({"RAM": trusted})}}})
    found = restoring.only_wrong()
    assert found.message.startswith("Its trust policy does not let in ")
    assert f"acs:ram::{ACCOUNT}:role/image-export-unpack" in found.message


def test_an_s_yaml_without_the_function_that_unpacks_is_named(restoring: EmulatedDeployment) -> None:
    text = restoring.file.read_text()
    start, end = text.index("\n  unpack:\n"), text.index("\n  maintain:\n")
    restoring.file.write_text(text[:start] + text[end:])
    found = restoring.only_wrong()
    assert (found.subject, found.check) == ("image-export-unpack", "restores")


@pytest.mark.parametrize(
    ("there", "status", "said"),
    [
        (None, "wrong", "EntityNotExist.Role: "),
        ({"RAM": ["acs:ram::6543210987654321:root"]}, "note", "Cannot be assumed by whoever deploys"),
        ({"RAM": [f"acs:ram::{ACCOUNT}:root"]}, "note", "Can be assumed by whoever deploys"),
    ],
)
def test_the_role_of_another_account_is_tried(
    restoring: EmulatedDeployment, there: dict[str, Any] | None, status: str, said: str
) -> None:
    if there:
        restoring.cloud.identity.add_role("image-restore", account_id="6543210987654321", trust=a_trust(there))
    far = FAR.replace("image-restore", "image-export")
    more = f"""  - name: far
    role_arn: {far}
    restore_role_arn: {FAR}
    destinations:
      cn-beijing: {{bucket: acme-images-beijing}}
"""
    restoring.change(restoring.policy, "accounts:\n", f"accounts:\n{more}")
    found = [one for one in restoring.said("restores") if one.subject == f"role {FAR}"]
    assert [one.status for one in found] == [status]
    assert found[0].message.startswith(said)
    assert "with Restore" in str(found[0].recommend) if status == "wrong" else ECS in str(found[0].recommend)


@pytest.mark.parametrize("role", ["image-restore", ECS, "image-export-watch", "image-export-unpack"])
def test_the_template_grants_each_role_all_that_the_minimal_policies_say(
    restoring: EmulatedDeployment, role: str
) -> None:
    wanted = {
        (action, resource)
        for one in minimal(restoring)[role]["Statement"]
        if one["Effect"] == "Allow"
        for action in one["Action"]
        for resource in one["Resource"]
    }
    assert wanted
    assert {action for action, _ in wanted} <= {
        action for document in granted(restoring)[role] for one in document["Statement"] for action in one["Action"]
    }
    reduce(restoring, minimal(restoring))
    assert [one for one in restoring.said("restores") if one.status == "wrong"] == []
