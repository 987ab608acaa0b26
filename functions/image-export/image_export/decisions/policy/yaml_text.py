"""From the bytes of policy.yaml to what is written there, with the line of every part. Judges no meaning. Pure.

YAML 1.1 takes `NO` for a truth, `1:30` for a number and `2026-12-31` for a date. Here a scalar stays what somebody has
written: text, a whole number in plain decimal, nothing, or else Misread, which no field of the policy takes.
"""

import re
from collections import Counter
from typing import Any, NamedTuple

import msgspec

from ...errors import OurFault
from ...values.cause import Cause
from ..wording import LONGEST, shown
from .secrets_apart import hidden, key_as_shown

LARGEST = 256 * 1024
DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
READ_AS = {  # what YAML 1.1 takes a text without quotes for
    "bool": "true or false",
    "int": "a number",
    "float": "a number",
    "timestamp": "a date",
    "merge": "a merge of objects",
    "value": "a default",
}
COLLECTIONS = ("map", "seq")


class Misread(msgspec.Struct, frozen=True):
    """A text that YAML takes for something else. No field of the policy is of this type."""

    text: str
    kind: str

    def __str__(self) -> str:
        return self.text[:LONGEST] if self.text.isprintable() else shown(self.text)


class Place(NamedTuple):
    """Where a part stands, and whether in quotes."""

    line: int
    column: int = 1
    quoted: bool = False


class Source(NamedTuple):
    """What is written: builtins and Misread; and the place of every part by its path, `policy.rules[0].name`."""

    tree: Any
    places: dict[str, Place]


class PolicyInvalid(OurFault):
    """The policy is not fit for work, and why. `place`: where reading it ended, if it ended in the midst of it."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        advice = "Correct policy.yaml and deploy again; nothing is exported until then."
        super().__init__(Cause(code="PolicyInvalid", message=hidden(message), recommend=advice))
        self.place = place


def read_source(text: bytes) -> Source:
    """What is written. Raises OurFault `PolicyInvalid` for what is no YAML, tags, aliases, and a key given twice."""
    import yaml  # here, since an instance reads the policy once

    if len(text) > LARGEST:
        raise PolicyInvalid(f"policy is {len(text)} bytes long, at most {LARGEST} are read")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _refuse_aliases(yaml.parse(text, Loader=loader), yaml.AliasEvent)
        node = yaml.compose(text, Loader=loader)
        places: dict[str, Place] = {"policy": Place(1)}
        return Source(_value(node, "policy", places) if node else None, places)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as cause:
        said = " ".join(str(cause).split()).replace('"<byte string>"', "policy.yaml")
        mark = getattr(cause, "problem_mark", None)
        place = Place(mark.line + 1, mark.column + 1) if mark else None
        raise PolicyInvalid(f"policy is not YAML: {said}", place) from cause


def _refuse_aliases(events: Any, alias: type) -> None:
    """A few lines of them unfold to gigabytes."""
    for event in events:
        if isinstance(event, alias):
            place, name = _place(event), event.anchor  # type: ignore[attr-defined]
            words = f'aliases are not allowed (*{name}); a glob stands in quotes: "*{name}"'
            raise PolicyInvalid(f"line {place.line}: {words}", place)


def _value(node: Any, path: str, places: dict[str, Place]) -> Any:
    kind = node.tag.removeprefix("tag:yaml.org,2002:")
    places.setdefault(path, _place(node))
    if isinstance(node.value, str):
        return _scalar(node, kind)
    if kind not in COLLECTIONS or (kind == "map") is not (node.id == "mapping"):
        raise _tagged(node)
    if kind == "seq":
        return [_value(one, f"{path}[{number}]", places) for number, one in enumerate(node.value)]
    return _mapping(node, path, places)


def _mapping(node: Any, path: str, places: dict[str, Place]) -> dict[Any, Any]:
    keys = [_key(key) for key, _ in node.value]
    twice = sorted(key_as_shown(path, key) for key, times in Counter(map(str, keys)).items() if times > 1)
    if twice:
        raise PolicyInvalid(f"line {_place(node).line}: {', '.join(twice)} is given twice", _place(node))
    found = {}
    for key, (written, value) in zip(keys, node.value, strict=True):
        there = f"{path}.{key}"
        places[there] = _place(written)._replace(quoted=getattr(value, "style", None) in ("'", '"'))
        found[key] = _value(value, there, places)
    return found


def _key(node: Any) -> Any:
    if not isinstance(node.value, str):
        place = _place(node)
        raise PolicyInvalid(f"line {place.line}: a key is a {node.id}; it must be a text", place)
    key = _scalar(node, node.tag.removeprefix("tag:yaml.org,2002:"))
    return Misread(node.value, "int") if isinstance(key, int) else Misread("", "null") if key is None else key


def _scalar(node: Any, kind: str) -> Any:
    """Text, a number in plain decimal, nothing, or Misread. Raises OurFault for what no message can hold."""
    text = node.value
    try:
        text.encode()
    except UnicodeEncodeError as cause:
        place = _place(node)
        raise PolicyInvalid(f"line {place.line}: {shown(text)} holds half a character", place) from cause
    if kind == "str":
        return text
    if kind == "null":
        return None
    if kind not in READ_AS:
        raise _tagged(node)
    return int(text) if kind == "int" and DECIMAL.fullmatch(text) else Misread(text, kind)


def _tagged(node: Any) -> PolicyInvalid:
    tag, place = node.tag.replace("tag:yaml.org,2002:", "!!"), _place(node)
    return PolicyInvalid(f"policy is not YAML without tags: line {place.line} has {shown(tag)}; leave it out", place)


def _place(node: Any) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)
