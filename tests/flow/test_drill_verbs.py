"""`image-export drill` and its verbs, at functions that drill: planned, run, followed, listed, shown, called off."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # no stubs; only here
import pytest

from image_export_cli.following.loop import looks
from image_export_cli.main import main
from tests.commands import run_here

from .drills import ENTRY, Drills, drilling_emulator
from .test_replay import environment
from .verbs import Ran
from .world import ROOT

NOBODY = "dri-aaaaaaaaaaaaaaaa"
OFTEN = {"every": "1d", "most_a_day": 100}
PLAIN = {"name": "plain", "match": {"name": "plain-*"}, **OFTEN}


@pytest.fixture(scope="module")
def drills(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drills]:
    with drilling_emulator(tmp_path_factory.mktemp("drill-verbs"), {**ENTRY, **OFTEN}, PLAIN) as emulator:
        emulator.post("quotas", {"concurrent_exports": 1000, "weekly_exports": 100_000, "api_qps": 10_000})
        yield Drills(emulator)


@pytest.fixture(scope="module")
def proved(drills: Drills) -> str:
    """A drill without boot that has proved what it could."""
    return ended(drills, str(drills.exported(ImageName="plain-2026-11")["ExportId"]))


@pytest.fixture(scope="module")
def failed(drills: Drills) -> str:
    """A drill whose guest did not come up."""
    drills.emulator.post("guests", {"ImageName": "image-export-drill-*", "says": "panic"})
    return ended(drills, str(drills.golden("web-2026-11")["ExportId"]))


def drill(drills: Drills, *arguments: str, terminal: bool = False) -> Ran:
    """The verb with the world's keys."""
    command = ["--deployment", str(ROOT / "s.yaml"), "drill", *arguments]
    ran = run_here(main, command, {"COLUMNS": "80", "NO_COLOR": "1", **environment(drills.world)}, terminal=terminal)
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def fits(answer: Ran, schema: str) -> Any:
    """The document, which is as its schema says."""
    jsonschema.validate(answer.document, json.loads((ROOT / "schemas" / f"{schema}.json").read_text()))
    return answer.document


def narrow(answer: Ran) -> bool:
    """Whether it fits on a terminal of 80 columns."""
    return not [line for line in answer.lines if len(line.rstrip()) > 80]


def begun(drills: Drills, export: str) -> str:
    """The id of a new drill."""
    answer = drill(drills, "run", export, "--output", "json")
    assert answer.code == 0, answer
    (outcome,) = fits(answer, "drill-outcomes")["Outcomes"]
    return str(outcome["Drill"]["DrillId"])


def ended(drills: Drills, export: str) -> str:
    """The same at its end."""
    return drills.ended(begun(drills, export)).drill_id


def test_a_plan_says_of_each_series_why_it_is_drilled_now_or_not(drills: Drills, proved: str) -> None:
    before = drills.world.ledger("/drills/")
    drills.exported(ImageName="plain-other-1")
    plan = fits(drill(drills, "plan", "--output", "json"), "drill-plan")
    said = {one["Series"]: (one["Wanted"], one["Reason"]) for one in plan["Drills"]}
    assert said["plain"] == (False, "drilled 0 days ago, and the policy says every 1d")
    assert said["plain-other"] == (True, "never drilled")
    shown = drill(drills, "plan", terminal=True)
    assert (shown.code, narrow(shown), shown.lines[0].split()) == (0, True, ["ENTRY", "IMAGE", "WHERE", "NOW", "WHY"])
    assert drills.world.ledger("/drills/") == before
    assert proved


def test_a_proved_drill_is_listed_and_shown_with_its_levels(drills: Drills, proved: str) -> None:
    shown = drill(drills, "show", proved, terminal=True)
    assert (shown.code, narrow(shown)) == (0, True)
    for line in (
        f"Drill                {proved}",
        "Status               Proved",
        "1 Imported           Proved: m-bp1",
        "2 Checked            Proved: image check has found no high risk",
        "Seconds              Restore ",
        "Evidence             oss://acme-images-hangzhou/nightly",
        "What now             Nothing is to be done",
    ):
        assert [one for one in shown.lines if one.startswith(line)], line
    document = fits(drill(drills, "show", proved, "--output", "json"), "shown-drill")
    assert (document["Drill"]["Verdict"], document["Next"][0]["Command"]) == ("Proved", None)
    listed = fits(drill(drills, "list", "--name", "plain", "--verdict", "proved", "--output", "json"), "drills")
    assert [one["DrillId"] for one in listed["Drills"]] == [proved]


