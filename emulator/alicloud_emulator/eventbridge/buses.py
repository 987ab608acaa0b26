"""The buses of the account, the rules on them, and the way of an event from publication to its targets.

Sources: EventBridge "Event overview" for the extension attributes; "Limits" page (50 rules a bus, 5 targets a rule).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from alicloud_emulator.clock import CloudClock
from alicloud_emulator.errors import ApiError
from alicloud_emulator.eventbridge.patterns import matches
from alicloud_emulator.unsure import Unsure

DEFAULT = "default"
REGION = "cn-hangzhou"
Deliver = Callable[[str, Any], None]  # takes an event to a target
RULES_A_BUS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a rule sends events: `eventbridge:<bus>` (a queue that keeps them), `fc:<function>` (asynchronous), or
    `fc:<service>/<function>` (FC 2.0, asynchronous)."""

    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Events of a bus that match the pattern go to every target."""

    name: str
    pattern: Mapping[str, Any]
    targets: tuple[Target, ...]
    enabled: bool = True


@dataclass(slots=True, kw_only=True)
class Bus:
    """A bus. The default one takes events of cloud services only, the others custom events only."""

    name: str
    region: str
    rules: dict[str, Rule] = field(default_factory=dict)


class EventBridge:
    """Every bus and every event that was published on one."""

    def __init__(self, clock: CloudClock, unsure: Unsure, account_id: str, deliver: Deliver) -> None:
        self.clock = clock
        self.unsure = unsure
        self.account_id = account_id
        self._deliver = deliver
        self.buses: dict[str, Bus] = {DEFAULT: Bus(name=DEFAULT, region=REGION)}
        self.published: list[dict[str, Any]] = []

    def add_bus(self, name: str, region: str = REGION) -> Bus:
        """Create a custom bus with a rule that keeps everything, so that it can be seen in the state."""
        if name in self.buses:
            raise ApiError(409, "EventBusAlreadyExist", f"The event bus [{name}] already existed!")
        bus = self.buses[name] = Bus(name=name, region=region)
        self.put_rule(name, Rule(name="keep-all", pattern={}, targets=(Target(address=f"eventbridge:{name}"),)))
        return bus

    def bus(self, name: str, region: str = "") -> Bus:
        """The bus of this name, in the region if one is given; refused as EventBusNotExist."""
        if name not in self.buses or (region and name != DEFAULT and region != self.buses[name].region):
            raise ApiError(409, "EventBusNotExist", f"The event bus [{name}] not existed!")
        return self.buses[name]

    def put_rule(self, bus: str, rule: Rule) -> None:
        """Add a rule, or replace the one with its name."""
        rules = self.bus(bus).rules
        if rule.name not in rules and len(rules) >= RULES_A_BUS:
            raise ApiError(409, "EventRuleCountExceedLimit", f"The bus {bus} has {RULES_A_BUS} rules already.")
        rules[rule.name] = rule

    async def publish(self, bus: str, event: Mapping[str, Any]) -> None:
        """Take an event and deliver it to the targets of every rule that matches it."""
        here = self.bus(bus)
        published = {**event, **self._extensions(here)}
        if bus == DEFAULT and "aliyunregionid" in event:  # every region has a default bus; here they are one
            published["aliyunregionid"] = event["aliyunregionid"]
        self.published.append({"bus": bus, "event": published})
        for rule in tuple(here.rules.values()):
            if rule.enabled and matches(rule.pattern, published):
                for target in rule.targets:
                    self._deliver(target.address, published)

    def state(self) -> list[dict[str, Any]]:
        """The events of `GET /_emulator/state`."""
        return list(self.published)

    def _extensions(self, bus: Bus) -> dict[str, str]:
        """What EventBridge adds to every event."""
        now = self.clock.now()
        return {
            "aliyunaccountid": self.account_id,
            "aliyunoriginalaccountid": self.account_id,
            "aliyunpublishtime": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "aliyuneventbusname": bus.name,
            "aliyunregionid": bus.region,
            "aliyunpublishaddr": "127.0.0.1",
        }
