"""Robots of chats refuse what the real ones refuse, inside of HTTP 200 where those do."""

from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from tests.emulator.receiving import (
    FEISHU_TEXT,
    SECRET,
    TEXT,
    dingtalk_query,
    feishu_signed,
    hmac_base64,
    made,
    received,
    send,
    verdicts,
)
from tests.emulator.world import World
from tests.patience import HANGS_S

LONG = "x" * 19_900
HOUR_S = 3600  # those that are made before the tests begin are far beyond the one hour that is taken
CARD = {"header": {"title": {"tag": "plain_text", "content": "Failed"}}, "elements": [{"tag": "hr"}]}


def dingtalk(world: World, content: Any, query: dict[str, str] | None = None, **settings: Any) -> tuple[int, str]:
    """The errcode and errmsg of a robot that is made for this message."""
    url = made(world, "dingtalk", **settings)
    answer = send(f"{url}&{urlencode(query)}" if query else url, content)
    assert answer.status_code == 200
    assert list(answer.json()) == ["errcode", "errmsg"]
    return answer.json()["errcode"], answer.json()["errmsg"]


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        {"msgtype": "markdown", "markdown": {"title": "t", "text": "x"}, "at": {"isAtAll": True}},
        {"msgtype": "link", "link": {"title": "t", "text": "x", "messageUrl": "https://example.com"}},
        {"msgtype": "actionCard", "actionCard": {"title": "t", "text": "x"}},
        {"msgtype": "feedCard", "feedCard": {"links": [{"title": "t"}]}},
        {"msgtype": "text", "text": {"content": LONG}},
    ],
)
def test_dingtalk_takes_each_type_of_message(world: World, content: Any) -> None:
    assert dingtalk(world, content) == (0, "ok")
    (row,) = received(world)
    assert (row["verdict"], row["signature"], row["message"]) == ("accepted", "none", content)


def test_dingtalk_takes_what_is_signed_with_a_secret_of_the_robot(world: World) -> None:
    assert dingtalk(world, TEXT, dingtalk_query(), secret=SECRET) == (0, "ok")
    assert dingtalk(world, TEXT, dingtalk_query(), secret=["SECother", SECRET]) == (0, "ok")
    assert dingtalk(world, TEXT, dingtalk_query(ago_s=3500), secret=SECRET) == (0, "ok")
    assert verdicts(world) == [("accepted", "valid")] * 3


@pytest.mark.parametrize(
    ("query", "said", "signature"),
    [
        ({}, "sign not match", "missing"),
        ({"timestamp": "1"}, "sign not match", "missing"),
        ({"sign": "x"}, "sign not match", "missing"),
        (dingtalk_query("SECother"), "sign not match", "invalid"),
        (dingtalk_query(ago_s=4 * HOUR_S), "invalid timestamp", "expired"),
        (dingtalk_query(ago_s=-4 * HOUR_S), "invalid timestamp", "expired"),
        ({**dingtalk_query(), "timestamp": "1700000000"}, "invalid timestamp", "expired"),  # seconds
    ],
)
def test_dingtalk_refuses_what_is_not_signed_so(world: World, query: Any, said: str, signature: str) -> None:
    assert dingtalk(world, TEXT, query, secret=SECRET) == (310000, said)
    assert verdicts(world) == [("310000", signature)]


def test_dingtalk_refuses_a_signature_that_was_not_encoded_for_a_url(world: World) -> None:
    url, query = made(world, "dingtalk", secret=SECRET), {"sign": ""}
    ago_s = 0.0
    while "+" not in query["sign"]:
        ago_s, query = ago_s + 0.1, dingtalk_query(ago_s=ago_s)
    raw = f"{url}&timestamp={query['timestamp']}&sign={query['sign']}"
    assert send(raw, TEXT).json()["errmsg"] == "sign not match"
    assert send(f"{url}&{urlencode(query)}", TEXT).json()["errcode"] == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", 40035),
        (b"{", 40035),
        (b"[]", 40035),
        ({"msgtype": "text", "text": {"content": ""}}, 40035),
        ({"msgtype": "text", "text": "x"}, 40035),
        ({"msgtype": "markdown", "markdown": {"text": "x"}}, 40035),
        ({"msgtype": "markdown", "markdown": {"title": "x"}}, 40035),
        ({"text": {"content": "x"}}, 400105),
        ({"msgtype": "interactive", "interactive": {}}, 400105),
        ({"msgtype": ["text"]}, 400105),
        ({"msgtype": "text", "text": {"content": LONG * 2}}, 460101),
    ],
)
def test_dingtalk_refuses_a_message_without_its_form(world: World, content: Any, code: int) -> None:
    assert dingtalk(world, content)[0] == code
    assert received(world)[0]["verdict"] == str(code)


