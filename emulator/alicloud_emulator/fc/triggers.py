"""What makes functions run by themselves: timers, and rules on the bus `default`.

Sources: FC "Time triggers" and "Formats of event for different triggers" pages; the rule of a cloud-service trigger is
called `<function>-<trigger>`. Both invoke asynchronously.
"""

from __future__ import annotations

import json
from datetime import datetime

from alicloud_emulator.clock import CloudClock
from alicloud_emulator.eventbridge.buses import DEFAULT, Rule, Target
from alicloud_emulator.fc.definition import EventBridgeTrigger, Function, TimerTrigger
from alicloud_emulator.fc.queue import Queue
from alicloud_emulator.fc.schedule import Cron, Every
from alicloud_emulator.fc.surroundings import Surroundings


def arm(around: Surroundings, queue: Queue, function: Function) -> None:
    """Put the enabled triggers of a function to work."""
    for trigger in function.triggers:
        if isinstance(trigger, TimerTrigger) and trigger.enabled:
            around.spawn(tick(around.clock, queue, function, trigger))
        elif isinstance(trigger, EventBridgeTrigger):
            around.eventbridge.put_rule(DEFAULT, rule_of(function, trigger))


def rule_of(function: Function, trigger: EventBridgeTrigger) -> Rule:
    """The rule that a cloud-service trigger stands for."""
    return Rule(
        name=f"{function.name}-{trigger.name}",
        pattern=trigger.pattern,
        targets=(Target(address=f"fc:{function.name}"),),
        enabled=trigger.enabled,
    )


async def tick(clock: CloudClock, queue: Queue, function: Function, trigger: TimerTrigger) -> None:
    """Fire for ever; a jump of the clock over many due times fires once."""
    due = trigger.schedule.after(clock.now())
    while True:
        await clock.sleep_until(due)
        queue.put(function, payload(trigger.name, trigger.payload, clock.now()))
        due = following(trigger.schedule, due, clock.now())


def following(schedule: Every | Cron, due: datetime, now: datetime) -> datetime:
    """The due time after this one; those that a jump of the clock has passed are left out."""
    following = schedule.after(due)
    return following if following > now else schedule.after(now)


def payload(name: str, text: str, at: datetime) -> bytes:
    """The event of a timer trigger."""
    return json.dumps({"triggerTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "triggerName": name, "payload": text}).encode()
