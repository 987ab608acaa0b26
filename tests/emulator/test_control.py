"""What a control call cannot mean is refused at the door, with its place, and has changed nothing."""

import json
import urllib.error
from typing import Any

import pytest

from tests.emulator.world import World

IMAGE = {"RegionId": "cn-hangzhou"}
FAULT = {"service": "ecs", "action": "ExportImage", "kind": "throttle"}
REFUSED: list[tuple[str, Any, str]] = [
    ("images", None, '"RegionId" is a required property'),
    ("images", "x", 'the body: "x" is not of type "object"'),
    ("images", {**IMAGE, "Stauts": "Available"}, "'Stauts' was unexpected"),
    ("images", {**IMAGE, "Status": "Bogus"}, "Status: 'Bogus' is none of Creating, Waiting, Available"),
    ("images", {**IMAGE, "CreationTime": "x"}, "CreationTime: "),
    ("images", {**IMAGE, "Tags": 5}, 'Tags: 5 is not of type "object"'),
    ("images", {**IMAGE, "Size": "x"}, 'Size: "x" is not of type "integer"'),
    ("images", {**IMAGE, "DiskDeviceMappings": []}, "DiskDeviceMappings: "),
    ("images", {**IMAGE, "_export": {"outcome": "explode"}}, "_export.outcome: 'explode' is none of finish, fail"),
    ("images", {**IMAGE, "_export": {"takes_s": -5}}, "_export.takes_s: -5 is less than the minimum of 0"),
    ("images", {**IMAGE, "_export": {"ends": 1}}, "_export: "),
    ("images/m-1", {"Status": "Bogus"}, "Status: "),
    ("tasks", IMAGE, '"ImageId" is a required property'),
    ("quotas", [], 'the body: [] is not of type "object"'),
    ("quotas", {"api_qps": None}, 'api_qps: null is not of type "integer"'),
    ("quotas", {"concurrent_exports": -1}, "concurrent_exports: -1 is less than the minimum of 0"),
    ("quotas", {"no_such_quota": 1}, "'no_such_quota' was unexpected"),
    ("clock", {}, '"advance_s" is a required property'),
    ("clock", {"advance_s": -5}, "advance_s: -5 is less than the minimum of 0"),
    ("clock", {"advance_s": 1e12}, "is greater than the maximum of 3200000000"),
    ("clock", {"advance_s": "x"}, 'advance_s: "x" is not of type "number"'),
    ("faults", FAULT, 'is not of type "array"'),
    ("faults", [{"service": "ecs", "kind": "slow"}], '[0]: "action" is a required property'),
    ("faults", [{**FAULT, "kind": "explode"}], '[0].kind: "explode" does not match "^(garbage|'),
    ("faults", [{**FAULT, "kind": "code:"}], '[0].kind: "code:" does not match'),
    ("faults", [{**FAULT, "service": "ECS"}], "service 'ECS' is none of ecs"),
    ("faults", [{**FAULT, "action": "describeimages"}], "action 'describeimages' is none of"),
    ("faults", [{**FAULT, "times": -1}], "[0].times: "),
    ("unsure", [], 'the body: [] is not of type "object"'),
    ("unsure", {"no_such_name": 1}, "'no_such_name' is none of: task_named"),
    ("unsure", {"task_named": "sometimes"}, "task_named is 'sometimes'"),
    ("unsure", {"task_list_lag_s": "x"}, "task_list_lag_s is 'x'"),
    ("buckets", {"region": "cn-hangzhou"}, '"name" is a required property'),
    ("buckets", {"name": "b", "encryption": "ROT13"}, "encryption: 'ROT13' is none of AES256, KMS, SM4"),
    ("ram", 5, 'the body: 5 is not of type "object"'),
    ("ram", {"roles": {"x": 5}}, "roles.x: 5 is not of types"),
    ("ram", {"roles": {"x": {"policies": [5]}}}, 'roles.x.policies[0]: 5 is not of type "string"'),
    ("ram", {"users": {}}, "'users' was unexpected"),
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
