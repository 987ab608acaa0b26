"""A policy or a ledger where the functions' own role may not read: each entrance says so, and none says "nothing"."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alicloud_emulator.running import RunningEmulator

from .entrance import TOKEN, Entrance, accepting
from .world import BUCKET, World, still_functions

NOBODY = "exp-rtfyr2rqf6qlm2su-0001"
POLICY = f"oss://{BUCKET}/policy.yaml"  # an account's destination, which the functions' own role has no right to


@contextmanager
def deployed(folder: Path, **replaced: str) -> Iterator[World]:
    functions = still_functions(folder, **accepting(TOKEN), **replaced)
    arguments = ("--functions", str(functions), "--speed", "1", "--events", "none")
    with RunningEmulator(*arguments, log=folder / "functions.log") as running:
        yield World(running)


def test_a_policy_out_of_reach_is_503_where_it_is_needed_and_hides_nothing_else(tmp_path: Path) -> None:
    with deployed(tmp_path, **{"IMAGE_EXPORT_POLICY: ${vars.policy}": f"IMAGE_EXPORT_POLICY: {POLICY}"}) as world:
        entrance = Entrance(world.emulator.http_trigger)
        answer = entrance.post("m-1")
        assert answer.refusal == (503, "PolicyInvalid")
        assert answer.value["Message"].startswith(f"The policy {POLICY} cannot be read: AccessDenied: ")
        assert f"oss:GetObject on acs:oss:*:*:{BUCKET}/policy.yaml" in answer.value["Recommend"]
        assert entrance.page().value == {"Exports": [], "NextToken": None}
        assert entrance.get(NOBODY).refusal == entrance.cancel(NOBODY).refusal == (404, "ExportNotFound")
        health = entrance.ask("GET", "/healthz")
        assert (health.status, health.value["Status"], health.value["Policy"]["Code"]) == (
            503,
            "policy",
            "PolicyInvalid",
        )
        assert entrance.ask("GET", "/healthz?Live=true").status == 200
        assert world.emulator.tick()["Exports"] == []
        assert '"policy.unreadable"' in json.dumps(world.emulator.get("logs")).replace("\\", "")


def test_a_ledger_out_of_reach_is_503_in_lists_too(tmp_path: Path) -> None:
    """Its bucket may be listed, so that there are no names below another prefix; reading there is refused."""
    with deployed(tmp_path, **{"AccountID')}/ledger": "AccountID')}/elsewhere"}) as world:
        entrance = Entrance(world.emulator.http_trigger)
        answers = [entrance.page(), entrance.get(NOBODY), entrance.cancel(NOBODY), entrance.post("m-1")]
        assert {answer.refusal for answer in answers} == {(503, "AccessDenied")}
