"""How a key of the ledger is written and read back: both follow from one line, its form. Pure; knows no key."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar, TypeVar

import msgspec
from typing_extensions import Self

from ..place import Place

K = TypeVar("K", bound="Key")

FIELD = re.compile(r"\{(\w+)(?::\w+)?\}")
PART = "[^/]+"
ANY: dict[Any, str] = {Place: f"{PART}/{PART}", int: "[0-9]+"}  # the others are a PART


class Key(msgspec.Struct, frozen=True):
    """A key of one kind. `form` is how it is written, with a field for each part that differs.

    A part holds no slash; a Place is two parts. `patterns` says more of a part where that tells two kinds apart.
    """

    form: ClassVar[str]
    patterns: ClassVar[dict[str, str]] = {}

    @property
    def key(self) -> str:
        """The key itself."""
        return self.form.format(**{name: _text(getattr(self, name)) for name in self.__struct_fields__})

    @classmethod
    def read(cls, key: str) -> Self | None:
        """What a key says; None for one of another kind."""
        pattern, fields = _reading(cls)
        found = pattern.fullmatch(key)
        return cls(*[value(found[name]) for name, value in fields]) if found else None

    @classmethod
    def below(cls, *parts: object) -> str:
        """The folder of all keys of the kind that have these first parts."""
        folder, left = "", len(parts)
        for segment in cls.form.split("/")[:-1]:
            left -= len(FIELD.findall(segment))
            if left < 0:
                break
            folder += f"{segment}/"
        return folder.format(**dict(zip(FIELD.findall(folder), parts, strict=True)))


@cache
def _reading(kind: type[Key]) -> tuple[re.Pattern[str], list[tuple[str, Callable[[str], Any]]]]:
    """What a whole key matches, and how each field is read of it."""
    kinds = {field.name: field.type for field in msgspec.structs.fields(kind)}
    written = FIELD.split(kind.form)  # texts, and between them the names of fields
    pattern = "".join(
        f"(?P<{part}>{kind.patterns.get(part) or ANY.get(kinds[part], PART)})" if number % 2 else re.escape(part)
        for number, part in enumerate(written)
    )
    return re.compile(pattern), [(name, VALUE.get(of, _several)) for name, of in kinds.items()]


def _text(value: Any) -> Any:
    return ".".join(value) if isinstance(value, tuple) else value


def _several(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(".")))


VALUE: dict[Any, Callable[[str], Any]] = {str: str, int: int, Place: lambda text: Place(*text.split("/"))}
