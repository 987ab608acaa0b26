"""The house keeps its own rules: who imports whom, and where the vendors' SDKs may be spoken."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "functions" / "image-export" / "image_export"
MAY_IMPORT = {
    "values": {"values"},
    "decisions": {"values", "decisions", "errors"},
    "use_cases": {"values", "decisions", "use_cases", "errors"},
    "edges": {"values", "decisions", "use_cases", "edges", "errors"},
    "errors": {"values"},
}
PURE_LIBRARIES = {"msgspec", "yaml"}
VENDORS = {
    "Tea",
    "alibabacloud_openapi_util",
    "aliyunsdkcore",
    "aliyunsdkecs",
    "aliyunsdksts",
    "alibabacloud_oss_v2",
    "fc2",
}
IMPURE = {"os", "socket", "subprocess", "time", "random", "uuid", "threading", "requests", "urllib.request"}


def imports(file: Path) -> Iterator[tuple[int, str]]:
    """Level and dotted name of everything that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.level, node.module or ""


def rooms(file: Path) -> set[str]:
    """The folders of the package that a file imports from."""
    here = file.relative_to(PACKAGE).parts
    found = set()
    for level, name in imports(file):
        base = [*here[: len(here) - level], *name.split(".")] if level else name.split(".")[1:]
        if level or name.startswith("image_export."):
            found.add(base[0])
    return found - {""}


FILES = [file for file in sorted(PACKAGE.rglob("*.py")) if file.name != "__init__.py"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_imports_point_inwards(file: Path) -> None:
    room = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert rooms(file) <= MAY_IMPORT[room]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_vendors_are_spoken_in_edges_alone_and_values_and_decisions_are_pure(file: Path) -> None:
    room = file.relative_to(PACKAGE).parts[0]
    outside = {part for level, name in imports(file) if not level for part in (name, name.split(".")[0])}
    if room != "edges":
        assert not outside & VENDORS
    if room in ("values", "decisions"):
        assert not outside & IMPURE


def test_the_emulator_and_the_package_do_not_know_each_other() -> None:
    emulator = Path(__file__).parent.parent / "emulator"
    assert not [
        file for file in emulator.rglob("*.py") if "image_export" in {name.split(".")[0] for _, name in imports(file)}
    ]
    assert not [
        file for file in PACKAGE.rglob("*.py") if "emulator" in {name.split(".")[0] for _, name in imports(file)}
    ]


DOCTOR = Path(__file__).parent.parent / "doctor"


def test_the_doctor_ships_with_nothing_and_speaks_to_vendors_in_its_edges_alone() -> None:
    package = [PACKAGE.parent / "index.py", *PACKAGE.rglob("*.py")]
    assert not [file for file in package if "doctor" in {name.split(".")[0] for _, name in imports(file)}]
    for file in DOCTOR.rglob("*.py"):
        spoken = {name.split(".")[0] for level, name in imports(file) if not level}
        assert "emulator" not in spoken, file
        assert file.parent.name == "edges" or not spoken & VENDORS, file


def bodies(folder: Path) -> dict[str, str]:
    """What functions do, without names and docstrings, and where; one-liners say too little to be copies."""
    found: dict[str, str] = {}
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                told = ast.get_docstring(node) is not None
                done = [ast.dump(statement) for statement in node.body[told:]]
                if len(done) > 1 or len("".join(done)) > 400:
                    found["\n".join(done)] = f"{file.name}: {node.name}"
    return found


def test_the_emulator_neither_borrows_nor_copies_what_signs_and_decodes() -> None:
    emulator = ROOT / "emulator"
    served = [file for file in emulator.rglob("*.py") if file.parent.name != "demo"]  # the demo is a client
    used = {part for file in served for _, name in imports(file) for part in (name, name.split(".")[0])}
    assert not used & (VENDORS | {"Tea", "alibabacloud_openapi_util", "msgspec"})
    judge, judged = bodies(emulator), {**bodies(PACKAGE), **bodies(ROOT / "doctor")}
    assert [(judge[body], judged[body]) for body in set(judge) & set(judged)] == []
