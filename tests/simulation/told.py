"""The invariant of telling: every event to every target that wants it, the same words under the same id, and nothing
that is not so. What a target has not heard was given up, or withdrawn from it, and the ledger or the log says so.
"""

from collections import defaultdict
from collections.abc import Container, Iterator
from datetime import timedelta
from typing import Any

import msgspec

from .channels import GONE
from .reading import Delivered, Fact, exports
from .scenario import Scenario
from .world import World

GIVEN_UP_AFTER = timedelta(days=14)  # docs/protocol.md#rule-17

OTHERS = {  # rooms of the ledger: the id of the event by the parts of its key, and its kind
    "rejected/": ("rejected-{1}", "Rejected"),
    "nights/": ("night-{1}-{2}.Finished", "NightFinished"),
    "notices/notice-policy-": ("{1}.Invalid", "PolicyInvalid"),
    "notices/notice-watcher-": ("{1}.Overdue", "WatcherOverdue"),
}

Events = dict[str, list[Any]]
Heard = dict[str, set[str]]


def told_of(scenario: Scenario) -> Iterator[str]:
    """Every end is told to every target with one id; the same id always says the same; nothing else is told."""
    world = scenario.world
    by_id: Events = defaultdict(list)
    heard: Heard = defaultdict(set)
    for target, event in world.notifier.delivered:
        by_id[event["id"]].append(event)
        heard[event["id"]].add(target)
    for event_id, events in by_id.items():
        if event_id.startswith("rejected-") and "versioning" in world.conditions.kinds:
            continue  # no fact stands where a bucket is versioned, and what arrives is kept before anybody looks
        other = next((event for event in events if event != events[0]), None)
        if other:
            yield f"{event_id} says {_differing(events[0], other)}"
    withdrawn = _withdrawn(world)
    for export in exports(world):
        names = {f"{export.export_id}.{kind}": kind for kind in _kinds(export)}
        yield from (f"{event} was told" for event in _others(by_id, export, names))
        for name, kind in sorted(names.items()):
            yield from _untold(world, name, targets_of(export.request, kind) - heard[name] - withdrawn[name])
    for name, kind, fact in _others_owed(world):
        yield from _untold(world, name, targets_of(fact, kind) - heard[name] - withdrawn[name])


def _untold(world: World, name: str, missing: set[str]) -> Iterator[str]:
    """What is wrong with it that these have not heard of the event."""
    if not missing:
        return
    yield from (f"{name} was not told to {target}" for target in sorted(missing - _given_up(world, name)))
    if len(world.objects.below(f"untold/{name}/")) < len(missing):
        yield f"{name} was not told to {sorted(missing)}, and is not kept for each of them"


def _withdrawn(world: World) -> Heard:
    """By event, the channels from which the log says that it was withdrawn, by ticks whose policy did not name them."""
    withdrawn: Heard = defaultdict(set)
    workers = {worker.name: worker for worker in world.watchers}
    for line in world.log.lines if world.channels.withdrawn else ():
        if line["event"] == "event.withdrawn" and line["target"] in world.channels.withdrawn:
            policy = workers[line["worker"]].policy
            if policy is None or line["target"] not in policy.addresses:
                withdrawn[line["event_id"]].add(line["target"])
    return withdrawn


def _others_owed(world: World) -> Iterator[tuple[str, str, Fact]]:
    """Rejections, nights and notices of which somebody has left a hint: id, kind and fact of each event."""
    hinted = {one.event_id for one in world.notifier.attempts}
    for room, (name, kind) in OTHERS.items():
        for key in world.objects.below(room):
            parts = key.split("/")
            event = name.format(*parts)
            if parts[-1] in ("event", "finished") and event in hinted:
                yield event, kind, msgspec.json.decode(world.objects[key].body)["Fact"]


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


def _others(by_id: Events, export: Delivered, names: Container[str]) -> list[str]:
    return [event for event in by_id if event.startswith(f"{export.export_id}.") and event not in names]


def targets_of(fact: Fact, kind: str) -> set[str]:
    """The names of the notify targets that it was recorded with and that want to hear of that kind of event."""
    targets = {
        f"eventbridge:{one['region']}:{one['bus']}"
        if one["kind"] == "eventbridge"
        else f"function:{one['service']}/{one['function']}"
        for one in fact["Notify"]
    }
    return targets | {f"{one['kind']}:{one['name']}" for one in fact.get("Channels", ()) if kind in one["events"]}


def _given_up(world: World, event: str) -> set[str]:
    """Targets that have refused this event for good, or for so long that it may be given up."""
    refusals = {target: at for (target, told), at in world.notifier.refusals.items() if told == event}
    for_good = {one.target for one in world.notifier.messages_to_channels if one.answer == GONE and event in one.events}
    return for_good | {target for target, at in refusals.items() if at[-1] - at[0] >= GIVEN_UP_AFTER}
