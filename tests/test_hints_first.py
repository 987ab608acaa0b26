"""What the watcher finds by a hint alone is written behind that hint: by one method of the ledger, in one order."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from image_export.use_cases.ledger.ledger import Ledger

from .fakes import Clock, Died, FakeStore, Faults

USE_CASES = Path(__file__).parent.parent / "functions" / "image-export" / "image_export" / "use_cases"
# What the watcher finds by its hint alone, and where use cases get the keys of it
BEHIND_A_HINT = {"Requested", "Cancel", "Stalled", "Denied", "Vanished", "LookRefused", "Sighted", "Late"}
KEYS_OF_IT = {"SINCE_WHEN", "key_of"}
WRITES = {"create", "mark", "put", "keep", "open"}


def written_without_a_hint(source: str) -> Iterator[str]:
    """The facts that functions write by themselves: what they hand to `schedule` stands in a lambda."""
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef):
            handed = {node for one in ast.walk(function) if isinstance(one, ast.Lambda) for node in ast.walk(one)}
            for call in set(ast.walk(function)) - handed:
                if isinstance(call, ast.Call) and call.args and getattr(call.func, "attr", "") in WRITES:
                    yield from names_in(call.args[0], function) & (BEHIND_A_HINT | KEYS_OF_IT)


def names_in(key: ast.expr, function: ast.FunctionDef) -> set[str]:
    """The names in an expression, or in that which a variable was given."""
    given = [
        one.value for one in ast.walk(function) if isinstance(one, ast.Assign) and names(one.targets) & names([key])
    ]
    return names([key, *given])


def names(expressions: Iterable[ast.expr]) -> set[str]:
    nodes = [node for one in expressions for node in ast.walk(one)]
    return {node.id for node in nodes if isinstance(node, ast.Name)} | {
        node.attr for node in nodes if isinstance(node, ast.Attribute)
    }


def test_what_a_hint_leads_to_is_written_behind_it() -> None:
    use_cases = USE_CASES.rglob("*.py")
    found = {file.name: [*written_without_a_hint(file.read_text(encoding="utf-8"))] for file in use_cases}
    assert {name: facts for name, facts in found.items() if facts} == {}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("ledger.put(keys.Stalled(export).key, fact)", ["Stalled"]),
        ("key = keys.Cancel(export).key; ledger.mark(key, fact)", ["Cancel"]),
        ("outside.keep(key_of(seen), seen)", ["key_of"]),
        ("requested = Requested(export); ledger.open(requested)", ["Requested"]),
        ("ledger.schedule(hint, lambda: ledger.put(keys.Stalled(export).key, fact))", []),
        ("ledger.put(keys.Missed(export).key, fact)", []),
    ],
)
def test_a_fact_that_is_written_without_its_hint_is_seen(body: str, found: list[str]) -> None:
    assert [*written_without_a_hint(f"def f():\n    {body}")] == found


def test_a_writer_that_dies_behind_the_hint_leaves_the_hint() -> None:
    store = FakeStore(Clock())
    ledger = Ledger(store, lambda: "nonce")

    def die() -> None:
        assert [*store.objects] == ["due/20261124T080000Z/exp-a-0001"]
        raise Died

    with pytest.raises(Died):
        ledger.schedule("due/20261124T080000Z/exp-a-0001", die)
    assert [*store.objects] == ["due/20261124T080000Z/exp-a-0001"]


def test_a_hint_moves_by_the_new_one_first() -> None:
    store = FakeStore(Clock(), faults := Faults())
    ledger = Ledger(store, lambda: "nonce")
    ledger.put("due/20261124T080000Z/exp-a-0001")
    faults.before("delete due", Died())
    with pytest.raises(Died):
        ledger.reschedule({"due/20261124T080000Z/exp-a-0001"}, {"due/20261124T090000Z/exp-a-0001"})
    assert len(store.objects) == 2
