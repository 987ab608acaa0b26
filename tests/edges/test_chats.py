"""What each chat is sent, how it is signed, and what its answers mean; the services' own forms, in literals."""

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from image_export.edges.aliyun.credentials import Credentials
from image_export.edges.aliyun.hosts import Addresses
from image_export.edges.notify.notifier import AliyunNotifier
from image_export.errors import CloudFault, Refused, RefusedForGood, Unanswered
from image_export.values.notify_target import AnyChannel, ChannelAddress, DingTalk, Feishu, Slack, WeCom
from image_export.values.place import Place

from .listening import Heard, heard, http, listening

DINGTALK, FEISHU = DingTalk(channel="oncall"), Feishu(channel="oncall")
WECOM, SLACK = WeCom(channel="oncall"), Slack(channel="oncall")
ALL: list[AnyChannel] = [DINGTALK, FEISHU, WECOM, SLACK]
WELL = {"dingtalk": b'{"errcode":0,"errmsg":"ok"}', "feishu": b'{"code":0,"msg":"success"}'}
WELL |= {"wecom": b'{"errcode":0,"errmsg":"ok"}', "slack": b"ok"}
NOW = 1_764_489_600.25
PATHS = {
    "dingtalk": "/robot/send?access_token=made-up-token",
    "feishu": "/open-apis/bot/v2/hook/made-up-hook",
    "wecom": "/cgi-bin/webhook/send?key=made-up-key",
    "slack": "/services/T0/B0/made-up",
}
# Bodies of 200 by which nobody knows whether the message was taken.
CODELESS = [
    b"{}",
    b'{"errcode":null,"code":null}',
    b'{"errcode":false,"code":false}',
    b'{"errcode":{"errcode":0},"code":{"code":0}}',
    b'{"errcode":"ok","code":""}',
    b'{"errcode":0.0,"code":0.5}',
    b'{"result":{"errcode":0,"code":0}}',
]
SECRET = "SECmadeup0123456789"  # of no robot


def event(
    number: int = 1, name: str = "golden-db", message: str = "Not allowed.", code: str = "Forbidden.RAM"
) -> dict[str, Any]:
    error = {"Code": code, "Message": message, "RequestId": None, "Recommend": "Give the role the action."}
    data = {
        "ExportId": f"exp-4lq3q5vnd2qjyjxp-{number:04d}",
        "AccountId": "1234567890123456",
        "RegionId": "cn-hangzhou",
        "ImageId": "m-bp1db",
        "ImageName": name,
        "Error": error,
    }
    return {"id": f"{number}.Failed", "type": "imageexport:Export:Failed", "time": "2026-11-24T08:00:00Z", "data": data}


def kind(chat: AnyChannel) -> str:
    return chat.name.partition(":")[0]


def send(host: str, chat: AnyChannel, *events: dict[str, Any], signing: bool = False, lang: Any = "en") -> None:
    environ = {"IMAGE_EXPORT_CHAT": f"http://{host}{PATHS[kind(chat)]}", "IMAGE_EXPORT_SECRET": SECRET}
    address = ChannelAddress(
        url="env:IMAGE_EXPORT_CHAT", secrets=("env:IMAGE_EXPORT_SECRET",) if signing else (), lang=lang
    )
    home = Place("1234567890123456", "cn-hangzhou")
    endpoint = Addresses("http://127.0.0.1:1")
    notifier = AliyunNotifier(lambda: Credentials("id", "secret", None), endpoint, home, lambda: 60.0, environ)
    notifier.deliver(chat, events or [event()], address)


def sent(chat: AnyChannel, *events: dict[str, Any], **how: Any) -> tuple[Heard, dict[str, Any]]:
    requests: list[bytes] = []
    with listening(http("200 OK", WELL[kind(chat)]), requests) as host:
        send(host, chat, *events, **how)
    (request,) = map(heard, requests)
    return request, json.loads(request.body)


