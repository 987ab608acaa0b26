"""One life of restores from its seed: a storm of requests and faults, then fair weather until all has ended."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from image_export.use_cases.context import Context
from image_export.use_cases.restore import unpacking
from image_export.use_cases.watch.deliver import deliver_due
from image_export.use_cases.watch.due import look_at_due
from image_export.use_cases.watch.sweep import sweep
from image_export.use_cases.watch.tick import Tick

from .checks import CHECKS
from .story import Story
from .unpacker import Engine
from .world import Ground, World

WATCH_S = 300.0  # s.yaml
STORM_TICKS, FAIR_TICKS = 120, 600
SWEEPS = 0.1  # how often a tick that has something to do sweeps as well


def live(seed: int, ground: Ground | None = None, *, tracing: bool = False) -> World:
    """Everything that the seed decides, to its end, and what of it is broken."""
    world = World(seed, ground or Ground(), tracing=tracing)
    story = Story(world)
    world.tell(f"seed {seed}: {world.weather}; {world.readings}")
    live_out(world, story)
    for name, check in CHECKS.items():
        for how in check(world):
            world.breaks(name, how)
    return world


def live_out(world: World, story: Story) -> None:
    """The storm, then fair weather until nothing is left to be done."""
    with patch.object(unpacking, "unpack", Engine(world)):
        for _ in range(STORM_TICKS):
            if world.clock.now > story.last_at and not _left(world):
                break
            if world.clock.now > story.last_at and world.random.random() < 0.05:
                break
            _tick(world)
        world.baton.run(story.last_at)
        _clear_up(world)
        for _ in range(FAIR_TICKS):
            if not _left(world) and world.baton.next_at is None:
                break
            _tick(world)


def _left(world: World) -> list[str]:
    return [key for work in world.open_work for key in world.objects.below(work)]


def _clear_up(world: World) -> None:
    """Faults end; what other people have done stays done."""
    world.weather.fair = True
    world.fair_at = world.clock.now
    world.quota_used_until = world.role_dead_until = world.silent_until = world.clock.now
    world.policy = world.ruled
    world.notifier.refusing.clear()
    world.tell("fair weather")


def _tick(world: World) -> None:
    """The watcher at the next time when there is something to do; now and then two at once."""
    random, now = world.random, world.clock.now
    due = _due(world)
    found = [at for at in (due, world.baton.next_at and world.baton.next_at + timedelta(seconds=1)) if at]
    when = max(now + timedelta(seconds=30 + 60 * random.random()), min(found, default=now + timedelta(minutes=61)))
    world.baton.start(when, lambda: world.work("watch", WATCH_S, _watch_in(world)))
    if random.random() < 0.2 and not world.weather.fair:
        beside = when + timedelta(seconds=random.random() * 3)
        world.baton.start(beside, lambda: world.work("watch", WATCH_S, _watch_in(world)))
    world.baton.run(when + timedelta(seconds=1))


def _watch_in(world: World) -> Callable[[Context], str]:
    def watch(context: Context) -> str:
        """As `use_cases.watch.watch` does, of what restores need."""
        context.ledger.ready(anew=True)
        tick = Tick(context, lambda: world.reach)
        look_at_due(tick)
        deliver_due(tick)
        if _due(world) is None or world.random.random() < SWEEPS:
            sweep(tick)
        return "done"

    return watch


def _due(world: World) -> datetime | None:
    first = next(iter(world.objects.below("due/", limit=1)), None)
    if first is None:
        return None
    at = first.split("/")[1]
    parts = (at[:4], at[4:6], at[6:8], at[9:11], at[11:13], at[13:15])
    year, month, day, hour, minute, second = map(int, parts)
    return datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
