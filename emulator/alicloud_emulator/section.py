"""Strict reading of nested settings: every key is asked for by name, and what nobody asked for is an error."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, overload

import yaml

Value = TypeVar("Value")
MERGE = "<<"  # of YAML 1.1: may stand more than once
if TYPE_CHECKING:
    Loader = yaml.SafeLoader
else:
    Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # of C: seven times as fast, where it was built


class SettingsError(ValueError):
    """A deployment file says something that is wrong or that the emulator does not know."""


def read_yaml(file: Path, loader: type[yaml.SafeLoader] = Loader) -> dict[str, Any]:
    """The mapping that a YAML file holds; SettingsError with the place where it holds none."""
    try:
        said = _load(loader(file.read_text(encoding="utf-8")))
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise SettingsError(f"{file}{where}: is no YAML: {fault.problem}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise SettingsError(f"{file}: is no YAML: {fault}") from None
    if not isinstance(said, dict):
        raise SettingsError(f"{file}: want a mapping, found {said!r:.50}")
    return said


def _load(loader: yaml.SafeLoader) -> Any:
    """What the document says; a key that stands twice is an error, as it is for `s` and ROS."""
    document = loader.get_single_node()
    if document is None:
        return None
    left, looked_at = [document], set()
    while left:
        node = left.pop()
        if id(node) in looked_at:  # an alias
            continue
        looked_at.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            left += node.value
        elif isinstance(node, yaml.MappingNode):
            _refuse_twins([key for key, _ in node.value])
            left += [value for _, value in node.value]
    return loader.construct_document(document)


def _refuse_twins(keys: list[yaml.Node]) -> None:
    before: set[str] = set()
    for key in keys:
        name = str(key.value)
        if name in before and name != MERGE:
            raise yaml.MarkedYAMLError(problem=f"{name!r} stands here twice", problem_mark=key.start_mark)
        before.add(name)


class Section:
    """One mapping of a file and the path that leads to it."""

    def __init__(self, value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise SettingsError(f"{path}: want a mapping, found {value!r}")
        self.path = path
        self._left = dict(value)

    def fault(self, key: str, what: str) -> SettingsError:
        """An error that names the place."""
        return SettingsError(f"{self.path}.{key}: {what}")

    def required(self, key: str, kind: type[Value]) -> Value:
        """Take a value that must be there."""
        if key not in self._left:
            raise self.fault(key, "is missing")
        value = self._left.pop(key)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.fault(key, f"want {kind.__name__}, found {value!r}")
        return value

    @overload
    def optional(self, key: str, kind: type[Value], default: Value) -> Value: ...
    @overload
    def optional(self, key: str, kind: type[Value], default: None = None) -> Value | None: ...
    def optional(self, key: str, kind: type[Value], default: Value | None = None) -> Value | None:
        """Take a value, or the default where there is none."""
        return self.required(key, kind) if key in self._left else default

    def number(self, key: str, default: int, low: int, high: int) -> int:
        """Take an integer within its limits."""
        value = self.optional(key, int, default)
        if not low <= value <= high:
            raise self.fault(key, f"{value} is not between {low} and {high}")
        return value

    def section(self, key: str) -> Section:
        """Take a mapping; an absent one is empty."""
        return Section(self.optional(key, dict, {}), f"{self.path}.{key}")

    def sections(self, key: str) -> list[Section]:
        """Take a list of mappings."""
        return [Section(item, f"{self.path}.{key}[{n}]") for n, item in enumerate(self.optional(key, list, []))]

    def is_text(self, key: str, text: str) -> bool:
        """Take this very text where it stands for a mapping; anything else is left to be asked for."""
        found = self._left.get(key) == text
        if found:
            del self._left[key]
        return found

    def names(self) -> tuple[str, ...]:
        """What is left to be asked for."""
        return tuple(self._left)

    def ignore(self, *keys: str) -> None:
        """Let keys pass that are right but change nothing here."""
        for key in keys:
            self._left.pop(key, None)

    def end(self) -> None:
        """Refuse what was not asked for."""
        if self._left:
            raise self.fault(next(iter(self._left)), "is not known here")