def test_dingtalk_asks_for_a_keyword_where_people_read(world: World) -> None:
    markdown = {"msgtype": "markdown", "markdown": {"title": "Alarm", "text": "x"}}
    assert dingtalk(world, markdown, keyword=["Alert", "Alarm"]) == (0, "ok")
    hidden = {**TEXT, "at": {"atMobiles": ["Alarm"]}}
    assert dingtalk(world, hidden, keyword="Alarm") == (310000, "keywords not in content")


def test_dingtalk_refuses_another_type_of_body_and_another_method(world: World) -> None:
    url = made(world, "dingtalk")
    form = requests.post(url, data=TEXT, timeout=HANGS_S)
    assert (form.status_code, form.json()["errcode"]) == (200, 43004)
    assert requests.get(url, timeout=HANGS_S).json() == {"errcode": 43002, "errmsg": "需要POST请求"}


def test_dingtalk_knows_its_tokens(world: World) -> None:
    url = made(world, "dingtalk")
    assert send(f"{url}0", TEXT).json() == {"errcode": 300005, "errmsg": "token is not exist"}
    assert send(url.partition("?")[0], TEXT).json() == {"errcode": 40035, "errmsg": "缺少参数 access_token"}
    assert [row["receiver"] for row in received(world)] == [None, None]


def test_dingtalk_takes_20_in_a_minute_and_then_none_for_10_minutes(world: World) -> None:
    url = made(world, "dingtalk")
    too_fast = {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}
    assert [send(url, TEXT).json()["errcode"] for _ in range(20)] == [0] * 20
    assert send(url, TEXT).json() == too_fast
    world.advance(590)
    assert send(url, TEXT).json() == too_fast
    world.advance(15)
    assert send(url, TEXT).json()["errcode"] == 0


def test_dingtalk_takes_the_21st_once_a_minute_has_gone(world: World) -> None:
    url = made(world, "dingtalk")
    assert [send(url, TEXT).json()["errcode"] for _ in range(20)] == [0] * 20
    world.advance(60)
    assert send(url, TEXT).json()["errcode"] == 0


def test_dingtalk_counts_what_it_refuses_for_another_reason(world: World) -> None:
    url = made(world, "dingtalk", keyword="Alarm", per_minute=2)
    assert [send(url, TEXT).json()["errcode"] for _ in range(3)] == [310000, 310000, 130101]


def feishu(world: World, content: Any, **settings: Any) -> tuple[int, str]:
    """The code and the words of a bot that is made for this message."""
    answer = send(made(world, "feishu", **settings), content)
    assert answer.status_code == 200
    return answer.json()["code"], answer.json()["msg"]


@pytest.mark.parametrize(
    "content",
    [
        FEISHU_TEXT,
        {"msg_type": "post", "content": {"post": {"zh_cn": {"title": "t", "content": [[]]}}}},
        {"msg_type": "image", "content": {"image_key": "img_1"}},
        {"msg_type": "share_chat", "content": {"share_chat_id": "oc_1"}},
        {"msg_type": "interactive", "card": CARD},
        {"msg_type": "interactive", "card": {"schema": "2.0", "body": {"elements": []}}},
    ],
)
def test_feishu_takes_each_type_of_message(world: World, content: Any) -> None:
    answer = send(made(world, "feishu"), content)
    assert answer.json() == {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"}
    (row,) = received(world)
    assert (row["verdict"], row["signature"], row["message"]) == ("accepted", "none", content)


def test_feishu_takes_what_is_signed_with_a_secret_of_the_bot_and_shows_no_signature(world: World) -> None:
    signed = feishu_signed(FEISHU_TEXT)
    assert feishu(world, signed, secret=["other", SECRET]) == (0, "success")
    assert feishu(world, {**signed, "timestamp": int(signed["timestamp"])}, secret=SECRET) == (0, "success")
    assert verdicts(world) == [("accepted", "valid")] * 2
    assert received(world)[0]["message"] == {"timestamp": signed["timestamp"], **FEISHU_TEXT}


@pytest.mark.parametrize(
    ("content", "signature"),
    [
        (FEISHU_TEXT, "missing"),
        ({**feishu_signed(FEISHU_TEXT), "timestamp": ""}, "missing"),
        ({**feishu_signed(FEISHU_TEXT), "sign": 5}, "missing"),
        ({**feishu_signed(FEISHU_TEXT), "sign": "\ud800"}, "invalid"),
        (feishu_signed(FEISHU_TEXT, "other"), "invalid"),
        (feishu_signed(FEISHU_TEXT, ago_s=4 * HOUR_S), "expired"),
        (feishu_signed(FEISHU_TEXT, ago_s=-4 * HOUR_S), "expired"),
        ({**feishu_signed(FEISHU_TEXT), "timestamp": "1700000000000"}, "expired"),  # milliseconds
    ],
)
def test_feishu_refuses_what_is_not_signed_so(world: World, content: Any, signature: str) -> None:
    words = "sign match fail or timestamp is not within one hour from current time"
    assert feishu(world, content, secret=SECRET) == (19021, words)
    assert verdicts(world) == [("19021", signature)]


def test_feishu_refuses_the_signature_of_dingtalk_whose_key_and_message_stand_the_other_way_round(world: World) -> None:
    stamp = feishu_signed({})["timestamp"]
    swapped = {"timestamp": stamp, "sign": hmac_base64(SECRET.encode(), f"{stamp}\n{SECRET}".encode()), **FEISHU_TEXT}
    assert feishu(world, swapped, secret=SECRET)[0] == 19021


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        {"msg_type": "markdown", "content": {"text": "x"}},
        {"msg_type": ["text"], "content": {"text": "x"}},
        {"msg_type": "text", "text": {"content": "x"}},
        {"msg_type": "text", "content": {"text": ""}},
        {"msg_type": "text", "content": {"text": {}}},
        {"msg_type": "interactive", "card": "x"},
        {"msg_type": "interactive", "card": {"header": {}}},
        {"msg_type": "text", "content": {"text": "x" * 20_480}},
    ],
)
def test_feishu_refuses_a_message_without_its_form(world: World, content: Any) -> None:
    answer = send(made(world, "feishu"), content)
    assert (answer.status_code, answer.json()) == (200, {"code": 9499, "data": {}, "msg": "Bad Request"})
    assert received(world)[0]["verdict"] == "9499"


