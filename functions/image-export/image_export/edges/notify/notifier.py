"""Tells notify targets, each by its own kind of road, with the function's own role. Decides nothing about events."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ...use_cases.ports import RemainingSeconds
from ...values.notify_target import EventBus, NotifyTarget
from ...values.place import Place
from ..aliyun.credentials import Credentials
from ..aliyun.hosts import Addresses

if TYPE_CHECKING:
    from ..aliyun.rpc import Rpc
    from .fc import Fc


class AliyunNotifier:
    """Fits `ports.Notifier`. One attempt a target: what is not accepted is owed still, and told at a later look.

    `home` is where this function is, and where the functions are that it tells.
    """

    def __init__(
        self,
        credentials: Callable[[], Credentials],
        addresses: Addresses,
        home: Place,
        remaining_s: RemainingSeconds,
    ) -> None:
        self._credentials = credentials
        self._addresses = addresses
        self._home = home
        self._remaining_s = remaining_s

    def deliver(self, target: NotifyTarget, event: Mapping[str, Any]) -> None:
        """Raises CloudFault where the target does not accept the event."""
        if isinstance(target, EventBus):
            from .eventbridge import put_event

            put_event(self._rpc, target, event)
        else:
            self._fc.invoke(target, event)

    @cached_property
    def _rpc(self) -> "Rpc":
        from ..aliyun.rpc import Rpc

        return Rpc(self._credentials, self._addresses, self._remaining_s)

    @cached_property
    def _fc(self) -> "Fc":
        from .fc import Fc

        return Fc(self._credentials, self._addresses, self._home, self._remaining_s)
