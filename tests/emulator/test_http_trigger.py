"""The HTTP trigger: from request to event, from answer to response, and what FC refuses by itself."""

import base64
import http.client
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import requests

from alicloud_emulator.fc import s_yaml
from alicloud_emulator.fc.definition import HttpTrigger
from alicloud_emulator.quotas import Quotas
from alicloud_emulator.running import RunningEmulator
from alicloud_emulator.unsure import Unsure
from tests.emulator.deployment import Deployed, deployed, eventually, write
from tests.patience import HANGS_S

EVENTS = Path(__file__).parents[1] / "events"
METHODS = ["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"]
# Answers with the event; what is under "x" in the query is evaluated and returned instead.
TRIGGERED = """
import json, os, time

def handler(event, context):
    seen = json.loads(event)
    if code := seen["queryParameters"].get("x"):
        return eval(code)
    if seen["rawPath"] == "/size":
        return len(seen["body"])
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": event.decode()}
"""
TYPED = {"Content-Type": "text/plain"}


class Triggered(Deployed):
    """A world with a function behind an HTTP trigger."""

    def ask(self, method: str, path: str = "/", **options: Any) -> requests.Response:
        """Send a request to the trigger."""
        return requests.request(method, f"{self.cloud.fc.http_trigger}{path}", timeout=HANGS_S, **options)

    def event(self, method: str, path: str = "/", **options: Any) -> Any:
        """The event that a request becomes."""
        return self.ask(method, path, **options).json()

    def returning(self, code: str) -> requests.Response:
        """The response where the function returns this expression."""
        return self.ask("GET", params={"x": code})


@contextmanager
def triggered(folder: Path, source: str = TRIGGERED, **config: Any) -> Iterator[Triggered]:
    """Run a cloud with one function behind an HTTP trigger."""
    settings = {"authType": "anonymous", "methods": METHODS, **config}
    trigger = {"triggerName": "http", "triggerType": "http", "triggerConfig": settings}
    with deployed(folder, source, triggers=[trigger]) as world:
        yield Triggered(world.cloud)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Triggered]:
    """One for all tests: what starts anew with each is what it has seen and what is chosen."""
    with triggered(tmp_path_factory.mktemp("triggered")) as world:
        yield world


@pytest.fixture
def world(shared: Triggered) -> Triggered:
    shared.cloud.fc.invocations.clear()
    for chosen, usual in ((shared.cloud.unsure, Unsure()), (shared.cloud.quotas, Quotas())):
        for name, value in asdict(usual).items():
            setattr(chosen, name, value)
    return shared


