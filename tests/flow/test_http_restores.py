"""Restores over HTTP at the deployed function, with the rights of its role alone."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from .entrance import Entrance
from .restores import Restores, restoring_emulator


def json_of(body: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
    """A body, and the header that says what it is."""
    return json.dumps(body).encode(), {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def restores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restores]:
    with restoring_emulator(tmp_path_factory.mktemp("http-restores")) as emulator:
        emulator.post("quotas", {"concurrent_exports": 1000, "weekly_exports": 100_000, "api_qps": 10_000})
        yield Restores(emulator)


def test_a_restore_is_planned_asked_for_followed_and_listed(restores: Restores) -> None:
    entrance, export = Entrance(restores.emulator.http_trigger), restores.exported(ImageName="over-http")
    wanted = {"ExportId": export["ExportId"], "ClientToken": "over-http"}
    planned = entrance.ask("POST", "/restores", *json_of({**wanted, "DryRun": True}))
    assert (planned.status, planned.value["Refusal"]) == (200, None)
    made = entrance.ask("POST", "/restores", *json_of(wanted))
    assert (made.status, made.value["Status"]) == (202, "Importing"), made
    again = entrance.ask("POST", "/restores", *json_of(wanted))
    assert (again.status, again.value["RestoreId"]) == (200, made.value["RestoreId"])
    other = entrance.ask("POST", "/restores", *json_of({**wanted, "Disks": "system"}))
    assert other.refusal == (409, "IdempotentParameterMismatch")
    seen = entrance.ask("GET", made.headers["location"])
    assert (seen.status, seen.value["Progress"]) == (200, "0%")
    assert restores.follow(made.value["RestoreId"]).status == "Completed"
    page = entrance.ask("GET", "/restores?Status=Completed").value["Restores"]
    assert [one["RestoreId"] for one in page] == [made.value["RestoreId"]]
    ended = entrance.ask("DELETE", made.headers["location"])
    assert (ended.status, ended.value["Status"]) == (200, "Completed")
    assert restores.refused() == []


def test_a_restore_is_called_off_and_leaves_nothing(restores: Restores) -> None:
    entrance, export = Entrance(restores.emulator.http_trigger), restores.exported(ImageName="called-off")
    made = entrance.ask("POST", "/restores", *json_of({"Manifest": export["Manifest"]}))
    assert entrance.ask("DELETE", made.headers["location"]).status == 202
    name = made.value["RestoreId"]
    assert restores.follow(name).status == "Cancelled"
    assert restores.left(name) == []
    assert {one["Status"] for one in restores.made(name)} <= {"Deleted"}
    assert restores.refused() == []
