"""An operator's day with the command alone: 2,000 images in three accounts and four regions, and a night over them."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from alicloud_emulator.running import RunningEmulator
from image_export_cli.main import main
from tests.commands import run_here
from tests.terminals import COLUMNS, Terminal

from . import a_day
from .entrance import Entrance

EXPORTS, RUNNING = 10, 5
GONE = ["golden-web-0007", "golden-web-0409", "golden-web-0811"]
FAILED = ["nightly-db-0027", "nightly-db-0831", "nightly-db-1635"]
MINUTES_11 = 660.0


class Operator:
    """Somebody with keys, at a terminal of 80 columns; keeps all that was ever printed."""

    def __init__(self, emulator: RunningEmulator, folder: Path) -> None:
        self.emulator = emulator
        self.folder = folder
        self.printed: list[str] = []
        self.keys = {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": emulator.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": emulator.access_key_secret,
            "IMAGE_EXPORT_ENDPOINT": emulator.endpoint,
        }

    def types(self, *said: str, ends: int = 0) -> list[str]:
        """The lines that are seen, each with its words parted by one blank; they fit the terminal."""
        where = ["--deployment", str(self.folder / "s.yaml")]
        environ = {**self.keys, "COLUMNS": str(COLUMNS), "NO_COLOR": "1"}
        ran = run_here(main, [*said, *where], environ, terminal=True)
        self.printed += [ran.stdout, ran.stderr]
        lines = (ran.stdout + ran.stderr).splitlines()
        assert ran.returncode == ends, lines
        assert said[0] == "doctor" or max(map(len, lines), default=0) <= COLUMNS, lines
        return [" ".join(line.split()) for line in lines]

    def reads(self, *said: str, ends: int = 0) -> Any:
        """The document on stdout, and nothing beside it."""
        where = ["--deployment", str(self.folder / "s.yaml"), "--output", "json"]
        ran = run_here(main, [*said, *where], self.keys)
        self.printed += [ran.stdout, ran.stderr]
        assert ran.returncode == ends, (ran.stdout[:500], ran.stderr)
        return msgspec.json.decode(ran.stdout)

    def listed(self, *said: str) -> list[dict[str, Any]]:
        """The exports that fit."""
        exports: list[dict[str, Any]] = self.reads("list", *said)["Exports"]
        return exports

    def goes_for_lunch(self) -> None:
        """Time passes, and the watcher looks."""
        self.emulator.advance(MINUTES_11)
        self.emulator.tick()


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    with RunningEmulator(*a_day.arguments(tmp_path), log=tmp_path / "functions.log") as emulator:
        a_day.furnish(emulator)
        yield Operator(emulator, tmp_path)


@pytest.mark.prove
def test_a_day(operator: Operator) -> None:
    a_policy_is_checked_and_planned(operator)
    assert len(operator.emulator.post("timers/on_nightly")["Exports"]) == EXPORTS
    an_image_that_was_left_out_is_explained(operator)
    operator.emulator.tick()
    what_runs_is_watched(operator)
    cancelled = one_that_waits_is_cancelled(operator)
    nothing_starts_while_paused(operator)
    operator.goes_for_lunch()
    operator.goes_for_lunch()
    what_failed_is_made_again(operator)
    operator.goes_for_lunch()
    the_newest_good_export_of_an_image_is_found(operator, cancelled)
    secret = a_token_comes_and_goes(operator)
    the_doctor_says_what_is_wrong(operator)
    no_secret_was_printed(operator, secret)


def a_policy_is_checked_and_planned(operator: Operator) -> None:
    new, wrong = operator.folder / "new.yaml", operator.folder / "wrong.yaml"
    new.write_text(a_day.POLICY.replace("golden-*", "golden-web-1*"))
    wrong.write_text(a_day.POLICY.replace("newer_than", "newer"))
    assert "wrong.yaml is not valid: 1 fault." in " ".join(operator.types("policy", "check", str(wrong), ends=2))
    assert " ".join(operator.types("policy", "check", str(new))).endswith("is valid: 3 accounts, 2 rules.")
    plan = operator.reads("plan", "--policy", str(new), "--diff", ends=1)
    assert plan["Changes"] == {"New": 0, "Gone": 3, "Other": 0, "Same": a_day.IMAGES - 3}
    assert sorted(image["ImageName"] for image in plan["Images"]) == GONE
    seen = " ".join(operator.types("plan", "--policy", str(new), "--diff", ends=1))
    assert "Against the deployed policy: 0 newly wanted, 3 no longer wanted, 0 to another bucket" in seen
    assert "7 exports would start, 280 GiB:" in seen


def an_image_that_was_left_out_is_explained(operator: Operator) -> None:
    (image,) = operator.reads("show", "scratch-0001")["Images"]
    assert (image["ImageId"], image["Exports"]) == ("m-bp1day0000000000001", [])
    seen = " ".join(operator.types("show", "scratch-0001"))
    assert "golden wants name golden-*; backups wants tag backup=daily, it has none" in seen
    assert seen.endswith("It was never exported. Ask for it: image-export export m-bp1day0000000000001")


def what_runs_is_watched(operator: Operator) -> None:
    arguments = ["watch", "--deployment", str(operator.folder / "s.yaml")]
    with Terminal(arguments, operator.keys) as terminal:
        terminal.until(lambda lines: any("5 running, 5 waiting, 0 ended" in line for line in lines))
        terminal.press("c")
        assert (terminal.end(), terminal.shown[-1]) == (130, "stopped")
    operator.printed.append(terminal.drawn)


def one_that_waits_is_cancelled(operator: Operator) -> str:
    waiting = operator.listed("--status", "requested")
    export = next(one for one in waiting if one["ImageName"] not in FAILED)
    name = str(export["ExportId"])
    assert (len(waiting), {one["Reason"] for one in waiting}) == (5, {"ConcurrentQuotaExceed"})
    assert operator.types("cancel", name, ends=2)[-1] == "Nobody is there to be asked: add --yes."
    assert f"✓ {name}: Cancelled" in operator.types("cancel", name, "--yes")
    return name


def nothing_starts_while_paused(operator: Operator) -> None:
    assert "a migration" in " ".join(operator.types("pause", "--reason", "a migration"))
    operator.goes_for_lunch()
    assert len(operator.emulator.calls("ExportImage")) == RUNNING + refused(operator)
    assert operator.types("resume")[0].startswith("Resumed. It was paused since")


def refused(operator: Operator) -> int:
    """How many calls of ExportImage the quota has refused."""
    return sum(call["status"] != 200 for call in operator.emulator.calls("ExportImage"))


def what_failed_is_made_again(operator: Operator) -> None:
    failed = operator.listed("--status", "failed")
    assert sorted(one["ImageName"] for one in failed) == FAILED
    assert {one["Error"]["Message"] for one in failed} == {"Sector 7 is gone."}
    for one in failed:
        operator.emulator.post(f"images/{one['ImageId']}", {"_export": {"outcome": "finish", "takes_s": 600}})
    outcomes = operator.reads("retry", "--failed", "--yes")["Outcomes"]
    assert sorted(one["Name"] for one in outcomes) == sorted(one["ExportId"] for one in failed)
    assert "No failed export fits." in operator.types("retry", "--failed", "--yes")


def the_newest_good_export_of_an_image_is_found(operator: Operator, cancelled: str) -> None:
    good = operator.listed("--status", "completed")
    assert len(good) == EXPORTS - 1
    (one,) = operator.listed("--image-name", "nightly-db-0027", "--status", "completed", "--limit", "1")
    assert (one["ExportId"].endswith("-0002"), one["Manifest"].startswith("oss://")) == (True, True)
    seen = " ".join(operator.types("list", "--image-name", "nightly-db-0027", "--status", "completed", "--limit", "1"))
    assert one["ExportId"] in seen
    assert [export["ExportId"] for export in operator.listed("--status", "cancelled")] == [cancelled]


def a_token_comes_and_goes(operator: Operator) -> str:
    made = operator.types("token", "new", "ci", "--scope", "read")
    (secret,) = [line for line in made if line.startswith("iexp_")]
    http = Entrance(operator.emulator.http_trigger, secret)
    assert len(http.ask("GET", "/exports?Status=Completed&MaxResults=50").value["Exports"]) == EXPORTS - 1
    assert [token["Name"] for token in operator.reads("token", "list")["Tokens"]] == ["ci"]
    assert operator.types("token", "revoke", "ci") == ["Token ci is revoked."]
    assert http.ask("GET", "/exports").status == 401
    return secret


def the_doctor_says_what_is_wrong(operator: Operator) -> None:
    """Here the timers are off."""
    found = operator.reads("doctor", "--only-problems", ends=1)
    timers = ["image-export-nightly/every-night", "image-export-watch/every-minute", "image-export-maintain/every-hour"]
    assert [one["Subject"] for one in found["Findings"] if one["Status"] == "wrong"] == timers
    assert all(any(timer in line for line in operator.types("doctor", ends=1)) for timer in timers)


def no_secret_was_printed(operator: Operator, secret: str) -> None:
    """The token once, where it is made."""
    keys = [value for key in operator.emulator.get("keys") for value in (key["secret"], key["security_token"]) if value]
    digest = hashlib.sha256(secret.encode()).hexdigest()
    assert len(keys) > EXPORTS
    assert [value for value in (*keys, digest) if any(value in text for text in operator.printed)] == []
    assert [text.strip() for text in operator.printed if secret in text] == [secret]
