"""Who lacks a right is told that it is theirs, and where the policy stands that gives it: no role of ours lacks it."""

import os

import pytest

from image_export_cli.main import main
from tests.commands import run_here

from .deployment import ACCOUNT, EmulatedDeployment
from .test_roles import a_trust

SAID = (
    "Your keys lack that right: `image-export policies operator-read` prints the policy of whoever looks, and "
    "`operator` that of whoever acts.\n"
)
OF_RESTORES = ("restore exp-aaaaaaaaaaaaaaaa-0001", "restore exp-aaaaaaaaaaaaaaaa-0001 --plan", "restore list")
VERBS = (
    *("list", "plan", "events", "pause", "show m-1", "token list", "retry exp-aaaaaaaaaaaaaaaa-0001", "export m-1"),
    *("events show exp-aaaaaaaaaaaaaaaa-0001", "cancel --status Requested --yes"),
    *(*OF_RESTORES, "drill run exp-aaaaaaaaaaaaaaaa-0001", "drill plan", "drill list"),
)


@pytest.mark.parametrize("words", VERBS)
def test_a_verb_that_is_denied_names_the_rights_of_people(deployment: EmulatedDeployment, words: str) -> None:
    trust = a_trust({"RAM": [f"acs:ram::{ACCOUNT}:root"]})
    deployment.world.post("ram", {"roles": {"newcomer": {"trust": trust, "policies": []}}})
    deployment.become("newcomer")
    given = {"PATH": os.environ["PATH"], **deployment.environ}
    done = run_here(main, [*words.split(), "--deployment", str(deployment.file)], given)
    said = done.stdout + done.stderr
    assert (done.returncode, "AccessDenied: " in said, said.endswith(SAID)) == (3, True, True), said
    assert "template.yml" not in said
