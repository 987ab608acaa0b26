"""Which fast tests execute each line of the package, by coverage's contexts. One run of the suite, kept in build/."""

import ast
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import zip_longest
from pathlib import Path

from coverage import CoverageData

from tests.mutations.changes import PACKAGE, ROOT, Change, files

FOLDER = ROOT / "build" / "mutations"
SLOW = (
    "tests/flow",
    "tests/emulator",
    "tests/clients",
    "tests/doctor",
    "tests/bench",
)  # the real wire: `make test` runs them
MOST_TESTS = 300  # that are tried for one change: of each file in turn those that execute the fewest other lines
# They hold what is made from types and tables, which no test executes: documents, schemas and the form of facts.
MADE = (
    "tests/test_http_document.py",
    "tests/test_log_events.py",
    "tests/test_manifest.py",
    "tests/test_old_ledger.py",
    "tests/test_policy_schema.py",
    "tests/test_stored_format.py",
)
SPEAK_MOST = 100
LIVES = "tests/simulation/test_simulation.py"  # they execute nearly everything, so they come last


class Reached:
    """The tests by file and line, each with the number of lines that it executes in all."""

    def __init__(self, by_line: dict[str, dict[int, list[str]]]) -> None:
        self._by_line = by_line
        self._breadth = Counter(test for lines in by_line.values() for tests in lines.values() for test in tests)
        self._users = _users()
        self._words = _words_of_tests(self._breadth)

    def tests_of(self, change: Change) -> list[str]:
        """The tests to try, the most specific first; of what is executed at import, those that use its name."""
        lines = self._by_line.get(change.file, {})
        tests = set(lines.get(change.line, ()))
        made = [] if tests else [*MADE]
        if not tests:
            tests = {
                test for file, line in self._users.get((change.file, change.line), ()) for test in self._at(file, line)
            }
        if not tests:
            tests = {test for some in lines.values() for test in some}
        return [*made, *self._few(tests, change)]

    def _few(self, tests: set[str], change: Change) -> list[str]:
        """Those that speak of what is changed; then some of each file, so that one subject's tests do not crowd out
        another's; the lives come last."""
        words = _words(change.was) ^ _words(change.became) or _words(change.was)
        speak = {test: len(words & self._words[test]) for test in tests}
        first = sorted(
            (test for test in tests if speak[test]), key=lambda test: (-speak[test], self._breadth[test], test)
        )
        rest = self._in_turn(tests)
        return [*dict.fromkeys([*first[:SPEAK_MOST], *rest])]

    def _in_turn(self, tests: set[str]) -> list[str]:
        by_file = defaultdict[str, list[str]](list)
        for test in sorted(tests, key=lambda test: (self._breadth[test], test)):
            by_file[test.partition("::")[0]].append(test)
        lives = by_file.pop(LIVES, [])
        rounds = zip_longest(*sorted(by_file.values(), key=lambda some: self._breadth[some[0]]))
        ordered = [test for some in rounds for test in some if test]
        return [*ordered[: max(MOST_TESTS - len(lives), 0)], *lives]

    def _at(self, file: str, line: int) -> Iterable[str]:
        return self._by_line.get(file, {}).get(line, ())


def find_reached(*, again: bool = False) -> Reached:
    """Runs the suite where it has not been run since the last edit. Raises AssertionError where it does not pass."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    data = FOLDER / "coverage"
    newest = max(file.stat().st_mtime for file in [*files(), *(ROOT / "tests").rglob("*.py")])
    if again or not data.exists() or data.stat().st_mtime < newest:
        _run_suite(data)
    return Reached(_read(data))


def _run_suite(data: Path) -> None:
    ignored = [f"--ignore={place}" for place in SLOW]
    options = ["-q", "-n", "2", "-m", "not prove", "-p", "no:cacheprovider", *ignored]
    covered = [f"--cov={PACKAGE.parent}", "--cov-context=test", "--cov-report=", "--cov-fail-under=0"]
    ran = subprocess.run(  # noqa: S603 - our own suite
        [sys.executable, "-m", "pytest", *options, *covered],
        cwd=ROOT,
        env={**os.environ, "COVERAGE_FILE": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, f"the fast tests do not pass as they are:\n{ran.stdout[-3000:]}"


def _read(data: Path) -> dict[str, dict[int, list[str]]]:
    measured = CoverageData(str(data))
    measured.read()
    found = {}
    for file in files():
        by_line = measured.contexts_by_lineno(str(file))
        tests = {line: sorted({_test(one) for one in contexts} - {""}) for line, contexts in by_line.items()}
        found[file.relative_to(ROOT).as_posix()] = {line: some for line, some in tests.items() if some}
    return found


def _test(context: str) -> str:
    """`tests/test_x.py::test_y|run` without the phase."""
    return context.rpartition("|")[0]


def _words(text: str) -> set[str]:
    """The words of some code, or of a sentence that is written as a name."""
    return {part for word in re.findall(r"\w+", text) for part in (word, *word.split("_")) if len(part) > 3}


def _words_of_tests(tests: Iterable[str]) -> dict[str, set[str]]:
    """The words of each test's function."""
    found: dict[tuple[str, str], set[str]] = {}
    for file in {test.partition("::")[0] for test in tests}:
        text = (ROOT / file).read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                found[file, node.name] = _words(ast.unparse(node))
    return {test: found.get((test.split("::")[0], test.split("::")[-1].partition("[")[0]), set()) for test in tests}


Place = tuple[str, int]


def _users() -> dict[Place, set[Place]]:
    """For each line of a module's own statement, a table or a class say, the lines of functions that use its names."""
    defined: dict[str, set[Place]] = {}
    used: dict[str, set[Place]] = {}
    for file in files():
        name, tree = file.relative_to(ROOT).as_posix(), ast.parse(file.read_text(encoding="utf-8"))
        for statement in tree.body:
            for called in _names_of(statement):
                span = range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
                defined.setdefault(called, set()).update((name, line) for line in span)
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            for node in ast.walk(function):
                if isinstance(node, ast.Name | ast.Attribute):
                    used.setdefault(node.id if isinstance(node, ast.Name) else node.attr, set()).add(
                        (name, node.lineno)
                    )
    found: dict[Place, set[Place]] = {}
    for called, places in defined.items():
        for place in places:
            found.setdefault(place, set()).update(used.get(called, ()))
    return found


def _names_of(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.Assign):
        return [target.id for target in statement.targets if isinstance(target, ast.Name)]
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return [statement.target.id]
    return [statement.name] if isinstance(statement, ast.ClassDef) else []
