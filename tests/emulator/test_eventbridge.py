"""EventBridge: what it takes, what it refuses, and whom it tells."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.request import CommonRequest

from alicloud_emulator import ground
from alicloud_emulator.cloud import Cloud, Settings
from tests.emulator.deployment import write
from tests.emulator.world import World

EVENT = {"Id": "1", "Source": "image-export", "Type": "imageexport:Export:Completed", "Data": {"ImageId": "m-1"}}
BUS = "image-export"


def request_of(action: str, **params: str) -> CommonRequest:
    request = CommonRequest(domain="eventbridge-console.cn-hangzhou.aliyuncs.com", version="2020-04-01")
    request.set_action_name(action)
    request.set_method("POST")
    for name, value in params.items():
        request.add_body_params(name, value)
    return request


def ask(world: World, action: str, **params: str) -> Any:
    return world.send(request_of(action, **params))


def put(world: World, *entries: Any, bus: str = BUS) -> Any:
    return ask(world, "PutEvents", EventBusName=bus, EventList=json.dumps(entries))


def refused(world: World, *entries: Any, bus: str = BUS) -> str:
    """The code of a refusal, which comes in a body of HTTP 200."""
    answer = put(world, *entries, bus=bus)
    assert answer["Success"] is False
    return str(answer["Code"])


def test_an_event_on_a_custom_bus_is_published_and_received(world: World) -> None:
    answer = put(world, EVENT)
    assert (answer["Success"], answer["Data"]["FailedEntryCount"]) == (True, 0)
    assert answer["Data"]["EntryList"][0]["EventId"] == "1"
    state = world.get("state")
    (published,) = state["events"]
    assert published["bus"] == BUS
    assert {name: published["event"][name] for name in ("id", "source", "type", "specversion", "data")} == {
        "id": "1",
        "source": "image-export",
        "type": "imageexport:Export:Completed",
        "specversion": "1.0",
        "data": {"ImageId": "m-1"},
    }
    assert state["received"] == [{"target": f"eventbridge:{BUS}", "event": published["event"]}]


def test_the_bus_adds_its_attributes(world: World) -> None:
    put(world, EVENT)
    event = world.get("state")["events"][0]["event"]
    assert (event["aliyuneventbusname"], event["aliyunaccountid"]) == (BUS, "1234567890123456")
    assert (event["aliyunregionid"], event["time"][-1]) == ("cn-hangzhou", "Z")


def test_a_bus_that_is_not_there_and_the_default_one_take_no_custom_event(world: World) -> None:
    assert refused(world, EVENT, bus="absent") == "EventBusNotExist"
    assert refused(world, EVENT, bus="default") == "EventBusNotSupportCustomEvent"
    assert world.get("state")["events"] == []


@pytest.mark.parametrize(
    "entry",
    [
        {**EVENT, "Id": ""},
        {name: value for name, value in EVENT.items() if name != "Source"},
        {**EVENT, "Type": "t" * 65},
        {**EVENT, "Source": "s" * 129},
        {**EVENT, "SpecVersion": "0.3"},
        {**EVENT, "Data": "x" * 65536},
        {name.lower(): value for name, value in EVENT.items()},
        "no event",
    ],
)
def test_one_malformed_entry_fails_alone(world: World, entry: Any) -> None:
    data = put(world, entry, EVENT)["Data"]
    assert data["FailedEntryCount"] == 1
    assert [bool(result["ErrorCode"]) for result in data["EntryList"]] == [True, False]
    assert len(world.get("state")["events"]) == 1


def test_a_request_may_have_16_events_and_256_kib(world: World) -> None:
    assert put(world, *[EVENT] * 16)["Data"]["FailedEntryCount"] == 0
    assert refused(world, *[EVENT] * 17) == "EventCountExceedLimit"
    assert refused(world, *[{**EVENT, "Data": "x" * 60000}] * 5) == "RequestSizeExceedLimit"


def test_a_bus_can_be_made_once(world: World) -> None:
    assert ask(world, "CreateEventBus", EventBusName="other")["Data"]["EventBusARN"].endswith("eventbus/other")
    put(world, EVENT, bus="other")
    assert world.get("state")["received"][0]["target"] == "eventbridge:other"
    assert ask(world, "CreateEventBus", EventBusName="other")["Code"] == "EventBusAlreadyExist"


def test_a_refusal_may_also_come_with_a_status(world: World) -> None:
    world.post("unsure", {"eventbridge_refusal": "status"})
    with pytest.raises(ServerException) as refusal:
        put(world, EVENT, bus="absent")
    assert (refusal.value.get_http_status(), refusal.value.get_error_code()) == (409, "EventBusNotExist")


def test_a_bus_is_not_there_in_another_region(world: World) -> None:
    request = request_of("PutEvents", EventBusName=BUS, EventList=json.dumps([EVENT]))
    request.add_query_param("RegionId", "eu-central-1")
    assert world.send(request)["Code"] == "EventBusNotExist"


def test_a_rule_tells_a_function_of_fc_2_what_matches(world: World) -> None:
    function = "acs:fc:cn-hangzhou:1234567890123456:services/images.LATEST/functions/after-export"
    targets = json.dumps([{"Id": "1", "Type": "acs.fc.function", "Endpoint": function, "ParamList": []}])
    pattern = json.dumps({"type": [{"suffix": ":Failed"}]})
    ask(world, "CreateRule", EventBusName=BUS, RuleName="failed", FilterPattern=pattern, EventTargets=targets)
    put(world, EVENT, {**EVENT, "Id": "2", "Type": "imageexport:Export:Failed"})
    told = [row for row in world.get("state")["received"] if row["target"] == "fc:images/after-export"]
    assert [row["event"]["id"] for row in told] == ["2"]


# ---- triggers of functions

CREATED = {
    "triggerName": "created",
    "triggerType": "eventbridge",
    "triggerConfig": {
        "triggerEnable": True,
        "asyncInvocationType": False,
        "eventRuleFilterPattern": '{"source": ["acs.ecs"], "data": {"eventName": ["CreateImage"]}}',
        "eventSourceConfig": {"eventSourceType": "Default", "eventSourceParameters": {}},
        "eventSinkConfig": {"deliveryOption": {"mode": "event-driven", "eventSchema": "CloudEvents"}},
        "runOptions": {"mode": "event-driven"},
    },
}
PRINT = "def handler(event, context):\n    print(event.decode())\n"


async def lines_after(event: dict[str, Any], s_yaml: Path) -> list[str]:
    """What the function of s_yaml has written when all that a cloud event caused is over."""
    cloud = Cloud(Settings(functions=s_yaml))
    await ground.start(cloud)
    await cloud.eventbridge.publish("default", event)
    while any(each.status in ("queued", "running") for each in cloud.fc.invocations):  # noqa: ASYNC110 - as a user looks
        await asyncio.sleep(0.01)
    await cloud.stop()
    return [line.line for line in cloud.fc.lines]


@pytest.mark.parametrize(("name", "invoked"), [("CreateImage", True), ("DeleteImage", False)])
def test_a_cloud_event_that_matches_invokes_with_one_cloud_event(tmp_path: Path, name: str, invoked: bool) -> None:
    event = {"specversion": "1.0", "id": "1", "source": "acs.ecs", "data": {"eventName": name}}
    lines = asyncio.run(lines_after(event, write(tmp_path, PRINT, triggers=[CREATED])))
    got = [json.loads(line) for line in lines if line.startswith("{")]
    assert [(each["id"], each["aliyuneventbusname"]) for each in got] == [("1", "default")] * invoked