@pytest.fixture(autouse=True)
def _at_a_known_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("image_export.edges.notify.chat.time.time", lambda: NOW)


def test_dingtalk_is_sent_markdown() -> None:
    request, body = sent(DINGTALK)
    assert request.target == "/robot/send?access_token=made-up-token"
    assert request.headers["content-type"] == "application/json"
    assert body["msgtype"] == "markdown"
    assert body["markdown"]["title"] == "Export failed: golden-db"
    assert body["markdown"]["text"].split("  \n") == [
        "### Export failed: golden-db",
        "Image: golden-db (m-bp1db)",
        "Account: 1234567890123456",
        "Region: cn-hangzhou",
        "Cause: Forbidden.RAM: Not allowed.",
        "Time: 2026-11-24 08:00:00 UTC",
        "→ Give the role the action.",
        "$ image-export show exp-4lq3q5vnd2qjyjxp-0001",
        "$ image-export retry exp-4lq3q5vnd2qjyjxp-0001",
    ]


def test_dingtalk_is_signed_in_the_address_in_milliseconds() -> None:
    request, _ = sent(DINGTALK, signing=True)
    query = parse_qs(urlsplit(request.target).query)
    wanted = hmac.new(SECRET.encode(), f"1764489600250\n{SECRET}".encode(), hashlib.sha256).digest()
    assert query == {
        "access_token": ["made-up-token"],
        "timestamp": ["1764489600250"],
        "sign": [base64.b64encode(wanted).decode()],
    }


def test_feishu_is_sent_a_card_of_plain_text() -> None:
    request, body = sent(FEISHU, lang="zh")
    assert request.target == "/open-apis/bot/v2/hook/made-up-hook"
    assert (body["msg_type"], sorted(body)) == ("interactive", ["card", "msg_type"])
    card = body["card"]
    assert card["header"] == {"title": {"tag": "plain_text", "content": "导出失败：golden-db"}, "template": "red"}  # noqa: RUF001 - as Chinese has it
    (element,) = card["elements"]
    assert element["text"]["tag"] == "plain_text"
    assert element["text"]["content"].startswith("自定义镜像: golden-db (m-bp1db)\n账号: 1234567890123456\n")


def test_feishu_is_signed_in_the_body_in_seconds_with_key_and_message_the_other_way_round() -> None:
    _, body = sent(FEISHU, signing=True)
    wanted = hmac.new(f"1764489600\n{SECRET}".encode(), b"", hashlib.sha256).digest()
    assert (body["timestamp"], body["sign"]) == ("1764489600", base64.b64encode(wanted).decode())


def test_wecom_is_sent_markdown_with_a_coloured_title() -> None:
    request, body = sent(WECOM)
    assert request.target == "/cgi-bin/webhook/send?key=made-up-key"
    assert body["msgtype"] == "markdown"
    first, second, *_ = body["markdown"]["content"].split("\n")
    assert first == '<font color="warning">Export failed: golden-db</font>'
    assert second == "Image: golden-db (m-bp1db)"


def test_slack_is_sent_blocks_of_plain_text() -> None:
    request, body = sent(SLACK)
    assert request.target == "/services/T0/B0/made-up"
    assert body["text"] == "Export failed: golden-db"
    header, section = body["blocks"]
    assert header == {
        "type": "header",
        "text": {"type": "plain_text", "text": "Export failed: golden-db", "emoji": False},
    }
    assert section["type"] == "section"
    assert section["text"]["text"].split("\n")[-1] == "$ image-export retry exp-4lq3q5vnd2qjyjxp-0001"


@pytest.mark.parametrize(
    ("chat", "evil", "harmless"),
    [
        (DINGTALK, "[here](http://x)<b>`", "\\[here\\](http://x)\\<b\\>\\`"),
        (WECOM, "[here](http://x)<@all>`", "［here］(http://x)＜@all＞'"),  # noqa: RUF001 - the case
    ],
)
def test_a_name_is_no_markup(chat: AnyChannel, evil: str, harmless: str) -> None:
    _, body = sent(chat, event(name=evil))
    shown = body["markdown"].get("text") or body["markdown"]["content"]
    assert harmless in shown
    assert evil not in shown


