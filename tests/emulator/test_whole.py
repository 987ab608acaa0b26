"""The parts together: an image tells a function, and a function uses the layer's SDKs with the role that it assumed."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.deployment import deployed, eventually
from tests.emulator.test_eventbridge import CREATED, PRINT

OPT = Path(__file__).parents[2] / "build" / "opt"
LAYER = ["acs:fc:cn-hangzhou:1234567890123456:layers/image-export-sdk/versions/1"]

# Assumes the role with the instance's key, then asks for images with the key of the role.
ASSUMES = """
import json, os
from aliyunsdkcore.auth.credentials import StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkecs.request.v20140526.DescribeImagesRequest import DescribeImagesRequest
from aliyunsdksts.request.v20150401.AssumeRoleRequest import AssumeRoleRequest

def ask(key_id, secret, token, request):
    host, port = os.environ["ENDPOINT"].removeprefix("http://").split(":")
    client = AcsClient(region_id="cn-hangzhou", credential=StsTokenCredential(key_id, secret, token), port=int(port))
    request.set_endpoint(host)
    request.set_protocol_type("http")
    request.set_accept_format("JSON")
    return json.loads(client.do_action_with_exception(request))

def handler(event, context):
    own, role = context.credentials, AssumeRoleRequest()
    role.set_RoleArn("acs:ram::1234567890123456:role/image-export")
    role.set_RoleSessionName("probe")
    key = ask(own.access_key_id, own.access_key_secret, own.security_token, role)["Credentials"]
    found = ask(key["AccessKeyId"], key["AccessKeySecret"], key["SecurityToken"], DescribeImagesRequest())
    return found["TotalCount"]
"""
PROPS: dict[str, Any] = {
    "layers": LAYER,
    "role": "image-export-event",
    "environmentVariables": {"ENDPOINT": "${env('IMAGE_EXPORT_ENDPOINT')}"},
}
needs_layer = pytest.mark.skipif(not OPT.is_dir(), reason="make setup unpacks the layer")


def test_an_image_that_is_created_invokes_the_function_that_waits_for_it(tmp_path: Path) -> None:
    with deployed(tmp_path, PRINT, triggers=[CREATED]) as world:
        image = world.post("images", {"RegionId": "cn-hangzhou"})
        eventually(lambda: world.statuses() == ["succeeded"])
        (event,) = [json.loads(line) for line in world.lines() if line.startswith("{")]
    assert event["type"] == "ecs:ActionTrail:ApiCall"
    assert image["ImageId"] in json.dumps(event["data"])


@needs_layer
def test_a_function_assumes_a_role_and_calls_with_it(tmp_path: Path) -> None:
    with deployed(tmp_path, ASSUMES, opt=OPT, **PROPS) as world:
        assert world.invoke()[:2] == (200, 0)
        (asked,), (assumed,) = world.calls("ecs", "DescribeImages"), world.calls("sts", "AssumeRole")
    assert asked["access_key_id"] != assumed["access_key_id"]


@needs_layer
@pytest.mark.parametrize("kind", ["kill_before", "kill_after"])
def test_a_fault_kills_the_process_behind_an_assumed_role(tmp_path: Path, kind: str) -> None:
    with deployed(tmp_path, ASSUMES, opt=OPT, **PROPS) as world:
        world.post("faults", [{"service": "ecs", "action": "DescribeImages", "kind": kind}])
        status, body, _ = world.invoke()
        assert world.statuses() == ["killed"]
        assert world.invoke()[0] == 200
    assert status == 502
    assert "exited unexpectedly" in body["errorMessage"]
