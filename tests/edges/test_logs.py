"""The log: one JSON object a line, bounded, without a secret (docs/protocol.md#p5). Each leak is shown to be one."""

import io
import json
import logging
import re
import traceback
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from image_export.decisions.secret_shapes import redact
from image_export.edges.aliyun.clouds import AliyunClouds
from image_export.edges.aliyun.credentials import Credentials
from image_export.edges.aliyun.hosts import Addresses
from image_export.edges.runtime.logs import LINE_BYTES, Lines, configure, logger
from image_export.edges.runtime.redaction import Redaction, Secrets
from image_export.errors import CloudFault
from image_export.use_cases.ports import Log
from image_export.values.cause import Cause
from tests.contract.worlds import BUCKET, REGION, ROLE, impatient

from .listening import closed_port

SECRET = "kYmadeUpSecret/of+a=test000"
TOKEN = "CAISmadeUpToken/of+a=test00000"
SIGNATURE = "mAdeUpSignAture/0aBcDeFgHiJ="
BEARER = "made-up-bearer-token-1234"
PLANTED = (SECRET, TOKEN, SIGNATURE, BEARER)

URL = (
    "https://ecs.aliyuncs.com/?AccessKeyId=STS.NUmadeupkeyid1234&Signature="
    f"{quote(SIGNATURE, safe='')}&SecurityToken={quote(TOKEN, safe='')}&AccessKeySecret={quote(SECRET, safe='')}"
)
OSS_URL = f"http://b.oss.aliyuncs.com/k?x-oss-signature={SIGNATURE}&x-oss-security-token={TOKEN}"
HEADERS = {
    "Authorization": f"OSS4-HMAC-SHA256 Credential=STS.NUmadeupkeyid1234/20261124/cn, Signature={SIGNATURE}",
    "x-oss-security-token": TOKEN,
    "x-fc-security-token": TOKEN,
    "x-acs-security-token": TOKEN,
    "x-fc-access-key-secret": SECRET,
    "Date": "Tue, 24 Nov 2026 08:00:00 GMT",
}
ANSWER = json.dumps({"Credentials": {"AccessKeySecret": SECRET, "SecurityToken": TOKEN, "Expiration": "2026"}})

LEAKS: dict[str, dict[str, Any]] = {
    "exception": {"error": RuntimeError(f"could not fetch {URL}")},
    "text of an exception": {"error": f"HTTPConnectionPool: Max retries exceeded with url: {URL.split('.com')[1]}"},
    "URL": {"url": URL},
    "presigned URL": {"url": OSS_URL},
    "quoted URL": {"url": quote(URL, safe="")},
    "headers": {"headers": HEADERS},
    "headers as text": {"headers": str(HEADERS)},
    "header lines": {"request": f"GET /\r\nAuthorization: Bearer {BEARER}\r\nSecurityToken: {TOKEN}\r\n"},
    "authorization of another kind": {"request": f"GET /\r\nAuthorization: Basic {BEARER}\r\nHost: any\r\n"},
    "field of that name": {"headers": [{"authorization": f"Basic {BEARER}"}]},
    "bearer token": {"note": f"came with bearer {BEARER}"},
    "FC's signature": {"note": f"FC STS.NUmadeupkeyid1234:{SIGNATURE}"},
    "answer of STS": {"answer": ANSWER},
    "answer of STS as bytes are shown": {"answer": str(ANSWER.encode())},
    "answer in JSON in JSON": {"answer": json.dumps(ANSWER)},
    "answer as XML": {"answer": f"<AccessKeySecret>{SECRET}</AccessKeySecret><SecurityToken>{TOKEN}</SecurityToken>"},
    "nested": {"call": [{"deep": ({"secret": SECRET}, {"token": TOKEN, "password": BEARER})}]},
    "named field": {"access_key_secret": SECRET, "SecurityToken": TOKEN, "authorization": BEARER},
    "value": {"cause": Cause(code="SignatureDoesNotMatch", message=f"sign is: GET&%2F&SecurityToken%3D{TOKEN}%26")},
    "environment": {"environ": f"ALIBABA_CLOUD_ACCESS_KEY_SECRET={SECRET} ALIBABA_CLOUD_SECURITY_TOKEN={TOKEN}"},
}


def shown(text: str) -> set[str]:
    """The planted secrets that a text shows, in any coating."""
    return {secret for secret in PLANTED if any(coating in text for coating in coatings(secret))}


def coatings(secret: str) -> tuple[str, str, str]:
    """Plain and percent-encoded, once and twice."""
    return secret, quote(secret, safe=""), quote(quote(secret, safe=""), safe="")


