"""What a test may see of the emulator: the whole of it, or only the part that it asks for."""

import pytest

from tests.emulator.ecs_requests import describe_images, export_image
from tests.emulator.world import World

BUCKET = "acme-images-hangzhou"


@pytest.fixture
def lived(world: World) -> World:
    """A world with something in every part of the state but what only functions leave behind."""
    image = world.create_image(Status="Available")["ImageId"]
    world.send(describe_images())
    world.send(export_image(image))
    world.advance(3600)
    world.send(describe_images())
    return world


@pytest.mark.parametrize("part", ["images", "tasks", "objects", "events", "invocations", "received"])
def test_a_part_of_the_state_is_what_the_whole_has_of_it(lived: World, part: str) -> None:
    whole = lived.get("state")
    assert lived.get(f"state?only={part}") == {part: whole[part]}
    assert whole[part] or part in ("invocations", "received")


def test_calls_are_told_from_one_on_and_by_action(lived: World) -> None:
    actions = {call["n"]: call["action"] for call in lived.get("calls")["calls"]}
    assert actions == {1: "DescribeImages", 2: "ExportImage", 3: "DescribeImages"}
    for query, told in {
        "after=1": [2, 3],
        "action=DescribeImages": [1, 3],
        "after=1&action=DescribeImages": [3],
    }.items():
        assert [call["n"] for call in lived.get(f"calls?{query}")["calls"]] == told
    assert lived.get("calls/count") == {"count": 3}
