"""One look at one restore, handed from step to step; and the cloud that it looks at."""

from typing import NamedTuple

from msgspec.structs import replace

from ...decisions.restore.asking import role_today
from ...values.restore.record import RestoreRecord
from ...values.restore.steps import RestoreSituation, Seen
from ..context import Context
from .ports import Importing, ImportingCloud


class RestoreLook(NamedTuple):
    """A restore's record as it stands, what has been seen, and what it reaches."""

    context: Context
    importing: Importing
    record: RestoreRecord
    seen: Seen = Seen()

    @property
    def cloud(self) -> ImportingCloud:
        """Of the restore's account, where the disks are imported."""
        return self._in(self.record.request.manifest.region_id)

    @property
    def making(self) -> ImportingCloud:
        """Of the same account, where the newest attempt's image is: a copy is in the region that was asked for."""
        return self._in(self.record.request.target_region_id) if self.record.is_copy else self.cloud

    def _in(self, region_id: str) -> ImportingCloud:
        """Through the role that the policy names today, else the recorded one."""
        request, policy = self.record.request, self.context.policy
        role = (role_today(policy, request) if policy else None) or request.role
        return self.importing.clouds.at(role, region_id, request.manifest.oss_bucket)

    @property
    def situation(self) -> RestoreSituation:
        """What the next step is decided from."""
        return RestoreSituation(self.record, self.seen, self.context.ledger.now)

    def with_seen(self, **seen: object) -> "RestoreLook":
        """The look with this seen as well."""
        return self._replace(seen=replace(self.seen, **seen))

    def with_facts(self, **facts: object) -> "RestoreLook":
        """The look with these facts standing."""
        return self._replace(record=replace(self.record, **facts))

    def anew(self, record: RestoreRecord, **seen: object) -> "RestoreLook":
        """After a fact that changes what is to be looked at. The policy stays what it was."""
        was = self.seen
        return self._replace(record=record, seen=Seen(forbidden=was.forbidden, unruled=was.unruled, **seen))  # type: ignore[arg-type]
