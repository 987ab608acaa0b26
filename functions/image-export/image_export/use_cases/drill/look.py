"""One look at one drill, handed from step to step; and the clouds that it looks at."""

from typing import NamedTuple

from msgspec.structs import replace

from ...values.account import AssumedRole
from ...values.drill.record import DrillRecord
from ...values.drill.steps import DrillSituation, Heard
from ..context import Context
from ..restore.ports import ImportingCloud
from .ports import Drilling, DrillingCloud


class DrillLook(NamedTuple):
    """A drill's record as it stands, what has been heard, and what it reaches."""

    context: Context
    drilling: Drilling
    record: DrillRecord
    heard: Heard = Heard()

    @property
    def role(self) -> AssumedRole:
        """The one that the policy names today, else the recorded one."""
        request, policy = self.record.request, self.context.policy
        today = [one.restore_role for one in policy.accounts if one.restore_role] if policy else []
        return next((one for one in today if one.account_id == request.role.account_id), request.role)

    @property
    def cloud(self) -> DrillingCloud:
        """Instances, and the bucket."""
        return self.drilling.clouds.at(self.role, self.record.request.region_id, self.record.request.oss_bucket)

    @property
    def images(self) -> ImportingCloud:
        """Images and snapshots."""
        request = self.record.request
        return self.drilling.importing.clouds.at(self.role, request.region_id, request.oss_bucket)

    @property
    def situation(self) -> DrillSituation:
        """What the next step is decided from."""
        return DrillSituation(self.record, self.heard, self.context.ledger.now)

    def with_heard(self, **heard: object) -> "DrillLook":
        """The look with this heard as well."""
        return self._replace(heard=replace(self.heard, **heard))

    def with_facts(self, **facts: object) -> "DrillLook":
        """The look with these facts standing."""
        return self._replace(record=replace(self.record, **facts))

    def anew(self, record: DrillRecord, **heard: object) -> "DrillLook":
        """After a fact that changes what is to be looked at; of the restore what is known stays."""
        return self._replace(record=record, heard=Heard(restore=self.heard.restore, **heard))  # type: ignore[arg-type]
