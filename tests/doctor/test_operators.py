"""A person with the policies `operator-read` and `operator` is refused nothing, and has no right that is not needed.

All that a person does with the command is done as a session of a role of its own. Then each right is taken away.
"""

from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from image_export_cli.main import main
from tests.commands import run_here
from tests.emulator.world import running
from tests.flow.rights import Right, allowed, rights_of, without

from .deployment import ACCOUNT, BUCKET, EmulatedDeployment, files_of, settings_of
from .test_other_accounts import far
from .test_policies import minimal
from .test_roles import a_trust

__all__ = ["far"]
pytestmark = pytest.mark.prove
ROLE, TASK_S = "person", 600
READER, OPERATOR = "operator-read", "operator"
OF_THE_SYSTEM = "System:AliyunSTSAssumeRoleAccess"


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[EmulatedDeployment]:
    """Nothing is wrong in it, and nothing is exported by itself. One role also has a policy of the system."""
    with running(settings_of(files_of(tmp_path), events=frozenset())) as world:
        roles = world.get("ram")["roles"]
        arn = f"acs:ram::{ACCOUNT}:role/image-export-watch"
        world.post("ram", {"roles": {arn: {"policies": [*roles[arn]["policies"], OF_THE_SYSTEM]}}})
        yield EmulatedDeployment(world, tmp_path / "s.yaml")


class Person:
    """Whoever has these policies and no other. An export has ended in each region, and one runs."""

    def __init__(self, deployment: EmulatedDeployment, *names: str) -> None:
        self.deployment, self.world = deployment, deployment.world
        self.world.post("quotas", {"api_qps": 100_000})  # the clock stands
        self.documents: dict[str, Any] = {name: minimal(deployment)[name] for name in names}
        self.ended = [self._exported("cn-hangzhou", BUCKET), self._exported("ap-southeast-1", "acme-images-singapore")]
        self.world.advance(TASK_S * 2)
        self.world.post("timers/on_watch")
        self.runs = self._exported("cn-hangzhou", BUCKET)
        self.world.post("invoke/image-export-event", {"ImageId": "m-notthere", "OSSBucket": "not-ours"})
        self.rejected = self.run("events", "list").stdout.splitlines()[1].split()[0]
        self.give(self.documents)
        deployment.become(ROLE)

    def _exported(self, region: str, bucket: str) -> str:
        image = self.world.create_image(RegionId=region, Status="Available")["ImageId"]
        asked = {"AccountId": ACCOUNT, "RegionId": region, "ImageId": image, "OSSBucket": bucket}
        return str(self.world.post("invoke/image-export-event", asked)["Exports"][0]["ExportId"])

    def give(self, documents: dict[str, Any]) -> None:
        """Let the role have these policies alone."""
        self.world.post("ram", {"policies": documents})
        trust = a_trust({"RAM": [f"acs:ram::{ACCOUNT}:root"]})
        self.world.post("ram", {"roles": {ROLE: {"trust": trust, "policies": list(documents)}}})

    def run(self, *words: str) -> CompletedProcess[str]:
        """A verb, with this person's keys."""
        return run_here(main, [*words, "--deployment", str(self.deployment.file)], self.deployment.environ)

    def look(self) -> list[CompletedProcess[str]]:
        """Everything that only looks."""
        shown = [self.run("show", export) for export in (*self.ended, self.runs)]
        listed = [self.run("events", "list"), self.run("events", "show", self.rejected), self.run("list")]
        other = [self.run("plan"), self.run("token", "list"), self.run("doctor", "--no-test-event")]
        return [*shown, *listed, *other, self.run("watch", *self.ended)]

    def act(self) -> list[CompletedProcess[str]]:
        """Everything that acts."""
        image = str(self.world.create_image(Status="Creating")["ImageId"])
        switched = [self.run("pause"), self.run("resume")]
        made = [self.run("token", "new", "ci"), self.run("token", "revoke", "ci")]
        asked = [self.run("export", image, "--account", ACCOUNT), self.run("cancel", self.runs, "--yes")]
        again = [self.run("retry", self.ended[0]), self.run("events", "retry", self.rejected)]
        return [*switched, *made, *asked, *again, self.run("drill", "run", self.ended[0])]

    def refused(self) -> list[str]:
        """Whatever was refused so far, whoever asked. By a dry run the doctor tries a role."""
        calls = self.world.get("calls")["calls"]
        refused = [call for call in calls if call["status"] == 403 and call["params"].get("DryRun") != "true"]
        return [f"{call['action']}: {call['code']}" for call in refused]

    def allowed(self) -> list[dict[str, Any]]:
        """An example of each way in which this person was allowed something."""
        return [row for row in self.world.get("decisions")["decisions"] if row["role"].endswith(f"/{ROLE}")]

    def rights(self) -> list[Right]:
        """All of them."""
        return [right for name, document in self.documents.items() for right in rights_of(name, document)]

    def without(self, right: Right) -> dict[str, Any]:
        """The policies that are left."""
        left = {**self.documents, right.policy: without(self.documents[right.policy], right)}
        return {name: document for name, document in left.items() if document}


def test_who_looks_is_refused_nothing_and_may_do_nothing_else(far: EmulatedDeployment) -> None:
    person = Person(far, READER)
    said = {ran.args[0]: ran.returncode for ran in person.look()}
    assert said == {"show": 0, "events": 0, "list": 0, "plan": 0, "token": 0, "doctor": 0, "watch": 0}
    assert person.refused() == []
    ledger = far.world.get("state")["objects"]
    assert {ran.returncode for ran in person.act()} == {1, 3}
    assert far.world.get("state")["objects"] == ledger


def test_who_acts_is_refused_nothing_and_each_right_is_needed(far: EmulatedDeployment) -> None:
    person = Person(far, READER, OPERATOR)
    person.look()
    assert [(ran.args, ran.stderr) for ran in person.act()[:-3] if ran.returncode] == []
    assert person.refused() == []
    rows = person.allowed()
    documents = list(person.documents.values())
    assert [row for row in rows if not allowed(row, documents)] == []
    spare = [
        str(right)
        for right in person.rights()
        if all(allowed(row, list(person.without(right).values())) for row in rows)
    ]
    assert spare == []


def test_without_an_action_something_is_refused(far: EmulatedDeployment) -> None:
    person = Person(far, READER, OPERATOR)
    spare = []
    for right in [one for one in person.rights() if one.kind == "Action"]:
        person.give(person.without(right))
        before = len(person.refused())
        person.look() if right.policy == READER else person.act()
        if len(person.refused()) == before:
            spare.append(str(right))
        person.give(person.documents)
        person.act() if right.policy == OPERATOR else None
    assert spare == []
