"""Calls in the name of an assumed role, narrowed to a region and a bucket. Decides nothing."""

from collections.abc import Callable
from datetime import datetime, timezone
from functools import cached_property
from typing import NamedTuple, TypeVar

from ...decisions.codes import Handling, handling
from ...errors import Refused, Unanswered, Unreached
from ...values.place import Scope
from ..retrying import Retrying
from .clouds import OSS_UNKNOWN_KEY
from .credentials import Credentials, RoleSessions, Session, assume_role
from .hosts import Addresses
from .oss import Oss
from .oss_multipart import OssMultipart
from .rpc import Rpc

T = TypeVar("T")
Narrowing = Callable[[str, str, str], str]
"""The session policy of an account, a region and a bucket."""


class Base(NamedTuple):
    """Whose name roles are assumed in, and how the cloud is reached."""

    credentials: Callable[[], Credentials]
    addresses: Addresses
    retrying: Retrying
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)


class RoleCallers:
    """One for each role, region and bucket. Kept by a warm instance: sessions and connections outlive an invocation."""

    def __init__(self, base: Base, narrowing: Narrowing) -> None:
        self._base = base
        self._narrowing = narrowing
        self._sts = Rpc(base.credentials, base.addresses, base.retrying.remaining_s)
        self._sessions = RoleSessions(self._assume, base.now)
        self._callers: dict[Scope, RoleCaller] = {}

    def at(self, scope: Scope) -> "RoleCaller":
        """Sends nothing yet."""
        return self._callers.setdefault(scope, RoleCaller(scope, self._sessions, self._base))

    def _assume(self, scope: Scope) -> Session:
        return assume_role(self._sts, scope, self._narrowing)


class RoleCaller:
    """The calls of one role there."""

    def __init__(self, scope: Scope, sessions: RoleSessions, base: Base) -> None:
        self.scope = scope
        self._sessions = sessions
        self._base = base

    @cached_property
    def rpc(self) -> Rpc:
        """Who calls ECS."""
        return Rpc(self._credentials, self._base.addresses, self._base.retrying.remaining_s)

    @cached_property
    def oss(self) -> Oss:
        """The objects there."""
        remaining_s = self._base.retrying.remaining_s
        return Oss(self.scope.region_id, self._credentials, self._base.addresses, remaining_s)

    @cached_property
    def multipart(self) -> OssMultipart:
        """The large ones, whose calls take hours together, so that a session ends among them."""
        renewing = self._base.retrying._replace(once=self._with_good_credentials)
        return OssMultipart(self.scope.region_id, self._credentials, self._base.addresses, renewing)

    def again(self, call: Callable[[], T]) -> T:
        """The call, repeated where it gets no answer."""
        return self._base.retrying(lambda: self._with_good_credentials(call))

    def once(self, call: Callable[[], T]) -> T:
        """The call, sent once. Credentials are seen to before: a lost answer of STS says nothing of the call."""
        try:
            self._base.retrying(self._credentials)
        except Unanswered as fault:
            raise Unreached(fault.cause) from fault
        return self._with_good_credentials(call)

    def _credentials(self) -> Credentials:
        return self._sessions.credentials(self.scope)

    def _with_good_credentials(self, call: Callable[[], T]) -> T:
        """Once more with fresh credentials where the cloud calls ours expired or unknown (docs/protocol.md#p6)."""
        try:
            return call()
        except Refused as fault:
            if handling(fault.code) is not Handling.FRESH and fault.code != OSS_UNKNOWN_KEY:
                raise
        self._sessions.forget(self.scope.role, self.scope.region_id)
        return call()
