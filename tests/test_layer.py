"""What is uploaded: the same bytes when built twice, compiled for its runtime, whole, and without what never runs."""

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from image_export.errors import OurFault
from image_export_cli.artifacts.building import build_layer, build_package
from image_export_cli.artifacts.compiling import compile_all
from image_export_cli.artifacts.fetching import NotForFcError, check_tags
from image_export_cli.artifacts.omitting import OMITTED
from image_export_cli.artifacts.runtimes import RUNTIMES, Interpreter, MissingInterpreterError, interpreter
from image_export_cli.artifacts.sdk_manifest import FILE
from image_export_cli.artifacts.trimming import ships
from image_export_cli.artifacts.zipping import write_zip
from tests.commands import CODE
from tests.patience import HANGS_S

from .test_omitted import OMITTED_MODULES

ROOT = Path(__file__).parent.parent
UNCHECKED_HASH = 0b01  # PEP 552: by hash, and the source is not looked at


def here() -> Iterator[Interpreter]:
    """The interpreters of FC's runtimes that this machine has."""
    for runtime in RUNTIMES:
        try:
            yield interpreter(runtime)
        except MissingInterpreterError:
            continue


INTERPRETERS = [*here()]
needs_one = pytest.mark.skipif(not INTERPRETERS, reason="neither python3.10 nor python3.12 is on this machine")


# The zip


def test_the_same_files_are_the_same_bytes_whatever_their_times_and_modes(tmp_path: Path) -> None:
    for name, mode, when in (("one", 0o600, 1), ("two", 0o777, 2_000_000_000)):
        (tmp_path / name / "b").mkdir(parents=True)
        for file in ("b/z.py", "a.py"):
            path = tmp_path / name / file
            path.write_text(file)
            path.chmod(mode)
            os.utime(path, (when, when))
        write_zip(tmp_path / name, tmp_path / f"{name}.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_everybody_may_read_what_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.py").touch(0o600)
    write_zip(tmp_path / "in", tmp_path / "a.zip")
    assert [entry.external_attr >> 16 & 0o777 for entry in zipfile.ZipFile(tmp_path / "a.zip").infolist()] == [0o644]


# What never runs


@pytest.mark.parametrize(
    "name",
    [
        "Crypto/SelfTest/Cipher/test_AES.py",
        "yaml/_yaml.pyx",
        "Crypto/Cipher/AES.pyi",
        "structlog/py.typed",
        "bin/jp.py",
        "msgspec-0.22.0.dist-info/RECORD",
    ],
)
def test_tests_stubs_sources_of_c_and_records_do_not_ship(name: str) -> None:
    assert not ships(Path(name))


@pytest.mark.parametrize(
    "name",
    [
        "aliyunsdkecs/request/v20140526/AddTagsRequest.py",  # unused here, and not ours to take away
        "aliyunsdkcore/data/endpoints.json",
        "certifi/cacert.pem",
        "msgspec/_core.cpython-310-x86_64-linux-gnu.so",
        "msgspec-0.22.0.dist-info/METADATA",
        "msgspec-0.22.0.dist-info/licenses/LICENSE",
    ],
)
def test_code_data_and_licences_ship(name: str) -> None:
    assert ships(Path(name))


# The interpreters


def test_a_command_of_that_name_that_runs_nothing_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim = tmp_path / "python3.10"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    with pytest.raises(MissingInterpreterError, match=r"only it can compile for FC's python3\.10"):
        interpreter("python3.10")


