"""What would be right, in words, for a value that was refused. Pure."""

import difflib
import types
from collections.abc import Iterable, Iterator
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

LONGEST = 80
SEPARATORS = str.maketrans("", "", "-_ ")
UNIONS = (Union, types.UnionType)


def shown(value: Any) -> str:
    """A value as a message may hold it: short, printable, and never a whole tree."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    text = repr(value[: LONGEST + 1] if isinstance(value, str) else value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def printable(value: Any) -> str:
    """A stranger's text as logs and facts can hold it: JSON allows lone surrogates, UTF-8 does not."""
    text = value if isinstance(value, str) else shown(value)
    return text[:LONGEST].encode(errors="backslashreplace").decode()


def plain(name: Any) -> str:
    """A name without what differs between spellings of it: letter case, `-`, `_` and blanks."""
    return str(name).casefold().translate(SEPARATORS)


def suggestion(name: Any, known: Iterable[str]) -> str:
    """The known name that was probably meant, else all that are known."""
    names = list(known)
    near = nearest(name, names)
    return f"did you mean {near}?" if near else f"known are {', '.join(names)}."


def nearest(name: Any, known: Iterable[str]) -> str | None:
    """The known name that is like this one, if there is one."""
    names = {plain(one): one for one in known}
    near = difflib.get_close_matches(plain(name), names, n=1)
    return names[near[0]] if near else None


def must_be(kind: Any) -> str | None:
    """What a value of this type must be: its description, choices or members; None where the type does not say."""
    for part in _parts(kind):
        for meta in getattr(part, "__metadata__", ()):
            if meta.description:
                return f"it must be {meta.description}"
    for part in _parts(kind):
        if get_origin(part) is Literal:
            choices = [str(choice) for choice in get_args(part)]
            return f"it must be {' or '.join(filter(None, (', '.join(choices[:-1]), choices[-1])))}"
        if isinstance(part, type) and issubclass(part, msgspec.Struct):
            return f"it must be an object of {_members(part)}"
    return None


def _members(struct: type[msgspec.Struct]) -> str:
    """`{bucket: …}, where wanted with prefix`"""
    fields = msgspec.structs.fields(struct)
    needed = ", ".join(f"{one.encode_name}: …" for one in fields if one.required)
    others = ", ".join(one.encode_name for one in fields if not one.required)
    return " with ".join(filter(None, (f"{{{needed}}}" if needed else "", others and f"{others} where wanted")))


def _parts(kind: Any) -> Iterator[Any]:
    """The type itself, or the members of a union."""
    yield from get_args(kind) if get_origin(kind) in UNIONS else (kind,)


def misfit(value: Any, kind: Any) -> str | None:
    """What would be right for a value that does not fit this type; None where it fits."""
    try:
        if isinstance(value, str):
            value.encode()  # a lone surrogate fits nothing
        msgspec.convert(value, kind)
    except (msgspec.ValidationError, UnicodeEncodeError) as fault:
        return must_be(kind) or str(fault)
    return None