def test_a_name_mentions_nobody_in_slack() -> None:
    _, body = sent(SLACK, event(name="<!channel> & co"))
    assert body["text"] == "Export failed: &lt;!channel&gt; &amp; co"
    assert {block["text"]["type"] for block in body["blocks"]} == {"plain_text"}


@pytest.mark.parametrize(("chat", "most"), [(DINGTALK, 20_000), (FEISHU, 20_000), (WECOM, 4_096), (SLACK, 3_400)])
def test_a_message_of_many_events_is_as_long_as_the_service_takes(chat: AnyChannel, most: int) -> None:
    events = [event(one, f"镜像-{one}", "许可" * 50, f"Code{one}") for one in range(1, 500)]
    request, body = sent(chat, *events, lang="zh")
    assert most / 2 < len(request.body) <= most
    assert "… +" in json.dumps(body, ensure_ascii=False)
    if chat is SLACK:
        assert all(len(block["text"]["text"]) <= 3000 for block in body["blocks"])


def fault_of(chat: AnyChannel, status: str, body: bytes) -> CloudFault:
    with listening(http(status, body)) as host, pytest.raises(CloudFault) as fault:
        send(host, chat)
    return fault.value


SENT_AT = "Sun, 30 Nov 2025 08:00:00 GMT"


@pytest.mark.parametrize(
    ("status", "written", "wait_s"),
    [
        ("429 Too Many Requests", "30", 30),
        ("429 Too Many Requests", "Sun, 30 Nov 2025 08:02:00 GMT", 120),
        ("429 Too Many Requests", "Sun, 30 Nov 2025 07:00:00 GMT", 0),
        ("429 Too Many Requests", "Sun, 30 Nov 2125 08:00:00 GMT", 3600),
        ("429 Too Many Requests", "99999999", 3600),
        ("429 Too Many Requests", "-5", 0),
        ("429 Too Many Requests", "soon", None),
        ("503 Service Unavailable", "120", 120),
    ],
)
def test_who_is_busy_says_when_to_come_again_within_an_hour(status: str, written: str, wait_s: float | None) -> None:
    answer = http(status, b"later", Retry_After=written, Date=SENT_AT)
    with listening(answer) as host, pytest.raises(Refused) as fault:
        send(host, SLACK)
    assert (fault.value.code, fault.value.retry_after_s) == ("Throttling.Channel", wait_s)


@pytest.mark.parametrize(
    ("chat", "body"), [(DINGTALK, b'{"errcode":"0"}'), (FEISHU, b'{"code":"0"}'), (FEISHU, b'{"StatusCode":0}')]
)
def test_a_zero_is_well_as_text_too_and_in_the_older_field(chat: AnyChannel, body: bytes) -> None:
    with listening(http("200 OK", body)) as host:
        send(host, chat)


