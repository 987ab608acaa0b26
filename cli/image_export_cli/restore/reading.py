"""Restores as they stand, read with a person's own keys: the ledger's facts, and what ECS says of an import."""

from collections.abc import Iterator

from image_export.decisions.restore.reasons import reason_of
from image_export.decisions.restore.view import restore_of
from image_export.errors import AskerFault, CloudFault, FactUnreadable, Refused
from image_export.use_cases.restore import facts
from image_export.use_cases.restore.find import RestoreFinder
from image_export.values.cause import Cause
from image_export.values.restore.query import RestoreQuery
from image_export.values.restore.record import RestoreRecord
from image_export.values.restore.restore import Restore
from image_export.values.restore.steps import Seen
from image_export.values.task import Task

from ..deployed import Deployed, say
from ..reading import CommandLog, ahead
from .rows import Row


class RestoreReader:
    """Writes nothing. What your keys may not see of an import is said once, and left out."""

    def __init__(self, deployed: Deployed) -> None:
        self.ledger = deployed.ledger
        self._policy = deployed.deployment.policy
        self._clouds = deployed.account.clouds(deployed.deployment.account_id)
        self._denied = False

    def row(self, restore: Restore) -> Row:
        """For a table."""
        account = self._policy.account(restore.account_id)
        where = f"{account.name if account else restore.account_id} {restore.region_id}"
        return Row(restore, where, self.ledger.latest)

    def named(self, restore: str) -> Restore:
        """The restore as it is now. Raises AskerFault where there is none, and LedgerFault."""
        record = facts.load(self.ledger, restore)
        if record is None:
            advice = "`image-export restore list` has all of them."
            cause = Cause(code="RestoreNotFound", message=f"There is no restore {restore}.", recommend=advice)
            raise AskerFault(cause, status=404)
        return restore_of(record, reason=reason_of(record), seen=Seen(task=self._task(record)))

    def find(self, query: RestoreQuery) -> Iterator[Restore]:
        """The restores that fit, the newest first, a few read at a time. Raises LedgerFault."""
        finder = RestoreFinder(self.ledger, CommandLog(), query)
        return (restore for restore in ahead(finder.names(), finder.restore) if restore)

    def known(self, restore: str) -> Restore | Cause:
        """The restore by the ledger alone, or why there is none."""
        try:
            record = facts.load(self.ledger, restore)
        except FactUnreadable as fault:
            return fault.cause
        if record is None:
            return Cause(code="RestoreNotFound", message=f"There is no restore {restore}.")
        return restore_of(record, reason=reason_of(record))

    def _task(self, record: RestoreRecord) -> Task | None:
        result, request = record.result, record.request
        if record.ended or record.outcome or result is None or result.task_id is None or self._denied:
            return None
        try:
            return self._clouds.at(request.role, request.manifest.region_id).task(result.task_id)
        except CloudFault as fault:
            self._denied = isinstance(fault, Refused)
            say(f"? Your keys cannot see the import ({fault.code}): the ledger alone tells.")
            return None
