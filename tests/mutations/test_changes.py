"""The tool that makes single changes makes each of them, always the same ones, and its list of exceptions holds."""

import ast
from pathlib import Path

import pytest

from tests.mutations.changes import ROOT, Change, apply, changes_in, files
from tests.mutations.package import check_sound, equivalents, sample
from tests.mutations.reached import Reached


def kinds(code: str, path: str = "build/mutations/sample.py") -> set[tuple[str, str, str]]:
    """Kind, before and after of each change of some code."""
    file = ROOT / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(code)
    return {(one.kind, one.was, one.became) for one in changes_in(file)}


def test_each_slip_of_the_hand_is_among_the_changes() -> None:
    found = kinds(
        "def f(a, b):\n    if a < 2 and b:\n        say(a, loud=True)\n        return {'k': a - b}\n"
        "    return max(a, b)\n"
    )
    assert found >= {
        ("compare", "a < 2", "a <= 2"),
        ("boolean", "a < 2 and b", "a < 2 or b"),
        ("operand", "a < 2 and b", "b"),
        ("constant", "2", "3"),
        ("constant", "True", "False"),
        ("constant", "'k'", "'kX'"),
        ("keyword", "say(a, loud=True)", "say(a)"),
        ("call deleted", "say(a, loud=True)", "pass"),
        ("entry removed", "'k': a - b", ""),
        ("arithmetic", "a - b", "a + b"),
        ("exit removed", "return {'k': a - b}", "pass"),
        ("min or max", "max(a, b)", "min(a, b)"),
    }


def test_what_no_run_can_show_is_left_alone() -> None:
    assert kinds('"""Doc."""\n\ndef f(a: "int" = 1) -> "str":\n    """Doc."""\n') == {("constant", "1", "2")}


@pytest.mark.parametrize("file", files()[::9], ids=lambda file: file.name)
def test_each_change_changes_the_code(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    as_it_is = ast.unparse(ast.parse(text))
    for change in changes_in(file)[::25]:
        changed = ast.unparse(ast.fix_missing_locations(apply(change, ast.parse(text))))
        assert changed != as_it_is, change


class ReachedBy(Reached):
    """Each change is reached by this test."""

    def __init__(self, test: str) -> None:
        self._test = test

    def tests_of(self, change: Change) -> list[str]:  # noqa: ARG002 - the same for each
        return [self._test]


@pytest.mark.parametrize(
    ("test", "sound"), [("test_what_no_run_can_show_is_left_alone", True), ("test_of_nobody", False)]
)
def test_a_child_that_fails_without_a_change_ends_the_run(test: str, sound: bool) -> None:
    changes = changes_in(files()[0])[:1] or changes_in(files()[-1])[:1]
    reached = ReachedBy(f"tests/mutations/test_changes.py::{test}")
    if sound:
        check_sound(changes, reached)
    else:
        with pytest.raises(AssertionError, match="a child fails by itself"):
            check_sound(changes, reached)


def test_the_same_seed_draws_the_same_changes() -> None:
    some = [file.relative_to(ROOT).as_posix() for file in files()[::20]]
    assert sample(40, 7, some) == sample(40, 7, some)
    assert sample(40, 7, some) != sample(40, 8, some)


def test_every_equivalent_change_is_still_possible_and_has_its_reason() -> None:
    named = {name.partition(" | ")[0] for name in equivalents()}
    possible = {change.name for file in sorted(named) for change in changes_in(ROOT / file)}
    assert not {name for name in equivalents() if name not in possible}
    assert all(equivalents().values())
