"""What one export costs in API calls, beyond the shared ticks. README gives these numbers; each call is named here."""

from collections import Counter

from .world import World

ENTRANCE = {
    ("ecs", "DescribeImages"): 1,  # is it there, Available, and wanted
    ("ecs", "ExportImage"): 1,
    # whether somebody has enabled versioning meanwhile, under which a claim would be no claim
    ("oss", "GetBucketVersioning"): 1,
    # known, history, due hint, marker, requested, claim, result, whose task, running hint; told-started for two targets
    ("oss", "PutObject"): 11,
    ("oss", "ListObjectsV2"): 1,  # the generations of the image
    # whether it was named before; requested, claim and result as they stand; the group's hold
    ("oss", "GetObject"): 5,
    ("oss", "DeleteObject"): 1,  # the due hint
    ("eventbridge", "PutEvents"): 1,
    ("fc", "InvokeFunction"): 1,
}
END = {
    ("ecs", "DescribeTaskAttribute"): 1,
    # requested, claim, result, no next claim, no end; the end as it stands; both ends of each of two objects; whether
    # the manifest stands or was given up, as the first one said
    ("oss", "GetObject"): 11,
    ("oss", "ListObjectsV2"): 1,  # the facts
    ("oss", "PutObject"): 6,  # ended, manifest, told-manifest, history; told-completed for each of two targets
    ("oss", "DeleteObject"): 2,  # the running hint; last of all the marker
    ("eventbridge", "PutEvents"): 1,
    ("fc", "InvokeFunction"): 1,
}
# For each hundred running in a region; of the region, a role, and the hold as something has moved.
SHARED = Counter({("ecs", "DescribeTasks"): 1, ("oss", "GetObject"): 2})


def spent(world: World, start: int) -> Counter[tuple[str, str]]:
    """The calls since then."""
    return Counter((call["service"], call["action"]) for call in world.emulator.calls_after(start))


def measured(world: World) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """What an export costs from its event until it has started, and from the end of its task until all is told."""
    world.tell(world.image())  # a warm instance with a session of the role
    world.pass_time(700)
    while world.ledger("due/"):  # images of other tests that no rule wants yet
        world.pass_time(700)
    world.pass_time(61)
    start = world.emulator.count_calls()
    world.tell(world.image(plan={"takes_s": 100}))
    entrance = spent(world, start)
    world.emulator.advance(150)  # before the next sweep for new images
    start = world.emulator.count_calls()
    world.emulator.tick()
    ticking = spent(world, start)
    start = world.emulator.count_calls()
    world.emulator.tick()
    return entrance, ticking - spent(world, start) - SHARED


def test_an_export_costs_these_calls_and_no_others(world: World) -> None:
    assert measured(world) == (ENTRANCE, END)
