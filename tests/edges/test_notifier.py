"""Notify targets over the wire: a custom bus, functions of FC 2.0 and 3.0, each with its own refusals."""

import json
import subprocess
import sys
from typing import Any

import pytest
from msgspec.structs import replace

from alicloud_emulator.identity import trust
from alicloud_emulator.running import RunningEmulator
from image_export.edges.aliyun.credentials import Credentials
from image_export.edges.aliyun.hosts import Addresses
from image_export.edges.aliyun.rpc import Rpc
from image_export.edges.notify.eventbridge import put_event
from image_export.edges.notify.notifier import AliyunNotifier
from image_export.errors import CloudFault, Refused, Unanswered
from image_export.values.notify_target import Function, NotifyTarget
from image_export.values.place import Place
from tests.builders import ACCOUNT, BUS, FUNCTION, REGION
from tests.contract.worlds import administrator
from tests.emulator.ecs_requests import assume_role

from .listening import http, listening

EVENT: dict[str, Any] = {
    "id": "exp-1.Completed",
    "source": "image-export",
    "specversion": "1.0",
    "type": "imageexport:Export:Completed",
    "subject": "acs:ecs:cn-hangzhou:1234567890123456:image/m-1",
    "time": "2026-11-24T08:00:00Z",
    "datacontenttype": "application/json",
    "data": {"ImageName": "Abbild ä&+= 镜像", "Status": "Completed"},
}


FUNCTION_3 = Function(function="probe")


def printed(emulator: RunningEmulator) -> list[Any]:
    """What the function of FC 3.0 wrote, where it is JSON."""
    lines = [entry["line"] for entry in emulator.get("logs")]
    return [json.loads(line) for line in lines if line.startswith("{")]


def assumed(emulator: RunningEmulator) -> Credentials:
    """A session of a role that may invoke functions of either kind, and nothing else."""
    resources = ["acs:fc:*:*:services/*/functions/*", "acs:fc:*:*:functions/*"]
    policy = {"Effect": "Allow", "Action": "fc:InvokeFunction", "Resource": resources}
    role = {"trust": trust(RAM=[f"acs:ram::{ACCOUNT}:root"]), "policies": ["teller"]}
    document = {"Version": "1", "Statement": [policy]}
    emulator.post("ram", {"policies": {"teller": document}, "roles": {"teller": role}})
    request = assume_role(RoleArn=f"acs:ram::{ACCOUNT}:role/teller")
    answer = Rpc(lambda: administrator(emulator), Addresses(emulator.endpoint), lambda: 60.0).call(request, "sts")
    session = answer["Credentials"]
    return Credentials(session["AccessKeyId"], session["AccessKeySecret"], session["SecurityToken"])


def received(emulator: RunningEmulator, target: str) -> list[dict[str, Any]]:
    return [one["event"] for one in emulator.state("received") if one["target"] == target]


def fault_of(notifier: AliyunNotifier, target: NotifyTarget, event: dict[str, Any] = EVENT) -> CloudFault:
    with pytest.raises(CloudFault) as caught:
        notifier.deliver(target, [event])
    return caught.value


def test_a_bus_receives_the_event_as_it_is(notifier: AliyunNotifier, emulator: RunningEmulator) -> None:
    notifier.deliver(BUS, [EVENT])
    event = received(emulator, f"eventbridge:{BUS.bus}")[-1]
    assert {name: event.get(name) for name in EVENT} == EVENT


def test_a_function_receives_the_event_as_it_is(notifier: AliyunNotifier, emulator: RunningEmulator) -> None:
    notifier.deliver(FUNCTION, [EVENT])
    assert received(emulator, f"fc:{FUNCTION.service}/{FUNCTION.function}")[-1] == EVENT
    call = emulator.calls("InvokeFunction")[-1]
    assert (call["status"], call["params"]["x-fc-invocation-type"]) == (202, "Async")


def test_a_function_of_fc_3_receives_the_event_as_it_is(notifier: AliyunNotifier, emulator: RunningEmulator) -> None:
    notifier.deliver(FUNCTION_3, [EVENT])
    emulator.until(lambda: EVENT in printed(emulator))
    assert EVENT in printed(emulator)
    call = emulator.calls("InvokeFunction")[-1]
    assert (call["status"], call["params"]) == (202, {"function": "probe", "x-fc-invocation-type": "Async"})


def test_a_session_of_a_role_tells_functions_of_either_kind(emulator: RunningEmulator) -> None:
    """Signed with a token, which both APIs carry in headers of their own."""
    session = assumed(emulator)
    notifier = AliyunNotifier(lambda: session, Addresses(emulator.endpoint), Place(ACCOUNT, REGION), lambda: 60.0)
    for target in (FUNCTION, FUNCTION_3):
        notifier.deliver(target, [EVENT])
    calls = emulator.calls("InvokeFunction")[-2:]
    assert [(call["access_key_id"], call["status"]) for call in calls] == [(session.access_key_id, 202)] * 2


def test_what_signs_for_fc_3_is_loaded_when_it_is_needed() -> None:
    """The vendor's signer, and never the HTTP library that it brings."""
    program = (
        "import sys; import image_export.edges.notify.notifier, image_export.edges.notify.fc;"
        "assert 'alibabacloud_openapi_util' not in sys.modules;"
        "import image_export.edges.notify.fc3_signing;"
        "sys.exit('aiohttp' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": "functions/image-export"})  # noqa: S603 - our own program


