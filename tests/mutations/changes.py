"""Every single change that a slip of the hand could make in a file: a comparison, a constant, a call, a table's entry.

Enumerates and applies them on syntax trees. Runs nothing.
"""

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "functions" / "image-export" / "image_export"
COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Add,
}
BRANCHES = (ast.If, ast.IfExp, ast.While, ast.For, ast.BoolOp, ast.Compare, ast.comprehension, ast.ExceptHandler)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one file: the node's place in the walk over its tree, and which of its changes it is."""

    file: str
    line: int
    scope: str  # the function or class that it stands in
    kind: str
    was: str
    became: str
    node: int
    variant: int

    @property
    def place(self) -> str:
        """As an editor opens it."""
        return f"{self.file}:{self.line}"

    @property
    def name(self) -> str:
        """How the list of equivalent changes calls it: no line number, since lines move."""
        return f"{self.file} | {self.scope} | {self.kind} | {self.was} | {self.became}"


Edit = Callable[[], None]


class Possible(NamedTuple):
    """A change that a node allows: how it reads before and after, what makes it so, and the node that it is about."""

    kind: str
    was: str
    became: str
    edit: Edit
    about: ast.AST


def files() -> list[Path]:
    """The package's modules, and the handlers beside it."""
    return [*sorted(PACKAGE.rglob("*.py")), PACKAGE.parent / "index.py"]


def changes_in(file: Path) -> list[Change]:
    """Every change of the file, in its order."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    left_out, scopes = _left_out(tree), _scopes(tree)
    name = file.relative_to(ROOT).as_posix()
    found = []
    for number, node in enumerate(ast.walk(tree)):
        if node not in left_out:
            for variant, one in enumerate(_possible(node)):
                line, scope = getattr(one.about, "lineno", 0), scopes.get(one.about, "")
                found.append(Change(name, line, scope, one.kind, one.was, one.became, number, variant))
    return found


def branches_in(file: Path) -> int:
    """How often the file decides something."""
    return sum(isinstance(node, BRANCHES) for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))))


def apply(change: Change, tree: ast.Module) -> ast.Module:
    """The tree of the change's file, changed."""
    node = next(one for number, one in enumerate(ast.walk(tree)) if number == change.node)
    list(_possible(node))[change.variant].edit()
    return tree


def _possible(node: ast.AST) -> Iterator[Possible]:
    for kind in KINDS:
        yield from kind(node)


def _comparisons(node: ast.AST) -> Iterator[Possible]:
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            if type(operator) in COMPARED:
                yield _reads("compare", node, node.ops, place, COMPARED[type(operator)]())


def _booleans(node: ast.AST) -> Iterator[Possible]:
    if not isinstance(node, ast.BoolOp):
        return
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield _sets("boolean", node, "op", other)
    for place in range(len(node.values)):
        rest = [value for number, value in enumerate(node.values) if number != place]
        yield _sets("operand", node, "values", rest)


def _conditions(node: ast.AST) -> Iterator[Possible]:
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        yield _sets("negate", node, "test", ast.UnaryOp(ast.Not(), node.test))
    if isinstance(node, ast.comprehension):
        for place, condition in enumerate(node.ifs):
            yield _reads("negate", node, node.ifs, place, ast.UnaryOp(ast.Not(), condition))


def _constants(node: ast.AST) -> Iterator[Possible]:
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield _sets("constant", node, "value", not value)
    elif isinstance(value, int | float):
        yield _sets("constant", node, "value", value + 1)
    elif isinstance(value, str) and " " not in value:  # what has a blank is a message for people
        yield _sets("constant", node, "value", f"{value}X")


def _arithmetic(node: ast.AST) -> Iterator[Possible]:
    if isinstance(node, ast.BinOp) and type(node.op) in COMPUTED:
        yield _sets("arithmetic", node, "op", COMPUTED[type(node.op)]())


