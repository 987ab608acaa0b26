"""Refusals of ECS, EventBridge, FC and the control calls that no other test meets."""

import hashlib
import json
from email.utils import formatdate
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest
import requests
from fc2.auth import Auth

from tests.emulator.ecs_requests import REGION, cancel_task, describe_images, describe_tasks, export_image
from tests.emulator.test_eventbridge import BUS, ask
from tests.emulator.test_wire import answer, rpc_code, signed
from tests.emulator.world import World, code_of
from tests.patience import HANGS_S

RULE = {"EventBusName": BUS, "FilterPattern": "{}"}
SINK = [{"Type": "acs.fc.function", "Endpoint": "acs:fc:cn-hangzhou:1:services/images/functions/after-export"}]


def refused(world: World, action: str, **params: str) -> str:
    """The code of a refusal of EventBridge."""
    answer = ask(world, action, **params)
    assert answer["Success"] is False
    return str(answer["Code"])


def control(world: World, path: str, body: Any) -> tuple[int, str]:
    """Status and code of a control call that is refused."""
    with pytest.raises(HTTPError) as caught:
        world.post(path, body)
    return caught.value.code, json.load(caught.value)["Code"]


def test_images_are_asked_for_within_limits(world: World) -> None:
    tags = {f"Tag.{n}.Key": "k" for n in range(1, 22)}
    assert code_of(world, describe_images(**tags)) == (400, "InvalidTagCount")
    wrong = {"Filter.1.Key": "CreationStartTime", "Filter.1.Value": "yesterday"}
    assert code_of(world, describe_images(**wrong)) == (400, "InvalidParameter")


def test_tasks_are_asked_for_and_cancelled_within_limits(world: World) -> None:
    many = ",".join(f"t-{n}" for n in range(101))
    assert code_of(world, describe_tasks(TaskIds=many)) == (400, "InvalidParameter")
    image = world.create_image(Status="Available", _export={"support_cancel": False})["ImageId"]
    task = world.send(export_image(image))["TaskId"]
    assert code_of(world, cancel_task(task)) == (403, "CancelTaskFailed")


def test_rpc_knows_one_method_and_one_version_of_its_signature(world: World) -> None:
    assert rpc_code(world, signed(world, SignatureMethod="HMAC-MD5")) == (400, "InvalidParameter")
    assert rpc_code(world, signed(world, SignatureVersion="2.0")) == (400, "InvalidParameter")


def test_an_unknown_version_is_refused_in_the_format_asked_for(world: World) -> None:
    status, text = answer(f"{world.endpoint}/?{urlencode(signed(world, Version='1999-01-01', Format='XML'))}")
    assert (status, "<Code>InvalidVersion</Code>" in text) == (400, True)
    wrong = urlencode(signed(world, Version="1999-01-01", Format="JSON"))
    assert json.loads(answer(f"{world.endpoint}/?{wrong}")[1])["Code"] == "InvalidVersion"


def test_buses_and_rules_are_refused_that_are_none(world: World) -> None:
    assert refused(world, "CreateEventBus", EventBusName="-") == "EventBusNameInvalid"
    wrong = {**RULE, "RuleName": "r", "EventTargets": json.dumps([{"Type": "http", "Endpoint": "x"}])}
    assert refused(world, "CreateRule", **wrong) == "InvalidArgument"
    assert refused(world, "CreateRule", **{**wrong, "FilterPattern": "{"}) == "InvalidArgument"
    assert refused(world, "PutEvents", EventBusName=BUS, EventList="{") == "InvalidArgument"
    assert refused(world, "PutEvents", EventBusName=BUS, EventList="[]") == "InvalidArgument"


def test_a_bus_has_fifty_rules(world: World) -> None:
    rule = {**RULE, "EventTargets": json.dumps(SINK)}
    made = [ask(world, "CreateRule", RuleName=f"r{n}", **rule)["Success"] for n in range(49)]  # one is there
    assert all(made)
    assert refused(world, "CreateRule", RuleName="r50", **rule) == "EventRuleCountExceedLimit"


def test_control_calls_say_what_is_wrong(world: World) -> None:
    image = world.create_image(Status="Available")["ImageId"]
    export = {"RegionId": REGION, "ImageId": image, "OSSBucket": "none"}
    assert control(world, "tasks", export) == (400, "InvalidOSSBucket.NotFound")
    assert control(world, "images/m-nobody", {"Status": "Available"}) == (404, "InvalidImageId.NotFound")
    assert control(world, "timers/nobody", {}) == (404, "FunctionNotFound")
    assert control(world, "invoke/nobody?mode=sync", {}) == (404, "FunctionNotFound")
    assert control(world, "invoke/nobody?mode=later", {}) == (400, "InvalidValue")
    assert control(world, "buckets", {"name": "b", "region": "nowhere"}) == (400, "InvalidRegionId.NotFound")
    assert control(world, "unsure", {"task_named": "sometimes"}) == (400, "UnknownValue")
    nothing = {"roles": {"image-export": {"policies": ["nothing"]}}}
    assert control(world, "ram", nothing) == (404, "EntityNotExist.Policy")
    said = requests.post(f"{world.endpoint}/_emulator/clock", data=b"{", timeout=HANGS_S)
    assert (said.status_code, said.json()["Code"]) == (400, "InvalidBody")
    said = requests.get(f"{world.endpoint}/_emulator/calls?after=x", timeout=HANGS_S)
    assert (said.status_code, said.json()["Code"]) == (400, "InvalidValue")
    said = requests.get(f"{world.endpoint}/_emulator/state?only=x", timeout=HANGS_S)
    assert (said.status_code, said.json()["Code"]) == (400, "UnknownName")


def fc_code(world: World, path: str, headers: dict[str, str], sign: bool = True) -> tuple[int, str]:
    """Status and code of a request to API 2016-08-15, signed by the vendor's signer."""
    key = world.administrator
    signature = Auth(key.access_key_id, key.secret).sign_request("POST", path, headers)
    authorization = {"authorization": signature} if sign else {}
    said = requests.post(world.endpoint + path, b"{}", headers={**headers, **authorization}, timeout=HANGS_S)
    return said.status_code, said.json()["ErrorCode"]


def test_the_older_api_of_fc_says_what_is_wrong_with_a_signature(world: World) -> None:
    path = "/2016-08-15"
    invoke = f"{path}/services/images/functions/after-export/invocations"
    usual = {"date": formatdate(usegmt=True), "content-type": "application/json"}
    assert fc_code(world, invoke, usual, sign=False) == (403, "AccessDenied")
    assert fc_code(world, invoke, {"content-type": "application/json"}) == (400, "MissingRequiredHeader")
    assert fc_code(world, invoke, {**usual, "date": "today"}) == (400, "InvalidArgument")
    assert fc_code(world, invoke, {**usual, "content-md5": "AAAA"}) == (400, "InvalidArgument")
    assert fc_code(world, f"{path}/services/images", usual) == (400, "PathNotSupported")
    in_hex = {**usual, "content-md5": hashlib.md5(b"{}", usedforsecurity=False).hexdigest()}
    assert fc_code(world, invoke.replace("after-export", "nobody"), in_hex) == (404, "FunctionNotFound")  # it is let in
