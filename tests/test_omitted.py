"""What is pinned and does not ship: only clients of the vendors want it, and nothing leads to these."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from image_export.edges.runtime.versions import SHIPPED
from image_export_cli.artifacts.installed import named
from image_export_cli.artifacts.omitting import OMITTED, omit

ROOT = Path(__file__).parent.parent
REQUIREMENTS = (ROOT / "layers" / "sdk" / "requirements.txt").read_text()
SDKS, PACKAGE = ROOT / "build" / "opt" / "python", ROOT / "functions" / "image-export"
OMITTED_MODULES = {name.replace("-", "_") for name in OMITTED} | {"attr"}  # attrs has two
BROKEN = ("Tea.core", "alibabacloud_oss_v2.aio")
# Whatever imports one of these has its last word in its text: nothing else is worth parsing.
WORDS = re.compile(rf"\b(?:{'|'.join({*OMITTED_MODULES, 'core', 'aio'})})\b".encode())


def imports(file: Path, folder: Path) -> Iterator[str]:
    """Dotted names of everything that a module imports, inside functions too."""
    package = file.relative_to(folder).parent.parts
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else ()
            name = ".".join([*above, *filter(None, [node.module])])
            yield from (f"{name}.{alias.name}" for alias in node.names)


@pytest.fixture(scope="module")
def edges() -> list[tuple[str, str]]:
    """Each import of the shipped SDKs and of our package: who, and what."""
    found = []
    for folder in (SDKS, PACKAGE):
        for file in sorted(folder.rglob("*.py")):
            if "aio" not in file.parts and not WORDS.search(file.read_bytes()):
                continue
            who = ".".join(file.relative_to(folder).with_suffix("").parts)
            found += [(who, what) for what in imports(file, folder)]
    return found


def below(name: str, *modules: str) -> bool:
    """Whether a dotted name is one of these modules, or something in it."""
    return any(f"{name}.".startswith(f"{module}.") for module in modules)


def test_three_modules_import_what_is_omitted(edges: list[tuple[str, str]]) -> None:
    """Imports inside functions count, so that no path of a fault comes upon a fourth."""
    assert {(who, what.partition(".")[0]) for who, what in edges if below(what, *OMITTED_MODULES)} == {
        ("Tea.core", "aiohttp"),
        ("alibabacloud_oss_v2.aio.transport.aiohttp_client", "aiohttp"),
        ("msgspec._utils", "attrs"),  # for a class that attrs has made, which without attrs there is none of
    }


def test_nothing_that_ships_imports_the_two_clients_that_are_broken_by_it(edges: list[tuple[str, str]]) -> None:
    assert ("alibabacloud_oss_v2.aio.__init__", "alibabacloud_oss_v2.aio.client.AsyncClient") in edges  # they are seen
    assert [(who, what) for who, what in edges if below(what, *BROKEN) and not below(who, *BROKEN)] == []


def test_by_the_requirements_only_the_vendors_http_client_wants_what_is_omitted() -> None:
    for name in OMITTED:
        (said,) = re.findall(rf"^{name}==.*\n((?: .*\n)+)", REQUIREMENTS, re.MULTILINE)
        wanting = set(re.findall(r"^ +# +(?:via +)?(?!via$)(\S+)$", said, re.MULTILINE))
        assert wanting
        assert wanting <= OMITTED | {"alibabacloud-tea"}


def test_an_instance_tells_the_version_of_nothing_that_is_omitted() -> None:
    """The doctor would find it missing in every function."""
    assert not OMITTED & {name.lower() for name in SHIPPED}


def test_the_tests_run_on_what_ships() -> None:
    pinned = set(re.findall(r"^([\w.-]+)==", REQUIREMENTS, re.MULTILINE))
    assert named(SDKS).keys() == pinned - OMITTED


def test_a_distribution_goes_with_its_folders_and_takes_nothing_of_its_neighbours(tmp_path: Path) -> None:
    for name, files in {
        "yarl": ["yarl/a/b.py", "yarl/c.py"],
        "attrs": ["shared/d.py"],
        "idna": ["shared/e.py"],
    }.items():
        for file in (*files, record := f"{name}-1.0.dist-info/RECORD"):
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file).touch()
        (tmp_path / record).write_text("".join(f"{file},sha256=,1\n" for file in (*files, record)))
    omit(tmp_path)
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"idna-1.0.dist-info/RECORD", "shared/e.py"}
    assert {path.name for path in tmp_path.iterdir()} == {"idna-1.0.dist-info", "shared"}
