"""Nothing in the policies is unused, and nothing that the functions do goes without them.

A life of the functions under the policies of template.yml uses every right for every role that has it: each is taken
away in turn, and something that was allowed then is refused by the emulator's own judgement. For each action of a
policy the same is done to the functions themselves. What may be removed is one list for all who look at exports,
since any of them may take any step; there it is enough that one of them needs it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import alibabacloud_oss_v2 as oss
import pytest

from alicloud_emulator.running import RunningEmulator
from image_export.edges.aliyun.credentials import restore_policy, restore_rights, session_policy

from .entrance import OLDER_TOKEN, TOKEN, accepting
from .rights import (
    POLICY_OBJECT,
    Life,
    Right,
    allowed,
    chosen_template,
    narrowed_by,
    rights_of,
    shipped,
    with_another_target,
    without,
)
from .world import ACCOUNT, BUCKET, REGION, ROOT, World, bucket_client, still_functions

pytestmark = pytest.mark.prove
POLICIES = shipped()
RIGHTS = [right for name, (_, document) in POLICIES.items() for right in rights_of(name, document)]
SESSION_RIGHTS = rights_of("session", json.loads(session_policy(ACCOUNT, REGION, BUCKET)))
RESTORE_SESSION = json.loads(restore_policy(ACCOUNT, REGION, BUCKET))
OF_RESTORES = len(restore_rights(ACCOUNT, REGION, BUCKET))  # so many statements come first; the rest is of drills
RESTORE_RIGHTS = [right for right in rights_of("restore", RESTORE_SESSION) if right.statement < OF_RESTORES]
DRILLING = {"image-export-maintain", "image-export-open-drills"}
RESTORING = {f"image-export-{name}" for name in ("unpack", "restoring", "unpacking", "restores", "sources")}
SINK = """
  sink:
    component: fc3
    props: {region: cn-hangzhou, functionName: sink, handler: index.handler, runtime: python3.10, code: sink}
"""


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """An emulator of its own, whose functions also tell a function of FC 3.0, after a whole life."""
    folder: Path = tmp_path_factory.mktemp("rights")
    code = with_another_target(folder / "code", "sink")
    (folder / "sink").mkdir()
    (folder / "sink" / "index.py").write_text("def handler(event, context):\n    return None\n")
    replaced = {str(ROOT / "functions" / "image-export"): str(code), **accepting(OLDER_TOKEN, TOKEN)}
    functions = still_functions(folder, **replaced)
    text = functions.read_text().replace("policy: policy.yaml", f"policy: oss://{POLICY_OBJECT}")
    functions.write_text(text + SINK)
    files = ("--functions", functions, "--template", chosen_template(folder))
    arguments = (*map(str, files), "--speed", "1", "--events", "none")
    with RunningEmulator(*arguments, log=folder / "log") as emulator:
        lived = Life(World(emulator))
        put(emulator, POLICY_OBJECT, (code / "policy.yaml").read_bytes())
        lived.whole()
        yield lived


@pytest.fixture(scope="module")
def asked(life: Life) -> list[dict[str, Any]]:
    """What the whole life was allowed."""
    rows: list[dict[str, Any]] = life.emulator.get("decisions")
    return rows


@pytest.fixture(scope="module")
def held(life: Life) -> dict[str, list[str]]:
    """The names of each role's policies."""
    roles = life.emulator.get("ram")["roles"]
    return {arn.rpartition("/")[2]: role["policies"] for arn, role in roles.items()}


def test_nothing_was_refused_in_a_whole_life(life: Life, asked: list[dict[str, Any]]) -> None:
    assert list(life.refusals(0)) == []
    assert {row["role"].rpartition("/")[2] for row in asked} == {
        role for roles, _ in POLICIES.values() for role in roles
    }


@pytest.mark.parametrize("right", RIGHTS, ids=str)
def test_each_right_is_needed_by_each_role_that_has_it(
    asked: list[dict[str, Any]], held: dict[str, list[str]], right: Right
) -> None:
    needed = []
    for role in POLICIES[right.policy][0]:
        documents = {name: POLICIES[name][1] for name in held[role]}
        rows = [row for row in asked if row["role"].endswith(f"/{role}")]
        assert all(allowed(row, list(documents.values())) for row in rows)
        changed = {**documents, right.policy: without(documents[right.policy], right)}
        left = [document for document in changed.values() if document]
        needed.append(any(not allowed(row, left) for row in rows))
    removing = right.kind == "Resource" and "/ledger/" in right.pattern and not right.pattern.endswith("/ledger/*")
    assert any(needed) if removing else all(needed), f"needed by {needed} of {POLICIES[right.policy][0]}"


