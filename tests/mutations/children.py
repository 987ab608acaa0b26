"""pytest in a child that imports some modules changed. It is forked from this process, once all else is imported."""

import ast
import builtins
import importlib.machinery
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import CodeType
from typing import NamedTuple, TypeVar

import pytest

from tests.mutations.refusals import HIT, ROOT

QUIET = ("-q", "-x", "--no-header", "--tb=no", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly")
T = TypeVar("T")
AT_A_TIME = max(2, os.cpu_count() or 2)
CHANGED = (
    "alicloud_emulator",
    "image_export",
    "image_export_cli",
    "index",
)  # nothing of these is imported before a child has its change


class Change(NamedTuple):
    """The modules whose source is changed, by name or by the name of their package, and how: file and tree to tree."""

    modules: tuple[str, ...]
    apply: Callable[[str, ast.Module], ast.Module]


def prepare() -> None:
    """Import what no change touches, so that every child has it."""
    import aiohttp.web  # noqa: F401
    import alibabacloud_oss_v2  # noqa: F401
    import fc2  # noqa: F401
    import yaml  # noqa: F401
    from aliyunsdkcore.client import AcsClient  # noqa: F401

    assert not [name for name in sys.modules if name.partition(".")[0] in CHANGED]


def start(tests: Sequence[str], change: Change, limit_s: int, options: Sequence[str] = QUIET) -> int:
    """Fork a child that runs the tests with the change in its modules; its process id."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        os.setsid()
        signal.alarm(limit_s)
        unresponsive = os.open(os.devnull, os.O_WRONLY)
        os.dup2(unresponsive, 1)
        os.dup2(unresponsive, 2)
        sys.meta_path.insert(0, Changing(change))
        code = int(pytest.main([*options, *tests]))
    finally:
        os._exit(code)


def surviving(waiting: list[tuple[T, list[str]]], change_of: Callable[[T], Change], limit_s: int) -> Iterator[T]:
    """Of things with their tests, those whose tests pass with the change that each makes; several at a time."""
    running: dict[int, T] = {}
    while waiting or running:
        while waiting and len(running) < AT_A_TIME:
            thing, tests = waiting.pop()
            running[start(tests, change_of(thing), limit_s)] = thing
        child, status = os.wait()
        thing = running.pop(child)
        if len(waiting) % 25 == 0:
            print(f"{len(waiting)} are left", flush=True)  # noqa: T201 - progress
        if passed(status):
            yield thing


def passed(status: int) -> bool:
    """Whether a child's tests passed; one that had to be ended by its alarm did not."""
    return os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0


def tell_of_hits(file: Path) -> None:
    """Let the refusals of a telling emulator be written to a file, each with the test that has reached it."""
    seen: set[str] = set()

    def hit(name: str, line: int, column: int) -> None:
        test = os.environ.get("PYTEST_CURRENT_TEST", "").partition(" (")[0]
        told = f"{name}\t{line}\t{column}\t{test}\n"
        if test and told not in seen:
            seen.add(told)
            with file.open("a", encoding="utf-8") as out:
                out.write(told)

    setattr(builtins, HIT, hit)


class Changing(PathFinder):
    """Finds modules as ever, and has the source of some changed."""

    def __init__(self, change: Change) -> None:
        self.change = change

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:  # type: ignore[override]
        """The spec of a module that is changed; None for any other."""
        if not any(fullname == name or fullname.startswith(f"{name}.") for name in self.change.modules):
            return None
        spec = PathFinder.find_spec(fullname, path, target)  # type: ignore[arg-type]  # as the import system calls it
        if spec and spec.origin and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = Changed(fullname, spec.origin, self.change)
        return spec


class Changed(importlib.machinery.SourceFileLoader):
    """Compiles the changed tree of a file."""

    def __init__(self, name: str, path: str, change: Change) -> None:
        super().__init__(name, path)
        self.apply = change.apply

    def get_code(self, fullname: str) -> CodeType:
        """The code; no cache is read or written."""
        path = self.get_filename(fullname)
        file = Path(path).resolve().relative_to(ROOT).as_posix()
        tree = self.apply(file, ast.parse(self.get_data(path)))
        return compile(ast.fix_missing_locations(tree), path, "exec")