def test_without_an_interpreter_the_command_says_what_to_do(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "image_export_cli", "package", "--runtime", "python3.10", "--out", str(tmp_path)]
    environment = {**CODE, "PATH": str(tmp_path), "PYENV_ROOT": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
    assert (done.returncode, [*tmp_path.iterdir()]) == (1, [])
    assert "Put it on PATH" in done.stderr


def test_what_was_built_for_this_machine_alone_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "crcmod-1.dist-info" / "WHEEL"
    wheel.parent.mkdir()
    wheel.write_text("Wheel-Version: 1.0\nTag: cp310-cp310-linux_x86_64\n")
    with pytest.raises(NotForFcError, match="crcmod"):
        check_tags(wheel)


# The package


@needs_one
def test_the_package_built_twice_is_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        build_package(INTERPRETERS, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


@needs_one
def test_a_package_with_a_policy_that_is_not_valid_is_not_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    functions = tmp_path / "functions" / "image-export"
    functions.mkdir(parents=True)
    (functions / "policy.yaml").write_text("version: 1\naccounts: []\nrulez: []\n")
    monkeypatch.setattr("image_export_cli.artifacts.building.root", lambda: tmp_path)
    with pytest.raises(OurFault, match=r"policy\.rulez: unknown key, did you mean rules"):
        build_package([], tmp_path / "image-export.zip")
    assert not (tmp_path / "image-export.zip").exists()


def test_every_module_of_the_package_is_compiled_for_each_runtime(tmp_path: Path) -> None:
    build_package(INTERPRETERS, tmp_path / "package.zip")
    names = set(zipfile.ZipFile(tmp_path / "package.zip").namelist())
    assert {"index.py", "policy.yaml"} <= names
    for name in [name for name in names if name.endswith(".py")]:
        folder, _, module = name.rpartition("/")
        for one in INTERPRETERS:
            tag = one.runtime.replace("python", "cpython-").replace(".", "")
            assert f"{folder}/__pycache__/{module[:-3]}.{tag}.pyc".lstrip("/") in names


@needs_one
def test_bytecode_is_believed_without_a_look_at_its_source(tmp_path: Path) -> None:
    source = tmp_path / "module.py"
    source.write_text("told = 'compiled'\n")
    compile_all(INTERPRETERS[0], tmp_path, "/code")
    (compiled,) = tmp_path.glob("__pycache__/*.pyc")
    source.write_text("told = 'source'\n")
    assert int.from_bytes(compiled.read_bytes()[4:8], "little") == UNCHECKED_HASH
    command = [INTERPRETERS[0].program, "-c", "import module; print(module.told)"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout  # noqa: S603 - a Python
    assert told == "compiled\n"


# The layer: fetched from the package index, so for make prove


@pytest.fixture(scope="module", params=INTERPRETERS, ids=lambda one: one.runtime)
def layer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Interpreter, Path]:
    """A layer for each runtime that can be built here."""
    file = tmp_path_factory.mktemp("dist") / f"layer-{request.param.runtime}.zip"
    build_layer(request.param, file)
    return request.param, file


@pytest.mark.prove
def test_the_layer_built_twice_is_the_same_bytes(layer: tuple[Interpreter, Path], tmp_path: Path) -> None:
    one, file = layer
    build_layer(one, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == file.read_bytes()


@pytest.mark.prove
def test_the_manifest_names_what_was_pinned_with_a_licence_each_or_as_omitted(layer: tuple[Interpreter, Path]) -> None:
    pinned = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "layers/sdk/requirements.txt").read_text(), re.MULTILINE)
    said = json.loads(zipfile.ZipFile(layer[1]).read(FILE))
    ships, omitted = (
        {(one["name"].lower().replace("_", "-"), one["version"]) for one in said[key]}
        for key in ("distributions", "omitted")
    )
    assert ships | omitted == {(name.lower(), version) for name, version in pinned}
    assert {name for name, _ in omitted} == OMITTED
    assert not OMITTED & {name for name, _ in ships}
    assert all(one["license"] and one["size_bytes"] for one in said["distributions"])


@pytest.mark.prove
def test_nothing_that_is_omitted_lies_in_the_layer(layer: tuple[Interpreter, Path]) -> None:
    tops = {name.split("/")[1] for name in zipfile.ZipFile(layer[1]).namelist() if name.startswith("python/")}
    assert not tops & OMITTED_MODULES
    assert {"Tea", "alibabacloud_openapi_util", "idna", "typing_extensions.py"} <= tops


@pytest.mark.prove
def test_each_module_of_the_layer_that_loads_untrimmed_loads_from_it(
    layer: tuple[Interpreter, Path], tmp_path: Path
) -> None:
    """Only what needs another platform or something that nobody pinned may fail: nothing that was trimmed.

    For want of what was omitted two fail: the vendor's HTTP client, and the asynchronous client of OSS.
    """
    zipfile.ZipFile(layer[1]).extractall(tmp_path)
    program = LOAD_ALL.format(opt=str(tmp_path / "python"))
    command = [layer[0].program, "-I", "-S", "-B", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - a Python
    lines = done.stdout.splitlines()
    assert not [line for line in lines if re.search("|".join(TRIMMED), line)]
    failed = {
        line.split()[0] for line in lines if set(re.findall(r"\w+", line.partition(" wants ")[2])) & OMITTED_MODULES
    }
    assert {name for name in failed if not name.startswith("alibabacloud_oss_v2.aio.")} == {
        "Tea.core",
        "alibabacloud_oss_v2.aio",
    }


TRIMMED = (r"\.tests?\b", r"SelfTest")
LOAD_ALL = """
import importlib, pathlib, sys, warnings
warnings.simplefilter("ignore")
sys.path.insert(0, opt := {opt!r})
for file in sorted(pathlib.Path(opt).rglob("*.py")):
    name = ".".join(file.relative_to(opt).with_suffix("").parts).removesuffix(".__init__")
    try:
        importlib.import_module(name)
    except ImportError as missing:
        print(name, "wants", missing.name or missing)
    except BaseException:
        pass
"""


@pytest.mark.prove
def test_the_demo_runs_from_the_zips(layer: tuple[Interpreter, Path], tmp_path: Path) -> None:
    build_package([layer[0]], tmp_path / "package.zip")
    zips = ["--package", str(tmp_path / "package.zip"), "--layer", str(layer[1]), "--runtime", layer[0].runtime]
    command = [sys.executable, "-m", "image_export_cli", "demo", *zips]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=HANGS_S, check=False)  # noqa: S603 - our own program
    assert done.returncode == 0, done.stdout + done.stderr
