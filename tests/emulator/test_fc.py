"""The queue, the triggers and the API of Function Compute."""

import json
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import fc2
import pytest

from emulator.fc import schedule
from emulator.identity import AccessKey
from tests.emulator.deployment import NAME, Deployed, deployed, eventually
from tests.emulator.world import World

ECHO = "def handler(event, context):\n    return event\n"
# Fails until the file says that it was tried often enough: attempts may run in other processes.
FLAKY = """
import json, os

def handler(event, context):
    with open(json.loads(event)["count"], "a") as tries:
        tries.write(f"{context.retry_count} {context.request_id}\\n")
    if sum(1 for _ in open(json.loads(event)["count"])) < json.loads(event)["until"]:
        raise RuntimeError("not yet")
    return "done"
"""


def statuses(world: Deployed) -> list[str]:
    return [entry["status"] for entry in world.invocations()]


def timer(expression: str, **more: Any) -> list[dict[str, Any]]:
    config = {"cronExpression": expression, "enable": True, "payload": "tick", **more}
    return [{"triggerName": "every", "triggerType": "timer", "triggerConfig": config}]


def client(world: World, key: AccessKey | None = None, secret: str | None = None) -> fc2.Client:
    key = key or world.administrator
    return fc2.Client(
        endpoint=world.endpoint,
        accessKeyID=key.access_key_id,
        accessKeySecret=secret or key.secret,
        securityToken=key.security_token or "",
    )


# ---- the queue


def test_a_queued_invocation_is_answered_at_once_and_run_later(tmp_path: Path) -> None:
    with deployed(tmp_path, ECHO) as world:
        status, answer, _ = world.invoke({"a": 1}, mode="async")
        eventually(lambda: statuses(world) == ["succeeded"])
        assert world.invocations()[0]["request_id"] == answer["RequestId"]
    assert status == 202


def test_a_function_that_fails_is_repeated_under_the_same_request_id(tmp_path: Path) -> None:
    count = tmp_path / "count"
    with deployed(tmp_path, FLAKY, speed=600.0) as world:
        world.invoke({"count": str(count), "until": 3}, mode="async")
        eventually(lambda: statuses(world) == ["failed", "failed", "succeeded"])
    tries = [line.split() for line in count.read_text().splitlines()]
    assert [retry for retry, _ in tries] == ["0", "1", "2"]
    assert len({request_id for _, request_id in tries}) == 1


@pytest.mark.parametrize(("config", "attempts"), [({}, 4), ({"maxAsyncRetryAttempts": 0}, 1)])
def test_repeating_ends_where_the_configuration_says(tmp_path: Path, config: dict[str, int], attempts: int) -> None:
    with deployed(tmp_path, FLAKY, speed=600.0, asyncInvokeConfig=config) as world:
        world.invoke({"count": str(tmp_path / "count"), "until": 99}, mode="async")
        eventually(lambda: statuses(world) == ["failed"] * attempts)
        world.advance(3600)
        assert len(world.invocations()) == attempts


def test_a_queued_invocation_waits_for_an_instance_and_expires(tmp_path: Path) -> None:
    with deployed(tmp_path, ECHO, asyncInvokeConfig={"maxAsyncEventAgeInSeconds": 60}) as world:
        world.post("quotas", {"instances": 0})
        world.invoke(mode="async")
        eventually(lambda: statuses(world) == ["throttled"])
        world.advance(61)
        eventually(lambda: statuses(world) == ["expired"])


def test_a_throttled_invocation_runs_once_there_is_room(tmp_path: Path) -> None:
    with deployed(tmp_path, ECHO) as world:
        world.post("quotas", {"instances": 0})
        world.invoke(mode="async")
        eventually(lambda: statuses(world) == ["throttled"])
        world.post("quotas", {"instances": 1})
        world.advance(1)
        eventually(lambda: statuses(world) == ["succeeded"])


def test_an_asynchronous_payload_may_have_128_kib(tmp_path: Path) -> None:
    with deployed(tmp_path, ECHO) as world:
        assert world.invoke("x" * 131072, mode="async")[0] == 413
        assert world.invoke("x" * 131072)[0] == 200


# ---- timers