@pytest.mark.prove
def test_a_failed_drill_ends_with_1_and_says_which_level_and_what_to_do(drills: Drills, failed: str) -> None:
    shown = drill(drills, "show", failed)
    assert (shown.code, "Status               Failed: Spoke" in shown.lines) == (1, True)
    assert any(line.startswith("4 Spoke              Failed: the console says") for line in shown.lines)
    assert any(line.strip().startswith("image-export restore exp-") for line in shown.lines)
    listed = drill(drills, "list", "--verdict", "Failed", terminal=True)
    assert narrow(listed)
    assert [line.split()[0] for line in listed.lines if line.startswith("dri-")] == [failed]


@pytest.mark.prove
def test_waiting_tells_each_change_and_ends_with_the_verdict(drills: Drills, monkeypatch: pytest.MonkeyPatch) -> None:
    export = drills.exported(ImageName="plain-waited")["ExportId"]

    def tick(_seconds: float) -> None:
        drills.emulator.advance(300)
        drills.emulator.tick()

    monkeypatch.setattr("image_export_cli.following.one.looks", partial(looks, sleep=tick))
    answer = drill(drills, "run", export, "--wait")
    assert (answer.code, answer.out.startswith(f"✓ {export}: dri-")) == (0, True)
    assert "is Proved: level 2 Checked, image check has found no high risk" in answer.out
    changes = [line for line in answer.said.splitlines() if "  dri-" in line]
    assert (changes[0].split()[-1], changes[-1].split()[-1]) == ("Restoring", "Completed")
    assert len(changes) == len(set(changes))


@pytest.mark.prove
def test_what_proves_nothing_is_neither_done_nor_failed(drills: Drills) -> None:
    drills.emulator.post("stock", {"sold_out": ["ecs.t6-c1m1.large", "ecs.g6.large"]})
    drill_id = ended(drills, drills.golden("sold-out")["ExportId"])
    drills.emulator.post("stock", {"sold_out": []})
    shown = drill(drills, "show", drill_id)
    assert (shown.code, "Status               Unproven: PoweredOn" in shown.lines) == (3, True)


def test_a_drill_is_called_off_after_a_question(drills: Drills) -> None:
    export = drills.exported(ImageName="plain-off")["ExportId"]
    name = begun(drills, export)
    second = drill(drills, "run", drills.exported(ImageName="plain-second")["ExportId"])
    assert (second.code, f"DrillRuns: Drill {name} runs in " in second.out) == (1, True)
    asked = drill(drills, "cancel", name)
    assert (asked.code, "Nobody is there to be asked: add --yes." in asked.said) == (2, True)
    answer = drill(drills, "cancel", name, "--yes")
    assert (answer.code, answer.out) == (0, f"✓ {name}: Restoring: Cancelling\n")
    assert drills.ended(name).verdict == "Unproven"
    again = drill(drills, "cancel", name, "--yes")
    assert (again.code, "it had ended before: Unproven: level 1 Imported" in again.out) == (1, True)


def test_what_there_is_not_is_1_and_what_is_no_id_2(drills: Drills) -> None:
    assert drill(drills, "show", NOBODY).code == 1
    missing = drill(drills, "cancel", NOBODY, "--yes")
    assert (missing.code, "DrillNotFound" in missing.out) == (1, True)
    unknown = drill(drills, "run", "exp-aaaaaaaaaaaaaaaa-0001")
    assert (unknown.code, "ExportNotFound" in unknown.out) == (1, True)
    other = drill(drills, "run", drills.exported(ImageName="plain-x")["ExportId"], "--name", "weekly")
    assert (other.code, "there are: monthly, plain." in other.out) == (1, True)
    assert drill(drills, "show", "res-aaaaaaaaaaaaaaaa").code == 2
