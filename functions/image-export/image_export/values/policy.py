"""The policy: whose images are exported where to, by which rules, and who is told (docs/policy.md). Pure.

Decoded strictly by `decisions/policy/file.py`: snake_case as in the file, unknown keys are faults.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from .account import AssumedRole
from .export import ImageFormat
from .forms import BUCKET
from .match import Match
from .notify_target import BusName, EventBus, Function, FunctionName, NotifyTarget, Qualifier, ServiceName
from .place import Scope
from .strict import Name, Strict
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


class FunctionEntry(Strict, frozen=True, kw_only=True):
    """`{service, function, qualifier}` of FC 2.0, `{function, qualifier}` of FC 3.0"""

    function: FunctionName
    service: ServiceName | None = None
    qualifier: Qualifier | None = None


class NotifyEntry(Strict, frozen=True, kw_only=True):
    """One notify target: exactly one of the two keys."""

    eventbridge: EventBusEntry | None = None
    function: FunctionEntry | None = None

    def target(self) -> NotifyTarget | None:
        """The target; None where not exactly one key is given, or the bus cannot take custom events."""
        if self.eventbridge and not self.function and self.eventbridge.bus != "default":
            return EventBus(bus=self.eventbridge.bus, region=self.eventbridge.region)
        if self.function and not self.eventbridge:
            entry = self.function
            return Function(function=entry.function, service=entry.service, qualifier=entry.qualifier)
        return None


class PolicyFile(Strict, frozen=True, kw_only=True):
    """policy.yaml as it is written."""

    version: Literal[1]
    accounts: Annotated[tuple[Account, ...], Meta(min_length=1, description="a list of at least one account")]
    rules: Annotated[tuple[Rule, ...], Meta(description="a list of rules")] = ()
    notify: Annotated[tuple[NotifyEntry, ...], Meta(description="a list of notify targets")] = ()


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The policy that is in force."""

    accounts: tuple[Account, ...]
    rules: tuple[Rule, ...]
    notify: tuple[NotifyTarget, ...]

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