def test_a_timer_fires_with_its_event_when_cloud_time_says_so(tmp_path: Path) -> None:
    with deployed(
        tmp_path, "def handler(event, context):\n    print(event.decode())\n", triggers=timer("@every 1m")
    ) as world:
        assert world.invocations() == []
        world.advance(60)
        eventually(lambda: statuses(world) == ["succeeded"])
        (event,) = [json.loads(line) for line in world.lines() if line.startswith("{")]
    assert (event["triggerName"], event["payload"]) == ("every", "tick")
    assert datetime.strptime(event["triggerTime"], "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007 - the format is the claim


def test_a_jump_over_many_due_times_fires_once(tmp_path: Path) -> None:
    with deployed(tmp_path, ECHO, triggers=timer("@every 1m")) as world:
        world.advance(36000)
        eventually(lambda: statuses(world) == ["succeeded"])
        time.sleep(0.2)
        assert len(world.invocations()) == 1
        world.advance(60)
        eventually(lambda: len(world.invocations()) == 2)


def test_a_timer_that_is_not_enabled_never_fires(tmp_path: Path) -> None:
    with deployed(tmp_path, ECHO, triggers=timer("@every 1m", enable=False)) as world:
        world.advance(3600)
        time.sleep(0.2)
        assert world.invocations() == []


@pytest.mark.parametrize("name", [NAME, "index.handler", "handler"])
def test_the_control_call_fires_a_timer_and_gives_the_answer(tmp_path: Path, name: str) -> None:
    with deployed(tmp_path, ECHO, triggers=timer("0 0 2 * * *")) as world:
        answer = world.post(f"timers/{name}")
    assert (answer["triggerName"], answer["payload"]) == ("every", "tick")


NOON = datetime(2026, 11, 24, 12, 0, 30, tzinfo=timezone.utc)  # a Tuesday


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("@every 5m", "2026-11-24 12:05:30"),
        ("0 * * * * *", "2026-11-24 12:01:00"),
        ("0 0 8 * * *", "2026-11-25 08:00:00"),
        ("0 */10 * * * *", "2026-11-24 12:10:00"),
        ("CRON_TZ=Asia/Shanghai 0 0 2 * * *", "2026-11-24 18:00:00"),
        ("0 30 3 * * SUN", "2026-11-29 03:30:00"),
        ("0 30 3 * * 7", "2026-11-29 03:30:00"),
        ("0 0 0 1 JAN ?", "2027-01-01 00:00:00"),
        ("0 0 0 29 2 *", "2028-02-29 00:00:00"),
    ],
)
def test_schedules_name_the_next_minute(expression: str, expected: str) -> None:
    found = schedule.parse(expression).after(NOON)
    assert (found.strftime("%Y-%m-%d %H:%M:%S"), found.utcoffset()) == (expected, timedelta(0))


@pytest.mark.parametrize(
    "expression", ["@every 0m", "@every 30s", "* * * * *", "30 * * * * *", "0 61 * * * *", "0 x * * * *"]
)
def test_a_schedule_that_fc_does_not_take_is_refused(expression: str) -> None:
    with pytest.raises(schedule.ScheduleError):
        schedule.parse(expression)


# ---- the API 2016-08-15, through its SDK


def test_the_function_of_fc_2_keeps_what_it_receives(world: World) -> None:
    answer = client(world).invoke_function("images", "after-export", json.dumps({"id": "1"}).encode(), ASYNC)
    assert answer.headers["x-fc-request-id"]
    assert world.get("state")["received"] == [{"target": "fc:images/after-export", "event": {"id": "1"}}]
    (call,) = world.calls("fc", "InvokeFunction")
    assert (call["status"], call["params"]["x-fc-invocation-type"]) == (202, "Async")


ASYNC = {"x-fc-invocation-type": "Async"}


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
    untold = client(world, sts_key(world))
    untold.auth.security_token = ""
    assert refusal(untold) == (403, "InvalidSecurityToken")
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
    connection = http.client.HTTPConnection(os.environ["ENDPOINT"].removeprefix("http://"), timeout=5)
    connection.request("POST", PATH, b"{}", headers)
    return connection.getresponse().status
"""
CALLER_PROPS: dict[str, Any] = {
    "role": "image-export-event",
    "environmentVariables": {"ENDPOINT": "${env('IMAGE_EXPORT_ENDPOINT')}"},
}


def test_a_function_calls_with_the_key_of_its_role(tmp_path: Path) -> None:
    with deployed(tmp_path, CALLER, **CALLER_PROPS) as world:
        assert world.invoke()[1] == 202
        (call,) = world.calls("fc", "InvokeFunction")
    assert call["access_key_id"].startswith("STS.")


def test_a_function_killed_by_a_fault_gets_no_answer_and_is_repeated(tmp_path: Path) -> None:
    with deployed(tmp_path, CALLER, **CALLER_PROPS) as world:
        world.post("faults", [{"service": "fc", "action": "InvokeFunction", "kind": "kill_after"}])
        world.invoke(mode="async")
        eventually(lambda: statuses(world) == ["killed"])
        assert len(world.get("state")["received"]) == 1
        world.advance(2)
        eventually(lambda: statuses(world) == ["killed", "succeeded"])
        assert len(world.get("state")["received"]) == 2
