"""A wheel of each distribution, installed alone into a fresh environment: its command is there, and serves.

The package index is asked for what they need, so this is for `make prove`.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
import venv
from pathlib import Path

import pytest

from tests.commands import ROOT
from tests.patience import HANGS_S

pytestmark = pytest.mark.prove
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "cli", "functions", "layers", "emulator")
BUILT_IN = ("pip", "setuptools", "pkg_resources", "_distutils_hack")  # of an environment of Python 3.11
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


class Installed:
    """An environment with one wheel and what that needs."""

    def __init__(self, folder: Path, distribution: str) -> None:
        self.folder = folder
        wheels, constraints = folder / "wheels", folder / "constraints.txt"
        for name in SOURCES:  # a copy, since building leaves folders behind
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, folder / "sources" / name)
        pins = re.findall(r"^([\w.-]+)(?:\[.*\])?(==[^\\\n]+)", (ROOT / "tests" / "requirements.txt").read_text(), re.M)
        constraints.write_text("".join(f"{name}{version}\n" for name, version in pins))
        building = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-w", str(wheels)]
        self._run(*building, str(folder / "sources" / distribution))
        (self.wheel,) = wheels.glob("*.whl")
        venv.create(folder / "environment", with_pip=True)
        self._run(str(self.program("pip")), "install", "-q", "-c", str(constraints), str(self.wheel))

    def program(self, name: str) -> Path:
        """A program of the environment."""
        return self.folder / "environment" / "bin" / name

    def run(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """What it does, in a folder with nothing in it."""
        (self.folder / "empty").mkdir(exist_ok=True)
        return subprocess.run(  # noqa: S603 - our own program
            [self.program(name), *arguments],
            cwd=self.folder / "empty",
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=HANGS_S,
            check=False,
        )

    def _run(self, *command: str) -> None:
        done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)  # noqa: S603 - pip
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """`pip install .`"""
    folder = tmp_path_factory.mktemp("command")
    (folder / "sources").mkdir()
    return Installed(folder, ".")


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """`pip install ./emulator`"""
    folder = tmp_path_factory.mktemp("emulator")
    (folder / "sources").mkdir()
    return Installed(folder, "emulator")


def modules(installed: Installed, *names: str) -> list[str]:
    """Those of these modules that are there."""
    program = f"from importlib.util import find_spec; print(*[name for name in {names!r} if find_spec(name)])"
    return installed.run("python", "-c", program).stdout.split()


@pytest.mark.parametrize("way", [("image-export",), ("python", "-m", "image_export_cli")], ids=" ".join)
def test_the_command_is_there_in_both_ways(command: Installed, way: tuple[str, ...]) -> None:
    done = command.run(*way, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Look at a deployment and name what is wrong." in done.stdout


def test_the_command_brings_the_package_and_no_tool_of_ours(command: Installed) -> None:
    known = ("image_export", "image_export_cli", "index", "tests", "alicloud_emulator", "pytest", "hypothesis", "mypy")
    assert modules(command, *known) == ["image_export", "image_export_cli"]
    assert command.run("python", "-m", "pip", "check").stdout == "No broken requirements found.\n"


def test_the_command_and_what_it_needs_take_at_most_60_mb(command: Installed) -> None:
    """As its wheels have it: without the bytecode that Python makes of it, and without what every environment has."""
    (site,) = (command.folder / "environment" / "lib").glob("python*/site-packages")
    brought = [
        file.stat().st_size
        for file in site.rglob("*")
        if file.is_file()
        and "__pycache__" not in file.parts
        and not file.relative_to(site).parts[0].startswith(BUILT_IN)
    ]
    assert 40e6 < sum(brought) <= 60e6
    program = "import importlib.metadata as m; print([one for one in m.requires('image-export') if 'extra' not in one])"
    asked = command.run("python", "-c", program).stdout
    assert "click" in asked
    assert "setuptools" not in asked


def test_verbs_of_an_installed_command_work_beside_the_files_of_a_deployment(command: Installed) -> None:
    given = ("--functions", str(ROOT / "s.yaml"), "--account", "1234567890123456")
    done = command.run("image-export", "policies", "image-export", *given)
    assert (done.returncode, done.stderr, json.loads(done.stdout)["Version"]) == (0, "", "1")
    assert command.run("image-export", "schemas", "--out", "here").returncode == 0
    written = command.folder / "empty" / "here" / "policy.json"
    assert written.read_bytes() == (ROOT / "schemas" / "policy.json").read_bytes()
    assert "ALIBABA_CLOUD_ACCESS_KEY_ID" in command.run("image-export", "events", *given[:2]).stderr


def test_the_demo_of_an_installed_command_says_that_the_emulator_is_needed(command: Installed) -> None:
    done = command.run("image-export", "demo")
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install ./emulator" in done.stderr


@pytest.mark.parametrize("way", [("alicloud-emulator",), ("python", "-m", "alicloud_emulator")], ids=" ".join)
def test_the_emulator_serves_by_itself(emulator: Installed, way: tuple[str, ...]) -> None:
    (emulator.folder / "served").mkdir(exist_ok=True)
    command = [str(emulator.program(way[0])), *way[1:]]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, cwd=emulator.folder / "served", env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout
            ready = json.loads(process.stdout.readline())
            with urllib.request.urlopen(f"{ready['endpoint']}/_emulator/state", timeout=HANGS_S) as answer:  # noqa: S310
                state = json.load(answer)
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(HANGS_S) == 0
    assert (ready["event"], state["images"]) == ("emulator.ready", [])


def test_the_emulator_brings_nothing_of_the_project(emulator: Installed) -> None:
    known = ("image_export", "image_export_cli", "index", "tests", "alicloud_emulator", "pytest", "rich", "msgspec")
    assert modules(emulator, *known) == ["alicloud_emulator"]
    assert emulator.run("python", "-m", "pip", "check").stdout == "No broken requirements found.\n"
