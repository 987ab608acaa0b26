"""The command: readable on a terminal, JSON for programs, 1 where something is wrong, and no secret in any of it."""

import json
import os
import subprocess
import sys

import pytest

from image_export_cli.main import main
from image_export_cli.pipes import until_closed
from tests.commands import CODE, run_here
from tests.patience import HANGS_S

from .ward import ACCOUNT, BUCKET, ROOT, Ward


def run(ward: Ward, *arguments: str, verb: str = "doctor", **environ: str) -> subprocess.CompletedProcess[str]:
    """What the command does with these arguments."""
    given = {"PATH": os.environ["PATH"], **ward.environ, **environ}
    return run_here(main, [verb, "--functions", str(ward.file), *arguments], given)


def test_a_sound_deployment_is_told_line_by_line_and_ends_with_0(ward: Ward) -> None:
    """In a process of its own, as an operator starts it."""
    command = [sys.executable, "-m", "image_export_cli", "doctor", "--functions", str(ward.file)]
    done = subprocess.run(  # noqa: S603 - our own program
        command, cwd=ROOT, env={**CODE, **ward.environ}, capture_output=True, text=True, timeout=HANGS_S, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert f"  ✓ oss://{BUCKET}  Is in cn-hangzhou, private, not encrypted, of class Standard." in done.stdout
    assert " 0 wrong, 4 unknown" in done.stdout.splitlines()[-1]


def test_a_mistake_ends_with_1_in_json_too_and_no_secret_is_printed(ward: Ward) -> None:
    ward.cloud.oss.buckets[BUCKET].encryption = "KMS"
    told, json_told = run(ward), run(ward, "--json", "--no-test-event", IMAGE_EXPORT_HTTP_TOKEN="a-made-up-token")
    assert (told.returncode, json_told.returncode) == (1, 1)
    assert "✗" in told.stdout
    answer = json.loads(json_told.stdout)
    (wrong,) = [one for one in answer["Findings"] if one["Status"] == "wrong"]
    assert (answer["Healthy"], wrong["Check"], wrong["Subject"]) == (False, "destinations", f"oss://{BUCKET}")
    assert set(wrong) == {"Check", "Subject", "Status", "Message", "Recommend", "Exact"}
    for secret in (ward.world.administrator.secret, "a-made-up-token"):
        assert secret not in told.stdout + told.stderr + json_told.stdout + json_told.stderr


def test_a_reader_that_goes_away_is_no_error(ward: Ward) -> None:
    command = [
        sys.executable,
        "-m",
        "image_export_cli",
        "policies",
        "--functions",
        str(ward.file),
        "--account",
        ACCOUNT,
    ]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(  # noqa: S603 - our own program
        command, cwd=ROOT, env={**CODE, **ward.environ}, stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_person_who_stops_it_gets_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def stopped() -> int:
        raise KeyboardInterrupt

    assert (until_closed(stopped), capsys.readouterr().err) == (130, "stopped\n")


def test_a_refusal_is_a_finding_and_no_noise_of_an_sdk(ward: Ward) -> None:
    done = run(ward, ALIBABA_CLOUD_ACCESS_KEY_SECRET="not-the-secret-of-anyone")
    assert (done.returncode, done.stderr) == (1, "")
    assert "✗ your keys  SignatureDoesNotMatch" in done.stdout
    assert "not-the-secret" not in done.stdout


def test_help_says_what_it_does_and_asks_nobody(ward: Ward) -> None:
    done = run(ward, "--help")
    assert done.returncode == 0
    assert {"--json", "--no-test-event", "--log", "--functions"} <= set(done.stdout.replace("[", " ").split())
    assert ward.world.get("calls")["calls"] == []


def test_a_policy_is_printed_as_ram_takes_it_and_nothing_else(ward: Ward) -> None:
    one, every = run(ward, "image-export", verb="policies"), run(ward, "--account", ACCOUNT, verb="policies")
    assert (one.returncode, every.returncode) == (0, 0)
    assert json.loads(one.stdout) == json.loads(every.stdout)["image-export"]
    assert json.loads(one.stdout)["Version"] == "1"
    assert [call["action"] for call in ward.world.get("calls")["calls"]] == ["GetCallerIdentity"]


@pytest.mark.parametrize("account", ["abc", "1234", "1" * 21, "123456789012345٦", "", "12345\n"])
def test_an_account_that_is_none_is_refused_before_it_is_written_into_a_policy(ward: Ward, account: str) -> None:
    done = run(ward, "--account", account, verb="policies")
    assert (done.returncode, done.stdout) == (2, "")
    assert "5 to 20 digits" in done.stderr


def test_one_account_is_one(ward: Ward) -> None:
    assert "policy.yaml is valid: 1 account, 2 rules." in run(ward).stdout


def test_a_role_that_is_none_of_them_ends_with_1(ward: Ward) -> None:
    done = run(ward, "nobody", "--account", ACCOUNT, verb="policies")
    assert (done.returncode, done.stdout) == (1, "")
    assert "image-export-event" in done.stderr