@pytest.mark.parametrize(
    ("chat", "status", "body", "kind_of_fault", "code"),
    [
        *(
            (chat, "200 OK", body, Unanswered, "AnswerUnreadable")
            for chat in (DINGTALK, FEISHU, WECOM)
            for body in CODELESS
        ),
        (DINGTALK, "200 OK", b'{"errcode":"310000","errmsg":"no"}', Refused, "310000"),
        (DINGTALK, "200 OK", b'{"errcode":"130101"}', Refused, "Throttling.Channel"),
        (FEISHU, "200 OK", b'{"code":"11232"}', Refused, "Throttling.Channel"),
        (WECOM, "200 OK", b'{"errcode":"45009"}', Refused, "Throttling.Channel"),
        (DINGTALK, "200 OK", b'{"status":1111,"wait":5,"punish":"deny"}', Refused, "Throttling.Channel"),
        (DINGTALK, "200 OK", b'{"errcode":40035,"errmsg":"access_token"}', Refused, "40035"),
        (DINGTALK, "200 OK", b'{"errcode":310000,"errmsg":"sign not match"}', Refused, "310000"),
        (DINGTALK, "200 OK", b'{"errcode":130101,"errmsg":"send too fast"}', Refused, "Throttling.Channel"),
        (DINGTALK, "200 OK", b'{"errcode":460101,"errmsg":"message too long"}', RefusedForGood, "460101"),
        (DINGTALK, "200 OK", b"<html>", Unanswered, "AnswerUnreadable"),
        (DINGTALK, "503 Service Unavailable", b'{"errcode":-1,"errmsg":"busy"}', Unanswered, "-1"),
        (DINGTALK, "200 OK", b'{"errcode":300005,"errmsg":"token is not exist"}', Refused, "300005"),
        (DINGTALK, "200 OK", b'{"errcode":400105,"errmsg":"unsupported msgtype"}', RefusedForGood, "400105"),
        (
            FEISHU,
            "200 OK",
            b'{"StatusCode":0,"code":9499,"msg":"too many"}',
            Refused,
            "Throttling.Channel",
        ),
        (FEISHU, "200 OK", b'{"code":19002,"msg":"params error"}', RefusedForGood, "19002"),
        (DINGTALK, "429 Too Many Requests", b"<html>", Refused, "Throttling.Channel"),
        (WECOM, "502 Bad Gateway", b"<html>", Unanswered, "502"),
        (FEISHU, "403 Forbidden", b"", Refused, "403"),
        (FEISHU, "200 OK", b'{"code":19021,"msg":"sign match fail"}', Refused, "19021"),
        (FEISHU, "200 OK", b'{"code":11232,"msg":"frequency limited"}', Refused, "Throttling.Channel"),
        (FEISHU, "200 OK", b'{"code":9499,"msg":"too many request"}', Refused, "Throttling.Channel"),
        (FEISHU, "429 Too Many Requests", b'{"code":99991400,"msg":"limit"}', Refused, "Throttling.Channel"),
        (FEISHU, "200 OK", b'{"StatusCode":19001,"StatusMessage":"param invalid"}', Refused, "19001"),
        (WECOM, "200 OK", b'{"errcode":93000,"errmsg":"invalid webhook url"}', Refused, "93000"),
        (WECOM, "200 OK", b'{"errcode":45009,"errmsg":"freq out of limit"}', Refused, "Throttling.Channel"),
        (WECOM, "200 OK", b'{"errcode":40058,"errmsg":"exceed max length"}', RefusedForGood, "40058"),
        (SLACK, "403 Forbidden", b"invalid_token", Refused, "invalid_token"),
        (SLACK, "404 Not Found", b"no_service", Refused, "no_service"),
        (SLACK, "410 Gone", b"channel_is_archived", RefusedForGood, "channel_is_archived"),
        (SLACK, "400 Bad Request", b"invalid_payload", RefusedForGood, "invalid_payload"),
        (SLACK, "429 Too Many Requests", b"rate_limited", Refused, "Throttling.Channel"),
        (SLACK, "500 Internal Server Error", b"rollup_error", Unanswered, "rollup_error"),
        (SLACK, "302 Found", b"", Refused, "RedirectRefused"),
    ],
)
def test_an_answer_is_read_as_the_service_means_it(
    chat: AnyChannel, status: str, body: bytes, kind_of_fault: type[CloudFault], code: str
) -> None:
    fault = fault_of(chat, status, body)
    assert (type(fault), fault.code) == (kind_of_fault, code)


@pytest.mark.parametrize("chat", ALL)
def test_silence_is_no_answer_and_the_fault_holds_no_key(chat: AnyChannel) -> None:
    with listening(None) as host, pytest.raises(Unanswered) as fault:
        send(host, chat)
    assert "made-up" not in str(fault.value)
