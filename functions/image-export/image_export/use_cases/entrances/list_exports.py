"""`GET /exports`: a page of the exports, newest first, by names of the ledger and the bodies of those that fit.

Those of one image are found by names of their own. Not so those that an earlier version has recorded: behind the time
since when every export has such a name, the whole history is read.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ...decisions.http import listing
from ...decisions.results.export_view import export_of
from ...decisions.state.reasons import reason_of
from ...decisions.state.table import Phase, phase
from ...errors import FactUnreadable, OurFault
from ...values import ledger_keys as keys
from ...values.cause import Cause
from ...values.export import Export
from ...values.facts import Hold
from ...values.http import HttpAnswer, HttpRequest
from ...values.place import Place
from ...values.record import Record
from ..context import Context

OVERLAPPING = timedelta(hours=1)  # instances of two versions, while a new one is deployed
SCANNED_MAX = 2000  # names that a page reads past once it shows something
OPENED_MAX = 100  # bodies that it opens; one of an export that has not ended takes some six calls more
SECONDS_LEFT = 60.0  # of the invocation, when a page that shows nothing yet is given up


def list_exports(context: Context, request: HttpRequest) -> HttpAnswer:
    """A page; it may be short and go on, and is never empty while there is more.

    Raises AskerFault 400, and OurFault `ListTooLong` where the time of an answer finds none that fits.
    """
    asked = listing.read_listing(request)
    page = _Page(context, asked)
    for key in _names(context, asked):
        if page.is_full():
            return _answer(page.shown, listing.token(page.place))
        page.take(key)
    if not page.place and not asked.next_token:
        context.ledger.check_readable()
    return _answer(page.shown, None)


def _answer(shown: list[Export], token: str | None) -> HttpAnswer:
    return HttpAnswer(status=200, value={"Exports": shown, "NextToken": token})


class _Page:
    """What a page shows so far, and what it has cost."""

    def __init__(self, context: Context, asked: listing.Listing) -> None:
        self._context, self._asked = context, asked
        self._holds = Holds(context)
        self._scanned = self._opened = 0
        self.shown: list[Export] = []
        self.place = ""  # the name read last

    def is_full(self) -> bool:
        """Whether the next name is the next page's. Raises OurFault."""
        costly = self._scanned >= SCANNED_MAX or self._opened >= OPENED_MAX
        if self.shown and (costly or len(self.shown) == self._asked.max_results):
            return True
        if self._context.remaining_s() >= SECONDS_LEFT:
            return False
        if self.shown or not self.place:
            return bool(self.shown)
        message = f"None of the {self._scanned} exports that were looked at fits, and the time for one answer is over."
        advice = f"Go on with NextToken={listing.token(self.place)}, or name an ImageId."
        raise OurFault(Cause(code="ListTooLong", message=message, recommend=advice))

    def take(self, key: str) -> None:
        """Look at one name of the history, and at the export where the name fits."""
        self._scanned, self.place = self._scanned + 1, key
        at = keys.History.read(key)
        if at is None or not listing.fits(self._asked, at):
            return
        self._opened += 1
        export = _listed(self._context, key, at.export_id, self._holds)
        if export and self._asked.status in (None, export.status):
            self.shown.append(export)


def _names(context: Context, asked: listing.Listing) -> Iterator[str]:
    """The names of the history behind the page's place that may fit, newest first."""
    place = listing.after(asked)
    if asked.image_id is None:
        yield from _in_history(context, place)
        return
    found, at = set[str](), keys.History.read(place)
    for entry in context.ledger.walk(keys.OfImage.below(asked.image_id), after=at.of_image.key if at else ""):
        name = keys.OfImage.read(entry.key)
        if name:
            found.add(name.in_history.key)
            yield name.in_history.key
    indexed = context.ledger.page(keys.Indexed().key, limit=1).entries
    behind = _since_when_indexed(indexed[0].modified_at) if indexed else ""
    yield from (key for key in _in_history(context, max(place, behind)) if key not in found)


def _in_history(context: Context, after: str) -> Iterator[str]:
    names = (entry.key for entry in context.ledger.walk(keys.History.below(), after=after))
    return filter(keys.History.read, names)


def _since_when_indexed(at: datetime) -> str:
    """The place in the history before which each export has a name by image. `at`: when the watcher first saw to it.

    Not much before it an instance of an earlier version may still have recorded one without.
    """
    return f"{keys.History.below()}{keys.backwards(at + OVERLAPPING)}"


def _listed(context: Context, key: str, export: str, holds: "Holds") -> Export | None:
    """What has ended stands in the history whole; what has not is put together.

    None for a name that lost its race, and for what nobody can read: it hides no other.
    """
    try:
        found = context.ledger.read(key, Export)
        loaded = None if found else context.ledger.load(export)
    except FactUnreadable as fault:
        context.log.error("fact.unreadable", export_id=export, error=fault.cause.message)
        return None
    if found:
        return found.fact
    return shown_of(loaded, holds) if loaded and loaded.listed == key else None


class Holds:
    """The quota holds of accounts and regions, each read once for an answer."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._read: dict[Place, Hold | None] = {}

    def of(self, record: Record) -> Hold | None:
        """The hold behind which an export waits that has not started."""
        place = record.request.place
        if phase(record) is not Phase.READY:
            return None
        if place not in self._read:
            self._read[place] = self._context.hold(place)
        return self._read[place]


def shown_of(record: Record, holds: Holds) -> Export:
    """The export by its facts."""
    return export_of(record, reason=reason_of(record, hold=holds.of(record)))
