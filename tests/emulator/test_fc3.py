"""The API 2023-03-30 of Function Compute, signed by the vendor's signer (its own client: tests/clients)."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import requests
from alibabacloud_openapi_util.client import Client as Signer
from Tea.request import TeaRequest

from tests.emulator.deployment import Deployed, deployed, eventually
from tests.patience import HANGS_S

SOURCE = """
def handler(event, context):
    if event == b"fail":
        raise ValueError("no")
    return event
"""
HTTP = {"triggerName": "http", "triggerType": "http", "triggerConfig": {"authType": "function", "methods": ["GET"]}}
PROBE = "/2023-03-30/functions/probe"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Deployed]:
    """A cloud with one function and its HTTP trigger."""
    with deployed(tmp_path, SOURCE, triggers=[HTTP]) as world:
        yield world


def ask(world: Deployed, method: str, path: str, body: bytes = b"", **more: str | None) -> requests.Response:
    """A signed request; `more` are headers, underscores for hyphens, None leaves one out altogether."""
    target, _, query = path.partition("?")
    request, digest = TeaRequest(), hashlib.sha256(body).hexdigest()
    given = {
        "host": world.endpoint.removeprefix("http://"),
        "x-acs-action": "Any",
        "x-acs-version": "2023-03-30",
        "x-acs-date": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": f"{datetime.now(timezone.utc).timestamp()}",
        "x-acs-content-sha256": digest,
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    request.method, request.pathname = method, target
    request.headers = {name: value for name, value in given.items() if value is not None}
    request.query = dict(pair.split("=") for pair in query.split("&") if pair)
    key = world.administrator
    signature = Signer.get_authorization(request, "ACS3-HMAC-SHA256", digest, key.access_key_id, key.secret)
    headers = {"authorization": signature, **request.headers}
    return requests.request(method, world.endpoint + path, data=body, headers=headers, timeout=HANGS_S)


def refusal(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["Code"]


def test_a_function_answers_what_it_is_asked(world: Deployed) -> None:
    answer = ask(world, "POST", f"{PROBE}/invocations", b'{"a": 1}')
    assert (answer.status_code, answer.content) == (200, b'{"a": 1}')
    assert answer.headers["x-fc-request-id"]


def test_the_fault_of_a_function_is_a_200_that_names_it(world: Deployed) -> None:
    answer = ask(world, "POST", f"{PROBE}/invocations", b"fail")
    assert (answer.status_code, answer.headers["x-fc-error-type"]) == (200, "UnhandledInvocationError")
    assert answer.json()["errorType"] == "ValueError"


def test_an_asynchronous_invocation_is_answered_at_once_and_run(world: Deployed) -> None:
    answer = ask(world, "POST", f"{PROBE}/invocations", b"{}", x_fc_invocation_type="Async")
    assert (answer.status_code, answer.content) == (202, b"")
    eventually(lambda: world.statuses() == ["succeeded"])


def test_payloads_have_limits(world: Deployed) -> None:
    """128 KB asynchronously, 32 MB else (FC "Request limits")."""
    queued = {"x_fc_invocation_type": "Async"}
    assert ask(world, "POST", f"{PROBE}/invocations", b"x" * 131072, **queued).status_code == 202
    assert refusal(ask(world, "POST", f"{PROBE}/invocations", b"x" * 131073, **queued)) == (400, "EntityTooLarge")
    assert ask(world, "POST", f"{PROBE}/invocations", b"x" * 131073).status_code == 200
    large = b"x" * (32 * 1024 * 1024 + 1)
    assert refusal(ask(world, "POST", f"{PROBE}/invocations", large)) == (400, "EntityTooLarge")


@pytest.mark.parametrize(
    ("method", "path", "wanted"),
    [
        ("POST", f"{PROBE}/invocations?qualifier=prod", (404, "AliasNotFound")),
        ("POST", f"{PROBE}/invocations?qualifier=3", (404, "VersionNotFound")),
        ("POST", "/2023-03-30/functions/nobody/invocations", (404, "FunctionNotFound")),
        ("GET", "/2023-03-30/functions/nobody", (404, "FunctionNotFound")),
        ("GET", f"{PROBE}/triggers/none", (404, "TriggerNotFound")),
        ("PUT", PROBE, (400, "PathNotSupported")),
        ("GET", "/2023-03-30/services", (400, "PathNotSupported")),
    ],
)
def test_what_is_not_there_is_named(world: Deployed, method: str, path: str, wanted: tuple[int, str]) -> None:
    assert refusal(ask(world, method, path)) == wanted


def test_functions_and_triggers_are_shown_as_they_are_deployed(world: Deployed) -> None:
    function = ask(world, "GET", PROBE).json()
    assert (function["functionName"], function["runtime"], function["timeout"]) == ("probe", "python3.10", 86_400)
    assert [one["functionName"] for one in ask(world, "GET", "/2023-03-30/functions").json()["functions"]] == ["probe"]
    (trigger,) = ask(world, "GET", f"{PROBE}/triggers").json()["triggers"]
    assert trigger == ask(world, "GET", f"{PROBE}/triggers/http").json()
    assert trigger["triggerConfig"] == '{"authType": "function", "methods": ["GET"]}'
    config: dict[str, Any] = ask(world, "GET", f"{PROBE}/async-invoke-config").json()
    assert (config["maxAsyncEventAgeInSeconds"], config["maxAsyncRetryAttempts"]) == (86400, 3)


@pytest.mark.parametrize("header", ["x_acs_action", "x_acs_version", "x_acs_date", "x_acs_signature_nonce"])
def test_a_header_that_the_signature_needs_must_be_there(world: Deployed, header: str) -> None:
    assert refusal(ask(world, "GET", PROBE, b"", **{header: None})) == (400, "MissingRequiredHeader")


def test_a_request_counts_once_and_for_a_quarter_of_an_hour(world: Deployed) -> None:
    assert ask(world, "GET", PROBE, x_acs_signature_nonce="n").status_code == 200
    assert refusal(ask(world, "GET", PROBE, x_acs_signature_nonce="n")) == (400, "SignatureNonceUsed")
    old = (datetime.now(timezone.utc) - timedelta(minutes=16)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert refusal(ask(world, "GET", PROBE, x_acs_date=old)) == (403, "RequestTimeTooSkewed")
    assert refusal(ask(world, "GET", PROBE, x_acs_date="today")) == (400, "InvalidArgument")


@pytest.mark.parametrize("header", ["x_fc_async_delay", "x_fc_async_task_id"])
def test_what_is_not_emulated_is_refused(world: Deployed, header: str) -> None:
    answer = ask(world, "POST", f"{PROBE}/invocations", b"{}", x_fc_invocation_type="Async", **{header: "1"})
    assert refusal(answer) == (501, "NotImplemented")
    assert refusal(ask(world, "POST", f"{PROBE}/invocations", b"{}", x_fc_invocation_type="Later")) == (
        400,
        "InvalidArgument",
    )
