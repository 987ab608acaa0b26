"""What one export costs in API calls, beyond the shared ticks; docs/numbers.md has the sums."""

from collections import Counter
from pathlib import Path

from .conftest import still_emulator
from .world import World

ENTRANCE = {
    ("ecs", "DescribeImages"): 1,  # is it there, Available, and wanted
    ("ecs", "ExportImage"): 1,
    # whether somebody has enabled versioning, before it is recorded and before the claim: there nothing stands once
    ("oss", "GetBucketVersioning"): 2,
    # known, history, and its name among those of the image, by which lists find it among a hundred thousand; due hint,
    # marker, requested, claim, result, whose task, running hint, what is to be delivered
    ("oss", "PutObject"): 11,
    ("oss", "ListObjectsV2"): 1,  # the generations of the image
    # whether it was named before; requested, claim and result as they stand; the group's hold; the switch
    ("oss", "GetObject"): 6,
    ("oss", "DeleteObject"): 1,  # the due hint
}
# The next tick delivers that it has started. It is another process, so it has to read what the entrance has written:
# for a target that hangs may hold up a tick, and never whoever asked.
STARTED = {
    ("oss", "ListObjectsV2"): 1,  # the facts
    ("oss", "GetObject"): 5,  # requested, no end, claim, result, no next claim
    ("eventbridge", "PutEvents"): 1,
    ("fc", "InvokeFunction"): 1,
    ("oss", "PutObject"): 2,  # told-started for each of two targets
    ("oss", "DeleteObject"): 1,  # the hint
}
END = {
    ("ecs", "DescribeTaskAttribute"): 1,
    # requested, claim, result, no next claim, no end; the end as it stands; both ends of each of two objects; whether
    # the manifest stands or was given up, as the first one said; what the last ones of the place took
    ("oss", "GetObject"): 12,
    ("oss", "ListObjectsV2"): 1,  # the facts
    # ended, manifest, told-manifest, what is to be delivered, history; told-completed for each of two targets; what the
    # last ones of the place took
    ("oss", "PutObject"): 8,
    # the running hint, and after the starts, which no target holds up, that of the deliveries; last of all the marker
    ("oss", "DeleteObject"): 3,
    ("eventbridge", "PutEvents"): 1,
    ("fc", "InvokeFunction"): 1,
}
# For each hundred running in a region; of the region, a role, and the hold as something has moved.
Calls = Counter[tuple[str, str]]
SHARED = Counter({("ecs", "DescribeTasks"): 1, ("oss", "GetObject"): 2})


def spent(world: World, start: int) -> Calls:
    """The calls since then."""
    return Counter((call["service"], call["action"]) for call in world.emulator.calls_after(start))


def measured(world: World) -> tuple[Calls, Calls, Calls]:
    """What an export costs until it has started, until that is delivered, and from the end of its task until all is."""
    world.tell(world.image())  # a warm instance with a session of the role
    for seconds in (700, 700, 61):
        world.pass_time(seconds)
    assert world.ledger("due/") == []
    start = world.emulator.count_calls()
    world.tell(world.image(plan={"takes_s": 100}))
    entrance = spent(world, start)
    started, quiet = tick(world, 61), tick(world)
    return entrance, started - quiet, tick(world, 60) - tick(world) - SHARED


def tick(world: World, seconds: float = 0.0) -> Calls:
    """What a tick costs so much later; the next sweep for new images comes after it."""
    world.emulator.advance(seconds)
    start = world.emulator.count_calls()
    world.emulator.tick()
    return spent(world, start)


def test_an_export_costs_these_calls_and_no_others(tmp_path: Path) -> None:
    with still_emulator(tmp_path) as emulator:  # of its own: what other tests leave behind is looked at too
        assert measured(World(emulator)) == (ENTRANCE, STARTED, END)
