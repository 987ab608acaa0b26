"""What was given up is kept under a name by which it is listed, shown and delivered again, whatever kind of event."""

from typing import Any

import pytest
from msgspec.structs import replace

from image_export.decisions.arrivals.replay import checked
from image_export.decisions.results.undelivered import read_key, read_name
from image_export.errors import RefusedForGood
from image_export.use_cases.entrances.redeliver import redeliver
from image_export.use_cases.watch.deliver import deliver_due
from image_export.use_cases.watch.due import look_at_due
from image_export.use_cases.watch.tick import Tick
from image_export.values import ledger_keys as keys
from image_export.values.cause import Cause
from image_export.values.notify_target import EVENT_KINDS, ChannelAddress, Webhook, target_slug
from image_export_cli.replays.details import shown
from image_export_cli.replays.listing import items

from .drill.world import World as DrillWorld
from .restore.world import World, archived

OPS = Webhook(channel="ops")
SLUG = target_slug(OPS)
EXPORT, NIGHT = "exp-aaaaaaaaaaaaaaaa-0001", f"night-2026-11-24-{'a' * 32}"
RESTORE, DRILL = "res-aaaaaaaaaaaaaaaa", "dri-aaaaaaaaaaaaaaaa"
# Of each kind: its event's id, and how the fact begins that says that it was accepted.
KEPT = {
    "Started": (f"{EXPORT}.Started", "started-"),
    "Stalled": (f"{EXPORT}.Stalled", "stalled-"),
    "Completed": (f"{EXPORT}.Completed", "completed-"),
    "Failed": (f"{EXPORT}.Failed", "failed-"),
    "Cancelled": (f"{EXPORT}.Cancelled", "cancelled-"),
    "Rejected": (f"rejected-{'0' * 64}", ""),
    "NightFinished": (f"{NIGHT}.Finished", "finished-"),
    "NightWarned": (f"{NIGHT}.Finished", "finished-"),
    "PolicyInvalid": ("notice-policy-20261124T080000Z.Invalid", "invalid-"),
    "WatcherOverdue": ("notice-watcher-20261124T080000Z.Overdue", "overdue-"),
    "RestoreStarted": (f"{RESTORE}.Started", "restorestarted-"),
    "RestoreCompleted": (f"{RESTORE}.Completed", "restorecompleted-"),
    "RestoreFailed": (f"{RESTORE}.Failed", "restorefailed-"),
    "RestoreCancelled": (f"{RESTORE}.Cancelled", "restorecancelled-"),
    "DrillProved": (f"{DRILL}.Proved", "drillproved-"),
    "DrillUnproven": (f"{DRILL}.Unproven", "drillunproven-"),
    "DrillFailed": (f"{DRILL}.Failed", "drillfailed-"),
}


def test_each_kind_of_event_is_among_these() -> None:
    assert set(KEPT) == set(EVENT_KINDS)


@pytest.mark.parametrize("kind", KEPT)
def test_the_key_of_a_kept_event_and_its_name_lead_to_each_other(kind: str) -> None:
    event_id, beginning = KEPT[kind]
    key = f"untold/{event_id}/told-{beginning}{SLUG}"
    undelivered = read_key(key)
    assert undelivered is not None
    assert (undelivered.name, undelivered.key) == (f"untold-{event_id}-{SLUG}", key)
    assert read_name(checked(undelivered.name)) == undelivered


def gone(*_: object) -> None:
    raise RefusedForGood(Cause(code="410", message="Gone."))


def deliver(world: World) -> None:
    """The watcher's part of a tick that delivers; looks are the worlds' own."""
    world.clock.advance(minutes=7)
    context = world.context()
    context.ledger.ready(anew=True)
    tick = Tick(context, lambda: None)  # type: ignore[arg-type, return-value]
    tick.advance_other = lambda _what, **_: True  # type: ignore[method-assign]
    look_at_due(tick)
    deliver_due(tick)


def hear(world: World) -> World:
    """The policy names a webhook."""
    world.policy = replace(world.policy, channels=(OPS,), addresses={OPS.name: ChannelAddress(url="env:X")})
    return world


def a_failed_restore() -> World:
    world = hear(World())
    restore = world.ask()
    key = archived(1).oss_object
    world.cloud.objects[key] = replace(world.cloud.objects[key], crc64="77")
    assert world.look(restore, minutes=7).restore.status == "Failed"
    return world


def a_proved_drill() -> World:
    world = DrillWorld()
    hear(world)
    world.instances.says = "Welcome to Debian! golden-web login:"
    drill = world.begin()
    for _ in range(400):
        world.tick(minutes=1)
        if world.objects.get(keys.DrillEnded(drill).key):
            return world
    raise AssertionError("it never ended")


@pytest.mark.parametrize(
    ("made", "what", "kind"),
    [(a_failed_restore, "a restore", "imageexport:Restore:Failed"), (a_proved_drill, "a drill", "imageexport:Drill:")],
)
def test_what_is_given_up_of_a_restore_or_a_drill_is_listed_shown_and_delivered_again(
    made: Any, what: str, kind: str
) -> None:
    world = made()
    accepts = world.notifier.deliver
    world.notifier.deliver = gone
    for _ in range(3):
        deliver(world)
    kept = [key for key in world.objects if key.startswith("untold/")]
    ledger = world.context().ledger
    listed = [item for item in items(ledger) if item.kind == "Delivery"]
    assert (len(kept) >= 1, len(listed), {item.what for item in listed}) == (True, len(kept), {what})
    name = listed[-1].name
    assert shown(ledger, name)["Event"]["type"].startswith(kind)
    world.notifier.deliver = accepts
    undelivered = read_name(name)
    assert undelivered is not None
    assert redeliver(world.context(), undelivered) is None
    deliver(world)
    assert [(target, event["id"]) for target, event in world.notifier.delivered] == [(OPS.name, undelivered.event_id)]
    assert undelivered.key not in world.objects
