"""`alicloud-emulator` as scripts use it."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from alicloud_emulator.command import arguments
from tests.emulator.deployment import ECHO, write
from tests.patience import HANGS_S

ROOT = Path(__file__).parents[2]
HTTP = {"triggerName": "http", "triggerType": "http", "triggerConfig": {"authType": "anonymous", "methods": ["GET"]}}
KEYS = ["event", "endpoint", "http_trigger", "access_key_id", "access_key_secret", "account_id"]


def test_it_says_when_it_is_ready_and_stops_when_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "alicloud_emulator", "--functions", str(write(tmp_path, ECHO, triggers=[HTTP]))]
    command += ["--template", "none", "--ground", "none", "--speed", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            assert process.stdout
            assert process.stderr
            ready = json.loads(process.stdout.readline())
            with urllib.request.urlopen(f"{ready['endpoint']}/_emulator/state", timeout=HANGS_S) as answer:  # noqa: S310
                state = json.load(answer)
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(HANGS_S) == 0
        pace, export, *more = process.stderr.read().splitlines()
    assert "60 times as fast" in pace
    assert (export, more) == (f"export ENDPOINT={ready['endpoint']} HTTP={ready['http_trigger']}", [])
    assert list(ready) == KEYS
    assert (ready["event"], ready["account_id"]) == ("emulator.ready", "1234567890123456")
    assert sorted(state) == [
        *("events", "images", "instances", "invocations", "objects", "received", "snapshots", "tasks", "uploads")
    ]


def test_every_option_is_explained_and_the_default_speed_is_said() -> None:
    parser = arguments()
    assert [action.dest for action in parser._actions if not action.help] == []  # noqa: SLF001 - there is no other way
    said = " ".join(parser.format_help().split())
    assert "--speed SPEED cloud seconds in a second while no function runs (600)" in said


def test_files_of_the_folder_count_where_none_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ground.yaml").write_text("buckets: [{name: found-here}]\n")
    said = arguments().parse_args([])
    assert (said.functions, said.template, said.ground) == (None, None, Path("ground.yaml"))
    assert arguments().parse_args(["--ground", "none"]).ground is None


def test_qemu_is_a_program_that_is_there_or_none() -> None:
    assert arguments().parse_args(["--qemu", "none"]).qemu is None
    assert arguments().parse_args(["--qemu", "sh"]).qemu == shutil.which("sh")
    assert "there is no program 'no-such-machine'" in refused("--qemu", "no-such-machine")[1]


def refused(*arguments: str) -> tuple[int, str]:
    """The exit code of a command line that cannot be served, and the last line that is said of it."""
    command = [sys.executable, "-m", "alicloud_emulator", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=HANGS_S, check=False)  # noqa: S603 - our own program
    return done.returncode, done.stderr.splitlines()[-1]


def test_a_file_that_is_wrong_is_refused_in_one_line_with_the_place(tmp_path: Path) -> None:
    wrong = tmp_path / "s.yaml"
    wrong.write_text((ROOT / "s.yaml").read_text().replace("memorySize:", "memory:", 1))
    assert refused("--functions", str(wrong)) == (
        1,
        "alicloud-emulator: resources.event.props.memory: is not known here",
    )


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, said = refused("--port", str(taken.getsockname()[1]))
    assert (code, "address already in use" in said, said.count("\n")) == (1, True, 0)


@pytest.mark.parametrize("option", ["--functions", "--template", "--ground"])
def test_a_file_that_is_no_yaml_is_refused_with_its_line(tmp_path: Path, option: str) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("a: 1\nb: c: 2\n")
    code, said = refused(option, str(wrong))
    head = f"alicloud-emulator: {wrong}, line 2, column 5: is no YAML: mapping values are not allowed "
    assert (code, said.removeprefix(head)) in [(1, "here"), (1, "in this context")]  # PyYAML's parser, and libyaml's


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--port", "65536", "65536 is not from 0 to 65535"),
        ("--speed", "-1", "-1 is not a number above 0, and up to 1,000,000"),
        ("--functions", "missing.yaml", "there is no file 'missing.yaml'"),
        ("--events", "rain", "'rain': may name actiontrail, image, none"),
    ],
)
def test_an_option_that_cannot_be_is_refused(option: str, value: str, said: str) -> None:
    assert refused(f"{option}={value}") == (2, f"alicloud-emulator: error: argument {option}: {said}")