SESSIONS = [("ecs:ExportImage", right) for right in SESSION_RIGHTS] + [
    ("ecs:ImportImage", right) for right in RESTORE_RIGHTS
]


@pytest.mark.parametrize(("marked", "right"), SESSIONS, ids=[str(right) for _, right in SESSIONS])
def test_each_right_of_a_session_is_needed(asked: list[dict[str, Any]], marked: str, right: Right) -> None:
    rows = [row for row in asked if row["session"] and marked in row["session"] and right.pattern in row["session"]]
    assert all(allowed(row, [narrowed_by(row)]) for row in rows)
    left = [(row, without(narrowed_by(row), right)) for row in rows]
    assert [row for row, document in left if not document or not allowed(row, [document])]


def test_the_security_page_counts_the_rights() -> None:
    said = " ".join((ROOT / "docs" / "security.md").read_text(encoding="utf-8").split())
    assert f"each of the {len(RIGHTS)} actions and resource patterns" in said
    assert f"the {len(SESSION_RIGHTS)} of a session policy" in said
    assert f"the {len(RESTORE_RIGHTS)} of a restore's" in said


def test_no_policy_allows_every_action_and_only_what_knows_no_resource_is_allowed_on_all() -> None:
    for name, (_, document) in POLICIES.items():
        for statement in document["Statement"]:
            assert not [action for action in statement["Action"] if "*" in action], name
            if "*" in statement["Resource"]:
                known = {"ecs:DescribeTasks", "ecs:DescribeTaskAttribute", "ecs:CancelTask"}
                assert set(statement["Action"]) <= known, name


@pytest.mark.parametrize("right", [right for right in RIGHTS if right.kind == "Action"], ids=str)
def test_without_it_the_functions_are_refused(life: Life, right: Right) -> None:
    roles, document = POLICIES[right.policy]
    change(life, right, roles, without(document, right))
    since, lines = life.emulator.count_calls(), life.lines(roles)
    try:
        if "mns:" in right.pattern:
            assert life.dead_letters() == []
        elif "log:" in right.pattern:
            for work in (life.short, life.drilled if right.policy in DRILLING else life.restored):
                life.attempt(work)
            assert life.lines(roles) == lines
        else:
            assert refused(life, since, of=right.policy)
    finally:
        change(life, right, roles, document)
        life.emulator.delete("faults")


def put(emulator: RunningEmulator, place: str, body: bytes) -> None:
    """Lay an object into a bucket, as an administrator would."""
    bucket, _, key = place.partition("/")
    bucket_client(emulator).put_object(oss.PutObjectRequest(bucket=bucket, key=key, body=body))


def change(life: Life, right: Right, roles: list[str], document: Any) -> None:
    """Give the policy this document; where nothing is left of it, take it from its roles."""
    if document:
        life.emulator.post("ram", {"policies": {right.policy: document}})
    known = life.emulator.get("ram")["roles"]
    for role in roles:
        names = [name for name in known[f"acs:ram::{ACCOUNT}:role/{role}"]["policies"] if name != right.policy]
        life.emulator.post("ram", {"roles": {role: {"policies": [*names, right.policy] if document else names}}})


def refused(life: Life, since: int, *, of: str) -> list[str]:
    """What is refused in a short life with cold instances and new sessions; if nothing, in doubt or at night."""
    life.emulator.advance(3600)
    life.cool()
    if of in RESTORING:
        life.attempt(lambda: life.restored(since))
    if of in (DRILLING | RESTORING) and not list(life.refusals(since)):
        life.cool_maintenance()
        life.attempt(lambda: life.drilled(since))
    if of in (DRILLING | RESTORING):
        return list(life.refusals(since))
    life.attempt(life.short)
    if not list(life.refusals(since)):
        life.attempt(life.doubt)
    if not list(life.refusals(since)):
        life.attempt(lambda: life.emulator.post("timers/on_nightly"))
    return list(life.refusals(since))
