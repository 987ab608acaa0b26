"""The functions' package leaves out what no function reads, and works as the checkout does."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from image_export_cli.artifacts.leaving_out import UNREAD, leave_out, without_docstrings

CODE = Path("functions/image-export")
DOCUMENT = "import json, image_export.decisions.http.openapi as it; print(json.dumps(it.openapi()))"
EVERYTHING = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code as it is packed."""
    folder = tmp_path_factory.mktemp("left-out") / "code"
    shutil.copytree(CODE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    leave_out(folder)
    return folder


def ran(code: Path, program: str, *arguments: str) -> str:
    command = [sys.executable, "-B", "-c", program, *arguments]
    return subprocess.run(command, cwd=code, capture_output=True, text=True, check=True, env={"PYTHONPATH": "."}).stdout  # noqa: S603 - our own program


def test_what_no_function_reads_is_not_packed(package: Path) -> None:
    assert not [name for name in UNREAD if (package / name).exists()]
    assert all((CODE / name).exists() for name in UNREAD)


def test_all_that_is_packed_can_be_imported(package: Path) -> None:
    files = [file.relative_to(package).with_suffix("") for file in package.rglob("*.py")]
    ran(package, EVERYTHING, *(".".join(file.parts).removesuffix(".__init__") for file in files))


def test_the_openapi_document_is_the_same(package: Path) -> None:
    assert len(made := ran(package, DOCUMENT)) > 10_000
    assert made == ran(CODE, DOCUMENT)


def test_code_stands_on_the_same_lines_and_does_the_same(package: Path) -> None:
    for file in package.rglob("*.py"):
        packed, source = file.read_text(), (CODE / file.relative_to(package)).read_text()
        assert lines_of(packed) == lines_of(source)
        assert len(packed) <= len(source)


def lines_of(source: str) -> list[tuple[int, str]]:
    """Every statement but docstrings, with its line."""
    return [
        (node.lineno, ast.dump(node))
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.stmt)
        and not hasattr(node, "body")
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]


def test_a_class_keeps_its_docstring_and_a_function_does_not() -> None:
    source = 'class A:\n    """Kept."""\n\n    def b(self):\n        """Gone,\n\n        all of it."""\n'
    assert without_docstrings(source) == 'class A:\n    """Kept."""\n\n    def b(self):\n        ""\n\n\n'
