"""EventBridge's data API, signed by hand (the vendor's client: tests/clients)."""

import base64
import dataclasses
import hashlib
import json
import secrets
from email.utils import formatdate
from typing import Any

import pytest
import requests

from alicloud_emulator.signatures import eventbridge
from tests.emulator.world import World
from tests.patience import HANGS_S

EVENT = {
    "id": "1",
    "source": "s",
    "type": "t:t:t",
    "specversion": "1.0",
    "aliyuneventbusname": "image-export",
    "data": 1,
}
BATCH = "application/cloudevents-batch+json; charset=utf-8"
PUT = "/openapi/putEvents"


def ask(world: World, body: bytes, path: str = PUT, secret: str | None = None, **more: str) -> requests.Response:
    """A signed request; `more` are headers, underscores for hyphens."""
    key = world.administrator
    headers = {
        "date": formatdate(usegmt=True),
        "content-type": BATCH,
        "x-acs-signature-nonce": secrets.token_hex(8),
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    text = eventbridge.string_to_sign("POST", path, headers)
    signature = eventbridge.sign(secret or key.secret, text)
    authorization = {"authorization": f"acs:{key.access_key_id}:{signature}"}
    return requests.post(world.endpoint + path, body, headers={**authorization, **headers}, timeout=HANGS_S)


def refusal(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def batch(*events: Any) -> bytes:
    return json.dumps(events).encode()


def test_a_batch_is_published_and_each_event_answered(world: World) -> None:
    answer = ask(world, batch(EVENT, {**EVENT, "id": "2"})).json()
    assert (answer["FailedEntryCount"], [one["EventId"] for one in answer["EntryList"]]) == (0, ["1", "2"])
    assert [one["event"]["id"] for one in world.get("state")["events"]] == ["1", "2"]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"no JSON", "InvalidArgument"),
        (b"{}", "InvalidArgument"),
        (batch(), "MissingParameter"),
        (batch(1), "InvalidArgument"),
        (batch({**EVENT, "aliyuneventbusname": 1}), "InvalidArgument"),
        (batch(EVENT, {**EVENT, "aliyuneventbusname": "other"}), "InvalidArgument"),
    ],
)
def test_a_body_that_is_no_batch_for_one_bus_is_refused(world: World, body: bytes, wanted: str) -> None:
    assert refusal(ask(world, body)) == (400, wanted)
    assert world.get("state")["events"] == []


def test_a_batch_must_say_that_it_is_one(world: World) -> None:
    assert refusal(ask(world, batch(EVENT), content_type="application/json")) == (400, "InvalidArgument")


def test_a_bus_is_made_once(world: World) -> None:
    made = ask(world, b'{"EventBusName": "new"}', "/openapi/createEventBus")
    assert made.json()["EventBusARN"].endswith(":eventbus/new")
    again = ask(world, b'{"EventBusName": "new"}', "/openapi/createEventBus")
    assert refusal(again) == (409, "EventBusAlreadyExist")
    assert refusal(ask(world, b"[]", "/openapi/createEventBus")) == (400, "InvalidArgument")


def test_another_call_is_none(world: World) -> None:
    assert refusal(ask(world, b"{}", "/openapi/listEverything")) == (404, "InvalidAction.NotFound")
    assert refusal(requests.get(world.endpoint + PUT, timeout=HANGS_S)) == (404, "InvalidAction.NotFound")


def test_what_is_no_json_is_called_so(world: World) -> None:
    assert "no JSON" in ask(world, b"[").json()["message"]


def test_strangers_and_wrong_secrets_are_refused(world: World) -> None:
    assert refusal(ask(world, batch(EVENT), secret="wrong")) == (403, "SignatureDoesNotMatch")
    world.administrator = dataclasses.replace(world.administrator, access_key_id="LTAI5tNobody")
    assert refusal(ask(world, batch(EVENT))) == (403, "InvalidAccessKeyId")
    world.administrator = dataclasses.replace(world.administrator, access_key_id="STS.Nobody")
    assert refusal(ask(world, batch(EVENT))) == (403, "InvalidStsAccessKeyId")


def test_a_request_is_good_for_a_quarter_of_an_hour(world: World) -> None:
    assert refusal(ask(world, batch(EVENT), date=formatdate(1e9, usegmt=True))) == (403, "RequestTimeTooSkewed")
    assert refusal(ask(world, batch(EVENT), date=formatdate())) == (403, "RequestTimeTooSkewed")  # of no time zone
    assert refusal(ask(world, batch(EVENT), date="today")) == (400, "InvalidArgument")


def test_a_body_is_covered_where_its_md5_is_sent(world: World) -> None:
    body = batch(EVENT)
    md5 = hashlib.md5(body, usedforsecurity=False)
    digest = base64.b64encode(md5.digest()).decode()
    assert ask(world, body, content_md5=digest).status_code == 200
    assert refusal(ask(world, body, content_md5=md5.hexdigest())) == (400, "InvalidArgument")
    assert refusal(ask(world, batch({**EVENT, "id": "2"}), content_md5=digest)) == (400, "InvalidArgument")
