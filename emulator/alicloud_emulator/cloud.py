"""The root of one emulated world: an account, its clock, and the services that know each other through it."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alicloud_emulator import template
from alicloud_emulator.calls import CallLog
from alicloud_emulator.clock import CloudClock
from alicloud_emulator.ecs.service import Ecs
from alicloud_emulator.eventbridge.buses import EventBridge
from alicloud_emulator.faults import Faults
from alicloud_emulator.fc.functions import Functions
from alicloud_emulator.identity import Identity
from alicloud_emulator.oss.buckets import Oss
from alicloud_emulator.ram.authorization import Decisions
from alicloud_emulator.signatures.nonces import Nonces
from alicloud_emulator.throttle import Counter
from alicloud_emulator.unsure import Unsure

ACCOUNT_ID = "1234567890123456"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the command line may say."""

    speed: float = 600.0
    functions: Path | None = None  # s.yaml
    template: Path | None = None  # template.yml
    policy: Path | None = None  # policy.yaml, whose buckets, roles and bus exist at the start
    opt: Path = Path("build/opt")  # what functions see as /opt
    runtime: str | None = None  # of all functions, whatever s.yaml says
    events: frozenset[str] = frozenset({"actiontrail"})  # what the creation of an image sends


@dataclass(slots=True, kw_only=True)
class Quotas:
    """The limits of the account; the cloud publishes no numbers for exports."""

    concurrent_exports: int = 5  # per region
    weekly_exports: int = 1000
    api_qps: int = 100  # per API action
    exports_enabled: bool = True  # an account that ECS has not enabled is not in its white list
    instances: int = 100  # of functions, at a time


class Cloud:
    """One account's cloud. Everything in it happens in one event loop, so nothing is locked."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.account_id = ACCOUNT_ID
        self.clock = CloudClock(self.settings.speed)
        self.identity = Identity(ACCOUNT_ID)
        self.calls = CallLog()
        self.faults = Faults()
        self.unsure = Unsure()
        self.decisions = Decisions()
        self.quotas = Quotas()
        self.nonces = Nonces()
        self.counter = Counter()
        self.endpoint = ""  # set when the server is bound, before `start`
        self._tasks: set[asyncio.Task[Any]] = set()
        self.oss = Oss(self)
        self.ecs = Ecs(self)
        self.eventbridge = EventBridge(self)
        self.fc = Functions(self)

    async def start(self) -> None:
        """Make what the template and the policy name, then start the functions."""
        template.populate(self)
        await self.fc.start()

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
