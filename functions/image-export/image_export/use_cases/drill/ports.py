"""What a drill needs from outside beside what a restore needs, as protocols."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from ...values.account import AssumedRole
from ...values.drill.policy import Boot
from ...values.drill.steps import Assistant, CommandResult, Console, Instance
from ..restore.ports import Importing


class StartOfInstance(NamedTuple):
    """The parameters of one RunInstances call. `release_at`: when ECS releases it by itself."""

    image_id: str
    instance_type: str
    name: str
    client_token: str
    release_at: str
    boot: Boot
    tags: tuple[tuple[str, str], ...]


class DrillingCloud(Protocol):
    """ECS and OSS of one account and region, through its restore role. Every call raises CloudFault."""

    def run_instance(self, start: StartOfInstance) -> str:
        """The InstanceId. Sent once; the same call finds what a lost answer made."""
        ...

    def instance_by_tag(self, key: str, value: str) -> Instance | None:
        """An instance that has the tag, in whatever status; None where there is none any more."""
        ...

    def instance(self, instance_id: str) -> Instance | None: ...
    def console(self, instance_id: str) -> Console | None:
        """None where the instance has none to show yet, or its type never has."""
        ...

    def assistant(self, instance_id: str) -> Assistant: ...
    def run_command(self, instance_id: str, command: str, client_token: str) -> str:
        """The InvokeId. The same token is the same call."""
        ...

    def command_result(self, instance_id: str, invoke_id: str) -> CommandResult | None: ...
    def delete_instance(self, instance_id: str) -> None:
        """Stops it first. One that is gone is no fault."""
        ...

    def write(self, bucket: str, key: str, body: bytes) -> None:
        """The evidence, over itself if need be."""
        ...


class DrillingClouds(Protocol):
    """Where a `DrillingCloud` comes from."""

    def at(self, role: AssumedRole, region_id: str, bucket: str) -> DrillingCloud: ...


class Drilling(NamedTuple):
    """What drills reach beyond a Context. `hide`: takes out of a text what looks like a secret."""

    importing: Importing
    clouds: DrillingClouds
    hide: Callable[[str], str]
