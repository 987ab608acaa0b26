"""Rows of readings in which every two readings of any two facts meet at least once (pairwise covering, greedy)."""

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import Any

Row = dict[str, Any]
Pair = tuple[tuple[str, int], tuple[str, int]]  # two facts, and which of its readings each has


def rows(readings: Mapping[str, Sequence[Any]]) -> list[Row]:
    """Few rows that cover all pairs; the same ones each time. The first row has the first reading of everything."""
    left = pairs(readings)
    found: list[dict[str, int]] = [dict.fromkeys(readings, 0)]
    left -= met(found[0])
    while left:
        row: dict[str, int] = dict(min(left))
        for name in readings:
            if name not in row:
                row[name] = best(row, name, len(readings[name]), left)
        found.append({name: row[name] for name in readings})
        left -= met(found[-1])
    return [{name: readings[name][number] for name, number in row.items()} for row in found]


def pairs(readings: Mapping[str, Sequence[Any]]) -> set[Pair]:
    """Everything that must meet."""
    return {
        ((one, first), (other, second))
        for one, other in combinations(readings, 2)
        for first, second in product(range(len(readings[one])), range(len(readings[other])))
    }


def met(row: Mapping[str, int]) -> set[Pair]:
    """What meets in a row."""
    return set(combinations(row.items(), 2))


def best(row: Mapping[str, int], name: str, count: int, left: set[Pair]) -> int:
    """The reading that brings most; of equal ones, that which has most to be brought yet."""
    open_pairs = [sum((name, number) in pair for pair in left) for number in range(count)]
    return max(range(count), key=lambda number: (gain(row, name, number, left), open_pairs[number]))


def gain(row: Mapping[str, int], name: str, number: int, left: set[Pair]) -> int:
    """How many pairs a reading would newly bring to a row."""
    mine = (name, number)
    return sum(((other, mine) in left) + ((mine, other) in left) for other in row.items())
