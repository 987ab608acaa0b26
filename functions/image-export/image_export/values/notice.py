"""What is delivered about this deployment itself, and what of a policy outlives it. Pure."""

from typing import Any

from msgspec import field

from .cause import Cause
from .notify_target import AnyChannel, ChannelAddress, CloudTarget
from .policy import HeartbeatEntry
from .wire import Wire


class Notice(Wire, frozen=True, kw_only=True):
    """An event of the deployment: its data, and who is notified. Its time is that of its name."""

    data: dict[str, Any] = field(name="Data")
    notify: tuple[CloudTarget, ...] = field(name="Notify", default=())
    channels: tuple[AnyChannel, ...] = field(name="Channels", default=())


class ValidPolicy(Wire, frozen=True, kw_only=True):
    """Whom a policy names, for the day on which nobody can read it. It holds names of variables, and no secret."""

    notify: tuple[CloudTarget, ...] = field(name="Notify", default=())
    channels: tuple[AnyChannel, ...] = field(name="Channels", default=())
    addresses: dict[str, ChannelAddress] = field(name="Addresses", default={})
    heartbeat: HeartbeatEntry | None = field(name="Heartbeat", default=None)


class InvalidPolicy(Wire, frozen=True, kw_only=True):
    """What was wrong with the policy when it was first seen."""

    cause: Cause = field(name="Cause")
