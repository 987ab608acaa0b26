"""More clients at a time than there may be instances: one export a request, none lost (docs/protocol.md#p1, #p2)."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.patience import HANGS_S

from .entrance import TOKEN, Answer, Entrance
from .world import ENDS, World

INSTANCES, USUAL_INSTANCES = 20, 100
SIZES = [pytest.param(16, 4, id="a few"), pytest.param(200, INSTANCES, id="two hundred", marks=pytest.mark.prove)]


@pytest.fixture
def limit(world: World) -> Iterator[Callable[[int], None]]:
    """Sets how many instances there may be, until the end of the test."""
    yield lambda instances: world.emulator.post("quotas", {"instances": instances})
    world.emulator.post("quotas", {"instances": USUAL_INSTANCES})


def patiently(entrance: Entrance, image: str, refused: list[int]) -> Answer:
    """The answer of the function, asked again while FC has no instance for it."""
    deadline = time.monotonic() + HANGS_S
    while (answer := entrance.post(image)).status == 429 and time.monotonic() < deadline:
        refused.append(answer.status)
        time.sleep(0.1)
    return answer


def all_of(entrance: Entrance, images: list[str], clients: int) -> tuple[list[Answer], list[int]]:
    """Ask for all of these, at the same time; the answers, and the 429 on the way."""
    refused: list[int] = []
    with ThreadPoolExecutor(clients) as pool:
        asked = [pool.submit(patiently, entrance, image, refused) for image in images]
        return [future.result() for future in asked], refused


def ended(world: World, entrance: Entrance, count: int) -> dict[str, str]:
    """The newest exports and how they have ended, after an hour at the most."""
    for _ in range(60):
        world.emulator.advance(61)
        world.emulator.tick()
        statuses = {export["ExportId"]: export["Status"] for export in entrance.newest(count)}
        if set(statuses.values()) <= set(ENDS):
            break
    return statuses


@pytest.mark.parametrize(("requests", "instances"), SIZES)
def test_the_same_request_of_many_clients_is_one_export(
    world: World, entrance: Entrance, limit: Callable[[int], None], requests: int, instances: int
) -> None:
    limit(instances)
    image = world.image()
    answers, refused = all_of(entrance, [image] * requests, 2 * instances)
    assert {answer.value["ExportId"] for answer in answers} == {answers[0].value["ExportId"]}
    assert sorted({answer.status for answer in answers}) == [200, 202]
    assert [answer.status for answer in answers].count(202) == 1
    assert refused, "nobody had to wait: the limit was not reached"
    assert world.follow(image)["Status"] == "Completed"
    assert len(world.calls_of(image)) == len(world.tasks_of(image)) == 1
    assert TOKEN not in json.dumps(world.emulator.get("logs"))


@pytest.mark.parametrize(("requests", "instances"), SIZES)
def test_different_requests_of_many_clients_are_as_many_exports(
    world: World, entrance: Entrance, limit: Callable[[int], None], requests: int, instances: int
) -> None:
    limit(instances)
    images = [world.image() for _ in range(requests)]
    answers, _ = all_of(entrance, images, 2 * instances)
    assert {answer.status for answer in answers} == {202}
    made = {answer.value["ExportId"] for answer in answers}
    assert len(made) == requests
    assert ended(world, entrance, requests) == dict.fromkeys(made, "Completed")
    exported = [call["params"]["ImageId"] for call in world.emulator.calls("ExportImage")]
    assert sorted(image for image in exported if image in set(images)) == sorted(images)
