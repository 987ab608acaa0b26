"""The API 2016-08-15 of Function Compute, through its SDK."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import fc2
import pytest

from alicloud_emulator.identity import AccessKey
from tests.emulator.deployment import ECHO, NAME, deployed, eventually
from tests.emulator.world import World

ASYNC = {"x-fc-invocation-type": "Async"}
# Calls the API as its own role, signing by hand: no SDK is on the path of a function without a layer.
CALLER = """
import base64, email.utils, hashlib, hmac, http.client, os

PATH = "/2016-08-15/services/images/functions/after-export/invocations"

def handler(event, context):
    key = context.credentials
    own = f"x-fc-invocation-type:Async\\nx-fc-security-token:{key.security_token}\\n"
    date = email.utils.formatdate(usegmt=True)
    text = "\\n".join(["POST", "", "", date, own + PATH]).encode()
    signature = base64.b64encode(hmac.new(key.access_key_secret.encode(), text, hashlib.sha256).digest()).decode()
    headers = {"date": date, "x-fc-invocation-type": "Async", "x-fc-security-token": key.security_token}
    headers["authorization"] = f"FC {key.access_key_id}:{signature}"
    connection = http.client.HTTPConnection(os.environ["ENDPOINT"].removeprefix("http://"), timeout=600)
    connection.request("POST", PATH, b"{}", headers)
    return connection.getresponse().status
"""
CALLER_PROPS: dict[str, Any] = {
    "role": "image-export-event",
    "environmentVariables": {"ENDPOINT": "${env('IMAGE_EXPORT_ENDPOINT')}"},
}


def client(world: World, key: AccessKey | None = None, secret: str | None = None) -> fc2.Client:
    key = key or world.administrator
    return fc2.Client(
        endpoint=world.endpoint,
        accessKeyID=key.access_key_id,
        accessKeySecret=secret or key.secret,
        securityToken=key.security_token or "",
    )


def test_the_function_of_fc_2_keeps_what_it_receives(world: World) -> None:
    answer = client(world).invoke_function("images", "after-export", json.dumps({"id": "1"}).encode(), ASYNC)
    assert answer.headers["x-fc-request-id"]
    assert world.get("state")["received"] == [{"target": "fc:images/after-export", "event": {"id": "1"}}]
    (call,) = world.calls("fc", "InvokeFunction")
    assert (call["status"], call["params"]["x-fc-invocation-type"]) == (202, "Async")


@pytest.mark.parametrize(("service", "function"), [("images", NAME), (NAME, NAME), ("images", "absent")])
def test_functions_of_s_yaml_do_not_exist_for_this_api(tmp_path: Path, service: str, function: str) -> None:
    with deployed(tmp_path, ECHO) as world, pytest.raises(fc2.FcError) as refused:
        client(world).invoke_function(service, function, b"{}", ASYNC)
    assert refused.value.status_code == 404
    assert refused.value.err_code == ("FunctionNotFound" if service == "images" else "ServiceNotFound")


def test_a_qualifier_is_understood(world: World) -> None:
    client(world).invoke_function("images", "after-export", b"{}", ASYNC, qualifier="prod")
    assert world.calls("fc", "InvokeFunction")[0]["params"]["qualifier"] == "prod"


def sts_key(world: World, valid_s: float = 3600) -> AccessKey:
    expires_at = world.cloud.clock.now() + timedelta(seconds=valid_s)
    return world.cloud.identity.issue("acs:ram::1234567890123456:role/image-export/test", expires_at=expires_at)


def test_a_session_key_with_its_token_is_believed_until_it_ends(world: World) -> None:
    key = sts_key(world)
    client(world, key).invoke_function("images", "after-export", b"{}", ASYNC)
    world.advance(3601)
    assert refusal(client(world, key)) == (403, "SecurityTokenExpired")


def refusal(of: fc2.Client, **headers: str) -> tuple[int, str]:
    with pytest.raises(fc2.FcError) as refused:
        of.invoke_function("images", "after-export", b"{}", {**ASYNC, **headers})
    return refused.value.status_code, refused.value.err_code


def test_what_is_not_signed_rightly_is_refused(world: World) -> None:
    assert refusal(client(world, secret="wrong")) == (403, "SignatureNotMatch")
    stranger = fc2.Client(endpoint=world.endpoint, accessKeyID="LTAI5tnobody", accessKeySecret="s")
    assert refusal(stranger) == (403, "InvalidAccessKeyID")
    old = "Tue, 24 Nov 2015 12:00:00 GMT"
    assert refusal(client(world), date=old) == (403, "RequestTimeTooSkewed")
    undelivered = client(world, sts_key(world))
    undelivered.auth.security_token = ""
    assert refusal(undelivered) == (403, "InvalidSecurityToken")
    assert world.get("state")["received"] == []


@pytest.mark.parametrize("header", ["x-fc-invocation-type", "x-fc-trace-id", "content-type", "date", "authorization"])
def test_a_header_changed_after_signing_is_refused(world: World, monkeypatch: pytest.MonkeyPatch, header: str) -> None:
    signing = fc2.auth.Auth.sign_request

    def tamper(self: Any, method: str, path: str, headers: dict[str, str], queries: Any = None) -> str:
        signed: str = signing(self, method, path, headers, queries)
        if header == "date":
            headers["date"] = (datetime.now(timezone.utc) + timedelta(seconds=9)).strftime("%a, %d %b %Y %H:%M:%S GMT")
        elif header != "authorization":
            headers[header] = "Sync" if header == "x-fc-invocation-type" else "changed"
        flipped = signed[:-2] + chr(ord(signed[-2]) ^ 1) + signed[-1]
        return flipped if header == "authorization" else signed

    monkeypatch.setattr(fc2.auth.Auth, "sign_request", tamper)
    assert refusal(client(world)) == (403, "SignatureNotMatch")


def test_a_function_calls_with_the_key_of_its_role(tmp_path: Path) -> None:
    with deployed(tmp_path, CALLER, **CALLER_PROPS) as world:
        assert world.invoke()[1] == 202
        (call,) = world.calls("fc", "InvokeFunction")
    assert call["access_key_id"].startswith("STS.")


def test_a_function_killed_by_a_fault_gets_no_answer_and_is_repeated(tmp_path: Path) -> None:
    with deployed(tmp_path, CALLER, **CALLER_PROPS) as world:
        world.post("faults", [{"service": "fc", "action": "InvokeFunction", "kind": "kill_after"}])
        world.invoke(mode="async")
        eventually(lambda: world.statuses() == ["killed"])
        assert len(world.get("state")["received"]) == 1
        world.advance(2)
        eventually(lambda: world.statuses() == ["killed", "succeeded"])
        assert len(world.get("state")["received"]) == 2
