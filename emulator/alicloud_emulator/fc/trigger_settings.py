"""Reads the triggers of a function in s.yaml: timer, eventbridge on cloud events, http. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from alicloud_emulator.eventbridge.patterns import PatternError, check_pattern
from alicloud_emulator.fc import schedule
from alicloud_emulator.fc.definition import EventBridgeTrigger, HttpTrigger, TimerTrigger, Trigger
from alicloud_emulator.section import Section

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")  # schema of the fc3 component


def read_trigger(trigger: Section) -> Trigger:
    """Read one trigger."""
    kind, name = trigger.required("triggerType", str), trigger.required("triggerName", str)
    trigger.ignore("description", "qualifier")
    settings = trigger.optional("triggerConfig", dict, {})
    config = Section(settings, f"{trigger.path}.triggerConfig")
    readers: dict[str, Callable[[Section, str], Trigger]] = {
        "timer": read_timer,
        "eventbridge": read_event_rule,
        "http": read_http,
    }
    if kind not in readers:
        raise trigger.fault("triggerType", f"{kind!r} is none of {', '.join(readers)}")
    read = replace(readers[kind](config, name), settings=settings)
    config.end()
    trigger.end()
    return read


def read_timer(config: Section, name: str) -> TimerTrigger:
    """Read a timer's schedule, payload and switch."""
    expression = config.required("cronExpression", str)
    try:
        when = schedule.parse(expression)
    except ValueError as cause:
        raise config.fault("cronExpression", str(cause)) from cause
    payload, enabled = config.optional("payload", str, ""), config.required("enable", bool)
    return TimerTrigger(name=name, schedule=when, payload=payload, enabled=enabled)


def read_event_rule(config: Section, name: str) -> EventBridgeTrigger:
    """Read the filter pattern, a JSON string, of a trigger on cloud-service events."""
    text = config.required("eventRuleFilterPattern", str)
    try:
        pattern = json.loads(text)
        check_pattern(pattern)
    except (json.JSONDecodeError, PatternError) as cause:
        raise config.fault("eventRuleFilterPattern", str(cause)) from cause
    if config.section("eventSourceConfig").required("eventSourceType", str) != "Default":
        raise config.fault("eventSourceConfig.eventSourceType", "the emulator knows Default only")
    enabled = config.required("triggerEnable", bool)
    config.ignore("asyncInvocationType", "eventSinkConfig")
    check_run_options(config.section("runOptions"))
    return EventBridgeTrigger(name=name, pattern=pattern, enabled=enabled)


def check_run_options(options: Section) -> None:
    """Refuse what EventBridge does not know; its own retries are not emulated, since FC always takes an event here."""
    options.ignore("mode", "errorsTolerance")
    strategy, letters = options.section("retryStrategy"), options.section("deadLetterQueue")
    strategy.ignore("PushRetryStrategy", "MaximumEventAgeInSeconds", "MaximumRetryAttempts")
    letters.ignore("Arn")
    for section in (strategy, letters, options):
        section.end()


def read_http(config: Section, name: str) -> HttpTrigger:
    """Read who may call and with which methods."""
    auth_type, methods = config.required("authType", str), config.required("methods", list)
    if auth_type not in ("anonymous", "function"):
        raise config.fault("authType", f"{auth_type!r}: the emulator knows anonymous and function; jwt is not emulated")
    if unknown := [method for method in methods if method not in METHODS]:
        raise config.fault("methods", f"{unknown!r}: may name {', '.join(METHODS)}")
    config.ignore("disableURLInternet", "authConfig")
    return HttpTrigger(name=name, auth_type=auth_type, methods=tuple(map(str, methods)))
