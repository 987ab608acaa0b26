"""The verb `policies` prints what template.yml grants or less, and an export runs to its end under nothing else."""

from typing import Any

import pytest

from image_export_cli.rights.documents import Document, Need, lacking
from image_export_cli.rights.minimal import DOCTOR, minimal_policies
from image_export_cli.session import Session

from .test_recommend import asked
from .test_roles import a_trust
from .ward import ACCOUNT, ROOT, Ward

FUNCTIONS = {f"image-export-{name}" for name in ("event", "http", "nightly", "watch")}
TASK_S = 600


def minimal(ward: Ward) -> dict[str, Any]:
    """The policies for the ward's files; nobody is asked."""
    session = Session(ward.file, {})
    list(session.open(ACCOUNT))
    assert session.deployment
    return minimal_policies(session.deployment)


def granted(ward: Ward) -> dict[str, list[Document]]:
    """What template.yml gives each role, and the system's policies."""
    return {
        role.name: [one.document for one in ward.cloud.identity.policies_of(role)]
        for role in ward.cloud.identity.roles()
    }


def reduce(ward: Ward, policies: dict[str, Any]) -> None:
    """Let every role have its minimal policy alone."""
    names = {role: f"minimal-{role}" for role in policies if role != DOCTOR}
    ward.world.post("ram", {"policies": {name: policies[role] for role, name in names.items()}})
    ward.world.post("ram", {"roles": {role: {"policies": [name]} for role, name in names.items()}})


def test_every_role_is_there_and_none_has_an_action_by_wildcard(ward: Ward) -> None:
    policies = minimal(ward)
    assert set(policies) == FUNCTIONS | {"image-export", "AliyunECSImageExportDefaultRole", DOCTOR}
    statements = [one for policy in policies.values() for one in policy["Statement"]]
    assert not [one for one in statements if any("*" in action for action in one["Action"])]
    assert {one["Action"][0] for one in statements if "*" in one["Resource"]} == {"ecs:DescribeTasks"}


@pytest.mark.parametrize("role", sorted(FUNCTIONS | {"image-export", "AliyunECSImageExportDefaultRole"}))
def test_the_template_grants_each_role_all_of_it(ward: Ward, role: str) -> None:
    needs = [Need(tuple(one["Action"]), tuple(one["Resource"])) for one in minimal(ward)[role]["Statement"]]
    assert lacking(needs, granted(ward)[role]) == {}


def test_an_export_runs_to_its_end_and_is_told_under_the_minimal_policies_alone(ward: Ward) -> None:
    reduce(ward, minimal(ward))
    (export,) = asked(ward)["Exports"]
    assert export["Status"] == "Exporting"
    ward.world.advance(10 * TASK_S)
    (export,) = ward.world.post("timers/on_watch")["Exports"]
    assert (export["Status"], export["Error"]) == ("Completed", None)
    targets = {one["target"] for one in ward.world.get("state")["received"]}
    assert targets == {"eventbridge:image-export", "fc:images/after-export"}
    assert any(one["key"].endswith(".manifest.json") for one in ward.world.get("state")["objects"])
    night = ward.world.post("timers/on_nightly")
    assert [(one["Images"], one["Fault"]) for one in night["Totals"]] == [(1, None), (0, None)]
    refused = [call for call in ward.world.get("calls")["calls"] if call["status"] == 403]
    assert refused == []


def test_the_doctor_finds_nothing_wrong_and_nothing_unknown_with_its_own_minimal_policy(ward: Ward) -> None:
    ward.world.post("ram", {"policies": {"doctor": minimal(ward)[DOCTOR]}})
    trust = a_trust({"RAM": [f"acs:ram::{ACCOUNT}:root"]})
    ward.world.post("ram", {"roles": {"deployer": {"trust": trust, "policies": ["doctor"]}}})
    before = ward.examine()
    ward.become("deployer")
    after = ward.examine()
    assert [(one.subject, one.status) for one in after[1:]] == [(one.subject, one.status) for one in before[1:]]


def test_the_shipped_files_are_enough_for_the_policies_without_anybody_being_asked() -> None:
    session = Session(ROOT / "s.yaml", {})
    assert {finding.status for finding in session.open(ACCOUNT)} == {"ok"}
    assert session.deployment
