"""Receivers are made and removed by control calls, show what arrived, and are struck by faults."""

import json
import time
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
import yaml

from alicloud_emulator.cloud import Cloud, Settings
from alicloud_emulator.ground import lay, read
from alicloud_emulator.receivers import reception
from alicloud_emulator.section import SettingsError
from tests.emulator.deployment import eventually
from tests.emulator.receiving import (
    FEISHU_TEXT,
    SECRET,
    TEXT,
    WHSEC,
    dingtalk_query,
    made,
    received,
    send,
    verdicts,
    webhook_headers,
)
from tests.emulator.world import World
from tests.patience import HANGS_S

TOKEN, UUID = "ab" * 32, "123e4567-e89b-12d3-a456-426614174000"
MESSAGES: dict[str, Any] = {
    "webhook": {},
    "dingtalk": TEXT,
    "feishu": FEISHU_TEXT,
    "wecom": TEXT,
    "slack": {"text": "x"},
    "heartbeat": {},
}
REFUSED: list[tuple[Any, str]] = [
    ({}, '"kind" is a required property'),
    ({"kind": "teams"}, "kind: 'teams' is none of webhook, dingtalk, feishu, wecom, slack, heartbeat"),
    ({"kind": "webhook"}, '"secret" is a required property'),
    ({"kind": "webhook", "secret": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"}, "secret: want whsec_ and 24 to 64 bytes"),
    ({"kind": "webhook", "secret": "whsec_AAEC"}, "secret: want whsec_ and 24 to 64 bytes"),
    ({"kind": "webhook", "secret": [WHSEC, "whsec_" + "A" * 88]}, "secret: want whsec_ and 24 to 64 bytes"),
    ({"kind": "webhook", "secret": "whsec_!!!!"}, "secret: want whsec_ and 24 to 64 bytes"),
    ({"kind": "webhook", "secret": []}, "secret: "),
    ({"kind": "webhook", "secret": WHSEC, "keyword": "x"}, "'keyword' was unexpected"),
    ({"kind": "dingtalk", "secret": "8d2f"}, "secret: "),
    ({"kind": "dingtalk", "keyword": ""}, "keyword: "),
    ({"kind": "dingtalk", "token": "abc"}, "token: a dingtalk has one of the form [0-9a-f]{64}"),
    ({"kind": "dingtalk", "limit": 5}, "'limit' was unexpected"),
    ({"kind": "dingtalk", "per_minute": 0}, "per_minute: 0 is less than the minimum of 1"),
    ({"kind": "wecom", "secret": "x"}, "'secret' was unexpected"),
    ({"kind": "slack", "token": "T1/B1"}, "token: a slack has one of the form T"),
    ({"kind": "heartbeat", "token": "daily"}, "token: a heartbeat has one of the form "),
]


def settings_of(kind: str) -> dict[str, str]:
    return {"secret": WHSEC} if kind == "webhook" else {}


def delivered(url: str, kind: str) -> requests.Response:
    """The answer to a message of that kind that its receiver would take."""
    body = json.dumps(MESSAGES[kind]).encode()
    return send(url, body, **(webhook_headers(body) if kind == "webhook" else {}))


@pytest.mark.parametrize(
    ("kind", "token", "path"),
    [
        ("webhook", "ops", "/webhooks/ops"),
        ("dingtalk", TOKEN, f"/robot/send?access_token={TOKEN}"),
        ("feishu", UUID, f"/open-apis/bot/v2/hook/{UUID}"),
        ("wecom", UUID, f"/cgi-bin/webhook/send?key={UUID}"),
        ("slack", "T01/B01/abc", "/services/T01/B01/abc"),
        ("heartbeat", UUID, f"/ping/{UUID}"),
    ],
)
def test_a_receiver_has_the_address_of_the_real_ones(world: World, kind: str, token: str, path: str) -> None:
    answer = world.post("receivers/oncall", {"kind": kind, "token": token, **settings_of(kind)})
    assert answer == {"name": "oncall", "kind": kind, "url": f"{world.endpoint}{path}"}


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_token_is_made_up_where_none_is_named(world: World, kind: str) -> None:
    urls = {made(world, kind, name, **settings_of(kind)) for name in ("a", "b")}
    assert [delivered(url, kind).ok for url in urls] == [True, True]
    assert sorted(row["target"] for row in received(world)) == [f"{kind}:a", f"{kind}:b"]


@pytest.mark.parametrize(("body", "said"), REFUSED, ids=lambda value: json.dumps(value)[:60])
def test_a_receiver_that_cannot_be_is_refused_with_its_place(world: World, body: Any, said: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        world.post("receivers/oncall", body)
    assert refused.value.code == 400
    assert said in json.loads(refused.value.read())["Message"]


def test_two_receivers_have_no_token_in_common(world: World) -> None:
    made(world, "wecom", token=UUID)
    made(world, "feishu", "other", token=UUID)
    with pytest.raises(urllib.error.HTTPError) as refused:
        made(world, "wecom", "third", token=UUID)
    assert json.loads(refused.value.read())["Message"] == "token: it is that of 'oncall'"


def test_a_receiver_of_a_name_that_there_is_takes_its_place(world: World) -> None:
    first = made(world, "wecom")
    second = made(world, "wecom", per_minute=1)
    assert send(first, TEXT).json()["errcode"] == 93000
    assert [send(second, TEXT).json()["errcode"] for _ in range(2)] == [0, 45009]


def test_a_receiver_is_removed_once(world: World) -> None:
    url = made(world, "heartbeat")
    call = f"{world.endpoint}/_emulator/receivers/oncall"
    assert requests.delete(call, timeout=HANGS_S).json() == {"receivers": 0}
    assert requests.get(url, timeout=HANGS_S).status_code == 404
    again = requests.delete(call, timeout=HANGS_S)
    assert (again.status_code, again.json()["Message"]) == (404, "there is no receiver 'oncall'")


def test_a_removed_webhook_that_is_made_again_is_there_again(world: World) -> None:
    made(world, "webhook", token="ops", secret=WHSEC)
    requests.delete(f"{world.endpoint}/_emulator/receivers/oncall", timeout=HANGS_S)
    assert delivered(made(world, "webhook", token="ops", secret=WHSEC), "webhook").status_code == 204


def test_a_row_says_what_arrived_where_and_when(world: World) -> None:
    url = made(world, "dingtalk", secret=SECRET)
    send(url, TEXT)
    (row,) = received(world)
    del row["at"]
    assert row == {
        "n": 1,
        "target": "dingtalk:oncall",
        "receiver": "oncall",
        "kind": "dingtalk",
        "verdict": "310000",
        "status": 200,
        "signature": "missing",
        "id": None,
        "fault": None,
        "message": TEXT,
    }


def test_neither_state_nor_calls_show_a_secret_or_a_token(world: World) -> None:
    url = made(world, "dingtalk", secret=SECRET, token=TOKEN)
    query = dingtalk_query()
    signed = f"{url}&{urlencode(query)}"
    send(signed, TEXT)
    send(signed.replace(TOKEN, "0" * 64), TEXT)
    shown = json.dumps([world.get("state"), world.get("calls")])
    assert [secret for secret in (SECRET, TOKEN, query["sign"]) if secret in shown] == []
    assert verdicts(world) == [("accepted", "valid"), ("300005", "none")]


def test_the_newest_messages_are_kept_and_all_are_counted(world: World) -> None:
    assert reception.MOST_KEPT == 10_000
    url = made(world, "wecom")
    kept = world.cloud.reception._received  # noqa: SLF001 - filled up without 10,000 requests
    kept.extend({"n": 0} for _ in range(9_999))
    for _ in range(3):
        send(url, TEXT)
    rows = received(world)
    assert (len(rows), [row["n"] for row in rows[-3:]], rows[0]) == (10_000, [1, 2, 3], {"n": 0})


def test_of_a_very_long_body_the_beginning_is_kept(world: World) -> None:
    send(made(world, "wecom"), {"msgtype": "text", "text": {"content": "x" * 70_000}})
    message = received(world)[0]["message"]
    assert (message[:20], len(message)) == ('{"msgtype": "text", ', 1000)


def test_each_message_is_in_the_log_of_calls_too(world: World) -> None:
    send(made(world, "wecom"), TEXT)
    requests.get(made(world, "heartbeat", "watcher"), timeout=HANGS_S)
    shown = ("service", "action", "params", "status", "code", "access_key_id")
    assert [[call[name] for name in shown] for call in world.get("calls")["calls"]] == [
        ["wecom", "Send", {"receiver": "oncall"}, 200, None, None],
        ["heartbeat", "Ping", {"receiver": "watcher"}, 200, None, None],
    ]


def test_a_key_of_oss_that_looks_like_a_receiver_is_left_to_oss(world: World) -> None:
    signed = {"Authorization": "OSS LTAI:x", "Date": "x"}
    answer = requests.get(f"{world.endpoint}/services/T1/B1/x", headers=signed, timeout=HANGS_S)
    assert b"InvalidAccessKeyId" in answer.content
    assert received(world) == []


def test_a_ground_file_makes_receivers_whose_address_is_known(tmp_path: Path) -> None:
    file = tmp_path / "ground.yaml"
    file.write_text(yaml.safe_dump({"receivers": [{"name": "oncall", "kind": "wecom", "token": UUID}]}))
    cloud = Cloud(Settings(ground=read(file)))
    lay(cloud)
    assert cloud.reception.remove("oncall") == 0


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"kind": "wecom"}, r'receivers\[0\]: "name" is a required property'),
        ({"name": "x", "kind": "teams"}, r"receivers\[0\].kind: 'teams' is none of"),
        ({"name": "x", "kind": "wecom", "secret": "x"}, "'secret' was unexpected"),
    ],
)
def test_a_ground_file_with_another_receiver_is_refused(tmp_path: Path, row: Any, said: str) -> None:
    file = tmp_path / "ground.yaml"
    file.write_text(yaml.safe_dump({"receivers": [row]}))
    with pytest.raises(SettingsError, match=said):
        lay(Cloud(Settings(ground=read(file))))


