"""The invariants of deliveries: who delivers, when in a tick, and how soon, although a target is slow or silent.

What is delivered, and that it is delivered at all, is `told.py`.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from .reading import Delivered, exports
from .scenario import Scenario
from .targets import Attempt
from .told import targets_of
from .world import Invocation, World

DELIVERED_A_TICK = 8  # at least, to a prompt target, of what is read for it
TICKS_TO_A_TRY = 3  # beyond one for each end, since a silent target is tried once a tick
USUAL = timedelta(minutes=4)  # a tick that took longer was held up by something else, and may have had no time left


def entrances_deliver_nothing(scenario: Scenario) -> Iterator[str]:
    """Whoever asks has an answer, however slow a notify target is: the watcher alone delivers."""
    for attempt in scenario.world.notifier.attempts:
        if attempt.worker.kind != "watch":
            yield f"{attempt.worker.name} has delivered {attempt.event_id} to {attempt.target}"


def starts_come_before_deliveries(scenario: Scenario) -> Iterator[str]:
    """Who waited for room as a tick began, and has it, does not wait for a notify target.

    A claim whose write came late, after its worker had gone on, is not judged; nor a hint that came before its export.
    """
    world = scenario.world
    for export in exports(world):
        for number, nonce in export.claimed_by.items():
            worker, at = world.writers[nonce], export.claimed_at[number]
            waited = export.export_id in worker.waiting and export.requested_at <= worker.began
            if worker.hindered or not waited:
                continue
            if worker.delivered_at and worker.delivered_at < at:
                yield f"{export.export_id} has waited for the deliveries of {worker.name}"


def ends_are_heard_of_soon(scenario: Scenario) -> Iterator[str]:
    """A prompt target hears of an end within some ticks, and each target is tried, whatever the others do."""
    world, known = scenario.world, exports(scenario.world)
    notifier = world.notifier
    moody = {name for name, service in world.channels.services.items() if service.is_moody}
    hindering = notifier.slow_until.keys() | notifier.refuses_until.keys() | moody
    unsteady = world.channels.withdrawn if world.steady else world.channels.services.keys()  # not always named
    unsteady = {*unsteady, *(name for name, one in world.channels.services.items() if one.is_busy_for_a_while)}
    if notifier.refuses_until and not notifier.unresponsive:
        return  # a refusal hinders the worker, and there is no telling what else it was hindered from
    if "dates" in world.conditions.kinds:
        return  # a tick that believes another time does not know what is due
    if world.odd.kind:
        return  # where so much comes at once, or takes so long, a share of the time is soon used up
    for export in known:
        since = _known_since(world, export)
        if since is None:
            continue
        status = (export.ended or {})["Status"]
        event = f"{export.export_id}.{status}"
        for target in sorted(targets_of(export.request, status) - unsteady):
            first = next((one for one in notifier.attempts if (one.target, one.event_id) == (target, event)), None)
            most = TICKS_TO_A_TRY + len(known) if target in hindering else 2 + len(known) // DELIVERED_A_TICK
            in_vain = list(_ticks_between(world, since, first))
            if len(in_vain) > most:
                yield f"{event} has not been tried at {target} by {len(in_vain)} ticks, {in_vain[0].name} the first"


def _known_since(world: World, export: Delivered) -> datetime | None:
    """When whoever found the end had left a hint to it; None where he was hindered, so that nobody may know of it."""
    if export.ended is None:
        return None
    nonces = [export.ended_by, *([export.manifest_by] if export.ended["Status"] == "Completed" else [])]
    finders = [world.writers.get(nonce) for nonce in nonces]
    left = [worker.ended for worker in finders if worker and worker.ended and not worker.hindered]
    return max(left) if len(left) == len(nonces) else None


def _ticks_between(world: World, since: datetime, first: Attempt | None) -> Iterator[Invocation]:
    """The ticks that had everything they needed, from then on until the delivery was begun."""
    for worker in world.watchers:
        if worker.hindered or worker.ended is None or worker.ended - worker.began > USUAL:
            continue
        if worker.began > since and (first is None or worker.ended < first.at):
            yield worker
