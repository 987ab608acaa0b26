"""How a key of the ledger is written and read back: both follow from one line, its form. Pure; knows no key."""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, ClassVar, TypeVar

import msgspec
from typing_extensions import Self

from ..place import Place

K = TypeVar("K", bound="Key")

FIELD = re.compile(r"\{(\w+)(?::\w+)?\}")
PART = "[^/]+"
READ_MOST = 4096  # keys that are remembered as read: a tick asks five times what one name says
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
        write, fields = _writing(type(self)), msgspec.structs.astuple(self)
        return write(*map(_text, fields))

    @classmethod
    def read(cls, key: str) -> Self | None:
        """What a key says; None for one of another kind."""
        found: Self | None = _read(cls, key)
        return found

    @classmethod
    def below(cls, *parts: object) -> str:
        """The folder of all keys of the kind that have these first parts."""
        return _folder(cls.form, len(parts)).format(*parts)


@cache
def _folder(form: str, parts: int) -> str:
    """How the folder is written whose names begin with so many parts. Raises ValueError where there is none."""
    folder = ""
    for segment in form.split("/")[:-1]:
        if len(FIELD.findall(folder + segment)) > parts:
            break
        folder += f"{segment}/"
    if len(FIELD.findall(folder)) != parts:
        raise ValueError(f"{form} has no folder of {parts} parts")
    return FIELD.sub("{}", folder)


@lru_cache(maxsize=READ_MOST)
def _read(kind: type[K], key: str) -> K | None:
    pattern, fields = _reading(kind)
    found = pattern.fullmatch(key)
    return kind(*[value(found[name]) for name, value in fields]) if found else None


@cache
def _writing(kind: type[Key]) -> Callable[..., str]:
    """Writes a whole key of its fields, in their order."""
    numbers = {field: number for number, field in enumerate(kind.__struct_fields__)}
    return FIELD.sub(lambda field: field[0].replace(field[1], str(numbers[field[1]]), 1), kind.form).format


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
