"""Copies of distributions inside others are found by the versions that stand in them, and docs/deploy.md names them."""

import re
from pathlib import Path

from image_export_cli.artifacts.vendored import vendored

ROOT = Path(__file__).parent.parent
OPT = ROOT / "build" / "opt" / "python"


def install(folder: Path, host: str, version: str, files: dict[str, str]) -> None:
    """A distribution with these files."""
    info = folder / f"{host}-{version}.dist-info"
    info.mkdir()
    (info / "RECORD").write_text("".join(f"{name},,\n" for name in files))
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def test_a_copy_is_named_with_its_version_licence_and_host(tmp_path: Path) -> None:
    files = {
        "host/__init__.py": "__version__ = '2.0'\n",
        "host/_vendor/inner/__init__.py": "__version__ = '1.1'\n__license__ = 'MIT'\n",
        "host/_vendor/inner/__version__.py": "__version__ = '1.1'\n",
        "host/_vendor/six.py": '__version__ = "1.16.0"\n',
        "host/sub/own.py": "__version__ = '2.0'\n",
        "host/data.py": "__version__ = '15.1'\n",
        "host/sub/none.py": "version = '3'\n",
    }
    install(tmp_path, "host", "2.0", files)
    assert vendored(tmp_path) == [
        {"name": "inner", "version": "1.1", "license": "MIT", "within": "host"},
        {"name": "six", "version": "1.16.0", "license": "see its files", "within": "host"},
    ]


def test_the_core_sdk_brings_its_own_requests_and_urllib3() -> None:
    found = {(one["name"], one["within"]) for one in vendored(OPT)}
    assert {("requests", "aliyun-python-sdk-core"), ("urllib3", "aliyun-python-sdk-core")} <= found


def test_the_document_names_each_copy_with_its_version() -> None:
    text = " ".join((ROOT / "docs" / "deploy.md").read_text(encoding="utf-8").split())
    said = re.search(r"carry inside themselves: (.+?)\. It also", text)
    assert said
    assert {f"{one['name']} {one['version']}" for one in vendored(OPT)} == set(
        re.findall(r"([A-Za-z][\w.-]+ \d[\d.]*\d)", said[1])
    )
