"""The house keeps its own rules: who imports whom, and where the vendors' SDKs may be spoken."""

import ast
import re
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
    foreign = {part for level, name in imports(file) if not level for part in (name, name.split(".")[0])}
    if room != "edges":
        assert not foreign & VENDORS
    if room in ("values", "decisions"):
        assert not foreign & IMPURE


# The rooms of each kind, the lowest first: a room may import those that stand before it.
FLOORS = {
    "decisions": (
        *("wording", "strict_json", "naming", "codes", "settings_text", "secret_shapes", "objects", "unpack", "policy"),
        *("state", "watcher", "results", "restore", "drill", "cards", "arrivals", "http"),
    ),
    "use_cases": (
        *(
            "ports",
            "paging",
            "unpack",
            "ledger",
            "context",
            "export",
            "restore",
            "drill",
            "entrances",
            "delivery",
            "night",
        ),
        "watch",
    ),
    "edges": ("retrying", "netrc", "runtime", "faults", "aliyun", "outward", "notify"),
}


@pytest.mark.parametrize("kind", FLOORS)
def test_every_room_has_its_floor(kind: str) -> None:
    there = {file.stem for file in (PACKAGE / kind).iterdir() if file.stem.strip("_") not in ("init", "pycache")}
    assert there == set(FLOORS[kind])


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_no_arrow_runs_back_up(file: Path) -> None:
    kind, room, *_ = (*file.relative_to(PACKAGE).with_suffix("").parts, "")
    floors = FLOORS.get(kind, ())
    named = [name.split(".")[2] for name in known(file, PACKAGE) if name.startswith(f"image_export.{kind}.")]
    used = {name for name in named if name in floors}
    assert used <= set(floors[: floors.index(room) + 1] if floors else ())


COMMAND, EMULATOR = ROOT / "cli" / "image_export_cli", ROOT / "emulator" / "alicloud_emulator"
VERBS = {file.parent.name for file in COMMAND.glob("*/command.py")}


def known(file: Path, package: Path) -> set[str]:
    """The dotted names of everything that a file of a package may have imported, relative imports spelled out."""
    here = file.relative_to(package.parent).parts[:-1]
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = here[: len(here) - node.level + 1] if node.level else ()
            base = ".".join([*above, *filter(None, [node.module])])
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return found


def tops(file: Path, package: Path) -> set[str]:
    """The packages that a file imports from."""
    return {name.split(".")[0] for name in known(file, package)}


def test_the_package_imports_neither_the_command_nor_the_emulator() -> None:
    files = [PACKAGE.parent / "index.py", *PACKAGE.rglob("*.py")]
    assert not [file for file in files if tops(file, PACKAGE) & {"image_export_cli", "alicloud_emulator"}]


def test_the_emulator_imports_neither_the_package_nor_the_command() -> None:
    files = EMULATOR.rglob("*.py")
    assert not [file for file in files if tops(file, EMULATOR) & {"image_export", "image_export_cli", "index"}]


def test_the_emulator_names_no_project_that_runs_on_it() -> None:
    names = re.compile("image-export|image_export", re.IGNORECASE)
    assert [str(file) for file in EMULATOR.rglob("*.py") if names.search(file.read_text())] == []


def test_of_the_command_the_demo_alone_imports_the_emulator() -> None:
    using = [file for file in COMMAND.rglob("*.py") if "alicloud_emulator" in tops(file, COMMAND)]
    assert {file.relative_to(COMMAND).parts[0] for file in using} == {"demo"}


def test_no_verb_of_the_command_imports_another_and_no_shared_part_imports_a_verb() -> None:
    assert {"doctor", "policy", "policies", "events", "demo", "layer", "package", "schemas"} <= VERBS
    for file in COMMAND.rglob("*.py"):
        own = file.relative_to(COMMAND).parts[0]
        used = {name.split(".")[1] for name in known(file, COMMAND) if name.startswith("image_export_cli.")}
        assert not (used & VERBS) - {own}, file


def test_the_command_speaks_to_vendors_in_one_room_and_the_demo_as_their_client() -> None:
    speaking = {file.relative_to(COMMAND).parts[0] for file in COMMAND.rglob("*.py") if tops(file, COMMAND) & VENDORS}
    assert speaking == {"cloud", "demo"}


def modules(package: Path) -> dict[str, Path]:
    """The modules of a package by dotted name; the package itself is its `__init__`."""
    named = {file: file.relative_to(package.parent).with_suffix("").parts for file in package.rglob("*.py")}
    return {".".join(parts).removesuffix(".__init__"): file for file, parts in named.items()}


def circles(imported: dict[str, set[str]]) -> set[str]:
    """The modules that import themselves in the end: what is left when those that import nothing left are taken out."""
    left = dict(imported)
    while done := {name for name, names in left.items() if not names & left.keys()}:
        left = {name: names for name, names in left.items() if name not in done}
    return set(left)


@pytest.mark.parametrize("package", [PACKAGE, EMULATOR, COMMAND], ids=lambda package: package.name)
def test_no_module_imports_itself_by_way_of_others_not_even_for_types(package: Path) -> None:
    named = modules(package)
    imported = {name: (known(file, package) & named.keys()) - {package.name} for name, file in named.items()}
    assert len(imported) > 30
    assert circles(imported) == set()


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == {"a", "b", "c"}


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
    used = {part for file in EMULATOR.rglob("*.py") for _, name in imports(file) for part in (name, name.split(".")[0])}
    assert not used & (VENDORS | {"Tea", "alibabacloud_openapi_util", "msgspec"})
    judge, judged = bodies(EMULATOR), {**bodies(PACKAGE), **bodies(COMMAND)}
    assert [(judge[body], judged[body]) for body in set(judge) & set(judged)] == []
