"""What every sender is made of, and what it is. Sends nothing."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from ...use_cases.ports import RemainingSeconds
from ...values.place import Place
from ..aliyun.credentials import Credentials
from ..aliyun.hosts import Addresses

Sender = Callable[[Any, Sequence[Mapping[str, Any]], Any], None]
"""Sends events to a target of its kind, in one message; `address` is a channel's. Raises CloudFault where it is not
accepted. All but chats take one event at a time."""


class Origin(NamedTuple):
    """In whose name is sent, by which addresses, from where, and how long it may take."""

    credentials: Callable[[], Credentials]
    addresses: Addresses
    home: Place  # where this function is, and where the functions are that it notifies
    remaining_s: RemainingSeconds
    environ: Mapping[str, str] = MappingProxyType({})  # which holds the addresses and the secrets of channels