def shape(value: Any) -> Any:
    """The keys and types of a JSON value."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    return type(value).__name__


def test_the_event_has_the_shape_of_the_recorded_one(world: Triggered) -> None:
    recorded = json.loads((EVENTS / "fc3-http-trigger-event.json").read_text())
    answer = world.ask("GET", "/example?parameter1=value1&parameter2=value1&parameter2=value2", headers={"A": "1"})
    event, context = answer.json(), answer.json()["requestContext"]
    assert list(event) == list(recorded)
    assert shape(context) == shape(recorded["requestContext"])
    assert event["queryParameters"] == recorded["queryParameters"]
    assert (event["rawPath"], event["version"], context["http"]["path"]) == ("/example", "v1", "/example")
    assert context["domainName"] == f"{context['domainPrefix']}.cn-hangzhou.fcapp.run"
    assert context["requestId"] == answer.headers["x-fc-request-id"] == world.invocations()[0]["request_id"]
    assert re.fullmatch(r"1-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}", context["requestId"])
    assert abs(int(context["timeEpoch"]) / 1000 - time.time()) < 60


def test_header_names_are_canonical_and_the_path_is_as_it_came(world: Triggered) -> None:
    path = "/%E4%B8%AD/a%2Fb//c?name=%C3%A9+%26&empty="
    headers = {"authorization": "Bearer s", "CONTENT-type": "text/plain", "x-fc-own": "1"}
    event = world.event("POST", path, headers=headers, data=b"x")
    assert event["headers"]["Authorization"] == "Bearer s"
    assert event["headers"]["Content-Type"] == "text/plain"
    assert not {name.lower() for name in event["headers"]} & {"x-fc-own", "connection"}
    assert event["rawPath"] == "/%E4%B8%AD/a%2Fb//c"
    assert event["queryParameters"] == {"name": "é &", "empty": ""}


def test_several_headers_of_one_name_are_joined(world: Triggered) -> None:
    connection = http.client.HTTPConnection(str(world.cloud.fc.http_trigger).removeprefix("http://"), timeout=HANGS_S)
    connection.putrequest("GET", "/")
    for value in ("1", "2"):
        connection.putheader("x-own", value)
    connection.endheaders()
    assert json.loads(connection.getresponse().read())["headers"]["X-Own"] == "1,2"
    connection.close()


@pytest.mark.parametrize(
    ("content_type", "body", "sent"),
    [
        ("application/json", '{"a": "é"}'.encode(), ('{"a": "é"}', False)),
        ("application/problem+json; charset=utf-8", b"{}", ("{}", False)),
        ("text/plain", b"\xff", (base64.b64encode(b"\xff").decode(), True)),
        ("application/octet-stream", b"abc", ("YWJj", True)),
        (None, b"abc", ("YWJj", True)),
        (None, b"", ("", False)),
    ],
)
def test_a_body_is_text_where_it_is_text(world: Triggered, content_type: str, body: bytes, sent: Any) -> None:
    event = world.event("POST", data=body, headers={"Content-Type": content_type})
    assert (event["body"], event["isBase64Encoded"]) == sent


def test_what_no_document_settles_can_be_chosen(world: Triggered) -> None:
    world.post("unsure", {"http_body_base64": "always", "http_raw_path": "decoded", "http_body_too_large": 400})
    event = world.event("POST", "/a%2Fb", data=b"abc", headers=TYPED)
    assert (event["body"], event["isBase64Encoded"], event["rawPath"]) == ("YWJj", True, "/a/b")
    assert world.ask("POST", data=bytes(32 * 2**20 + 1)).status_code == 400


def test_the_function_describes_its_response(world: Triggered) -> None:
    answer = world.returning(
        "{'statusCode': 201, 'headers': {'Location': '/a', 'Server': 'x', 'X-Fc-Own': '1', 'Date': 'd'},"
        " 'isBase64Encoded': True, 'body': 'AP8='}"
    )
    assert (answer.status_code, answer.content, answer.headers["Location"]) == (201, b"\x00\xff", "/a")
    assert "X-Fc-Own" not in answer.headers
    assert answer.headers["Server"] != "x"
    assert answer.headers["Date"] != "d"
    assert answer.headers["Content-Disposition"] == "attachment"  # of the default domain


@pytest.mark.parametrize(
    ("returned", "body", "content_type"),
    [
        ("{'a': 1}", b'{"a": 1}', "application/json"),
        ("'text'", b"text", "text/plain; charset=utf-8"),
        ("None", b"null", "application/json"),
        ("json.dumps({'statusCode': 200, 'body': 'é'})", "é".encode(), "text/plain; charset=utf-8"),
        ("bytes([255])", b"\xff", "application/octet-stream"),
    ],
)
def test_any_other_result_is_the_body_of_a_200(world: Triggered, returned: str, body: bytes, content_type: str) -> None:
    answer = world.returning(returned)
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (200, body, content_type)


@pytest.mark.parametrize(
    "wrong",
    [
        "'statusCode': '200'",
        "'statusCode': True",
        "'statusCode': 99",
        "'statusCode': 200, 'headers': []",
        "'statusCode': 200, 'headers': {'A': 1}",
        "'statusCode': 200, 'headers': {'A': 'a\\r\\nB: b'}",
        "'statusCode': 200, 'headers': {'A b': ''}",
        "'statusCode': 200, 'headers': {'A': 'x' * 8192}",
        "'statusCode': 200, 'body': {}",
        "'statusCode': 200, 'body': '*', 'isBase64Encoded': True",
        "'statusCode': 200, 'isBase64Encoded': 'no'",
    ],
)
def test_a_response_that_is_described_wrongly_is_502(world: Triggered, wrong: str) -> None:
    answer = world.returning(f"{{{wrong}}}")
    assert (answer.status_code, answer.json()["Code"]) == (502, "BadResponse")


def test_the_default_domain_passes_no_redirect_on(world: Triggered) -> None:
    answer = world.returning("{'statusCode': 302, 'headers': {'Location': 'http://a'}}")
    assert (answer.status_code, answer.json()["Code"]) == (400, "ExternalRedirectForbidden")


@pytest.mark.parametrize(("code", "said"), [("1 / 0", "division by zero"), ("os._exit(1)", "exited unexpectedly")])
def test_an_error_of_the_function_is_502(world: Triggered, code: str, said: str) -> None:
    answer = world.returning(code)
    assert (answer.status_code, answer.headers["x-fc-error-type"]) == (502, "UnhandledInvocationError")
    assert said in answer.json()["errorMessage"]
    assert answer.headers["x-fc-request-id"] == world.invocations()[0]["request_id"]


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "code"),
    [
        ("TRACE", "/", {}, 403, "AccessDenied"),
        ("CONNECT", "/", {}, 403, "AccessDenied"),
        ("GET", "/" + "a" * 4096, {}, 400, "InvalidArgument"),
        ("GET", "/?" + "a" * 4096, {}, 400, "InvalidArgument"),
        ("GET", "/", {"headers": {"A": "x" * 8192}}, 400, "InvalidArgument"),
        ("GET", "/", {"headers": {"X-Fc-Invocation-Type": "Async"}}, 400, "InvalidArgument"),
        ("POST", "/", {"data": bytes(32 * 2**20 + 1)}, 413, "EntityTooLarge"),
    ],
)
def test_what_fc_refuses_never_reaches_the_function(
    world: Triggered, method: str, path: str, options: Any, status: int, code: str
) -> None:
    answer = world.ask(method, path, **options)
    assert (answer.status_code, answer.json()["Code"]) == (status, code)
    assert answer.json()["RequestId"] == answer.headers["x-fc-request-id"]
    assert answer.headers["x-fc-error-type"] == "FCCommonError"
    assert world.invocations() == []


def test_a_body_of_32_mib_and_a_compressed_one_arrive_as_they_are(world: Triggered) -> None:
    body = b"x" * 32 * 2**20
    assert world.ask("POST", "/size", data=body, headers=TYPED).content == str(len(body)).encode()
    packed = {"Content-Encoding": "gzip", "Content-Type": "application/octet-stream"}
    assert base64.b64decode(world.event("POST", data=b"not gzip", headers=packed)["body"]) == b"not gzip"


def test_head_is_answered_without_a_body(world: Triggered) -> None:
    answer = world.ask("HEAD", "/a")
    assert (answer.status_code, answer.content) == (200, b"")


def test_many_at_a_time_run_up_to_the_limit_of_instances(world: Triggered, tmp_path: Path) -> None:
    world.post("quotas", {"instances": 2})
    answers: list[int] = []
    done = tmp_path / "done"
    waits = f"([time.sleep(0.02) for _ in iter(lambda: os.path.exists({str(done)!r}), True)], os.getpid())[1]"
    busy = [threading.Thread(target=lambda: answers.append(world.returning(waits).json())) for _ in range(2)]
    for thread in busy:
        thread.start()
    eventually(lambda: world.statuses().count("running") == 2)
    refused = world.ask("GET")
    done.touch()
    for thread in busy:
        thread.join()
    assert (refused.status_code, refused.json()["Code"]) == (429, "ResourceExhausted")
    assert len(set(answers)) == 2
    assert world.ask("GET").status_code == 200


def test_the_shipped_function_takes_every_method_of_the_schema() -> None:
    functions = s_yaml.load(EVENTS.parents[1] / "s.yaml", {}, "1234567890123456")
    (shipped,) = [function for function in functions if function.name == "image-export-http"]
    assert (shipped.handler, shipped.role) == ("index.on_http", "image-export-http")
    assert shipped.environment["IMAGE_EXPORT_HTTP_TOKENS"] == ""
    (trigger,) = shipped.triggers
    assert isinstance(trigger, HttpTrigger)
    assert (trigger.auth_type, set(trigger.methods)) == ("anonymous", set(METHODS))


def test_the_ready_line_names_the_trigger(tmp_path: Path) -> None:
    config = {"authType": "anonymous", "methods": ["GET"]}
    trigger = {"triggerName": "http", "triggerType": "http", "triggerConfig": config}
    file = write(tmp_path, TRIGGERED, triggers=[trigger])
    with RunningEmulator("--functions", str(file), log=tmp_path / "log") as emulator:
        assert emulator.http_trigger != emulator.endpoint
        answer = requests.get(f"{emulator.http_trigger}/any/path", timeout=HANGS_S)
    assert answer.json()["rawPath"] == "/any/path"
