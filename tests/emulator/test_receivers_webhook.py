"""A receiver of Standard Webhooks refuses what the reference libraries refuse."""

from datetime import datetime, timezone

import pytest
import requests

from alicloud_emulator import clock
from tests.emulator.receiving import KEY, WHSEC, made, received, send, verdicts, webhook_headers
from tests.emulator.world import World
from tests.patience import HANGS_S

BODY = b'{"id": "evt-1", "type": "export.failed"}'
OTHER_KEY = b"x" * 32
OTHER_WHSEC = "whsec_eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg="


def test_a_signed_webhook_is_accepted_and_shown(world: World) -> None:
    answer = send(made(world, "webhook", secret=WHSEC), BODY, **webhook_headers(BODY))
    assert (answer.status_code, answer.content) == (204, b"")
    (row,) = received(world)
    assert (row["verdict"], row["signature"], row["id"]) == ("accepted", "valid", "evt-1")
    assert row["message"] == {"id": "evt-1", "type": "export.failed"}


def test_the_published_vector_of_the_signature_is_met(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "wall", lambda: datetime.fromtimestamp(1614265330, timezone.utc))
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    url = made(world, "webhook", secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert send(url, b'{"test": 2432232314}', **headers).status_code == 204


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_each_header_is_needed(world: World, name: str) -> None:
    headers = webhook_headers(BODY)
    del headers[name]
    answer = send(made(world, "webhook", secret=WHSEC), BODY, **headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "MissingHeader")
    assert verdicts(world) == [("MissingHeader", "missing")]


@pytest.mark.parametrize("ago_s", [310, -310])
def test_a_time_more_than_5_minutes_off_is_refused(world: World, ago_s: int) -> None:
    answer = send(made(world, "webhook", secret=WHSEC), BODY, **webhook_headers(BODY, ago_s=ago_s))
    assert (answer.status_code, answer.json()["code"]) == (401, "Expired")
    assert verdicts(world) == [("Expired", "expired")]


@pytest.mark.parametrize("ago_s", [290, -290])
def test_a_time_less_than_5_minutes_off_is_accepted(world: World, ago_s: int) -> None:
    answer = send(made(world, "webhook", secret=WHSEC), BODY, **webhook_headers(BODY, ago_s=ago_s))
    assert answer.status_code == 204


@pytest.mark.parametrize("stamp", ["soon", "1.5", "-1", "9" * 400])
def test_a_time_that_is_no_number_is_refused(world: World, stamp: str) -> None:
    url, headers = made(world, "webhook", secret=WHSEC), webhook_headers(BODY)
    answer = send(url, BODY, **{**headers, "webhook-timestamp": stamp})
    assert answer.json()["code"] == "Expired"


def test_the_time_is_judged_by_the_wall_clock_wherever_cloud_time_is(world: World) -> None:
    world.advance(86400)
    assert send(made(world, "webhook", secret=WHSEC), BODY, **webhook_headers(BODY)).status_code == 204


def test_another_secret_and_another_body_and_another_id_are_refused(world: World) -> None:
    url, right = made(world, "webhook", secret=WHSEC), webhook_headers(BODY)
    for body, headers in (
        (BODY, webhook_headers(BODY, OTHER_KEY)),
        (BODY + b" ", right),
        (BODY, {**right, "webhook-id": "evt-2"}),
        (BODY, {**right, "webhook-signature": right["webhook-signature"].removeprefix("v1,")}),
    ):
        answer = send(url, body, **headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "NoMatchingSignature")
    assert verdicts(world) == [("NoMatchingSignature", "invalid")] * 4


def test_one_right_signature_of_several_is_enough(world: World) -> None:
    right, wrong = webhook_headers(BODY), webhook_headers(BODY, OTHER_KEY)
    several = f"v1a,abc= {wrong['webhook-signature']} {right['webhook-signature']}"
    url = made(world, "webhook", secret=WHSEC)
    assert send(url, BODY, **{**right, "webhook-signature": several}).status_code == 204
    several = several.replace(" ", ",")
    assert send(url, BODY, **{**right, "webhook-signature": several}).status_code == 401


def test_while_secrets_change_either_is_right(world: World) -> None:
    url = made(world, "webhook", secret=[OTHER_WHSEC, WHSEC])
    assert [send(url, BODY, **webhook_headers(BODY, key)).status_code for key in (KEY, OTHER_KEY)] == [204, 204]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 200_000])
def test_a_body_that_is_no_object_is_refused(world: World, body: bytes) -> None:
    answer = send(made(world, "webhook", secret=WHSEC), body, **webhook_headers(body))
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidBody")


def test_an_address_that_never_was_is_404_and_one_that_was_is_410(world: World) -> None:
    url = made(world, "webhook", secret=WHSEC)
    assert send(f"{url}x", BODY, **webhook_headers(BODY)).status_code == 404
    requests.delete(f"{world.endpoint}/_emulator/receivers/oncall", timeout=HANGS_S)
    assert send(url, BODY, **webhook_headers(BODY)).status_code == 410
    assert [(row["target"], row["verdict"]) for row in received(world)] == [
        ("webhook", "NotFound"),
        ("webhook", "Gone"),
    ]


def test_a_webhook_is_a_post(world: World) -> None:
    answer = requests.get(made(world, "webhook", secret=WHSEC), timeout=HANGS_S)
    assert (answer.status_code, answer.json()["code"]) == (405, "MethodNotAllowed")


def test_a_receiver_that_takes_so_many_a_minute_says_when_it_takes_more(world: World) -> None:
    url = made(world, "webhook", secret=WHSEC, per_minute=2)
    answers = [send(url, BODY, **webhook_headers(BODY)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [204, 204, 429]
    assert answers[-1].headers["Retry-After"] == "60"
    world.advance(60)
    assert send(url, BODY, **webhook_headers(BODY)).status_code == 204


def test_without_such_a_limit_there_is_none(world: World) -> None:
    url = made(world, "webhook", secret=WHSEC)
    assert {send(url, BODY, **webhook_headers(BODY)).status_code for _ in range(150)} == {204}
