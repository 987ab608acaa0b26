"""What s.yaml says of a function, as values. Pure: no file, no process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alicloud_emulator.fc.schedule import Cron, Every

Settings = Mapping[str, Any]  # triggerConfig as it is deployed


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerTrigger:
    """Invokes the function when its schedule says so."""

    name: str
    schedule: Every | Cron
    payload: str
    enabled: bool
    settings: Settings = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBridgeTrigger:
    """A rule on the bus `default` whose target is the function."""

    name: str
    pattern: Mapping[str, Any]
    enabled: bool
    settings: Settings = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpTrigger:
    """Makes the function answer HTTP requests."""

    name: str
    auth_type: str
    methods: tuple[str, ...]
    settings: Settings = field(default_factory=dict, compare=False)


Trigger = TimerTrigger | EventBridgeTrigger | HttpTrigger


@dataclass(frozen=True, slots=True, kw_only=True)
class AsyncConfig:
    """How the asynchronous queue treats a function; defaults of PutAsyncInvokeConfig (API 2023-03-30)."""

    max_age_s: int = 86400
    max_retries: int = 3
    on_failure: str | None = None  # ARN of a queue of MNS


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function as it is deployed."""

    name: str
    handler: str
    runtime: str
    code: Path
    timeout_s: int = 3
    memory_mib: int = 512
    region: str = "cn-hangzhou"
    role: str | None = None
    log: str | None = None  # project/<name>/logstore/<name>, as policies write it
    layers: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    asynchronous: AsyncConfig = AsyncConfig()
    triggers: tuple[Trigger, ...] = ()

    def timer(self) -> TimerTrigger | None:
        """The first timer trigger, if it has one."""
        return next((trigger for trigger in self.triggers if isinstance(trigger, TimerTrigger)), None)