def test_feishu_wants_a_type_and_json(world: World) -> None:
    assert feishu(world, {"content": {"text": "x"}}) == (19002, "params error, msg_type need")
    form = requests.post(made(world, "feishu"), data=b'{"msg_type": "text"}', timeout=HANGS_S)
    assert (form.status_code, form.json()["code"]) == (200, 9499)
    assert requests.get(made(world, "feishu"), timeout=HANGS_S).status_code == 405


def test_feishu_asks_for_a_keyword_where_people_read(world: World) -> None:
    card = {"msg_type": "interactive", "card": CARD}
    assert feishu(world, card, keyword=["Alarm", "Failed"]) == (0, "success")
    assert feishu(world, card, keyword="plain_text") == (19024, "Key Words Not Found")


def test_feishu_knows_its_bots(world: World) -> None:
    answer = send(f"{made(world, 'feishu')}0", FEISHU_TEXT)
    assert answer.json()["code"] == 19001
    assert answer.json()["msg"] == "param invalid: incoming webhook access token invalid"


def test_feishu_takes_5_in_a_second_and_says_no_with_a_status_code_of_0(world: World) -> None:
    url = made(world, "feishu")
    answers = [send(url, FEISHU_TEXT) for _ in range(6)]
    assert [answer.json()["code"] for answer in answers] == [0] * 5 + [9499]
    assert answers[-1].json() == {"StatusCode": 0, "StatusMessage": "", "code": 9499, "msg": "too many request"}
    world.advance(1)
    assert send(url, FEISHU_TEXT).json()["code"] == 0


def test_feishu_takes_100_in_a_minute(world: World) -> None:
    url, codes = made(world, "feishu"), []
    for _ in range(21):
        codes += [send(url, FEISHU_TEXT).json()["code"] for _ in range(5)]
        world.advance(1)
    assert codes == [0] * 100 + [11232] * 5
    world.advance(50)
    assert send(url, FEISHU_TEXT).json()["code"] == 0


