"""ECS and OSS of other people's accounts, through the role that the policy names. Decides nothing.

The SDKs are loaded at the first call that needs them: an answer from the ledger alone needs none of them.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from ...decisions.codes import Handling, handling
from ...errors import Refused, Unanswered, Unreached
from ...use_cases.ports import ImagePage, StartExport, TaskList
from ...values.account import AssumedRole
from ...values.cause import Cause
from ...values.image import Image
from ...values.place import Scope
from ...values.stored_object import StoredObject
from ...values.task import Task
from ..retrying import Retrying
from .credentials import Credentials, RoleSessions, Session, assume_role
from .hosts import Addresses

if TYPE_CHECKING:
    from .ecs import Ecs
    from .oss import Oss
    from .rpc import Rpc

T = TypeVar("T")

OSS_UNKNOWN_KEY = "InvalidAccessKeyId"  # OSS's word for ECS's InvalidAccessKeyId.NotFound
SECONDS_FOR_A_START = 10.0  # the call, and writing down what came of it


class AliyunClouds:
    """Fits `ports.Clouds`. Kept by a warm instance: sessions and connections outlive an invocation.

    `base` gives the function's own credentials of this invocation.
    """

    def __init__(
        self,
        base: Callable[[], Credentials],
        addresses: Addresses,
        retrying: Retrying,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._base = base
        self._addresses = addresses
        self._retrying = retrying
        self._sessions = RoleSessions(self._assume, now)
        self._clouds: dict[Scope, AliyunCloud] = {}

    def at(self, role: AssumedRole, region_id: str, bucket: str) -> "AliyunCloud":
        """The cloud of that account and region, narrowed to that bucket. Sends nothing yet."""
        scope = Scope(role, region_id, bucket)
        new = AliyunCloud(scope, self._sessions, self._addresses, self._retrying)
        return self._clouds.setdefault(scope, new)

    def renew(self, role: AssumedRole, region_id: str) -> None:
        """Forget the role's credentials in that region."""
        self._sessions.forget(role, region_id)

    @cached_property
    def _sts(self) -> "Rpc":
        from .rpc import Rpc

        return Rpc(self._base, self._addresses, self._retrying.remaining_s)

    def _assume(self, scope: Scope) -> Session:
        return assume_role(self._sts, scope)  # repeated by whoever needs it, together with the call it is for


class AliyunCloud:
    """Fits `ports.Cloud`."""

    def __init__(self, scope: Scope, sessions: RoleSessions, addresses: Addresses, retrying: Retrying) -> None:
        self._scope = scope
        self._sessions = sessions
        self._addresses = addresses
        self._retrying = retrying

    def image(self, image_id: str) -> Image | None:
        """The image in whatever status."""
        return self._read(lambda: self._ecs.image(image_id))

    def images(self, page: int, *, since: datetime | None = None) -> ImagePage:
        """A page of the account's own images."""
        return self._read(lambda: self._ecs.images(page, since=since))

    def export_image(self, start: StartExport) -> str:
        """Sent once, with whatever credentials there are; a lost answer of STS says nothing of ExportImage."""
        self._has_time_to_start()
        try:
            self._retrying(self._credentials)  # AssumeRole changes nothing, so it may be repeated
        except Unanswered as fault:
            raise Unreached(fault.cause) from fault
        self._has_time_to_start()  # what AssumeRole took is gone
        return self._ecs.export_image(start)

    def _has_time_to_start(self) -> None:
        if self._retrying.remaining_s() < SECONDS_FOR_A_START:
            raise Unreached(
                Cause(code="Unreached", message="Too little of this invocation is left to start an export.")
            )

    def tasks(self, task_ids: Iterable[str]) -> list[Task]:
        """Short tasks by id."""
        ids = list(task_ids)
        return self._read(lambda: self._ecs.tasks(ids))

    def export_tasks(self, image_id: str, *, since: datetime, until: datetime) -> TaskList:
        """Short export tasks of the image, and of others where the API does not ask by image."""
        return self._read(lambda: self._ecs.export_tasks(image_id, since=since, until=until))

    def task(self, task_id: str) -> Task | None:
        """The whole task."""
        return self._read(lambda: self._ecs.task(task_id))

    def cancel_task(self, task_id: str) -> None:
        """Asked once; again only where the credentials were refused, since then nothing was asked."""
        self._retrying(self._credentials)
        self._with_good_credentials(lambda: self._ecs.cancel_task(task_id))

    def object_keys(self, bucket: str, prefix: str) -> list[str]:
        """All keys that begin with the prefix."""
        return self._read(lambda: [entry.key for entry in self._oss.keys(bucket, prefix)])

    def object(self, bucket: str, key: str) -> StoredObject | None:
        """Its size, checksums, first and last bytes."""
        return self._read(lambda: self._oss.probe(bucket, key))

    def put_object(self, bucket: str, key: str, body: bytes) -> None:
        """Written over itself if need be, so that it may be repeated."""
        self._read(lambda: self._oss.put(bucket, key, body))

    @cached_property
    def _ecs(self) -> "Ecs":
        from .ecs import Ecs
        from .rpc import Rpc

        rpc = Rpc(self._credentials, self._addresses, self._retrying.remaining_s)
        return Ecs(rpc, self._scope.role.account_id, self._scope.region_id)

    @cached_property
    def _oss(self) -> "Oss":
        from .oss import Oss

        return Oss(self._scope.region_id, self._credentials, self._addresses, self._retrying.remaining_s)

    def _credentials(self) -> Credentials:
        return self._sessions.credentials(self._scope)

    def _read(self, call: Callable[[], T]) -> T:
        return self._retrying(lambda: self._with_good_credentials(call))

    def _with_good_credentials(self, call: Callable[[], T]) -> T:
        """Once more with fresh credentials where the cloud calls ours expired or unknown (docs/protocol.md#p6)."""
        try:
            return call()
        except Refused as fault:
            if handling(fault.code) is not Handling.FRESH and fault.code != OSS_UNKNOWN_KEY:
                raise
        self._sessions.forget(self._scope.role, self._scope.region_id)
        return call()