def test_an_event_of_sixty_kilobytes_goes_through(notifier: AliyunNotifier, emulator: RunningEmulator) -> None:
    large = {**EVENT, "data": {"Keys": ["k" * 1000] * 60}}
    for target in (BUS, FUNCTION, FUNCTION_3):
        notifier.deliver(target, [large])
    assert received(emulator, f"eventbridge:{BUS.bus}")[-1]["data"] == large["data"]


@pytest.mark.parametrize("reading", ["body", "status"])
def test_a_bus_that_is_not_there_is_named_by_the_clouds_code(
    notifier: AliyunNotifier, emulator: RunningEmulator, reading: str
) -> None:
    emulator.post("unsure", {"eventbridge_refusal": reading})
    fault = fault_of(notifier, replace(BUS, bus="nobody"))
    assert fault.code == "EventBusNotExist"
    assert fault.cause.request_id


def test_an_event_that_is_not_taken_carries_the_entrys_code(notifier: AliyunNotifier) -> None:
    fault = fault_of(notifier, BUS, {**EVENT, "type": "t" * 65})
    assert fault.code == "InvalidArgument"
    assert "64" in fault.cause.message


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (replace(FUNCTION, service="nobody"), "ServiceNotFound"),
        (replace(FUNCTION, function="nobody"), "FunctionNotFound"),
        (Function(function="nobody"), "FunctionNotFound"),
        (replace(FUNCTION_3, qualifier="prod"), "AliasNotFound"),
        (replace(FUNCTION_3, qualifier="7"), "VersionNotFound"),
    ],
)
def test_a_function_that_is_not_there_is_named_by_its_code(
    notifier: AliyunNotifier, target: NotifyTarget, code: str
) -> None:
    assert fault_of(notifier, target).code == code


@pytest.mark.parametrize(
    ("service", "action", "target"),
    [
        ("eventbridge", "PutEvents", BUS),
        ("fc", "InvokeFunction", FUNCTION),
        ("fc", "InvokeFunction", FUNCTION_3),
    ],
)
@pytest.mark.parametrize("kind", ["http_500", "http_503", "reset_before", "reset_after"])
def test_a_target_is_told_once_a_look(
    notifier: AliyunNotifier, emulator: RunningEmulator, service: str, action: str, target: NotifyTarget, kind: str
) -> None:
    before = len(emulator.calls(action))
    emulator.fault(service, action, kind)
    assert isinstance(fault_of(notifier, target), Unanswered)
    assert len(emulator.calls(action)) == before + 1


def test_throttling_is_the_targets_own_refusal(notifier: AliyunNotifier, emulator: RunningEmulator) -> None:
    for target in (FUNCTION, FUNCTION_3):
        emulator.fault("fc", "InvokeFunction", "throttle")
        fault = fault_of(notifier, target)
        assert (type(fault), fault.status) == (Refused, 429)
    notifier.deliver(BUS, [EVENT])


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"Success": False, "Code": "EventBusNotExist", "Message": "no"}, "EventBusNotExist"),
        ({"Success": "false", "Code": "AccessDenied"}, "AccessDenied"),
        ({"Success": False}, "EventRefused"),
        ({"Success": True, "Data": {"FailedEntryCount": 1, "EntryList": [{"ErrorCode": "E1"}]}}, "E1"),
        ({"Success": True, "Data": {"FailedEntryCount": 1}}, "EventRefused"),
        ({"Success": True, "Data": {"FailedEntryCount": 0, "EntryList": [{"ErrorCode": "E2"}]}}, "E2"),
        ({"Success": True}, "AnswerUnreadable"),
        ({"Success": True, "Data": {}}, "AnswerUnreadable"),
    ],
)
def test_only_an_answer_that_says_so_is_taken_for_acceptance(answer: dict[str, Any], code: str) -> None:
    with listening(http("200 OK", json.dumps(answer).encode())) as address, pytest.raises(CloudFault) as caught:
        put_event(Rpc(lambda: Credentials("id", "secret"), Addresses(f"http://{address}"), lambda: 60.0), BUS, EVENT)
    assert caught.value.code == code


def test_a_bus_whose_answer_cannot_be_read_is_refused_with_the_clouds_request_id() -> None:
    body = b'{"RequestId": "E6B0D1E5-1", "Success": true}'
    with listening(http("200 OK", body)) as address, pytest.raises(CloudFault) as caught:
        put_event(Rpc(lambda: Credentials("id", "secret"), Addresses(f"http://{address}"), lambda: 60.0), BUS, EVENT)
    assert caught.value.cause.request_id == "E6B0D1E5-1"


@pytest.mark.parametrize("status", ["200 OK", "502 Bad Gateway", "403 Forbidden"])
def test_a_function_whose_answer_cannot_be_read_is_refused_with_the_clouds_request_id(status: str) -> None:
    answer = http(status, b"<html>", "text/html", X_Fc_Request_Id="1-65a0-22")
    base, home = Credentials("id", "secret"), Place(ACCOUNT, REGION)
    with listening(answer) as address:
        fault = fault_of(AliyunNotifier(lambda: base, Addresses(f"http://{address}"), home, lambda: 60.0), FUNCTION)
    assert fault.cause.request_id == "1-65a0-22"
