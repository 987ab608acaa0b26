"""The invariant of telling: every end to every target, the same words under the same id, and nothing that is not so."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from .reading import Delivered, exports
from .scenario import Scenario
from .world import World

GIVEN_UP_AFTER = timedelta(days=14)  # docs/protocol.md#rule-17

Events = dict[str, list[Any]]


def told_of(scenario: Scenario) -> Iterator[str]:
    """Every end is told to every target with one id; the same id always says the same; nothing else is told."""
    world = scenario.world
    by_id: Events = defaultdict(list)
    heard: dict[str, set[str]] = defaultdict(set)
    for target, event in world.notifier.told:
        by_id[event["id"]].append(event)
        heard[event["id"]].add(target)
    for event_id, events in by_id.items():
        if event_id.startswith("rejected-") and "versioning" in world.conditions.kinds:
            continue  # no fact stands where a bucket is versioned, and what arrives is kept before anybody looks
        other = next((event for event in events if event != events[0]), None)
        if other:
            yield f"{event_id} says {_differing(events[0], other)}"
    for export in exports(world):
        names = {f"{export.export_id}.{kind}" for kind in _kinds(export)}
        yield from (f"{event} was told" for event in _others(by_id, export, names))
        for name in sorted(names):
            missing = targets_of(export) - heard[name]
            yield from (f"{name} was not told to {target}" for target in sorted(missing - _given_up(world, name)))
            if len(world.objects.below(f"untold/{name}/")) < len(missing):
                yield f"{name} was not told to {sorted(missing)}, and is not kept for each of them"


def _kinds(export: Delivered) -> Iterator[str]:
    if export.ended:
        yield export.ended["Status"]
    if export.last_result.get("TaskId"):
        yield "Started"
    if export.stalled:
        yield "Stalled"


def _differing(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    data, others = one["data"], other["data"]
    return {key: (data.get(key), others.get(key)) for key in data if data.get(key) != others.get(key)}


def _others(by_id: Events, export: Delivered, names: set[str]) -> list[str]:
    return [event for event in by_id if event.startswith(f"{export.export_id}.") and event not in names]


def targets_of(export: Delivered) -> set[str]:
    """The names of the notify targets that it was recorded with."""
    return {
        f"eventbridge:{one['region']}:{one['bus']}"
        if one["kind"] == "eventbridge"
        else f"function:{one['service']}/{one['function']}"
        for one in export.request["Notify"]
    }


def _given_up(world: World, event: str) -> set[str]:
    """Targets that have refused this event for so long that it may be given up."""
    refusals = {target: at for (target, told), at in world.notifier.refusals.items() if told == event}
    return {target for target, at in refusals.items() if at[-1] - at[0] >= GIVEN_UP_AFTER}
