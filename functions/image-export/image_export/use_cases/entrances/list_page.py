"""A page of what a search finds, within what one answer may cost. Knows neither exports nor restores."""

from collections.abc import Iterator
from typing import Generic, NamedTuple, Protocol, TypeVar

from ...errors import OurFault
from ...values.cause import Cause
from ..context import Context

SCANNED_MAX = 2000  # names that a page reads past once it shows something
OPENED_MAX = 100  # bodies that it opens; one of what has not ended takes some six calls more
SECONDS_LEFT = 60.0  # of the invocation, when a page that shows nothing yet is given up

P = TypeVar("P")
T = TypeVar("T")
Seen = TypeVar("Seen", covariant=True)


class Search(Protocol[P, Seen]):
    """What a page is of. `P`: a place where a search is."""

    def places(self) -> Iterator[P]:
        """The places behind the page before."""
        ...

    def may_fit(self, place: P) -> bool:
        """Whether it is to be opened."""
        ...

    def opened(self, place: P) -> Seen | None:
        """What stands there, if it fits."""
        ...

    def token(self, place: P) -> str:
        """The NextToken that goes on behind it."""
        ...


class Listed(NamedTuple):
    """How a list is cut into pages. `what`: what it lists; `narrower`: what makes a search shorter."""

    most: int
    what: str
    narrower: str


def page(context: Context, search: Search[P, T], listed: Listed) -> tuple[list[T], str | None]:
    """What is shown, and the NextToken; a page may be short and go on, and is never empty while there is more.

    Raises OurFault `ListTooLong` where the time of an answer finds none that fits.
    """
    cost: _Page[P, T] = _Page(context, search, listed)
    for place in search.places():
        if cost.place is not None and cost.is_full(place):
            return cost.shown, search.token(cost.place)
        cost.take(place)
    if cost.place is None:
        context.ledger.check_readable()
    return cost.shown, None


class _Page(Generic[P, T]):
    """What a page shows so far, and what it has cost."""

    def __init__(self, context: Context, search: Search[P, T], listed: Listed) -> None:
        self._context, self._search, self._listed = context, search, listed
        self._scanned = self._opened = 0
        self.shown: list[T] = []
        self.place: P | None = None  # that was read last

    def is_full(self, following: P) -> bool:
        """Whether the next name is the next page's; one that does not fit makes no page. Raises OurFault."""
        costly = self._scanned >= SCANNED_MAX or self._opened >= OPENED_MAX
        whole = len(self.shown) == self._listed.most and self._search.may_fit(following)
        if self.shown and (costly or whole):
            return True
        if self._context.remaining_s() >= SECONDS_LEFT:
            return False
        if self.shown or self.place is None:
            return bool(self.shown)
        what = self._listed.what
        message = f"None of the {self._scanned} {what} that were looked at fits, and the time for one answer is over."
        advice = f"Go on with NextToken={self._search.token(self.place)}, or {self._listed.narrower}."
        raise OurFault(Cause(code="ListTooLong", message=message, recommend=advice))

    def take(self, place: P) -> None:
        """Look at one name of the history, and at what it names where the name fits."""
        self._scanned, self.place = self._scanned + 1, place
        if not self._search.may_fit(place):
            return
        self._opened += 1
        found = self._search.opened(place)
        if found:
            self.shown.append(found)
