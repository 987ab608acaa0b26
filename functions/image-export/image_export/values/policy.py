"""The policy: whose images are exported where to, by which rules, and who is told (docs/policy.md). Pure.

Decoded strictly by `decisions/policy/file.py`: snake_case as in the file, unknown keys are faults.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from .account import AssumedRole
from .drill.policy import DrillEntry
from .export import ImageFormat
from .forms import BUCKET
from .match import Match
from .notify_target import (
    EVENT_KINDS,
    NEED_A_PERSON,
    AnyChannel,
    BusName,
    ChannelAddress,
    CloudTarget,
    DingTalk,
    EventBus,
    EventKind,
    Feishu,
    Function,
    FunctionName,
    Lang,
    Qualifier,
    ServiceName,
    Slack,
    Webhook,
    WeCom,
)
from .place import Scope
from .strict import EnvName, Name, Strict
from .wire import END

REGION = r"^[a-z]{2,}-[a-z0-9-]{1,30}" + END

RegionId = Annotated[str, Meta(pattern=REGION, description="the id of a region, such as cn-hangzhou")]
BucketName = Annotated[
    str, Meta(pattern=f"^{BUCKET}" + END, description="3 to 63 lower-case letters, digits and hyphens")
]
RoleArn = Annotated[
    str,
    Meta(
        pattern=r"^acs:ram::[0-9]{5,20}:role/[A-Za-z0-9._-]{1,64}" + END,
        description="a RAM role's ARN, such as acs:ram::1234567890123456:role/image-export",
    ),
]
Prefix = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9]{0,17}" + END,
        description="at most 17 letters and digits (our own part of an OSSPrefix takes 13 of 30)",
    ),
]
When = Literal["image-created", "nightly"]
Often = Annotated[
    str,
    Meta(
        pattern=r"^(([1-9][0-9]{0,2}|1[0-3][0-9]{2}|14[0-3][0-9]|1440)m|([1-9]|1[0-9]|2[0-4])h|1d)" + END,
        description="a whole number and one of m, h, d (minutes, hours, days), from 1m to 1d, such as 5m",
    ),
]


class Destination(Strict, frozen=True, kw_only=True):
    """The bucket that exports of one region go to; it must be in that region."""

    bucket: BucketName
    prefix: Prefix = ""


class Account(Strict, frozen=True, kw_only=True):
    """An account, the role that is assumed for it, and its destinations by region."""

    name: Name
    role_arn: RoleArn
    external_id: (
        Annotated[
            str,
            Meta(
                min_length=2,
                max_length=1224,
                description="a text of 2 to 1224 characters, in quotes where YAML reads a number without them",
            ),
        ]
        | None
    ) = None
    restore_role_arn: (
        Annotated[RoleArn, Meta(title="The role that restores assume; without it nothing is restored there")] | None
    ) = None
    destinations: Annotated[
        dict[RegionId, Destination],
        Meta(min_length=1, description="an object of regions, such as {cn-hangzhou: {bucket: acme-images}}"),
    ]

    @property
    def account_id(self) -> str:
        """The account that the role belongs to."""
        return self.role_arn.split(":")[3]

    @property
    def role(self) -> AssumedRole:
        """The role as exports record it."""
        return AssumedRole(account_id=self.account_id, role_arn=self.role_arn, external_id=self.external_id)

    @property
    def restore_role(self) -> AssumedRole | None:
        """The role of restores, if they are allowed."""
        if self.restore_role_arn is None:
            return None
        owner = self.restore_role_arn.split(":")[3]
        return AssumedRole(account_id=owner, role_arn=self.restore_role_arn, external_id=self.external_id)


class Rule(Strict, frozen=True, kw_only=True):
    """What is exported when, and as what. The first rule for the occasion that matches decides."""

    name: Name
    when: Annotated[
        tuple[When, ...],
        Meta(min_length=1, description="a list: [image-created], [nightly] or [image-created, nightly]"),
    ]
    match: Match = msgspec.field(default_factory=Match)
    format: ImageFormat = "raw"
    priority: Annotated[
        int, Meta(ge=0, le=9999, title="Higher goes first", description="a whole number from 0 to 9999")
    ] = 0
    max_per_run: (
        Annotated[
            int,
            Meta(
                ge=1,
                title="At most so many images in one nightly run, the oldest first",
                description="a whole number from 1 on",
            ),
        ]
        | None
    ) = None
    cancelled: (
        Annotated[
            Literal["again"],
            Meta(
                title="A night exports again what somebody has cancelled; without it, it does not",
                description="the word again, or left out",
            ),
        ]
        | None
    ) = None


class EventBusEntry(Strict, frozen=True, kw_only=True):
    """`{bus, region}`"""

    bus: BusName
    region: RegionId

    def target(self) -> CloudTarget:
        """The bus."""
        return EventBus(bus=self.bus, region=self.region)


class FunctionEntry(Strict, frozen=True, kw_only=True):
    """`{service, function, qualifier}` of FC 2.0, `{function, qualifier}` of FC 3.0"""

    function: FunctionName
    service: ServiceName | None = None
    qualifier: Qualifier | None = None

    def target(self) -> CloudTarget:
        """The function."""
        return Function(function=self.function, service=self.service, qualifier=self.qualifier)


Events = Annotated[
    tuple[EventKind, ...],
    Meta(min_length=1, title="What it hears of", description=f"a list of: {', '.join(EVENT_KINDS)}"),
]
Url = Annotated[EnvName, Meta(title="The variable that holds the address")]
Secret = Annotated[EnvName, Meta(title="The variable that holds the secret, with which messages are signed")]


class ChannelEntry(Strict, frozen=True, kw_only=True):
    """A channel of people."""

    name: Name
    url: Url
    events: Events = NEED_A_PERSON

    @property
    def address(self) -> ChannelAddress:
        """Where it is, and how it is spoken to."""
        secrets = (getattr(self, "secret", None), getattr(self, "old_secret", None))
        return ChannelAddress(url=self.url, secrets=tuple(filter(None, secrets)), lang=getattr(self, "lang", "en"))


class WebhookEntry(ChannelEntry, frozen=True, kw_only=True):
    """`{name, url, secret, old_secret, events}`: Standard Webhooks; both secrets sign while one is rotated."""

    secret: Secret
    old_secret: Secret | None = None
    events: Events = EVENT_KINDS

    def target(self) -> AnyChannel:
        """The webhook."""
        return Webhook(channel=self.name, events=self.events)


class ChatEntry(ChannelEntry, frozen=True, kw_only=True):
    """A chat, which is spoken to in English or Chinese."""

    lang: Lang = "en"


class DingTalkEntry(ChatEntry, frozen=True, kw_only=True):
    """`{name, url, secret, events, lang}`; without a secret where the robot asks for an IP range or a keyword."""

    secret: Secret | None = None

    def target(self) -> AnyChannel:
        """The robot."""
        return DingTalk(channel=self.name, events=self.events)


class FeishuEntry(ChatEntry, frozen=True, kw_only=True):
    """`{name, url, secret, events, lang}`, of Feishu or Lark; without a secret where the bot asks for none."""

    secret: Secret | None = None

    def target(self) -> AnyChannel:
        """The bot."""
        return Feishu(channel=self.name, events=self.events)


class WeComEntry(ChatEntry, frozen=True, kw_only=True):
    """`{name, url, events, lang}`; the key in the address is the secret."""

    def target(self) -> AnyChannel:
        """The robot."""
        return WeCom(channel=self.name, events=self.events)


class SlackEntry(ChatEntry, frozen=True, kw_only=True):
    """`{name, url, events, lang}`; the address is the secret."""

    def target(self) -> AnyChannel:
        """The incoming webhook."""
        return Slack(channel=self.name, events=self.events)


AnyEntry = EventBusEntry | FunctionEntry | WebhookEntry | DingTalkEntry | FeishuEntry | WeComEntry | SlackEntry


class NotifyEntry(Strict, frozen=True, kw_only=True):
    """One notify target: exactly one of the keys."""

    eventbridge: EventBusEntry | None = None
    function: FunctionEntry | None = None
    webhook: WebhookEntry | None = None
    dingtalk: DingTalkEntry | None = None
    feishu: FeishuEntry | None = None
    wecom: WeComEntry | None = None
    slack: SlackEntry | None = None

    @property
    def entries(self) -> tuple[AnyEntry, ...]:
        """One for each key that is given."""
        given = (getattr(self, kind) for kind in self.__struct_fields__)
        return tuple(entry for entry in given if entry is not None)


class HeartbeatEntry(Strict, frozen=True, kw_only=True):
    """Whom the watcher calls while it does its work, so that somebody outside notices when it does not."""

    url: EnvName
    every: Annotated[Often, Meta(title="It is called at most so often")] = "5m"
    style: Annotated[
        Literal["healthchecks", "plain"],
        Meta(
            title="healthchecks has /start and /fail behind the address; plain has nothing but the address",
            description="healthchecks or plain",
        ),
    ] = "healthchecks"


class PolicyFile(Strict, frozen=True, kw_only=True):
    """policy.yaml as it is written."""

    version: Literal[1]
    accounts: Annotated[tuple[Account, ...], Meta(min_length=1, description="a list of at least one account")]
    rules: Annotated[tuple[Rule, ...], Meta(description="a list of rules")] = ()
    notify: Annotated[tuple[NotifyEntry, ...], Meta(description="a list of notify targets")] = ()
    heartbeat: HeartbeatEntry | None = None
    drills: Annotated[tuple[DrillEntry, ...], Meta(description="a list of drills")] = ()


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The policy that is in force."""

    accounts: tuple[Account, ...]
    rules: tuple[Rule, ...]
    notify: tuple[CloudTarget, ...]
    channels: tuple[AnyChannel, ...] = ()
    addresses: dict[str, ChannelAddress] = {}  # of the channels, by their names in logs
    heartbeat: HeartbeatEntry | None = None
    drills: tuple[DrillEntry, ...] = ()

    def scopes(self) -> Iterator[Scope]:
        """What roles are assumed for: each account, region by region."""
        for account in self.accounts:
            for region, destination in account.destinations.items():
                yield Scope(account.role, region, destination.bucket)

    def account(self, account_id: str) -> Account | None:
        """The account with that id."""
        return next((account for account in self.accounts if account.account_id == account_id), None)

    def rule(self, name: str | None) -> Rule:
        """The rule of that name; whoever asks has the name from this policy. Raises KeyError."""
        return {rule.name: rule for rule in self.rules}[name or ""]

    def bucket(self, account_id: str, region_id: str) -> str:
        """The destination bucket there; empty where the policy has none."""
        account = self.account(account_id)
        destination = account.destinations.get(region_id) if account else None
        return destination.bucket if destination else ""
