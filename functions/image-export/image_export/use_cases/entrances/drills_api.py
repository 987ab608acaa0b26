"""What can be asked over HTTP about drills: a page of them, or one. Nobody starts one here, and nothing is changed."""

from collections.abc import Iterator

from ...decisions.drill.view import drill_of, reason_of
from ...decisions.http import drill_listing as listing
from ...decisions.http.listing_query import read_query
from ...decisions.http.not_found import not_found
from ...decisions.http.pace import RESTORE_S
from ...values.drill.drill import Drill
from ...values.http import HttpAnswer, HttpRequest
from ...values.ledger_keys import DrillHistory
from ..context import Context
from ..drill import facts
from ..drill.find import DrillFinder
from .list_page import Listed, page


def list_drills(context: Context, request: HttpRequest) -> HttpAnswer:
    """Raises AskerFault 400, and OurFault `ListTooLong` where the time of an answer finds none that fits."""
    asked = read_query(request, listing.DrillListing, "listDrills")
    listed = Listed(asked.max_results, "drills", "give Until")
    shown, token = page(context, _Drills(context, asked), listed)
    return HttpAnswer(status=200, value={"Drills": shown, "NextToken": token})


def get_drill(context: Context, drill: str) -> HttpAnswer:
    """The drill by its facts; it goes on whether somebody looks or not."""
    record = facts.load(context.ledger, drill)
    if record is None:
        raise not_found("DrillId", drill)
    pace = {} if record.ended else {"retry-after": str(RESTORE_S)}
    return HttpAnswer(status=200, value=drill_of(record, reason=reason_of(record)), headers=pace)


class _Drills:
    """The drills that are asked for, as a page wants them."""

    def __init__(self, context: Context, asked: listing.DrillListing) -> None:
        self._after = listing.after(asked)
        self._finder = DrillFinder(context.ledger, context.log, listing.query_of(asked))

    def places(self) -> Iterator[DrillHistory]:
        """Names of the history."""
        return self._finder.names(self._after)

    def may_fit(self, _place: DrillHistory) -> bool:
        """A name says its time alone, which is within what is asked for."""
        return True

    def opened(self, place: DrillHistory) -> Drill | None:
        """The drill, if it fits."""
        return self._finder.drill(place)

    def token(self, place: DrillHistory) -> str:
        """Where it is."""
        return listing.token(place)
