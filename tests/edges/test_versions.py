"""The versions told are those of the modules that a process loads, found without loading them."""

import subprocess
import sys
from pathlib import Path

import pytest

from image_export.edges.runtime.versions import SHIPPED, versions

PACKAGE = Path(__file__).parents[2] / "functions" / "image-export"
ASK = "import sys; from image_export.edges.runtime.versions import versions; print(versions()['aliyun-python-sdk-ecs'])"


def an_sdk(folder: Path, info: str) -> str:
    """A folder with an SDK and what says its version."""
    (folder / "aliyunsdkecs").mkdir(parents=True)
    (folder / "aliyunsdkecs" / "__init__.py").touch()
    if info:
        (folder / info).mkdir()
    return str(folder)


def told(*path: str, program: str = ASK) -> str:
    """What a process with this search path says."""
    environment = {"PYTHONPATH": ":".join((str(PACKAGE), *path))}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    return done.stdout.strip()


def test_everything_that_ships_is_found_here() -> None:
    assert not {"missing", "unknown"} & set(versions().values())
    assert set(SHIPPED) < set(versions())


@pytest.mark.parametrize(
    "info", ["aliyun_python_sdk_ecs-4.24.26.dist-info", "aliyun_python_sdk_ecs-4.24.26-py3.10.egg-info"]
)
def test_an_older_sdk_that_comes_first_is_told(tmp_path: Path, info: str) -> None:
    older = an_sdk(tmp_path / "preinstalled", info)
    ours = an_sdk(tmp_path / "layer", "aliyun_python_sdk_ecs-4.24.83.dist-info")
    assert (told(older, ours), told(ours, older)) == ("4.24.26", "4.24.83")


def test_what_is_loaded_already_counts_more_than_what_would_be_found_now(tmp_path: Path) -> None:
    older = an_sdk(tmp_path / "preinstalled", "aliyun_python_sdk_ecs-4.24.26.dist-info")
    ours = an_sdk(tmp_path / "layer", "aliyun_python_sdk_ecs-4.24.83.dist-info")
    early = f"import aliyunsdkecs, sys; sys.path.insert(0, {ours!r}); {ASK}"
    assert told(older, program=early) == "4.24.26"


def test_a_module_that_is_not_there_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SHIPPED, "an-sdk-of-the-future", "an_sdk_of_the_future")
    assert versions()["an-sdk-of-the-future"] == "missing"


def test_a_module_without_a_version_beside_it_is_unknown(tmp_path: Path) -> None:
    assert told(an_sdk(tmp_path / "copied", "")) == "unknown"


def test_asking_loads_no_sdk() -> None:
    loaded = (
        "import sys; from image_export.edges.runtime.versions import versions; versions(); print('fc2' in sys.modules)"
    )
    assert told(program=loaded) == "False"
