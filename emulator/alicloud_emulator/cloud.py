"""The root of one emulated world: the only place that knows every service, and gives each what it needs."""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alicloud_emulator.calls import CallLog
from alicloud_emulator.clock import CloudClock
from alicloud_emulator.ecs.image_events import ImageEvents
from alicloud_emulator.ecs.instances.machines import Machines
from alicloud_emulator.ecs.service import Ecs
from alicloud_emulator.ecs.service_role import ServiceRoles
from alicloud_emulator.eventbridge.buses import DEFAULT, EventBridge
from alicloud_emulator.faults import Faults
from alicloud_emulator.fc.functions import Functions
from alicloud_emulator.fc.surroundings import Surroundings
from alicloud_emulator.identity import Identity
from alicloud_emulator.oss.buckets import Oss
from alicloud_emulator.quotas import Quotas
from alicloud_emulator.ram.authorization import Rights
from alicloud_emulator.ram.known import Known
from alicloud_emulator.receivers.reception import Reception
from alicloud_emulator.signatures.keyring import Keyring
from alicloud_emulator.signatures.nonces import Nonces
from alicloud_emulator.throttle import Throttle
from alicloud_emulator.unsure import Unsure

ACCOUNT_ID = "1234567890123456"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the command line may say."""

    speed: float = 600.0
    functions: Path | None = None  # s.yaml
    template: Path | None = None  # of ROS
    ground: Mapping[str, Any] = field(default_factory=dict)  # what else exists at the start; `ground.py` has its form
    opt: Path = Path("build/opt")  # what functions see as /opt
    runtime: str | None = None  # of all functions, whatever s.yaml says
    events: frozenset[str] = frozenset({"actiontrail"})  # what the creation of an image sends
    qemu: str | None = None  # the program that runs imported disks; none: their marks are read


class Cloud:
    """One account's cloud. Everything in it happens in one event loop, so nothing is locked."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.account_id = ACCOUNT_ID
        self.endpoint = ""  # set when the server is bound, before anything starts
        self.clock = CloudClock(self.settings.speed)
        self.unsure, self.quotas = Unsure(), Quotas()
        self.identity = Identity(ACCOUNT_ID)
        self.rights = Rights(self.identity)
        self.keyring = Keyring(self.identity.keys, Nonces())
        self.calls = CallLog()
        self.reception = Reception()
        self.throttle = Throttle(self.quotas)
        self._tasks: set[asyncio.Task[Any]] = set()
        self.oss = Oss(self.clock, self.unsure, ACCOUNT_ID)
        self.eventbridge = EventBridge(
            self.clock, self.unsure, ACCOUNT_ID, lambda target, event: self.fc.deliver(target, event)
        )
        self.ecs = self._ecs()
        self.known = Known(self.oss.buckets, self.identity, self.ecs, self.unsure)
        self.fc = self._fc()
        self.faults = Faults(self.identity, lambda origin: self.fc.kill(origin))

    def _ecs(self) -> Ecs:
        return Ecs(
            clock=self.clock,
            account_id=ACCOUNT_ID,
            oss=self.oss,
            roles=ServiceRoles(self.identity, self.rights, self.clock),
            quotas=self.quotas,
            unsure=self.unsure,
            events=ImageEvents(self.settings.events, self.unsure, self._publish),
            machines=Machines(self.settings.qemu, self.spawn),
        )

    def _fc(self) -> Functions:
        around = Surroundings(
            clock=self.clock,
            identity=self.identity,
            rights=self.rights,
            keyring=self.keyring,
            quotas=self.quotas,
            unsure=self.unsure,
            eventbridge=self.eventbridge,
            opt=self.settings.opt,
            spawn=self.spawn,
        )
        return Functions(around)

    def _publish(self, event: dict[str, Any]) -> None:
        """Put an event on the default bus, in the background."""
        self.spawn(self.eventbridge.publish(DEFAULT, event))

    async def stop(self) -> None:
        """Stop the functions and whatever still runs in the background."""
        self.clock.stop()
        await self.fc.stop()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run in the background until it ends or the cloud stops."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
