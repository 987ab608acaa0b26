"""All instances of the account: warm ones are used again, new ones started, up to the account's limit."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from alicloud_emulator.errors import ApiError
from alicloud_emulator.fc.instance import Body, Instance
from alicloud_emulator.fc.mounts import program
from alicloud_emulator.fc.rights import may_log, role_arn
from alicloud_emulator.identity import AccessKey, text

if TYPE_CHECKING:
    from collections import deque

    from alicloud_emulator.fc.definition import Function
    from alicloud_emulator.fc.invocation import Invocation, Outcome
    from alicloud_emulator.fc.logs import Line
    from alicloud_emulator.fc.mounts import Mounts
    from alicloud_emulator.fc.surroundings import Surroundings

KEY_VALIDITY = timedelta(hours=36)  # FC "Context" page


class Instances:
    """The processes that run functions."""

    def __init__(self, around: Surroundings, logs: deque[Line], mounts: Mounts) -> None:
        self._around = around
        self._closed = False
        self._logs = logs
        self._mounts = mounts
        self._instances: list[Instance] = []  # the most recently used one is the last

    async def run(self, function: Function, invocation: Invocation) -> Outcome:
        """Run an invocation; refused with 429 where no instance may be started."""
        instance = await self._take(function)
        try:
            return await instance.run(invocation, logged=may_log(self._around, function))
        finally:
            await self._give_back(instance)

    def kill(self, instance_id: str) -> None:
        """Kill the process of an instance."""
        for instance in self._instances:
            if instance.instance_id == instance_id:
                instance.kill()

    async def retire(self, function: Function) -> None:
        """Start no more work on a deployment of a function that another has replaced; what is busy ends first."""
        for instance in [one for one in self._instances if one.function is function]:
            instance.retired = True
            if not instance.busy:
                await self._give_back(instance)

    async def stop(self) -> None:
        """Kill all processes and start no more."""
        self._closed = True
        instances, self._instances = self._instances, []
        await asyncio.gather(*(instance.stop() for instance in instances))

    async def _take(self, function: Function) -> Instance:
        await self._give_up_idle(self._limit())  # which may have been lowered
        for instance in reversed(self._instances):
            if instance.function is function and not instance.busy and instance.alive:
                instance.busy = True
                instance.key = self._fresh(instance)
                return instance
        await self._make_room()
        return await self._start(function)

    async def _start(self, function: Function) -> Instance:
        opt = self._around.opt
        body = Body(program(opt, function.runtime), (self._mounts.folder(opt),)) if function.layers else Body()
        folder = self._mounts.scratch.folder(f"c-{text(24).lower()}")
        instance = Instance(folder, function, self._around.account_id, body)
        self._instances.append(instance)
        instance.key = self._fresh(instance)
        await instance.start(self._logs)
        if self._closed:
            await instance.stop()
        return instance

    async def _make_room(self) -> None:
        await self._give_up_idle(self._limit() - 1)
        if len(self._instances) >= self._limit():
            raise ApiError(429, "ResourceExhausted", f"The limit of {self._limit()} on-demand instances is reached.")

    async def _give_up_idle(self, most: int) -> None:
        """Give up idle instances, the least recently used first, until there are at most so many or all are busy."""
        while len(self._instances) > most:  # again after each wait: another may have taken the room
            idle = next((instance for instance in self._instances if not instance.busy), None)
            if idle is None:
                return
            self._instances.remove(idle)
            await idle.stop()

    def _limit(self) -> int:
        return 0 if self._closed else self._around.quotas.instances

    async def _give_back(self, instance: Instance) -> None:
        if instance not in self._instances:
            return
        self._instances.remove(instance)
        if instance.alive and not instance.retired:
            instance.busy = False
            self._instances.append(instance)
        else:
            await instance.stop()

    def _fresh(self, instance: Instance) -> AccessKey | None:
        """The instance's key, or a new one where it has less than half of its time left."""
        role, now = instance.function.role, self._around.clock.now()
        if role is None or (instance.key and has_time(instance.key, now)):
            return instance.key
        arn = role_arn(role, self._around.account_id)
        principal = f"{arn.replace(':role/', ':assumed-role/')}/{instance.instance_id}"
        expires_at = now + KEY_VALIDITY
        return self._around.identity.issue(principal, expires_at=expires_at, origin=instance.instance_id, role=arn)


def has_time(key: AccessKey, now: datetime) -> bool:
    """Tell whether a key is good for half of its validity from now on."""
    return key.expires_at is not None and key.expires_at - now > KEY_VALIDITY / 2
