"""Notifies each target by the sender of its kind: in the function's own name, or at the address of a channel."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ...use_cases.ports import RemainingSeconds
from ...values.notify_target import ChannelAddress, NotifyTarget
from ...values.place import Place
from ..aliyun.credentials import Credentials
from ..aliyun.hosts import Addresses
from .origin import Origin, Sender
from .senders import SENDERS


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
        environ: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._origin = Origin(credentials, addresses, home, remaining_s, environ)
        self._senders: dict[type[NotifyTarget], Sender] = {}

    def deliver(
        self, target: NotifyTarget, events: Sequence[Mapping[str, Any]], address: ChannelAddress | None = None, /
    ) -> None:
        """Raises CloudFault where the target does not accept the message."""
        kind = type(target)
        if kind not in self._senders:
            self._senders[kind] = SENDERS[kind](self._origin)
        self._senders[kind](target, events, address)