def order(world: World, service: str, kind: str, **more: Any) -> None:
    world.post("faults", [{"service": service, "action": "*", "kind": kind, **more}])


@pytest.mark.parametrize("service", MESSAGES)
@pytest.mark.parametrize(
    ("kind", "status", "verdict", "header"),
    [
        ("http_410", 410, "Gone", ("Retry-After", None)),
        ("http_429", 429, "TooManyRequests", ("Retry-After", "30")),
        ("http_500", 500, "InternalError", ("Retry-After", None)),
        ("http_503", 503, "ServiceUnavailable", ("Retry-After", None)),
        ("redirect", 302, "Found", ("Location", "http://10.0.0.1/")),
    ],
)
def test_a_status_stands_in_the_place_of_an_answer(
    world: World, service: str, kind: str, status: int, verdict: str, header: tuple[str, str | None]
) -> None:
    url = made(world, service, **settings_of(service))
    order(world, service, kind)
    answer = delivered(url, service)
    assert (answer.status_code, answer.headers.get(header[0])) == (status, header[1])
    assert delivered(url, service).ok
    assert [(row["verdict"], row["fault"]) for row in received(world)] == [(verdict, kind), ("accepted", None)]


def test_a_redirect_leads_where_the_order_says(world: World) -> None:
    order(world, "slack", "redirect", says="http://169.254.169.254/latest/")
    answer = send(made(world, "slack"), {"text": "x"})
    assert answer.headers["Location"] == "http://169.254.169.254/latest/"


