"""One life of drills from its seed: a storm of plans and faults, then fair weather until all has ended."""

from tests.restores_lived.life import live_out

from .checks import CHECKS
from .story import DrillStory
from .world import DrillGround, DrillWorld


def live(seed: int, ground: DrillGround | None = None, *, tracing: bool = False) -> DrillWorld:
    """Everything that the seed decides, to its end, and what of it is broken."""
    world = DrillWorld(seed, ground or DrillGround(), tracing=tracing)
    story = DrillStory(world)
    world.tell(f"seed {seed}: {world.weather}; {world.readings}; {world.nature}; {world.entries}")
    live_out(world, story)
    for name, check in CHECKS.items():
        for how in check(world):
            world.breaks(name, how)
    return world
