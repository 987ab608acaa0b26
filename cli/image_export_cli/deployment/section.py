"""Reads what YAML holds by name and kind; what is missing or of another kind is told with the path to it. Pure."""

from collections.abc import Iterator
from typing import Any, TypeVar

import yaml

Kind = TypeVar("Kind")


class Misplaced(ValueError):
    """What is wrong, after the path to it."""


def read_yaml(text: bytes) -> "Section":
    """The mapping that a file holds. Raises Misplaced, by line and column where it is no YAML."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # of C, where it was built
    try:
        return Section(yaml.load(text, loader), "")  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as cause:
        mark = cause.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "somewhere"
        raise Misplaced(f"{place}: is no YAML: {cause.problem}") from cause
    except (yaml.YAMLError, UnicodeDecodeError) as cause:
        raise Misplaced(f"is no YAML: {cause}") from cause


class Section:
    """A mapping, and the path that leads to it."""

    def __init__(self, value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise Misplaced(f"{path or 'the file'}: want a mapping, found {value!r:.50}")
        self.value: dict[str, Any] = value
        self.path = path

    def at(self, key: str) -> str:
        """The path to a key."""
        return f"{self.path}.{key}" if self.path else key

    def get(self, key: str, kind: type[Kind], default: Kind | None = None) -> Kind:
        """The value, or the default, which an absent one needs. Raises Misplaced."""
        found = self.value.get(key)
        found = default if found is None else found
        if found is None:
            raise Misplaced(f"{self.at(key)}: is missing")
        if not isinstance(found, kind) or isinstance(found, bool) is not (kind is bool):
            raise Misplaced(f"{self.at(key)}: want {kind.__name__}, found {found!r}")
        return found

    def section(self, key: str, *, needed: bool = False) -> "Section":
        """The mapping at a key; an absent one is empty, unless it is needed."""
        return Section(self.get(key, dict, None if needed else {}), self.at(key))

    def sections(self) -> Iterator["Section"]:
        """The mappings at all keys."""
        return (self.section(key, needed=True) for key in self.value)

    def listed(self, key: str) -> list["Section"]:
        """The mappings of a list, which may be absent."""
        return [Section(one, f"{self.at(key)}[{place}]") for place, one in enumerate(self.get(key, list, []))]