@pytest.mark.parametrize(
    ("service", "kind", "body"),
    [
        ("dingtalk", "ok_with_error", '{"errcode": -1, "errmsg": "\\u7cfb\\u7edf\\u7e41\\u5fd9"}'),
        (
            "dingtalk",
            "ok_punished",
            '{"status": 1111, "wait": 5, "source": "x5", "punish": "deny", "uuid": "made-up"}',
        ),
        ("wecom", "ok_with_error", '{"errcode": -1, "errmsg": "system busy"}'),
        ("slack", "ok_with_error", "rollup_error"),
        ("heartbeat", "ok_with_error", "OK (rate limited)"),
        ("dingtalk", "code:400013", '{"errcode": 400013, "errmsg": "The request is refused with 400013."}'),
        ("feishu", "code:19022", '{"code": 19022, "data": {}, "msg": "The request is refused with 19022."}'),
        ("dingtalk", "throttle", '{"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}'),
    ],
)
def test_an_error_stands_inside_of_http_200(world: World, service: str, kind: str, body: str) -> None:
    url = made(world, service)
    order(world, service, kind)
    answer = delivered(url, service)
    assert (answer.status_code, answer.text) == (200, body)
    assert received(world)[0]["verdict"] != "accepted"


def test_feishu_is_busy_at_full_hours(world: World) -> None:
    url = made(world, "feishu")
    order(world, "feishu", "ok_with_error")
    assert delivered(url, "feishu").json()["code"] == 11232


