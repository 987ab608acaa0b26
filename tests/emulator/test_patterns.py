"""Filter patterns of EventBridge rules."""

from typing import Any

import pytest

from alicloud_emulator.eventbridge.patterns import PatternError, check_pattern, matches

IMAGE = {
    "source": "acs.ecs",
    "subject": "a.jpg",
    "data": {"name": "golden-1", "size": 40, "tags": ["a", "b"], "x": None},
}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({}, True),
        ({"source": ["acs.oss", "acs.ecs"]}, True),
        ({"source": ["acs.oss"]}, False),
        ({"source": ["ACS.ECS"]}, False),
        ({"source": ["acs.ecs"], "subject": ["b"]}, False),
        ({"source": [{"prefix": "acs."}]}, True),
        ({"subject": [{"suffix": ".png"}]}, False),
        ({"subject": [{"contains": "."}]}, True),
        ({"data": {"name": [{"prefix": "golden-"}]}}, True),
        ({"data": {"name": {"deeper": ["x"]}}}, False),
        ({"data": {"name": [{"anything-but": "golden-1"}]}}, False),
        ({"data": {"name": [{"anything-but": ["a", "b"]}]}}, True),
        ({"data": {"name": [{"anything-but": {"prefix": "golden"}}]}}, False),
        ({"data": {"absent": [{"anything-but": "a"}]}}, False),
        ({"data": {"tags": ["b"]}}, True),
        ({"data": {"size": [{"numeric": [">", 0, "<=", 40]}]}}, True),
        ({"data": {"size": [{"numeric": [">", 40]}]}}, False),
        ({"data": {"size": ["40"]}}, False),
        ({"data": {"x": [None]}}, True),
        ({"data": {"absent": [{"exists": False}]}}, True),
        ({"data": {"name": [{"exists": False}, "golden-1"]}}, True),
        ({"absent": {"at": ["all"]}}, False),
    ],
)
def test_patterns_match_as_documented(pattern: dict[str, Any], expected: bool) -> None:
    check_pattern(pattern)
    assert matches(pattern, IMAGE) is expected


@pytest.mark.parametrize(
    "pattern", [[], {"source": "acs.ecs"}, {"source": []}, {"a": {}}, {"a": [["b"]]}, {"a": [{"wild": "*"}]}]
)
def test_a_malformed_pattern_is_refused(pattern: Any) -> None:
    with pytest.raises(PatternError):
        check_pattern(pattern)
