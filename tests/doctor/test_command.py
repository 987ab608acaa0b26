"""The command: readable on a terminal, JSON for programs, 1 where something is wrong, and no secret in any of it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from image_export_cli.deployment.finding import Finding
from image_export_cli.main import main
from image_export_cli.pipes import until_closed
from image_export_cli.report import ending
from tests.commands import CODE, run_here
from tests.patience import HANGS_S

from .deployment import ACCOUNT, BUCKET, LEDGER, ROOT, EmulatedDeployment


def run(
    deployment: EmulatedDeployment, *arguments: str, verb: str = "doctor", **environ: str
) -> subprocess.CompletedProcess[str]:
    """What the command does with these arguments."""
    given = {"PATH": os.environ["PATH"], **deployment.environ, **environ}
    return run_here(main, [verb, "--functions", str(deployment.file), *arguments], given)


def test_a_sound_deployment_is_told_line_by_line_with_what_nobody_can_tell_and_ends_with_0(
    deployment: EmulatedDeployment,
) -> None:
    """In a process of its own, as an operator starts it."""
    command = [sys.executable, "-m", "image_export_cli", "doctor", "--functions", str(deployment.file)]
    done = subprocess.run(  # noqa: S603 - our own program
        command,
        cwd=ROOT,
        env={**CODE, **deployment.environ},
        capture_output=True,
        text=True,
        timeout=HANGS_S,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert f"  ✓ oss://{BUCKET}  Is in cn-hangzhou, private, not encrypted, of class Standard." in done.stdout
    assert f"  • account {ACCOUNT}  Only an export can tell" in done.stdout
    assert " 0 wrong, 0 unknown, 5 note" in done.stdout.splitlines()[-1]


def test_a_denied_read_ends_with_3_and_is_named(deployment: EmulatedDeployment) -> None:
    deployment.cloud.oss.buckets[BUCKET].account_id = "6543210987654321"
    done = run(deployment, "--only-problems")
    assert (done.returncode, "✗" in done.stdout, "•" in done.stdout) == (3, False, False)
    assert f"destinations\n  ? oss://{BUCKET}  Could not be looked at: AccessDenied" in done.stdout
    assert " 0 wrong, 1 unknown, 5 note" in done.stdout.splitlines()[-1]


def test_a_ledger_that_refuses_a_look_is_a_finding_too(deployment: EmulatedDeployment) -> None:
    fault = {"service": "oss", "action": "GetBucketVersioning", "kind": "code:AccessDenied"}
    deployment.world.post("faults", [fault])
    done = run(deployment, "--only-problems")
    assert (done.returncode, f"ledger\n  ? oss://{LEDGER}  Could not be looked at" in done.stdout) == (3, True)


def test_a_service_that_does_not_answer_ends_with_3(deployment: EmulatedDeployment) -> None:
    fault = {"service": "eventbridge", "action": "PutEvents", "kind": "reset_before", "times": 99}
    deployment.world.post("faults", [fault])
    done = run(deployment, "--json", "--only-problems")
    (found,) = json.loads(done.stdout)["Findings"]
    assert (done.returncode, found["Subject"], found["Status"]) == (3, "bus image-export", "unknown")


def test_a_pause_is_said_with_since_when_by_whom_and_why_and_is_no_fault(deployment: EmulatedDeployment) -> None:
    before = deployment.said("pause")
    run(deployment, "--reason", "a migration", verb="pause")
    (said,), done = deployment.said("pause"), run(deployment)
    assert [(one.status, one.message) for one in before] == [("ok", "Are not paused.")]
    by = f"acs:ram::{ACCOUNT}:user/administrator"
    assert re.fullmatch(rf"Are paused since \S+ \S+ UTC by {by}: a migration\. Nothing starts; .*", said.message)
    assert (said.status, said.exact, done.returncode) == ("note", "image-export resume", 0)
    assert "pause\n  • exports  Are paused since" in done.stdout


def test_a_switch_that_cannot_be_read_ends_with_3(deployment: EmulatedDeployment) -> None:
    deployment.put(LEDGER, "ledger/switches/paused", b"neither on nor off")
    (said,) = deployment.said("pause")
    assert (said.status, "FactUnreadable" in said.message) == ("unknown", True)


def test_a_watcher_at_work_is_ok_one_that_stands_still_is_wrong_and_a_new_one_is_noted(
    deployment: EmulatedDeployment,
) -> None:
    (new,) = deployment.said("watcher")
    deployment.put(LEDGER, "ledger/watcher/awaited", b"")
    deployment.world.post("clock", {"advance_s": 899})
    (missed,) = deployment.said("watcher")
    deployment.world.post("clock", {"advance_s": 2})
    (never,) = deployment.said("watcher")
    deployment.put(LEDGER, "ledger/watcher/succeeded", b"")
    (works,) = deployment.said("watcher")
    deployment.world.post("clock", {"advance_s": 901})
    (dead,) = deployment.said("watcher")
    assert [one.status for one in (new, missed, never, works, dead)] == ["note", "note", "wrong", "ok", "wrong"]
    assert re.fullmatch(r"Has last done its work at \S+ \S+ UTC\.", works.message)
    assert re.fullmatch(r"Has last done its work at .* UTC\. Nothing starts, ends or is delivered .*", dead.message)
    assert re.fullmatch(r"Has never done its work, and was missed at .* UTC\. Nothing starts, .*", never.message)
    assert "watch.failed" in str(dead.recommend)


def test_a_mistake_ends_with_1_in_json_too_and_no_secret_is_printed(deployment: EmulatedDeployment) -> None:
    deployment.cloud.oss.buckets[BUCKET].encryption = "KMS"
    told, json_told = (
        run(deployment),
        run(deployment, "--json", "--no-test-event", IMAGE_EXPORT_HTTP_TOKEN="a-made-up-token"),
    )
    assert (told.returncode, json_told.returncode) == (1, 1)
    assert "✗" in told.stdout
    answer = json.loads(json_told.stdout)
    (wrong,) = [one for one in answer["Findings"] if one["Status"] == "wrong"]
    assert (answer["Healthy"], wrong["Check"], wrong["Subject"]) == (False, "destinations", f"oss://{BUCKET}")
    assert answer["Counts"]["wrong"] == 1
    assert set(wrong) == {"Check", "Subject", "Status", "Message", "Recommend", "Exact"}
    for secret in (deployment.world.administrator.secret, "a-made-up-token"):
        assert secret not in told.stdout + told.stderr + json_told.stdout + json_told.stderr


@pytest.mark.parametrize(
    ("statuses", "code"),
    [([], 0), (["ok"], 0), (["ok", "note"], 0), (["ok", "unknown", "note"], 3), (["unknown", "wrong", "ok"], 1)],
)
def test_what_is_wrong_ends_with_1_and_what_alone_could_not_be_told_with_3(statuses: list[Any], code: int) -> None:
    assert ending(Finding(subject="it", status=one, message="So.") for one in statuses) == code


def test_only_problems_are_shown_where_they_alone_are_wanted_and_all_are_counted(
    deployment: EmulatedDeployment,
) -> None:
    deployment.cloud.oss.buckets[BUCKET].encryption = "KMS"
    told, json_told = run(deployment, "--only-problems"), run(deployment, "--only-problems", "--json")
    assert "✓" not in told.stdout
    assert f"destinations\n  ✗ oss://{BUCKET}" in told.stdout
    answer = json.loads(json_told.stdout)
    Draft202012Validator(json.loads((ROOT / "schemas" / "examination.json").read_text())).validate(answer)
    assert {one["Status"] for one in answer["Findings"]} == {"wrong"}
    counts = ", ".join(f"{count} {status}" for status, count in answer["Counts"].items())
    assert (told.stdout.splitlines()[-1], answer["Counts"]["ok"] > 10) == (counts, True)


def test_keys_of_a_profile_are_taken_before_those_of_the_environment_wherever_it_is_named(
    deployment: EmulatedDeployment, tmp_path: Path
) -> None:
    names = ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET")
    key, secret = (deployment.environ[name] for name in names)
    profile = {"name": "ops", "mode": "AK", "access_key_id": key, "access_key_secret": secret}
    (tmp_path / ".aliyun").mkdir()
    (tmp_path / ".aliyun" / "config.json").write_text(json.dumps({"current": "", "profiles": [profile]}))
    deployment.environ |= dict.fromkeys(names, "another-key-or-secret")
    before = run_here(
        main,
        ["--profile", "ops", "policies", "--functions", str(deployment.file)],
        deployment.environ | {"HOME": str(tmp_path)},
    )
    behind = run(deployment, "--profile", "ops", verb="policies", HOME=str(tmp_path))
    neither, nobody = (
        run(deployment, verb="policies", HOME=str(tmp_path)),
        run(deployment, "--profile", "dev", HOME=str(tmp_path)),
    )
    assert (before.returncode, behind.returncode, neither.returncode) == (0, 0, 1)
    assert (before.stdout, "InvalidAccessKeyId" in neither.stderr) == (behind.stdout, True)
    assert "✗ your keys  There is no profile dev in ~/.aliyun/config.json; it has: ops." in nobody.stdout


def test_a_reader_that_goes_away_is_no_error(deployment: EmulatedDeployment) -> None:
    command = [
        sys.executable,
        "-m",
        "image_export_cli",
        "policies",
        "--functions",
        str(deployment.file),
        "--account",
        ACCOUNT,
    ]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(  # noqa: S603 - our own program
        command, cwd=ROOT, env={**CODE, **deployment.environ}, stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_where_there_is_no_room_for_its_output_that_is_said_and_it_ends_with_2(deployment: EmulatedDeployment) -> None:
    arguments = ["policies", "--functions", str(deployment.file), "--account", ACCOUNT]
    with open("/dev/full", "w") as full:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "image_export_cli", *arguments],
            cwd=ROOT,
            env={**CODE, **deployment.environ},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (2, "✗ It could not be written: No space left on device.\n")


def test_a_person_who_stops_it_gets_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def stopped() -> int:
        raise KeyboardInterrupt

    assert (until_closed(stopped), capsys.readouterr().err) == (130, "stopped\n")


def test_a_refusal_is_a_finding_and_no_noise_of_an_sdk(deployment: EmulatedDeployment) -> None:
    done = run(deployment, ALIBABA_CLOUD_ACCESS_KEY_SECRET="not-the-secret-of-anyone")
    assert (done.returncode, done.stderr) == (1, "")
    assert "✗ your keys  SignatureDoesNotMatch" in done.stdout
    assert "not-the-secret" not in done.stdout


def test_help_says_what_it_does_and_asks_nobody(deployment: EmulatedDeployment) -> None:
    done = run(deployment, "--help")
    assert done.returncode == 0
    assert {"--json", "--no-test-event", "--log", "--functions"} <= set(done.stdout.replace("[", " ").split())
    assert deployment.world.get("calls")["calls"] == []


def test_a_policy_is_printed_as_ram_takes_it_and_nothing_else(deployment: EmulatedDeployment) -> None:
    one, every = (
        run(deployment, "image-export", verb="policies"),
        run(deployment, "--account", ACCOUNT, verb="policies"),
    )
    assert (one.returncode, every.returncode) == (0, 0)
    assert json.loads(one.stdout) == json.loads(every.stdout)["image-export"]
    assert json.loads(one.stdout)["Version"] == "1"
    assert [call["action"] for call in deployment.world.get("calls")["calls"]] == ["GetCallerIdentity"]


@pytest.mark.parametrize("account", ["abc", "1234", "1" * 21, "123456789012345٦", "", "12345\n"])
def test_an_account_that_is_none_is_refused_before_it_is_written_into_a_policy(
    deployment: EmulatedDeployment, account: str
) -> None:
    done = run(deployment, "--account", account, verb="policies")
    assert (done.returncode, done.stdout) == (2, "")
    assert "5 to 20 digits" in done.stderr


def test_one_account_is_one(deployment: EmulatedDeployment) -> None:
    assert "policy.yaml is valid: 1 account, 2 rules." in run(deployment).stdout


def test_a_role_that_is_none_of_them_ends_with_1(deployment: EmulatedDeployment) -> None:
    done = run(deployment, "nobody", "--account", ACCOUNT, verb="policies")
    assert (done.returncode, done.stdout) == (1, "")
    assert "image-export-event" in done.stderr
