"""What a control call cannot mean is refused at the door, with its place, and has changed nothing."""

import json
import urllib.error
from typing import Any

import pytest

from tests.emulator.world import World

IMAGE = {"RegionId": "cn-hangzhou"}
FAULT = {"service": "ecs", "action": "ExportImage", "kind": "throttle"}
REFUSED: list[tuple[str, Any, str]] = [
    ("images", None, "missing required field `RegionId`"),
    ("images", "x", "Expected `object`, got `str`"),
    ("images", {**IMAGE, "Stauts": "Available"}, "unknown field `Stauts`"),
    ("images", {**IMAGE, "Status": "Bogus"}, "Invalid enum value 'Bogus' - at `$.Status`"),
    ("images", {**IMAGE, "CreationTime": "x"}, "$.CreationTime"),
    ("images", {**IMAGE, "Tags": 5}, "Expected `object`, got `int` - at `$.Tags`"),
    ("images", {**IMAGE, "Size": "x"}, "Expected `int`, got `str` - at `$.Size`"),
    ("images", {**IMAGE, "DiskDeviceMappings": []}, "$.DiskDeviceMappings"),
    ("images", {**IMAGE, "_export": {"outcome": "explode"}}, "Invalid enum value 'explode'"),
    ("images", {**IMAGE, "_export": {"takes_s": -5}}, "$._export.takes_s"),
    ("images/m-1", {"Status": "Bogus"}, "$.Status"),
    ("tasks", IMAGE, "missing required field `ImageId`"),
    ("quotas", [], "Expected `object`, got `array`"),
    ("quotas", {"api_qps": None}, "Expected `int`, got `null` - at `$.api_qps`"),
    ("quotas", {"concurrent_exports": -1}, "Expected `int` >= 0"),
    ("quotas", {"no_such_quota": 1}, "unknown field `no_such_quota`"),
    ("clock", {}, "missing required field `advance_s`"),
    ("clock", {"advance_s": -5}, "Expected `float` >= 0"),
    ("clock", {"advance_s": 1e12}, "Expected `float` <= 3200000000"),
    ("clock", {"advance_s": "x"}, "Expected `float`, got `str`"),
    ("faults", FAULT, "Expected `array`, got `object`"),
    ("faults", [{"service": "ecs", "kind": "slow"}], "missing required field `action`"),
    ("faults", [{**FAULT, "kind": "explode"}], "kind 'explode' is none of garbage"),
    ("faults", [{**FAULT, "kind": "code:"}], "kind 'code:' is none of"),
    ("faults", [{**FAULT, "service": "ECS"}], "service 'ECS' is none of ecs"),
    ("faults", [{**FAULT, "action": "describeimages"}], "action 'describeimages' is none of"),
    ("faults", [{**FAULT, "times": -1}], "$[0].times"),
    ("unsure", [], "Expected `object`, got `array`"),
    ("unsure", {"no_such_name": 1}, "'no_such_name' is none of: task_named"),
    ("unsure", {"task_named": "sometimes"}, "task_named is 'sometimes'"),
    ("unsure", {"task_list_lag_s": "x"}, "task_list_lag_s is 'x'"),
    ("buckets", {"region": "cn-hangzhou"}, "missing required field `name`"),
    ("buckets", {"name": "b", "encryption": "ROT13"}, "Invalid enum value 'ROT13'"),
    ("ram", 5, "Expected `object`, got `int`"),
    ("ram", {"roles": {"x": 5}}, "Expected `object | null`, got `int`"),
    ("ram", {"roles": {"x": {"policies": [5]}}}, "Expected `str`, got `int`"),
    ("ram", {"users": {}}, "unknown field `users`"),
]


def refusal(world: World, call: str, body: Any) -> str:
    """The message of a refusal with 400."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        world.post(call, body)
    assert refused.value.code == 400
    return str(json.loads(refused.value.read())["Message"])


@pytest.mark.parametrize(("call", "body", "said"), REFUSED, ids=lambda value: json.dumps(value)[:60])
def test_a_control_call_that_cannot_be_meant_is_refused_with_its_place(
    world: World, call: str, body: Any, said: str
) -> None:
    before = {part: world.get(part) for part in ("ram", "unsure", "state?only=images")}
    assert said in refusal(world, call, body)
    assert {part: world.get(part) for part in before} == before


def test_each_field_that_an_image_shows_may_be_given(world: World) -> None:
    shown = world.create_image(Tags={"Tag": [{"TagKey": "a", "TagValue": "b"}]})
    assert world.post("images", {**shown, "ImageId": "m-again"})["Tags"] == shown["Tags"]
