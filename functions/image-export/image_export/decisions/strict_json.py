"""JSON from strangers: no NaN, and a key that stands twice is remembered, not dropped in silence. Pure."""

import json
from collections import Counter
from typing import Any


class RepeatedKeys(dict[str, Any]):
    """An object in which keys stood more than once: nothing that is asked for may be read from it."""

    repeated: tuple[str, ...] = ()


def read_json(text: str) -> Any:
    """The JSON of a text. Raises ValueError where it is none, RecursionError where it is nested too deep."""
    return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    times = Counter(name for name, _ in pairs)
    marked = RepeatedKeys(found)
    marked.repeated = tuple(name for name in found if times[name] > 1)
    return marked


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
