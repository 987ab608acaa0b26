"""The conditions of a statement. Pure.

Source: RAM page "Conditional operators". Operators are ANDed, so are keys; the values of a key are ORed (ANDed where
the operator denies). A key that a request does not carry meets only the denying operators.
"""

from __future__ import annotations

import ipaddress
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from alicloud_emulator.ram.patterns import like

Compare = Callable[[str, str], bool]


class PolicyError(ValueError):
    """A policy says something that is wrong or that the emulator does not know."""


def numbers(compare: Callable[[float, float], bool]) -> Compare:
    """A comparison of numbers; `found` comes first."""
    return lambda wanted, found: compare(float(found), float(wanted))


def moments(compare: Callable[[datetime, datetime], bool]) -> Compare:
    """A comparison of times."""
    return lambda wanted, found: compare(moment(found), moment(wanted))


def moment(text: str) -> datetime:
    """A time as policies write it: ISO 8601 with a zone."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def in_network(wanted: str, found: str) -> bool:
    """Whether an address is this one, or in this network."""
    return ipaddress.ip_interface(found).ip in ipaddress.ip_network(wanted, strict=False)


def same_letters(wanted: str, found: str) -> bool:
    """Equality without regard to capitals."""
    return wanted.lower() == found.lower()


AFFIRMING: Mapping[str, Compare] = {
    "StringEquals": operator.eq,
    "StringEqualsIgnoreCase": same_letters,
    "StringLike": like,
    "NumericEquals": numbers(operator.eq),
    "NumericLessThan": numbers(operator.lt),
    "NumericLessThanEquals": numbers(operator.le),
    "NumericGreaterThan": numbers(operator.gt),
    "NumericGreaterThanEquals": numbers(operator.ge),
    "DateEquals": moments(operator.eq),
    "DateLessThan": moments(operator.lt),
    "DateLessThanEquals": moments(operator.le),
    "DateGreaterThan": moments(operator.gt),
    "DateGreaterThanEquals": moments(operator.ge),
    "Bool": same_letters,
    "IpAddress": in_network,
}
DENYING: Mapping[str, Compare] = {
    "StringNotEquals": AFFIRMING["StringEquals"],
    "StringNotEqualsIgnoreCase": AFFIRMING["StringEqualsIgnoreCase"],
    "StringNotLike": AFFIRMING["StringLike"],
    "NumericNotEquals": AFFIRMING["NumericEquals"],
    "DateNotEquals": AFFIRMING["DateEquals"],
    "NotIpAddress": AFFIRMING["IpAddress"],
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one key."""

    operator: str
    key: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.operator not in {**AFFIRMING, **DENYING}:
            raise PolicyError(f"Condition: {self.operator!r} is none of {', '.join((*AFFIRMING, *DENYING))}")
        if not self.values:
            raise PolicyError(f"Condition.{self.operator}.{self.key}: wants at least one value")
        try:
            for value in self.values:
                self._compare(value, value)
        except ValueError as cause:
            raise PolicyError(f"Condition.{self.operator}.{self.key}: {cause}") from cause

    def met(self, context: Mapping[str, str]) -> bool:
        """Whether a request with this context meets it."""
        found = next((value for key, value in context.items() if key.lower() == self.key.lower()), None)
        denies = self.operator in DENYING
        if found is None:
            return denies
        return any(self._compare(value, found) for value in self.values) is not denies

    def _compare(self, wanted: str, found: str) -> bool:
        compare = AFFIRMING.get(self.operator) or DENYING[self.operator]
        return compare(wanted, found)
