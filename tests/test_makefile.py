"""What `make` prints where: a verb's own answer has stdout to itself, and a missing network is named."""

import os
import shutil
import subprocess
from pathlib import Path

from .patience import HANGS_S

ROOT = Path(__file__).parent.parent
PIP = """#!/bin/sh
echo "progress of pip"
echo "$@" >> asked-of-pip
mkdir -p build/opt
echo "$PIP_SAYS" >&2
exit ${PIP_ENDS:-0}
"""
PYTHON = """#!/bin/sh
[ "$1" = -m ] && [ "$2" = venv ] && mkdir -p "$3/bin" && cp "$PIP" "$3/bin/pip" && cp "$0" "$3/bin/python"
[ "$3" = doctor ] && echo '{"Healthy": true}'
exit 0
"""


def make(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`make` in a fresh folder, with an interpreter and a pip that only pretend."""
    shutil.copy(ROOT / "Makefile", folder)
    for name in (
        "pyproject.toml",
        "emulator/pyproject.toml",
        "tests/requirements.txt",
        "layers/sdk/requirements.txt",
        "cli/image_export_cli/artifacts/omitting.py",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    for name, text in (("pip", PIP), ("python", PYTHON)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    given = {"PATH": os.environ["PATH"], "PIP": str(folder / "pip"), **environment}
    command = ["make", f"PYTHON={folder}/python", *arguments]
    return subprocess.run(command, cwd=folder, env=given, capture_output=True, text=True, timeout=HANGS_S, check=False)  # noqa: S603 - our own Makefile


def test_setting_up_says_what_it_does_and_leaves_stdout_to_the_answer(tmp_path: Path) -> None:
    done = make(tmp_path, "doctor", "ARGS=--json")
    assert (done.returncode, done.stdout) == (0, '{"Healthy": true}\n')
    assert ("First run" in done.stderr, "MB" in done.stderr, "minutes" in done.stderr) == (True, True, True)


def test_without_a_network_it_says_that_it_is_the_network(tmp_path: Path) -> None:
    said = "WARNING: Retrying after connection broken by 'NewConnectionError(...)': /simple/aiohttp/"
    done = make(tmp_path, "setup", PIP_SAYS=said, PIP_ENDS="1")
    assert (done.returncode, "cannot be reached" in done.stderr, said in done.stderr) == (2, True, False)
    assert not (tmp_path / ".venv/.done").exists()


def test_what_else_goes_wrong_is_said_as_pip_says_it(tmp_path: Path) -> None:
    done = make(tmp_path, "setup", PIP_SAYS="ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", PIP_ENDS="1")
    assert (done.returncode, "DO NOT MATCH" in done.stderr, "reached" in done.stderr) == (2, True, False)


def test_setting_up_installs_what_is_hashed_and_then_both_distributions_so_that_they_can_be_edited(
    tmp_path: Path,
) -> None:
    assert make(tmp_path, "setup").returncode == 0
    hashed, ours, layer = (tmp_path / "asked-of-pip").read_text().splitlines()
    assert hashed.endswith("--require-hashes -r tests/requirements.txt")
    assert ours.endswith("--no-deps --no-build-isolation --editable . --editable ./emulator")
    assert layer.endswith("--require-hashes -r layers/sdk/requirements.txt")
