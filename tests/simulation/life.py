"""One life from its seed: a storm of arrivals and faults, then fair weather until everything has had its time."""

from datetime import datetime, timedelta, timezone

from image_export.use_cases.ports import Stored
from tests.fakes import START

from .checks import CHECKS
from .reading import is_through
from .replays import somebody_replays
from .scenario import Scenario
from .story import tell_story
from .world import Ground, World

STORM_TICKS = 40
TICKS_A_NIGHT = 12
FAIR_TICKS = 250
REFUSED_TICKS = 1500  # looks without a gap for weeks, every half-hour, where something stays refused
REFUSED_EVERY_S = 6600.0
QUIET_TICKS, SWEPT_EVERY_S = 2, 301.0  # what no event told of is swept for
WORK = ("due/", "waiting/", "running/", "open/")


class Life:
    """A life that was lived."""

    def __init__(self, world: World, scenario: Scenario) -> None:
        self.world, self.scenario = world, scenario

    @property
    def broken(self) -> list[tuple[str, str]]:
        """The invariants that were seen broken, and how."""
        return self.world.broken

    @property
    def trace(self) -> list[str]:
        """What happened, where it was traced."""
        return self.world.trace


def live(seed: int, ground: Ground | None = None, *, tracing: bool = False) -> Life:
    """Everything that the seed decides, to its end, and what is to be said of it."""
    world = World(seed, ground or Ground(), tracing=tracing)
    for account, region, _ in world.places:  # the watcher has been at work before
        world.objects[f"swept/{account}/{region}"] = Stored(b"", START)
    scenario = tell_story(world)
    world.tell(f"seed {seed}: {world.weather}; {world.readings}; {world.conditions}")
    _storm(scenario)
    world.clear_up()
    if world.policy is None:
        world.rule(world.ruled)
    ended = _until_quiet(scenario)
    if somebody_replays(scenario):
        ended = _until_quiet(scenario) and ended
    life = Life(world, scenario)
    if not ended:
        world.breaks("every export ends", f"after so many ticks there is still {_left(world)[:6]}")
    for name, check in CHECKS.items():
        for how in check(scenario):
            world.breaks(name, how)
    return life


def _storm(scenario: Scenario) -> None:
    """The watcher's ticks among everything that arrives: close together at first, overlapping now and then."""
    world, random = scenario.world, scenario.random
    for _ in range(max(STORM_TICKS, TICKS_A_NIGHT * len(scenario.nights))):
        now = world.clock.now
        if now > scenario.last_at and random.random() < 0.12:
            return
        gap_s = random.choice((60.0, 60.0, 120.0, 600.0, 3600.0))
        when = now + timedelta(seconds=gap_s * (0.5 + random.random()))
        idle_until = min((at for at in (world.baton.next_at, _due(world)) if at), default=when)
        if idle_until > when:
            when = idle_until + timedelta(seconds=60 * random.random())
        scenario.tick(when)
        if random.random() < 0.15:
            scenario.tick(when + timedelta(seconds=random.random()))
        world.baton.run(when)


def _until_quiet(scenario: Scenario) -> bool:
    """Whether everything came to its end: ticks when there is something to do, further and further apart."""
    world = scenario.world
    world.baton.run(scenario.last_at)
    quiet = 0
    for number in range(REFUSED_TICKS if world.dead else FAIR_TICKS):
        quiet = 0 if _left(world) else quiet + 1
        if quiet > QUIET_TICKS:
            return True
        most_s = 1800.0 if _anyone_missing(world) else REFUSED_EVERY_S if world.dead else 43200.0
        apart_s = min((SWEPT_EVERY_S if quiet else 60.0) * 2 ** (number / 4), most_s)
        when = max(_next(world), world.clock.now + timedelta(seconds=apart_s))
        if world.unwatched and world.unwatched[0] < when < world.unwatched[1]:
            when = world.unwatched[1]
        scenario.tick(when)
        world.baton.run(when)
        scenario.last_at = max(scenario.last_at, world.clock.now)
    return not _left(world)


def _left(world: World) -> list[str]:
    """What still wants a look, or will not bear one yet."""
    left = [key for work in WORK for key in world.objects.below(work)]
    left += [region for (_, region), until in world.silent_until.items() if until > world.clock.now]
    left += ["what is odd"] if world.odd.lasts else []
    left += ["unreadable facts"] if world.unreadable_until > world.clock.now else []
    night = world.objects.get("nightly/run")
    return [*left, "nightly/run"] if night and not is_through(night.body) else left


def _anyone_missing(world: World) -> bool:
    """Whether there is an export that goes on and whose task ECS does not know."""
    folders = [key.rsplit("/", 1)[0] for key in world.objects.below("exports/") if key.endswith("/vanished")]
    return any(f"{folder}/ended" not in world.objects for folder in folders)


def _next(world: World) -> datetime:
    """When there is something to do."""
    found: list[datetime] = [world.clock.now + timedelta(minutes=61)]
    due = _due(world)
    if due:
        found.append(due)
    if world.objects.below("waiting/", limit=1):
        found.append(world.clock.now + timedelta(minutes=1))
    if world.baton.next_at:
        found.append(world.baton.next_at + timedelta(seconds=1))
    return min(found)


def _due(world: World) -> datetime | None:
    """The first due hint's time."""
    first = next(iter(world.objects.below("due/", limit=1)), None)
    return datetime.strptime(first.split("/")[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc) if first else None