def _calls(node: ast.AST) -> Iterator[Possible]:
    if not isinstance(node, ast.Call):
        return
    if isinstance(node.func, ast.Name) and node.func.id in ("min", "max"):
        yield _sets("min or max", node, "func", ast.Name("max" if node.func.id == "min" else "min", ast.Load()))
    if isinstance(node.func, ast.Name) and node.func.id in ("any", "all"):
        yield _sets("any or all", node, "func", ast.Name("all" if node.func.id == "any" else "any", ast.Load()))
    for place in range(len(node.keywords)):
        rest = [keyword for number, keyword in enumerate(node.keywords) if number != place]
        yield _sets("keyword", node, "keywords", rest)


def _statements(node: ast.AST) -> Iterator[Possible]:
    for field in ("body", "orelse", "finalbody"):
        found = getattr(node, field, None)
        block: list[Any] = found if isinstance(found, list) else []  # a lambda's body is no list
        for place, statement in enumerate(block):
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
                yield _reads("call deleted", statement, block, place, ast.Pass())
            elif isinstance(statement, ast.Return | ast.Raise | ast.Continue | ast.Break):
                yield _reads("exit removed", statement, block, place, ast.Pass())


def _entries(node: ast.AST) -> Iterator[Possible]:
    if isinstance(node, ast.Dict):
        for place in range(len(node.keys)):
            yield _without(node, ("keys", "values"), place)
    elif isinstance(node, ast.Set | ast.List) and len(node.elts) > 1:
        for place in range(len(node.elts)):
            yield _without(node, ("elts",), place)


KINDS = (_comparisons, _booleans, _conditions, _constants, _arithmetic, _calls, _statements, _entries)


def _sets(kind: str, node: ast.AST, field: str, value: object) -> Possible:
    """The node with another value in that field."""
    changed = deepcopy(node)
    setattr(changed, field, value)
    return Possible(kind, _text(node), _text(changed), lambda: setattr(node, field, value), node)


def _reads(kind: str, node: ast.AST, items: list[Any], place: int, item: ast.AST) -> Possible:
    """The node with another item at that place of a list of its own, or of the block that it stands in."""

    def edit() -> None:
        if isinstance(node, ast.stmt):
            ast.copy_location(item, node)
        items[place] = item

    before = items[place]
    was = _text(node)
    items[place] = item
    became = "pass" if isinstance(node, ast.stmt) else _text(node)
    items[place] = before
    return Possible(kind, was, became, edit, node)


def _without(node: ast.AST, fields: tuple[str, ...], place: int) -> Possible:
    """A table with one entry less."""

    def edit() -> None:
        for field in fields:
            del getattr(node, field)[place]

    entry = [getattr(node, field)[place] for field in fields]
    was = ": ".join("**" if one is None else _text(one) for one in entry)
    return Possible("entry removed", was, "", edit, next(one for one in entry if one))


def _text(node: ast.AST) -> str:
    return " ".join(ast.unparse(ast.fix_missing_locations(deepcopy(node))).split())[:100]


def _scopes(tree: ast.Module) -> dict[ast.AST, str]:
    """The innermost function or class around each node."""
    scopes: dict[ast.AST, str] = {}

    def walk(node: ast.AST, scope: str) -> None:
        scopes[node] = scope
        inner = node.name if isinstance(node, ast.FunctionDef | ast.ClassDef) else scope
        for child in ast.iter_child_nodes(node):
            walk(child, inner)

    walk(tree, "")
    return scopes


def _left_out(tree: ast.Module) -> set[ast.AST]:
    """What no run can show: docstrings, annotations, slots of types, imports, what only a type checker reads."""
    left_out: set[ast.AST] = set()
    for node in ast.walk(tree):
        apart = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        if isinstance(node, ast.ClassDef):
            apart += node.keywords  # frozen, kw_only and the like: mypy holds them
            if any(ast.unparse(base).startswith("Protocol") for base in node.bases):
                apart.append(node)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Meta", "Annotated", "TypeVar", "cast"):
            apart += [keyword for keyword in node.keywords if keyword.arg in ("title", "description")]
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            apart.append(node)
        if isinstance(node, ast.Assign) and any(ast.unparse(target) == "__all__" for target in node.targets):
            apart.append(node)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            apart.append(node)
        for one in filter(None, apart):
            left_out |= set(ast.walk(one))
    return left_out
