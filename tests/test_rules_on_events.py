"""What the rules' full language means for an image that an event names."""

from typing import Any

from msgspec.structs import replace

from image_export.values.match import Match

from .fake_world import FakeWorld


def told(**rule: Any) -> FakeWorld:
    """The image's event arrives where the policy's rule is changed like this."""
    world = FakeWorld()
    assert world.policy is not None
    world.policy = replace(world.policy, rules=(replace(world.policy.rules[0], **rule),))
    world.tell()
    return world


def line(world: FakeWorld, event: str) -> dict[str, Any]:
    (found,) = (line for line in world.log.lines if line["event"] == event)
    return found


def test_a_format_that_the_region_lacks_becomes_raw_and_the_log_says_so() -> None:
    world = told(format="qcow2")
    assert "qcow2 is not offered in cn-hangzhou" in line(world, "format.replaced")["reason"]
    assert [entry for entry in world.log.events() if entry.startswith("export.")]


def test_an_image_that_is_too_young_for_its_rule_is_ignored_with_its_age() -> None:
    world = told(match=Match(older_than="1h"))
    assert "older than 1h, it is 0m old" in line(world, "event.ignored")["reason"]


def test_with_the_plain_rule_nothing_is_replaced() -> None:
    assert "format.replaced" not in told().log.events()
