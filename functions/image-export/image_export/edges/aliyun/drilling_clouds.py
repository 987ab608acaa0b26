"""Instances and evidence of an account through its restore role. Decides nothing; loaded by drills alone."""

from functools import cached_property

from ...use_cases.drill.ports import StartOfInstance
from ...values.account import AssumedRole
from ...values.drill.steps import Assistant, CommandResult, Console, Instance
from ...values.place import Scope
from .credentials import drill_policy
from .ecs_instances import EcsInstances
from .role_caller import Base, RoleCaller, RoleCallers


class AliyunDrillingClouds:
    """Fits `ports.DrillingClouds`. Its sessions may not do what those of a restore may, and the other way round."""

    def __init__(self, base: Base) -> None:
        self._callers = RoleCallers(base, drill_policy)

    def at(self, role: AssumedRole, region_id: str, bucket: str) -> "AliyunDrillingCloud":
        """The cloud of that account and region, narrowed to that bucket. Sends nothing yet."""
        return AliyunDrillingCloud(self._callers.at(Scope(role, region_id, bucket)))


class AliyunDrillingCloud:
    """Fits `ports.DrillingCloud`."""

    def __init__(self, by: RoleCaller) -> None:
        self._by = by

    def run_instance(self, start: StartOfInstance) -> str:
        """Sent once."""
        return self._by.once(lambda: self._instances.run(start))

    def instance_by_tag(self, key: str, value: str) -> Instance | None:
        """An instance that has the tag."""
        return self._by.again(lambda: self._instances.by_tag(key, value))

    def instance(self, instance_id: str) -> Instance | None:
        """The instance."""
        return self._by.again(lambda: self._instances.by_id(instance_id))

    def console(self, instance_id: str) -> Console | None:
        """What it has said."""
        return self._by.again(lambda: self._instances.console(instance_id))

    def assistant(self, instance_id: str) -> Assistant:
        """Whether its Cloud Assistant answers."""
        return self._by.again(lambda: self._instances.assistant(instance_id))

    def run_command(self, instance_id: str, command: str, client_token: str) -> str:
        """Repeated with the same token it is the same command."""
        return self._by.again(lambda: self._instances.run_command(instance_id, command, client_token))

    def command_result(self, instance_id: str, invoke_id: str) -> CommandResult | None:
        """What has come of a command."""
        return self._by.again(lambda: self._instances.command_result(instance_id, invoke_id))

    def delete_instance(self, instance_id: str) -> None:
        """One that is gone is no fault."""
        self._by.again(lambda: self._instances.delete(instance_id))

    def write(self, bucket: str, key: str, body: bytes) -> None:
        """Over itself if need be."""
        self._by.again(lambda: self._by.oss.put(bucket, key, body))

    @cached_property
    def _instances(self) -> EcsInstances:
        return EcsInstances(self._by.rpc, self._by.scope.region_id)
