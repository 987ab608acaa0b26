"""Every place where the emulator refuses, found in its source, and the source without one of them.

A refusal is a `raise` of an error that a caller, or the author of a deployment file, can meet. What says that the
emulator itself is wrong (RuntimeError and the like) is none, nor is what a test has ordered (`faults`).
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEFT_OUT = ("command.py", "running.py", "faults.py")  # the command line, a client of the emulator, ordered faults
OWN_FAULTS = frozenset({"RuntimeError", "TypeError", "NotImplementedError", "Dropped"})
HIT = "__refusal_is_reached__"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A `raise`: its file below the root, its line and column, and how it reads."""

    file: str
    line: int
    column: int
    text: str

    @property
    def place(self) -> str:
        """As an editor opens it."""
        return f"{self.file}:{self.line}"


def all_refusals() -> list[Refusal]:
    """Every one, file by file."""
    files = sorted((ROOT / "emulator").rglob("*.py"))
    chosen = [file for file in files if file.name not in LEFT_OUT]
    return [refusal for file in chosen for refusal in refusals_in(file)]


def refusals_in(file: Path) -> Iterator[Refusal]:
    """Those of one file."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and is_refusal(node):
            name = file.relative_to(ROOT).as_posix()
            yield Refusal(name, node.lineno, node.col_offset, ast.unparse(node)[:100])


def is_refusal(node: ast.Raise) -> bool:
    """Whether it says no to somebody; a bare `raise` passes on what another has said."""
    if not isinstance(node.exc, ast.Call):
        return False
    called = node.exc.func
    name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
    return name not in OWN_FAULTS and name != "ArgumentTypeError"


class Accepting(ast.NodeTransformer):
    """Leaves one refusal out, as if its check had passed."""

    def __init__(self, refusal: Refusal) -> None:
        self.at = (refusal.line, refusal.column)

    def visit_Raise(self, node: ast.Raise) -> ast.stmt:
        """The refusal becomes nothing; every other one stays."""
        return ast.copy_location(ast.Pass(), node) if (node.lineno, node.col_offset) == self.at else node


class Telling(ast.NodeTransformer):
    """Tells of each refusal when it is reached."""

    def __init__(self, file: str) -> None:
        self.file = file

    def visit_Raise(self, node: ast.Raise) -> list[ast.stmt]:
        """A call before the refusal."""
        if not is_refusal(node):
            return [node]
        told = f"import builtins; builtins.{HIT}({self.file!r}, {node.lineno}, {node.col_offset})"
        before = ast.parse(told).body
        return [*(ast.copy_location(statement, node) for statement in before), node]