def said(log: Log, stream: io.StringIO, fields: dict[str, Any]) -> str:
    """What a line with these fields looks like."""
    log.info("planted", **fields)
    return stream.getvalue()


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where lines go; standard logging is given back afterwards."""
    root = logging.getLogger()
    before = (root.handlers, root.level)
    yield io.StringIO()
    root.handlers, root.level = before
    logging.captureWarnings(False)
    for name in ("aliyunsdkcore.client", "aliyunsdkcore.http.http_response"):
        logging.getLogger(name).disabled = False


@pytest.mark.parametrize("fields", LEAKS.values(), ids=LEAKS)
def test_a_secret_is_seen_without_the_redaction_and_not_with_it(stream: io.StringIO, fields: dict[str, Any]) -> None:
    naked = io.StringIO()
    assert shown(said(logger("info", Lines(naked), []), naked, fields))
    assert not shown(said(configure("info", stream), stream, fields))


def test_a_secret_in_a_traceback_is_not_shown(stream: io.StringIO) -> None:
    log = configure("info", stream)
    fault = ValueError(f"wrong: {URL}")
    assert shown("".join(traceback.format_exception(fault)))
    log.error("broken", exc_info=fault)
    line = json.loads(stream.getvalue())
    assert "ValueError: wrong" in line["exception"]
    assert not shown(stream.getvalue())


def test_a_fault_of_the_wire_is_logged_with_its_causes_and_without_the_request(stream: io.StringIO) -> None:
    """The traceback quotes the URL that was signed: first seen as it is, then in the log."""
    key = Credentials("STS.NUmadeupkeyid1234", SECRET, TOKEN)
    clouds = AliyunClouds(lambda: key, Addresses(f"http://{closed_port()}"), impatient())
    with pytest.raises(CloudFault) as told:
        clouds.at(ROLE, REGION, BUCKET).image("m-bp1any")
    naked = "".join(traceback.format_exception(told.value))
    assert shown(naked) == {TOKEN}
    assert "NUmadeupkeyid" in naked
    configure("info", stream).error("look.failed", exc_info=told.value)
    text = stream.getvalue()
    assert "Max retries exceeded" in text
    assert not shown(text)
    assert "NUmadeupkeyid" not in text
    assert set(re.findall(r"Signature=([^&\s]*)", text)) == {"***"}


def test_bytes_are_read_before_they_are_redacted(stream: io.StringIO) -> None:
    configure("info", stream).info("planted", answer=ANSWER.encode())
    assert "Expiration" in stream.getvalue()
    assert not shown(stream.getvalue())


def test_a_known_secret_is_hidden_whatever_stands_around_it(stream: io.StringIO) -> None:
    secrets = Secrets()
    log = configure("info", stream, Redaction(secrets))
    secrets.keep(SECRET, None, "")
    log.info("planted", a=SECRET, b=f"xx{SECRET}yy", c=coatings(SECRET), d={SECRET: 1})
    assert not shown(stream.getvalue())


def test_what_a_library_logs_goes_the_same_way(stream: io.StringIO, capfd: pytest.CaptureFixture[str]) -> None:
    configure("info", stream)
    logging.getLogger("urllib3.connectionpool").warning("Retrying after %r: %s", "reset", URL)
    logging.error("Client error. Request headers: %s", HEADERS)
    logging.getLogger("any").info("not of interest")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(line["event"], line["level"], line["logger"]) for line in lines] == [
        ("library.warned", "warning", "urllib3.connectionpool"),
        ("library.warned", "error", "root"),
    ]
    assert not shown(stream.getvalue())
    assert capfd.readouterr() == ("", "")


def test_what_a_library_logs_of_an_exception_is_in_the_line(stream: io.StringIO) -> None:
    configure("info", stream)
    logging.getLogger("any").error("broken", exc_info=ValueError("wrong"))
    assert "ValueError: wrong" in json.loads(stream.getvalue())["exception"]


def test_a_field_keeps_its_form_to_the_eighth_level_and_is_a_text_below() -> None:
    value: Any = 0
    for number in range(10):
        value = [value] if number % 2 else {"k": value}
    shown = Redaction()(None, "", {"deep": value, "list": ["x", {"token": "t"}]})
    kept = {"k": [{"k": [{"k": [{"k": "[{'k': 0}]"}]}]}]}
    assert shown == {"deep": [kept], "list": ["x", {"token": "***"}]}


def test_what_a_library_logs_wrongly_is_told_without_its_arguments(stream: io.StringIO) -> None:
    configure("info", stream)
    logging.getLogger("any").warning("%d of %s", "one", SECRET)
    line = json.loads(stream.getvalue())
    assert (line["event"], line["text"]) == ("library.warned", "%d of %s")


def test_a_warm_instance_hides_the_two_thousand_newest_secrets_and_forgets_older_ones() -> None:
    secrets = Secrets()
    names = [f"made-up-secret-number-{number}." for number in range(2500)]
    for name in names:
        secrets.keep(name)
    hidden = [name for name in names if name not in secrets.hide(name)]
    assert hidden == names[500:]


def test_the_core_sdk_does_not_print_on_its_own(
    stream: io.StringIO, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    configure("info", stream)
    monkeypatch.setenv("DEBUG", "sdk")
    from aliyunsdkcore import client
    from aliyunsdkcore.http import http_response

    http_response.logger.debug("> GET %s", URL)
    client.logger.error("ServerException occurred. %s", URL)
    assert stream.getvalue() == ""
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "text",
    [
        "ClientToken=abc-123",
        "NextToken: page-2",
        "SecurityTokenExpired: renew",
        "InvalidSecurityToken.Expired",
        "SignatureNonceUsed",
        "SignatureMethod=HMAC-SHA1&SignatureVersion=1.0",
        "m-bp1eup6i7gcp94rp2u92 in cn-hangzhou of 1234567890123456",
        "C8B26B44-0189-443E-9816-D951F59623A9",
        "acs:ram::1234567890123456:role/image-export",
    ],
)
def test_what_is_no_secret_stays_as_it_is(text: str) -> None:
    assert redact(text) == text


def test_an_access_key_id_keeps_its_last_four_letters() -> None:
    assert redact("key LTAI5tMadeUpKeyId9876.") == "key …9876."
    assert redact("AccessKeyId%3DSTS.NUmadeupkeyid1234%26") == "AccessKeyId%3D…1234%26"


def test_redacting_twice_is_redacting_once() -> None:
    for fields in LEAKS.values():
        once = redact(str(fields))
        assert redact(once) == once


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.just("hush")


@given(st.sampled_from(["token", "authorization", "secret", "X-Signature", "accessKeySecret"]), SCALARS, st.booleans())
def test_json_from_which_a_secret_is_taken_is_still_json(name: str, value: Any, inside: bool) -> None:
    """What was rejected is kept like this, and read again when it is replayed."""
    text = json.dumps({"id": "1", name: value, "specversion": "1.0"})
    kept = redact(json.dumps({"Message": text}) if inside else text)
    read = json.loads(json.loads(kept)["Message"]) if inside else json.loads(kept)
    assert read == {"id": "1", name: "***", "specversion": "1.0"}


def test_a_line_is_one_json_object_with_time_level_and_event(stream: io.StringIO) -> None:
    log = configure("info", stream).bind(request_id="r-1")
    log.info("export.started", task_id="t-1", duration_s=0.25, ok=True, none=None, text="two\nlines")
    log.debug("not.shown")
    (text,) = stream.getvalue().splitlines()
    line = json.loads(text)
    assert list(line)[:3] == ["timestamp", "level", "event"]
    assert (line["level"], line["event"], line["request_id"]) == ("info", "export.started", "r-1")
    assert (line["duration_s"], line["ok"], line["none"], line["text"]) == (0.25, True, None, "two\nlines")
    assert line["timestamp"].endswith("Z")
    assert datetime.fromisoformat(line["timestamp"].replace("Z", "+00:00"))


def test_a_line_that_is_too_long_loses_whole_fields_longest_first_and_names_them(stream: io.StringIO) -> None:
    log = configure("info", stream)
    log.info("export.seen", small="s", long="ä" * 20_000, longer="x" * 50_000)
    text = stream.getvalue()
    line = json.loads(text)
    assert len(text.encode()) <= LINE_BYTES
    assert line["truncated"] == ["longer", "long"]
    assert line["small"] == "s"
    assert not {"long", "longer"} & set(line)


def test_the_name_of_a_field_that_is_left_out_is_shown_up_to_a_hundred_characters(stream: io.StringIO) -> None:
    configure("info", stream).info("export.seen", **{"n" * 150: "x" * 40_000})
    assert json.loads(stream.getvalue())["truncated"] == ["n" * 100]


def test_a_line_within_the_limit_is_whole(stream: io.StringIO) -> None:
    log = configure("info", stream)
    log.info("export.seen", long="x" * 30_000)
    line = json.loads(stream.getvalue())
    assert len(line["long"]) == 30_000
    assert "truncated" not in line


@pytest.mark.parametrize("fields", [{"event_": "x" * 40_000}, {str(n): "x" * 100 for n in range(2000)}])
def test_nothing_makes_a_line_too_long(stream: io.StringIO, fields: dict[str, Any]) -> None:
    log = configure("info", stream)
    log.info(fields.pop("event_", "export.seen"), **fields)
    assert len(stream.getvalue().encode()) <= LINE_BYTES
    assert json.loads(stream.getvalue())["truncated" if fields else "event"]


@pytest.mark.parametrize(
    "value", ["\ud800", b"\xff\xfe", float("nan"), {1: {2: object}}, [[[[[[[[[[[["deep"]]]]]]]]]]]], {"a", "b"}]
)
def test_no_value_breaks_a_line(stream: io.StringIO, value: object) -> None:
    configure("info", stream).info("export.seen", value=value)
    assert json.loads(stream.getvalue())["event"] == "export.seen"
