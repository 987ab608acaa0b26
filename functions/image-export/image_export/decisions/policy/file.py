"""From the text of policy.yaml to a Policy, strictly: every fault with its line and path, all together. Pure."""

from collections.abc import Iterator
from typing import Any, NamedTuple, get_args, get_origin

import msgspec

from ...values.policy import Policy, PolicyFile
from ...values.strict import Strict
from ..wording import misfit, shown, suggestion
from .contradictions import contradictions
from .yaml_text import READ_AS, Misread, Source, invalid, read_source

SHOWN_MAX = 50  # of the faults; whoever has more knows what to do


class Fault(NamedTuple):
    """What is wrong with the part at a path, in words that go on from it; `within` is the part where one is missing."""

    path: str
    words: str
    within: str | None = None


def read_policy(text: bytes) -> Policy:
    """The policy. Raises OurFault `PolicyInvalid`: every fault with its line, its path and what would be right."""
    source = read_source(text)
    _refuse(source, list(_faults(source.tree, PolicyFile, "policy")))
    file = msgspec.convert(source.tree, PolicyFile)
    _refuse(source, [Fault(*one) for one in contradictions(file, source)])
    targets = tuple(target for entry in file.notify if (target := entry.target()))
    return Policy(accounts=file.accounts, rules=file.rules, notify=targets)


def _refuse(source: Source, faults: list[Fault]) -> None:
    if faults:
        words = [f"line {source.places[one.within or one.path].line}: {one.path}: {one.words}" for one in faults]
        more = [f"and {len(faults) - SHOWN_MAX} more"] if len(faults) > SHOWN_MAX else []
        raise invalid("; ".join([*words[:SHOWN_MAX], *more]))


def _faults(value: Any, kind: Any, path: str) -> Iterator[Fault]:
    """Descend while the shape is known, so that each fault is found where it stands."""
    struct = next((one for one in (kind, *get_args(kind)) if isinstance(one, type) and issubclass(one, Strict)), None)
    parts = _parts(kind)
    if struct and isinstance(value, dict):
        yield from _struct_faults(value, struct, path)
    elif _origin(kind) is tuple and isinstance(value, list):
        yield from _length_fault(value, kind, path)
        for number, one in enumerate(value):
            yield from _faults(one, parts[0], f"{path}[{number}]")
    elif _origin(kind) is dict and isinstance(value, dict):
        yield from _length_fault(value, kind, path)
        for key, one in value.items():
            yield from _own_fault(key, parts[0], f"{path}.{key}")
            yield from _faults(one, parts[1], f"{path}.{key}")
    else:
        yield from _own_fault(value, kind, path)


def _struct_faults(value: dict[Any, Any], struct: type[Strict], path: str) -> Iterator[Fault]:
    fields = {field.name: field for field in msgspec.structs.fields(struct)}
    for key in value:
        if key not in fields:
            yield Fault(f"{path}.{key}", f"unknown key, {suggestion(key, fields)}")
    for name, field in fields.items():
        if name in value and value[name] is None:
            yield Fault(f"{path}.{name}", "is empty; give it a value, or leave it out where it is optional")
        elif name in value:
            yield from _faults(value[name], field.type, f"{path}.{name}")
        elif field.required:
            yield Fault(f"{path}.{name}", "missing", within=path)


def _own_fault(value: Any, kind: Any, path: str) -> Iterator[Fault]:
    right = misfit(value, kind)
    if right:
        written = "empty" if value is None else str(value) if isinstance(value, Misread) else shown(value)
        yield Fault(path, "; ".join(filter(None, (f"is {written}", right.replace("`", ""), _as_written(value, kind)))))


def _as_written(value: Any, kind: Any) -> str | None:
    """What would help where the same in quotes would be right, or where a number is written as few people read it."""
    if not isinstance(value, (int, Misread)):
        return None
    text, read_as = (value.text, value.kind) if isinstance(value, Misread) else (str(value), "int")
    if misfit(text, kind):
        odd = isinstance(value, Misread) and READ_AS.get(read_as) == READ_AS["int"]
        return "a number is written in plain decimal: no 0 before it, no : _ . or x in it" if odd else None
    return f'without quotes YAML reads {READ_AS.get(read_as, "nothing")}: put it in quotes, "{value}"'


def _length_fault(value: Any, kind: Any, path: str) -> Iterator[Fault]:
    """Only an empty list or object is a fault of its own; what it holds is found with its own path."""
    if not value:
        yield from _own_fault(value, kind, path)


def _origin(kind: Any) -> Any:
    return get_origin(_bare(kind))


def _parts(kind: Any) -> list[Any]:
    """The type of a tuple's items, or those of a dict's keys and values."""
    return [part for part in get_args(_bare(kind)) if part is not Ellipsis]


def _bare(kind: Any) -> Any:
    return kind.__origin__ if hasattr(kind, "__metadata__") else kind
