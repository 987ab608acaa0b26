"""The verb `policies` prints what template.yml grants or less, and an export runs to its end under nothing else."""

from typing import Any

import pytest

from image_export_cli.rights.documents import Document, Need, lacking
from image_export_cli.rights.minimal import minimal_policies
from image_export_cli.session import Session

from .deployment import ACCOUNT, ROOT, EmulatedDeployment
from .test_recommend import asked
from .test_roles import a_trust

FUNCTIONS = {f"image-export-{name}" for name in ("event", "http", "maintain", "nightly", "unpack", "watch")}
PEOPLE = {"doctor", "operator-read", "operator"}
TASK_S = 600


def minimal(deployment: EmulatedDeployment) -> dict[str, Any]:
    """The policies for the deployment's files; nobody is asked."""
    session = Session(deployment.file, {})
    list(session.open(ACCOUNT))
    assert session.deployment
    return minimal_policies(session.deployment)


def granted(deployment: EmulatedDeployment) -> dict[str, list[Document]]:
    """What template.yml gives each role, and the system's policies."""
    return {
        role.name: [one.document for one in deployment.cloud.identity.policies_of(role)]
        for role in deployment.cloud.identity.roles()
    }


def reduce(deployment: EmulatedDeployment, policies: dict[str, Any]) -> None:
    """Let every role have its minimal policy alone."""
    names = {role: f"minimal-{role}" for role in policies if role not in PEOPLE}
    deployment.world.post("ram", {"policies": {name: policies[role] for role, name in names.items()}})
    deployment.world.post("ram", {"roles": {role: {"policies": [name]} for role, name in names.items()}})


def test_every_role_is_there_and_none_has_an_action_by_wildcard(deployment: EmulatedDeployment) -> None:
    policies = minimal(deployment)
    assert set(policies) == FUNCTIONS | {"image-export", "AliyunECSImageExportDefaultRole"} | PEOPLE
    statements = [one for policy in policies.values() for one in policy["Statement"]]
    assert not [one for one in statements if any("*" in action for action in one["Action"])]
    assert {one["Action"][0] for one in statements if "*" in one["Resource"]} == {
        "ecs:DescribeTasks",
        "ecs:DescribeTaskAttribute",
    }


@pytest.mark.parametrize("role", sorted(FUNCTIONS | {"image-export", "AliyunECSImageExportDefaultRole"}))
def test_the_template_grants_each_role_all_of_it(deployment: EmulatedDeployment, role: str) -> None:
    statements = minimal(deployment)[role]["Statement"]
    but = tuple(name for one in statements if one["Effect"] == "Deny" for name in one["Resource"])
    allowed = [one for one in statements if one["Effect"] == "Allow"]
    needs = [Need(tuple(one["Action"]), tuple(one["Resource"]), but) for one in allowed]
    assert lacking(needs, granted(deployment)[role]) == {}


def test_an_export_runs_to_its_end_and_is_told_under_the_minimal_policies_alone(deployment: EmulatedDeployment) -> None:
    reduce(deployment, minimal(deployment))
    (export,) = asked(deployment)["Exports"]
    assert export["Status"] == "Exporting"
    deployment.world.advance(10 * TASK_S)
    (export,) = deployment.world.post("timers/on_watch")["Exports"]
    assert (export["Status"], export["Error"]) == ("Completed", None)
    targets = {one["target"] for one in deployment.world.get("state")["received"]}
    assert targets == {"eventbridge:image-export", "fc:images/after-export"}
    assert any(one["key"].endswith(".manifest.json") for one in deployment.world.get("state")["objects"])
    night = deployment.world.post("timers/on_nightly")
    assert [(one["Images"], one["Fault"]) for one in night["Totals"]] == [(1, None), (0, None)]
    refused = [call for call in deployment.world.get("calls")["calls"] if call["status"] == 403]
    assert refused == []


def test_the_doctor_finds_nothing_wrong_and_nothing_unknown_with_its_own_minimal_policy(
    deployment: EmulatedDeployment,
) -> None:
    deployment.world.post("ram", {"policies": {"doctor": minimal(deployment)["doctor"]}})
    trust = a_trust({"RAM": [f"acs:ram::{ACCOUNT}:root"]})
    deployment.world.post("ram", {"roles": {"deployer": {"trust": trust, "policies": ["doctor"]}}})
    before = deployment.examine()
    deployment.become("deployer")
    after = deployment.examine()
    assert [(one.subject, one.status) for one in after[1:]] == [(one.subject, one.status) for one in before[1:]]


def test_the_shipped_files_are_enough_for_the_policies_without_anybody_being_asked() -> None:
    session = Session(ROOT / "s.yaml", {})
    assert {finding.status for finding in session.open(ACCOUNT)} == {"ok"}
    assert session.deployment
