"""`GET /exports`: a page of exports, the newest first."""

from collections.abc import Iterator

from ...decisions.http import listing
from ...decisions.http.listing_query import read_listing
from ...decisions.results import selection
from ...values.export import Export
from ...values.http import HttpAnswer, HttpRequest
from ..context import Context
from ..export.find import Finder, Place
from .list_page import Listed, page


def list_exports(context: Context, request: HttpRequest) -> HttpAnswer:
    """Raises AskerFault 400, and OurFault `ListTooLong` where the time of an answer finds none that fits."""
    asked = read_listing(request)
    listed = Listed(asked.max_results, "exports", "name an ImageId")
    shown, token = page(context, _Exports(context, asked), listed)
    return HttpAnswer(status=200, value={"Exports": shown, "NextToken": token})


class _Exports:
    """The exports that are asked for, as a page wants them."""

    def __init__(self, context: Context, asked: listing.Listing) -> None:
        self._query, self._after = listing.query_of(asked), listing.after(asked)
        self._finder = Finder(context.ledger, context.log, self._query)

    def places(self) -> Iterator[Place]:
        """Names of the history."""
        return self._finder.places(Place(*self._after) if self._after else None)

    def may_fit(self, place: Place) -> bool:
        """By its name."""
        return selection.fits_name(self._query, place.name)

    def opened(self, place: Place) -> Export | None:
        """The export, if it fits."""
        return self._finder.export(place.name)

    def token(self, place: Place) -> str:
        """Where it is."""
        return listing.token(place)
