"""`GET /restores`: a page of restores, the newest first."""

from collections.abc import Iterator

from ...decisions.http import restore_listing as listing
from ...decisions.http.listing_query import read_query
from ...values.http import HttpAnswer, HttpRequest
from ...values.ledger_keys import RestoreHistory
from ...values.restore.restore import Restore
from ..context import Context
from ..restore.find import RestoreFinder
from .list_page import Listed, page


def list_restores(context: Context, request: HttpRequest) -> HttpAnswer:
    """Raises AskerFault 400, and OurFault `ListTooLong` where the time of an answer finds none that fits."""
    asked = read_query(request, listing.RestoreListing, "listRestores")
    listed = Listed(asked.max_results, "restores", "give Until")
    shown, token = page(context, _Restores(context, asked), listed)
    return HttpAnswer(status=200, value={"Restores": shown, "NextToken": token})


class _Restores:
    """The restores that are asked for, as a page wants them."""

    def __init__(self, context: Context, asked: listing.RestoreListing) -> None:
        self._after = listing.after(asked)
        self._finder = RestoreFinder(context.ledger, context.log, listing.query_of(asked))

    def places(self) -> Iterator[RestoreHistory]:
        """Names of the history."""
        return self._finder.names(self._after)

    def may_fit(self, _place: RestoreHistory) -> bool:
        """A name says its time alone, which is within what is asked for."""
        return True

    def opened(self, place: RestoreHistory) -> Restore | None:
        """The restore, if it fits."""
        return self._finder.restore(place)

    def token(self, place: RestoreHistory) -> str:
        """Where it is."""
        return listing.token(place)