def wecom(world: World, content: Any) -> tuple[int, str]:
    """The errcode of a robot that is made for this message, and the head of its errmsg."""
    answer = send(made(world, "wecom"), content)
    assert answer.status_code == 200
    return answer.json()["errcode"], answer.json()["errmsg"].partition(", hint: [")[0]


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        {"msgtype": "text", "text": {"content": "x" * 2048}},
        {"msgtype": "markdown", "markdown": {"content": "字" * 1365}},
        {"msgtype": "markdown_v2", "markdown_v2": {"content": "x"}},
        {"msgtype": "news", "news": {"articles": [{"title": "t"}]}},
    ],
)
def test_wecom_takes_messages_up_to_their_length(world: World, content: Any) -> None:
    assert wecom(world, content) == (0, "ok")
    assert received(world)[0]["message"] == content


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"{", 40008, "Warning: wrong json format. invalid message type"),
        (b"\xff", 40008, "Warning: wrong json format. invalid message type"),
        ({"text": {"content": "x"}}, 40008, "invalid message type"),
        ({"msgtype": "interactive"}, 40008, "invalid message type"),
        ({"msgtype": {}}, 40008, "invalid message type"),
        ({"msgtype": "text"}, 44004, "empty content"),
        ({"msgtype": "text", "text": {"content": ""}}, 44004, "empty content"),
        ({"msgtype": "text", "text": {"content": 5}}, 44004, "empty content"),
        ({"msgtype": "news", "news": {}}, 44004, "empty content"),
        (
            {"msgtype": "text", "text": {"content": "x" * 2049}},
            40058,
            "text.content exceed max length 2048. invalid Request Parameter",
        ),
        (
            {"msgtype": "markdown", "markdown": {"content": "字" * 1366}},
            40058,
            "markdown.content exceed max length 4096. invalid Request Parameter",
        ),
    ],
)
def test_wecom_refuses_a_message_without_its_form(world: World, content: Any, code: int, said: str) -> None:
    assert wecom(world, content) == (code, said)
    assert verdicts(world) == [(str(code), "none")]


def test_wecom_knows_its_keys(world: World) -> None:
    url = made(world, "wecom")
    for other in (f"{url}0", url.partition("?")[0]):
        answer = send(other, TEXT)
        assert (answer.status_code, answer.json()["errcode"]) == (200, 93000)
        assert answer.json()["errmsg"].startswith("invalid webhook url, hint: [")
    assert requests.get(url, timeout=HANGS_S).json()["errcode"] == 43002


def test_wecom_takes_20_in_a_minute(world: World) -> None:
    url = made(world, "wecom")
    assert [send(url, TEXT).json()["errcode"] for _ in range(21)] == [0] * 20 + [45009]
    world.advance(60)
    assert send(url, TEXT).json() == {"errcode": 0, "errmsg": "ok"}


def slack(world: World, content: Any) -> tuple[int, str]:
    """Status and words of a webhook that is made for this message."""
    answer = send(made(world, "slack"), content)
    return answer.status_code, answer.text


def section(length: int) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": "x" * length}}


@pytest.mark.parametrize(
    "content",
    [
        {"text": "x"},
        {"text": "x", "blocks": [section(3000), {"type": "divider"}]},
        {"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "x" * 150}}]},
        {"blocks": [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}]}]},
        {"text": "x", "blocks": [{"type": "divider"}] * 50},
        {"attachments": [{"text": "x"}]},
    ],
)
def test_slack_takes_text_and_blocks(world: World, content: Any) -> None:
    assert slack(world, content) == (200, "ok")
    assert received(world)[0]["message"] == content


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "invalid_payload"),
        (b"[]", "invalid_payload"),
        ({"text": 5}, "invalid_payload"),
        ({}, "no_text"),
        ({"text": "", "blocks": []}, "no_text"),
        ({"text": "x", "blocks": {"type": "divider"}}, "invalid_blocks"),
        ({"text": "x", "blocks": ["x"]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "dividers"}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [section(3001)]}, "invalid_blocks"),
        ({"text": "x", "blocks": [section(0)]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "header", "text": {"text": "x" * 151}}]}, "invalid_blocks"),
    ],
)
def test_slack_refuses_what_it_cannot_show(world: World, content: Any, said: str) -> None:
    assert slack(world, content) == (400, said)
    assert verdicts(world) == [(said, "none")]


def test_slack_knows_its_addresses(world: World) -> None:
    url = made(world, "slack")
    other_secret = send(f"{url}x", {"text": "x"})
    assert (other_secret.status_code, other_secret.text) == (403, "invalid_token")
    for path in ("T1/B1/x", "x", ""):
        nowhere = send(f"{world.endpoint}/services/{path}", {"text": "x"})
        assert (nowhere.status_code, nowhere.text) == (404, "no_service")
    assert requests.get(url, timeout=HANGS_S).status_code == 405
    form = requests.post(url, data={"text": "x"}, timeout=HANGS_S)
    assert (form.status_code, form.text) == (400, "invalid_payload")


def test_slack_takes_one_in_a_second_and_says_when_it_takes_the_next(world: World) -> None:
    url = made(world, "slack")
    answers = [send(url, {"text": "x"}) for _ in range(2)]
    assert [(answer.status_code, answer.text) for answer in answers] == [(200, "ok"), (429, "rate_limited")]
    assert answers[1].headers["Retry-After"] == "1"
    world.advance(1)
    assert send(url, {"text": "x"}).text == "ok"
