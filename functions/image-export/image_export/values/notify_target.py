"""Who is notified: a bus, a function, or a channel of people. A *destination* is something else: an export's bucket.

Facts hold these. So a channel is its name and what it wants to hear of; its address and its secrets stand in variables
of the function, which the policy names.
"""

import hashlib
from functools import lru_cache
from typing import Annotated, Literal, Protocol, get_args

import msgspec
from msgspec import Meta, field

from .strict import EnvName
from .wire import END

# "Limits" page of EventBridge; names in the fc3 component's schema of Serverless Devs, which are those of both FC APIs
BusName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,126}" + END,
        description="1 to 127 letters, digits and hyphens, not a hyphen first",
    ),
]
FunctionName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z_][A-Za-z0-9_-]{0,63}" + END,
        description="1 to 64 letters, digits, underscores and hyphens, a letter or an underscore first",
    ),
]
ServiceName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z_][A-Za-z0-9_-]{0,127}" + END,
        description="1 to 128 letters, digits, underscores and hyphens, a letter or an underscore first",
    ),
]
Qualifier = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_][A-Za-z0-9_-]{0,127}" + END,
        description="LATEST, a version's number, or an alias of letters, digits, underscores and hyphens",
    ),
]


class EventBus(msgspec.Struct, frozen=True, kw_only=True, tag="eventbridge", tag_field="kind"):
    """A custom bus of EventBridge (custom events are not taken on `default`)."""

    bus: str = field(name="bus")
    region: str = field(name="region")

    @property
    def name(self) -> str:
        """How logs and facts call it."""
        return f"eventbridge:{self.region}:{self.bus}"


class Function(msgspec.Struct, frozen=True, kw_only=True, tag="function", tag_field="kind"):
    """A function of FC 2.0 (with `service`) or FC 3.0 (without), invoked asynchronously in our own region."""

    function: str = field(name="function")
    service: str | None = field(name="service", default=None)
    qualifier: str | None = field(name="qualifier", default=None)

    @property
    def name(self) -> str:
        """How logs and facts call it."""
        return f"function:{self.service or ''}/{self.function}" + (f"/{self.qualifier}" if self.qualifier else "")


EventKind = Literal[
    "Started",
    "Stalled",
    "Completed",
    "Failed",
    "Cancelled",
    "Rejected",
    "NightFinished",
    "NightWarned",  # the same event, of a night with warnings
    "PolicyInvalid",
    "WatcherOverdue",
    "RestoreStarted",
    "RestoreCompleted",
    "RestoreFailed",
    "RestoreCancelled",
    "DrillProved",
    "DrillUnproven",
    "DrillFailed",
]
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)
NEED_A_PERSON: tuple[EventKind, ...] = (
    *("Stalled", "Failed", "Rejected", "NightWarned", "PolicyInvalid", "WatcherOverdue"),
    *("RestoreFailed", "DrillFailed"),
)
Lang = Literal["en", "zh"]


class Channel(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """A channel of people, by the name that the policy gives it. `events`: what it wants to hear of."""

    channel: str = field(name="name")
    events: tuple[str, ...] = field(name="events", default=EVENT_KINDS)  # texts: a later version knows more of them

    @property
    def name(self) -> str:
        """How logs and facts call it."""
        return f"{self.__struct_config__.tag}:{self.channel}"


class Chat(Channel, frozen=True, kw_only=True):
    """A chat: what is due at the same time is one message to it."""


class Webhook(Channel, frozen=True, kw_only=True, tag="webhook"):
    """An address that takes each event by itself, as Standard Webhooks has it."""


class DingTalk(Chat, frozen=True, kw_only=True, tag="dingtalk"):
    """A custom robot of a DingTalk group."""


class Feishu(Chat, frozen=True, kw_only=True, tag="feishu"):
    """A custom bot of a Feishu or Lark group."""


class WeCom(Chat, frozen=True, kw_only=True, tag="wecom"):
    """A robot of a WeCom group."""


class Slack(Chat, frozen=True, kw_only=True, tag="slack"):
    """An incoming webhook of Slack."""


CloudTarget = EventBus | Function
AnyChannel = Webhook | DingTalk | Feishu | WeCom | Slack
NotifyTarget = CloudTarget | AnyChannel
CHANNELS: tuple[type[AnyChannel], ...] = get_args(AnyChannel)


class Audience(Protocol):
    """What notifies somebody. Channels stand apart: version 0.1.0 reads facts that name others alone."""

    @property
    def notify(self) -> tuple[CloudTarget, ...]: ...
    @property
    def channels(self) -> tuple[AnyChannel, ...]: ...


def targets_of(audience: Audience) -> tuple[NotifyTarget, ...]:
    """Everybody who is notified."""
    return (*audience.notify, *audience.channels)


def is_named(audience: Audience, target: NotifyTarget) -> bool:
    """Whether the target is among them, whatever else of it has changed."""
    return target.name in {one.name for one in targets_of(audience)}


class ChannelAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Where a channel is reached, by the names of the variables that say so, and in which language it is spoken to.

    `secrets`: the first one signs; a webhook has two while they are rotated, and both sign.
    """

    url: EnvName = field(name="url")
    secrets: tuple[EnvName, ...] = field(name="secrets", default=())
    lang: Lang = field(name="lang", default="en")


def wants(target: NotifyTarget, kind: EventKind) -> bool:
    """Whether the target is to hear of such events. Buses and functions hear of all."""
    return not isinstance(target, Channel) or kind in target.events


@lru_cache(maxsize=64)
def target_slug(target: NotifyTarget) -> str:
    """A short, stable, key-safe name of the target for told-facts."""
    return slug_of(target.name)


@lru_cache(maxsize=64)
def slug_of(name: str) -> str:
    """The same, of a target's name."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]
