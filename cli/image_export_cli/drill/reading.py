"""Drills as they stand, read with a person's own keys: the ledger's facts alone. Writes nothing."""

from collections.abc import Iterator

from image_export.decisions.drill.view import drill_of, reason_of
from image_export.errors import AskerFault, FactUnreadable
from image_export.use_cases.drill import facts
from image_export.use_cases.drill.find import DrillFinder
from image_export.values.cause import Cause
from image_export.values.drill.drill import Drill
from image_export.values.drill.query import DrillQuery

from ..deployed import Deployed
from ..reading import CommandLog, ahead
from .rows import Row

ADVICE = "`image-export drill list` has all of them."


class DrillReader:
    """Reads the ledger."""

    def __init__(self, deployed: Deployed) -> None:
        self.ledger = deployed.ledger
        self._deployed = deployed

    def row(self, drill: Drill) -> Row:
        """For a table."""
        return Row(drill, self.where(drill.account_id, drill.region_id), self.ledger.latest)

    def where(self, account_id: str, region_id: str) -> str:
        """Account and region as the policy names them."""
        account = self._deployed.deployment.policy.account(account_id)
        return f"{account.name if account else account_id} {region_id}"

    def named(self, drill: str) -> Drill:
        """The drill as it is now. Raises AskerFault where there is none, and LedgerFault."""
        record = facts.load(self.ledger, drill)
        if record is None:
            cause = Cause(code="DrillNotFound", message=f"There is no drill {drill}.", recommend=ADVICE)
            raise AskerFault(cause, status=404)
        return drill_of(record, reason=reason_of(record))

    def known(self, drill: str) -> Drill | Cause:
        """The same, or why there is none."""
        try:
            return self.named(drill)
        except (AskerFault, FactUnreadable) as fault:
            return fault.cause

    def find(self, query: DrillQuery) -> Iterator[Drill]:
        """The drills that fit, the newest first, a few read at a time. Raises LedgerFault."""
        finder = DrillFinder(self.ledger, CommandLog(), query)
        return (drill for drill in ahead(finder.names(), finder.drill) if drill)
