"""A trigger that is deployed otherwise than s.yaml has it is named, with both values."""

import json
from typing import Any

import pytest

from .deployment import EmulatedDeployment

HTTP, EVENT, WATCH = "image-export-http", "image-export-event", "image-export-watch"
PATTERN = {"source": ["acs.ecs"], "type": ["ecs:Image:StateChange"]}


@pytest.mark.parametrize(
    ("function", "settings", "said"),
    [
        (WATCH, {"cronExpression": "@every 5m"}, "cronExpression is @every 5m and not @every 1m"),
        (WATCH, {"payload": "{}"}, "payload is {} and not none"),
        (HTTP, {"methods": ["GET", "POST"]}, "methods is GET, POST and not GET, POST, DELETE"),
        (HTTP, {"authType": "function"}, "authType is function and not anonymous"),
        (
            EVENT,
            {"eventRuleFilterPattern": json.dumps(PATTERN)},
            f"eventRuleFilterPattern is {json.dumps(PATTERN)} and",
        ),
    ],
)
def test_what_is_set_otherwise_is_named_with_both_values(
    deployment: EmulatedDeployment, function: str, settings: dict[str, Any], said: str
) -> None:
    deployment.retrigger(function, **settings)
    found = [one for one in deployment.wrong() if said in one.message]
    assert len(found) == 1
    assert found[0].subject.startswith(f"{function}/")
    assert found[0].message.startswith("Is deployed otherwise than s.yaml says: ")


def test_a_trigger_that_s_yaml_switches_off_and_that_is_on_is_named(deployment: EmulatedDeployment) -> None:
    deployment.change(deployment.file, "enable: true", "enable: false")
    assert {one.message for one in deployment.wrong()} == {
        "Is deployed otherwise than s.yaml says: enable is True and not False."
    }


def test_the_same_methods_and_filter_written_otherwise_are_the_same(deployment: EmulatedDeployment) -> None:
    (http,), (event,) = (deployment.cloud.fc.by_name[name].triggers for name in (HTTP, EVENT))
    deployment.retrigger(HTTP, methods=list(reversed(http.settings["methods"])))
    spaced = json.dumps(json.loads(event.settings["eventRuleFilterPattern"]), indent=4)
    deployment.retrigger(EVENT, eventRuleFilterPattern=spaced, more="that FC adds")
    assert deployment.wrong() == []


def test_what_is_right_is_said_with_its_schedule(deployment: EmulatedDeployment) -> None:
    found = next(one for one in deployment.said("functions") if one.subject == f"{WATCH}/every-minute")
    assert found.message == "Is there and on, as s.yaml says: timer, @every 1m."
