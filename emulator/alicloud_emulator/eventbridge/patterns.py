"""Does an event match a rule's filter pattern? Pure.

Source: EventBridge "Event patterns" page: keys are ANDed, the values of a list are ORed, text is compared as it is;
operators prefix, suffix, contains, anything-but, numeric, cidr, exists.
"""

from __future__ import annotations

import ipaddress
import operator
from collections.abc import Callable, Mapping
from typing import Any

ABSENT = object()
COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


class PatternError(ValueError):
    """The filter pattern is malformed."""


def check_pattern(pattern: Any, path: str = "$") -> None:
    """Raise PatternError where a pattern is none: a mapping whose leaves are non-empty lists."""
    if not isinstance(pattern, dict) or (not pattern and path != "$"):
        raise PatternError(f"{path}: want a mapping, found {pattern!r}")
    for key, value in pattern.items():
        if not isinstance(value, list):
            check_pattern(value, f"{path}.{key}")
        elif not value:
            raise PatternError(f"{path}.{key}: an empty list matches nothing")
        else:
            for item in value:
                check_item(item, f"{path}.{key}")


def check_item(item: Any, path: str) -> None:
    """Raise PatternError where an element of a list is neither a plain value nor one known operator."""
    if isinstance(item, list) or (isinstance(item, dict) and (len(item) != 1 or next(iter(item)) not in OPERATORS)):
        raise PatternError(f"{path}: {item!r} is neither a value nor one of {', '.join(OPERATORS)}")


def matches(pattern: Mapping[str, Any], event: Any) -> bool:
    """Tell whether every key of the pattern finds in the event what it wants."""
    if not isinstance(event, dict):
        return False
    return all(matches_key(wanted, event.get(key, ABSENT)) for key, wanted in pattern.items())


def matches_key(wanted: Any, found: Any) -> bool:
    """Compare one key: a mapping descends, a list is any of; a list in the event matches by any of its elements."""
    if isinstance(wanted, dict):
        return matches(wanted, found)
    values = found if isinstance(found, list) else [found]
    return any(matches_item(item, value) for item in wanted for value in values)


def matches_item(item: Any, value: Any) -> bool:
    """Compare a value with one element of a pattern's list."""
    if isinstance(item, dict):
        ((name, argument),) = item.items()
        return OPERATORS[name](argument, value)
    return value is not ABSENT and type(item) is type(value) and bool(item == value)


def anything_but(argument: Any, value: Any) -> bool:
    """Match what is there and is not the argument, one of it, or matched by the operator in it."""
    excluded = argument if isinstance(argument, list) else [argument]
    return value is not ABSENT and not any(matches_item(item, value) for item in excluded)


def numeric(argument: list[Any], value: Any) -> bool:
    """Match a number that satisfies all comparisons, as in [">", 0, "<=", 5]."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    pairs = zip(argument[::2], argument[1::2], strict=True)
    return all(COMPARISONS[sign](value, limit) for sign, limit in pairs)


def cidr(argument: str, value: Any) -> bool:
    """Match an IPv4 address in a block."""
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(argument)
    except ValueError:
        return False


OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "prefix": lambda argument, value: isinstance(value, str) and value.startswith(argument),
    "suffix": lambda argument, value: isinstance(value, str) and value.endswith(argument),
    "contains": lambda argument, value: isinstance(value, str) and argument in value,
    "anything-but": anything_but,
    "numeric": numeric,
    "cidr": cidr,
    "exists": lambda argument, value: (value is not ABSENT) is argument,
}
