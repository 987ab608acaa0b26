"""The vendors' SDKs are loaded when they are needed: a cold start pays for what it uses."""

import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "functions" / "image-export"
VENDORS = ("aliyunsdkcore", "aliyunsdkecs", "aliyunsdksts", "alibabacloud_oss_v2", "fc2", "requests")


WIRING = ("aliyun.hosts", "aliyun.clouds", "aliyun.credentials", "aliyun.oss_store", "notify.notifier", "runtime.logs")


@pytest.mark.parametrize("module", [*WIRING, "retrying"])
def test_a_module_that_wires_loads_no_sdk(module: str) -> None:
    program = f"import sys, image_export.edges.{module}; print(*(set(sys.modules) & set({VENDORS!r})))"
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program],
        cwd=PACKAGE,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""


HEALTH = """
import json, os, sys, types
os.environ |= {"IMAGE_EXPORT_LEDGER": "oss://image-export-ledger/ledger", "IMAGE_EXPORT_HTTP_AUTH": "platform"}
os.environ |= {"ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAImadeup", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "madeup"}
import index
sys.stdout = sys.stderr
function = types.SimpleNamespace(name="image-export-http", timeout=60)
context = types.SimpleNamespace(request_id="r-1", account_id="1", region="cn-hangzhou", function=function)
http = {"method": "GET", "path": "/healthz", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"}
event = {"version": "v1", "rawPath": "/healthz", "headers": {}, "queryParameters": {"Live": "true"}, "body": ""}
event |= {"isBase64Encoded": False, "requestContext": {"requestId": "r-1", "http": http}}
assert index.on_http(json.dumps(event).encode(), context)["statusCode"] == 200
"""
NOT_FOR_HEALTH = ("export.advance", "ledger.ledger", "entrances.receive", "night.run", "watch.watch")
OF_EXPORTS = {"image_export.values.policy", *(f"image_export.use_cases.{name}" for name in NOT_FOR_HEALTH)}


def test_a_health_check_loads_no_sdk_and_nothing_of_exports() -> None:
    program = f"{HEALTH}print(*(set(sys.modules) & {OF_EXPORTS | set(VENDORS)!r}), file=sys.__stdout__)"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=PACKAGE, capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    assert done.stdout.strip() == ""