@pytest.mark.parametrize(
    ("service", "kind", "status", "text"),
    [
        ("slack", "code:channel_is_archived", 410, "channel_is_archived"),
        ("slack", "code:action_prohibited", 403, "action_prohibited"),
        ("slack", "code:user_not_found", 400, "user_not_found"),
        ("slack", "throttle", 429, "rate_limited"),
        ("heartbeat", "code:409", 409, "The request is refused with 409."),
        ("heartbeat", "throttle", 429, "rate limited"),
    ],
)
def test_a_code_has_its_own_status(world: World, service: str, kind: str, status: int, text: str) -> None:
    url = made(world, service)
    order(world, service, kind)
    answer = delivered(url, service)
    assert (answer.status_code, answer.text) == (status, text)


def test_a_webhook_may_be_refused_with_any_status(world: World) -> None:
    url = made(world, "webhook", secret=WHSEC)
    order(world, "webhook", "code:422")
    assert delivered(url, "webhook").status_code == 422


def test_a_fault_may_strike_one_receiver_of_a_kind(world: World) -> None:
    struck, other = made(world, "wecom", "a"), made(world, "wecom", "b")
    order(world, "wecom", "http_503", params={"receiver": "a"})
    assert [send(url, TEXT).status_code for url in (other, struck, struck)] == [200, 503, 200]


def test_an_answer_that_is_lost_leaves_the_message_there(world: World) -> None:
    url = made(world, "wecom")
    order(world, "wecom", "reset_after")
    with pytest.raises(requests.ConnectionError):
        send(url, TEXT)
    order(world, "wecom", "reset_before")
    with pytest.raises(requests.ConnectionError):
        send(url, TEXT)
    order(world, "wecom", "garbage")
    assert send(url, TEXT).content == b"\x00\xff<garbage"
    assert [(row["verdict"], row["fault"]) for row in received(world)] == [
        ("accepted", "reset_after"),
        ("accepted", "garbage"),
    ]


def test_a_receiver_that_hangs_answers_when_it_is_released(world: World) -> None:
    url = made(world, "wecom")
    order(world, "wecom", "hold")
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(send, url, TEXT)
        eventually(lambda: [call["status"] for call in world.calls("wecom", "Send")] == [None])
        assert received(world) == []
        world.post("release")
        assert answer.result(HANGS_S).json()["errcode"] == 0


def test_a_fault_of_all_services_strikes_receivers_too(world: World) -> None:
    order(world, "*", "http_503")
    assert send(made(world, "wecom"), TEXT).status_code == 503
    order(world, "*", "code:OperationDenied")
    answer = send(made(world, "wecom"), TEXT)
    assert (answer.status_code, received(world)[1]["verdict"]) == (400, "OperationDenied")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"service": "oss", "action": "*", "kind": "redirect"}, "kind 'redirect' is of webhook, dingtalk, feishu,"),
        ({"service": "*", "action": "*", "kind": "http_410"}, "kind 'http_410' is of webhook, dingtalk, feishu,"),
        ({"service": "webhook", "action": "*", "kind": "ok_with_error"}, "has no errors inside of HTTP 200"),
        ({"service": "wecom", "action": "*", "kind": "ok_punished"}, "'wecom' has no gateway that punishes"),
        ({"service": "dingtalk", "action": "*", "kind": "code:Busy"}, "'Busy' is no code of 'dingtalk'"),
        ({"service": "heartbeat", "action": "*", "kind": "code:200"}, "'200' is no code of 'heartbeat'"),
        ({"service": "heartbeat", "action": "Send", "kind": "slow"}, "action 'Send' is none of Ping, *"),
        ({"service": "teams", "action": "*", "kind": "slow"}, "service 'teams' is none of ecs, sts, ram, oss,"),
    ],
)
def test_a_fault_that_no_receiver_can_meet_is_refused(world: World, fault: Any, said: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        world.post("faults", [fault])
    assert said in json.loads(refused.value.read())["Message"]


def test_time_goes_by_the_clouds_clock_in_the_rows(world: World) -> None:
    world.advance(7 * 86400)
    send(made(world, "wecom"), TEXT)
    week_on = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 7 * 86400))
    assert received(world)[0]["at"].startswith(week_on)
