"""A deployed policy that cannot be used stops no verb that needs none: it says so, and goes on without it."""

import os

import pytest

from image_export_cli.main import main
from tests.commands import run_here

from .deployment import EmulatedDeployment

SAID = "The deployed policy cannot be used, so this goes on without it: policy.yaml: PolicyInvalid: line 4: "
VERBS = {
    "list": (0, "No export fits."),
    "events": (0, "Nothing has failed"),
    "pause": (0, ""),
    "resume": (0, ""),
    "token list": (0, ""),
    "cancel --status Requested --yes": (0, "No open export fits."),
    "retry --failed --yes": (0, "No failed export fits."),
    "show exp-aaaaaaaaaaaaaaaa-0001": (1, "exp-aaaaaaaaaaaaaaaa-0001"),
    "watch exp-aaaaaaaaaaaaaaaa-0001": (1, "ExportNotFound"),
}


@pytest.mark.parametrize("words", VERBS)
def test_who_looks_pauses_or_cancels_needs_no_valid_policy(deployment: EmulatedDeployment, words: str) -> None:
    deployment.change(deployment.policy, "version: 1", "version: 1\ncolour: red")
    code, said = VERBS[words]
    given = {"PATH": os.environ["PATH"], **deployment.environ}
    done = run_here(main, [*words.split(), "--deployment", str(deployment.file)], given)
    assert (done.returncode, SAID in done.stderr, said in done.stdout + done.stderr) == (code, True, True), done


def test_who_asks_for_an_export_needs_one(deployment: EmulatedDeployment) -> None:
    deployment.change(deployment.policy, "version: 1", "version: 1\ncolour: red")
    given = {"PATH": os.environ["PATH"], **deployment.environ}
    done = run_here(main, ["export", "m-bp1any", "--deployment", str(deployment.file)], given)
    assert (done.returncode, done.stdout) == (2, "")
    assert "✗ policy: policy.yaml: PolicyInvalid: line 4: policy.colour: unknown key" in done.stderr
