"""Listings that come in pages, walked to their end. Asks for a page when it is needed, and knows nothing of them."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Protocol, TypeVar

from .ports import Entry, Page


class Numbered(Protocol):
    """A page of those that are asked for by number."""

    @property
    def more(self) -> bool:
        """Whether there is another."""
        ...


P = TypeVar("P", bound=Numbered)


def by_number(ask: Callable[[int], P], first: int = 1) -> Iterator[P]:
    """The pages from the first one on; at least one."""
    for number in count(first):
        page = ask(number)
        yield page
        if not page.more:
            return


def by_key(ask: Callable[[str], Page], after: str = "") -> Iterator[Entry]:
    """All entries behind a key; `ask` is given the key that a page begins behind."""
    more = True
    while more:
        page = ask(after)
        yield from page.entries
        after, more = page.entries[-1].key if page.entries else after, page.more
