"""`GET /exports`: a page of the exports, newest first, by names of the ledger and the bodies of those that fit.

Those of one image are found by names of their own. Not so those that an earlier version has recorded: behind the time
since when every export has such a name, the whole history is read.
"""

from collections.abc import Iterator

from ...decisions.http import listing
from ...decisions.ledger_keys import INDEXED, in_history, of_image, since_when_indexed
from ...decisions.results.export_view import export_of
from ...decisions.state.reasons import reason_of
from ...decisions.state.table import Phase, phase
from ...errors import FactUnreadable, OurFault
from ...values.cause import Cause
from ...values.export import Export
from ...values.facts import Hold
from ...values.http import HttpAnswer, HttpRequest
from ...values.record import Record
from ..context import Outside

SCANNED_MAX = 2000  # names that a page reads past once it shows something
OPENED_MAX = 100  # bodies that it opens; one of an export that has not ended takes some six calls more
SECONDS_LEFT = 60.0  # of the invocation, when a page that shows nothing yet is given up


def list_exports(outside: Outside, request: HttpRequest) -> HttpAnswer:
    """A page; it may be short and go on, and is never empty while there is more.

    Raises AskerFault 400, and OurFault `ListTooLong` where the time of an answer finds none that fits.
    """
    asked = listing.read_listing(request)
    page = _Page(outside, asked)
    for key in _names(outside, asked):
        if page.is_full():
            return _answer(page.shown, listing.token(page.place))
        page.take(key)
    if not page.place and not asked.next_token:
        outside.ledger.check_readable()
    return _answer(page.shown, None)


def _answer(shown: list[Export], token: str | None) -> HttpAnswer:
    return HttpAnswer(status=200, value={"Exports": shown, "NextToken": token})


class _Page:
    """What a page shows so far, and what it has cost."""

    def __init__(self, outside: Outside, asked: listing.Listing) -> None:
        self._outside, self._asked = outside, asked
        self._holds = Holds(outside)
        self._scanned = self._opened = 0
        self.shown: list[Export] = []
        self.place = ""  # the name read last

    def is_full(self) -> bool:
        """Whether the next name is the next page's. Raises OurFault."""
        costly = self._scanned >= SCANNED_MAX or self._opened >= OPENED_MAX
        if self.shown and (costly or len(self.shown) == self._asked.max_results):
            return True
        if self._outside.remaining_s() >= SECONDS_LEFT:
            return False
        if self.shown or not self.place:
            return bool(self.shown)
        message = f"None of the {self._scanned} exports that were looked at fits, and the time for one answer is over."
        advice = f"Go on with NextToken={listing.token(self.place)}, or name an ImageId."
        raise OurFault(Cause(code="ListTooLong", message=message, recommend=advice))

    def take(self, key: str) -> None:
        """Look at one name of the history, and at the export where the name fits."""
        self._scanned, self.place = self._scanned + 1, key
        at = listing.read_place(key)
        if at is None or not listing.fits(self._asked, at):
            return
        self._opened += 1
        export = _listed(self._outside, key, at.export_id, self._holds)
        if export and self._asked.status in (None, export.status):
            self.shown.append(export)


def _names(outside: Outside, asked: listing.Listing) -> Iterator[str]:
    """The names of the history behind the page's place that may fit, newest first."""
    place = listing.after(asked)
    if asked.image_id is None:
        everything = (entry.key for entry in outside.ledger.walk("history/", after=place))
        yield from filter(listing.read_place, everything)
        return
    found = set[str]()
    for entry in outside.ledger.walk(f"images/{asked.image_id}/", after=of_image(place) if place else ""):
        key = in_history(entry.key)
        if key and listing.read_place(key):
            found.add(key)
            yield key
    indexed = outside.ledger.page(INDEXED, limit=1).entries
    behind = since_when_indexed(indexed[0].modified_at) if indexed else ""
    older = (entry.key for entry in outside.ledger.walk("history/", after=max(place, behind)))
    yield from (key for key in older if key not in found and listing.read_place(key))


def _listed(outside: Outside, key: str, export: str, holds: "Holds") -> Export | None:
    """What has ended stands in the history whole; what has not is put together.

    None for a name that lost its race, and for what nobody can read: it hides no other.
    """
    try:
        found = outside.ledger.read(key, Export)
        loaded = None if found else outside.ledger.load(export)
    except FactUnreadable as fault:
        outside.log.error("fact.unreadable", export_id=export, error=fault.cause.message)
        return None
    if found:
        return found.fact
    return shown_of(loaded, holds) if loaded and loaded.listed == key else None


class Holds:
    """The quota holds of accounts and regions, each read once for an answer."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._read: dict[str, Hold | None] = {}

    def of(self, record: Record) -> Hold | None:
        """The hold behind which an export waits that has not started."""
        group = f"{record.request.account_id}/{record.request.region_id}"
        if phase(record) is not Phase.READY:
            return None
        if group not in self._read:
            self._read[group] = self._outside.hold(group)
        return self._read[group]


def shown_of(record: Record, holds: Holds) -> Export:
    """The export by its facts."""
    return export_of(record, reason=reason_of(record, hold=holds.of(record)))
