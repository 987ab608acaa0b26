"""From the text of policy.yaml to a Policy, strictly: every fault with its line and path, all together. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, get_args, get_origin

import msgspec

from ...values.policy import ChannelEntry, Policy, PolicyFile
from ...values.strict import Strict
from ..wording import misfit, shown, suggestion
from .contradictions import contradictions
from .secrets_apart import key_as_shown, may_be_secret
from .yaml_text import READ_AS, Misread, Place, PolicyInvalid, Source, read_source

SHOWN_MAX = 50  # of the faults; whoever has more knows what to do


class Fault(NamedTuple):
    """What is wrong with the part at a path, in words that go on from it; `within` is the part where one is missing.

    `shown` is the path without what may be a secret, where it holds such a key.
    """

    path: str
    words: str
    within: str | None = None
    shown: str | None = None

    def place(self, source: Source) -> Place:
        """Where to look."""
        return source.places[self.within or self.path]


def read_policy(text: bytes) -> Policy:
    """The policy. Raises OurFault `PolicyInvalid`: every fault with its line, its path and what would be right."""
    source = read_source(text)
    file, faults = judge(source)
    if file is None:
        words = [f"line {fault.place(source).line}: {fault.shown or fault.path}: {fault.words}" for fault in faults]
        more = [f"and {len(faults) - SHOWN_MAX} more"] if len(faults) > SHOWN_MAX else []
        raise PolicyInvalid("; ".join([*words[:SHOWN_MAX], *more]))
    return policy_of(file)


def policy_of(file: PolicyFile) -> Policy:
    """What a file that has no fault means."""
    entries = [entry for one in file.notify for entry in one.entries]
    channels = {one.target(): one.address for one in entries if isinstance(one, ChannelEntry)}
    return Policy(
        accounts=file.accounts,
        rules=file.rules,
        heartbeat=file.heartbeat,
        drills=file.drills,
        notify=tuple(entry.target() for entry in entries if not isinstance(entry, ChannelEntry)),
        channels=tuple(channels),
        addresses={target.name: address for target, address in channels.items()},
    )


def judge(source: Source) -> tuple[PolicyFile | None, list[Fault]]:
    """What is written, or else all that is wrong with it; what contradicts itself is found once each part is right."""
    faults = list(_faults(source.tree, PolicyFile, "policy"))
    if faults:
        return None, faults
    file = msgspec.convert(source.tree, PolicyFile)
    faults = [Fault(*one) for one in contradictions(file, source)]
    return None if faults else file, faults


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
            yield _unknown(path, key, fields)
    for name, field in fields.items():
        if name in value and value[name] is None:
            yield Fault(f"{path}.{name}", "is empty; give it a value, or leave it out where it is optional")
        elif name in value:
            yield from _faults(value[name], field.type, f"{path}.{name}")
        elif field.required:
            yield Fault(f"{path}.{name}", "missing", within=path)


def _unknown(path: str, key: Any, known: Iterable[str]) -> Fault:
    """A key that may be an address is not shown: often it is a known word, and the blank behind its colon lacks."""
    if not may_be_secret(path, key, is_key=True):
        return Fault(f"{path}.{key}", f"unknown key, {suggestion(key, known)}")
    word = str(key).partition(":")[0]
    words = f"a blank belongs behind {word}:" if word in known else suggestion("", known)
    return Fault(f"{path}.{key}", f"unknown key, {words}", shown=f"{path}.{key_as_shown(path, key)}")


def _own_fault(value: Any, kind: Any, path: str) -> Iterator[Fault]:
    right = misfit(value, kind)
    if right:
        written = "empty" if value is None else str(value) if isinstance(value, Misread) else shown(value)
        if may_be_secret(path, value):
            written = "a text that is not shown here, since it may be a secret"
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
