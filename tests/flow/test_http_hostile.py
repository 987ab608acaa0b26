"""Hostile requests by name: each gets its 4xx in the ECS error shape, none reaches the cloud (docs/protocol.md#p5)."""

import base64
import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from .entrance import ERROR, TOKEN, Entrance, whole_request
from .world import World

BODY = json.dumps(whole_request())
JSON = {"Content-Type": "application/json"}
GOOD_ID = "exp-aaaaaaaaaaaaaaaa-0001"
KIB = 1024


def with_value(name: str, text: str) -> bytes:
    """A whole request but for one value, which is this piece of JSON."""
    rest = {key: value for key, value in whole_request().items() if key != name}
    return f"{json.dumps(rest)[:-1]}, {json.dumps(name)}: {text}}}".encode()


@contextmanager
def untouched(world: World) -> Iterator[None]:
    """No call reaches the cloud meanwhile, the ledger's bucket included."""
    before = world.emulator.count_calls()
    yield
    assert world.emulator.calls_after(before) == []


BODIES: dict[str, tuple[bytes, int, str]] = {
    "empty": (b"", 400, "InvalidParameter"),
    "a word": (b"please", 400, "InvalidParameter"),
    "a form": (b"ImageId=m-1&OSSBucket=b", 400, "InvalidParameter"),
    "half": (BODY.encode()[:-1], 400, "InvalidParameter"),
    "two values": (BODY.encode() * 2, 400, "InvalidParameter"),
    "a byte order mark alone": (b"\xef\xbb\xbf", 400, "InvalidParameter"),
    "two byte order marks": (b"\xef\xbb\xbf" * 2 + BODY.encode(), 400, "InvalidParameter"),
    "gzip": (gzip.compress(BODY.encode()), 400, "InvalidParameter"),
    "UTF-16": (BODY.encode("utf-16"), 400, "InvalidParameter"),
    "no UTF-8": (BODY.replace("m-bp1", "m-\xff").encode("latin-1"), 400, "InvalidParameter"),
    "null": (b"null", 400, "InvalidParameter"),
    "a list": (f"[{BODY}]".encode(), 400, "InvalidParameter"),
    "a number": (b"1", 400, "InvalidParameter"),
    "a text": (b'"ImageId"', 400, "InvalidParameter"),
    "an empty object": (b"{}", 400, "MissingParameter"),
    "a key twice": (with_value("ImageId", '"m-1", "ImageId": "m-2"'), 400, "InvalidParameter"),
    "a key twice, in hiding": (with_value("ImageId", '"m-1", "Image\\u0049d": "m-2"'), 400, "InvalidParameter"),
    "both spellings": (with_value("OssBucket", '"acme-images-hangzhou"'), 400, "InvalidParameter"),
    "NaN": (with_value("DryRun", "NaN"), 400, "InvalidParameter"),
    "Infinity": (with_value("DryRun", "-Infinity"), 400, "InvalidParameter"),
    "a huge number": (with_value("AccountId", "1" * 5000), 400, "InvalidParameter"),
    "a huge exponent": (with_value("AccountId", "1e999999"), 400, "InvalidParameter"),
    "a number for a text": (with_value("ImageId", "1"), 400, "InvalidParameter"),
    "1 for true": (with_value("DryRun", "1"), 400, "InvalidParameter"),
    "null for what is required": (with_value("ImageId", "null"), 400, "MissingParameter"),
    "another action": (with_value("Action", '"DeleteImage"'), 400, "InvalidParameter"),
    "another version": (with_value("Version", '"2014-05-15"'), 400, "InvalidParameter"),
    "nested lists": (b"[" * 60 * KIB, 400, "InvalidParameter"),
    "nested objects": (b'{"a":' * 10 * KIB, 400, "InvalidParameter"),
    "a whole value nested deep": (with_value("DryRun", "[" * 20000 + "]" * 20000), 400, "InvalidParameter"),
    "thousands of keys": (json.dumps({f"k{n}": 0 for n in range(4500)}).encode(), 400, "UnknownParameter"),
    "thousands of keys twice": (
        json.dumps({f"k{n}": 0 for n in range(5000)}).encode()[:-1] + b', "k1": 1}',
        400,
        "InvalidParameter",
    ),
    "a key of 60 KB": (json.dumps({"k" * 60 * KIB: 0}).encode(), 400, "UnknownParameter"),
    "a value of 60 KB": (with_value("OSSPrefix", json.dumps("p" * 60 * KIB)), 400, "InvalidParameter"),
    "unknown": (with_value("OSSPrefx", '"p"'), 400, "UnknownParameter"),
    "half a character": (with_value("ClientToken", r'"\ud800"'), 400, "InvalidParameter"),
    "half a character for a name": (with_value("\ud800", "1"), 400, "UnknownParameter"),
    "a NUL": (with_value("ImageId", r'"m-1\u0000"'), 400, "InvalidParameter"),
    "a header in ClientToken": (with_value("ClientToken", r'"t\r\nX-Evil: 1"'), 400, "InvalidParameter"),
    "a line feed behind ClientToken": (with_value("ClientToken", r'"t\n"'), 400, "InvalidParameter"),
    "a long ClientToken": (with_value("ClientToken", json.dumps("t" * 65)), 400, "InvalidParameter"),
    "a ClientToken of umlauts": (with_value("ClientToken", '"tökén"'), 400, "InvalidParameter"),
    "a path for an image": (with_value("ImageId", '"m-1/../../x"'), 400, "InvalidParameter"),
    "a path for a prefix": (with_value("OSSPrefix", '"../x"'), 400, "InvalidParameter"),
    "a URL for a bucket": (with_value("OSSBucket", '"evil.example/b?x="'), 400, "InvalidParameter"),
    "a host for a region": (with_value("RegionId", '"evil.example/#"'), 400, "InvalidParameter"),
    "an ARN for a role": (with_value("RoleName", '"acs:ram::1:role/admin"'), 400, "InvalidParameter"),
    "digits of another script": (with_value("AccountId", '"١٢٣٤٥٦"'), 400, "InvalidParameter"),
    "another account": (with_value("AccountId", '"9999999999999999"'), 403, "Forbidden.Policy"),
    "another region": (with_value("RegionId", '"eu-central-1"'), 403, "Forbidden.Policy"),
    "another bucket": (with_value("OSSBucket", '"strangers"'), 403, "Forbidden.Policy"),
    "64 KB and more": (json.dumps({"a": "x" * 64 * KIB}).encode(), 413, "RequestEntityTooLarge"),
    "just under FC's limit": (b"[" + b" " * (32 * KIB * KIB - 2) + b"]", 413, "RequestEntityTooLarge"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_is_refused(world: World, entrance: Entrance, name: str) -> None:
    body, status, code = BODIES[name]
    with untouched(world):
        answer = entrance.send(body)
    assert answer.refusal == (status, code)
    assert len(answer.body) < 4 * KIB
    assert "x-evil" not in answer.headers


TYPES = [
    "",
    "application/json,text/plain",
    "text/plain",
    "text/json",
    "application/x-www-form-urlencoded",
    "application/jsonp",
    "json",
    "*/*",
]


@pytest.mark.parametrize("content_type", TYPES)
def test_another_content_type_is_415(world: World, entrance: Entrance, content_type: str) -> None:
    with untouched(world):
        assert entrance.send(BODY.encode(), content_type).refusal == (415, "UnsupportedMediaType")


def test_no_content_type_is_415(world: World, entrance: Entrance) -> None:
    with untouched(world):
        assert entrance.ask("POST", "/exports", BODY.encode()).refusal == (415, "UnsupportedMediaType")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON", " application/json "])
def test_a_content_type_may_be_written_as_http_allows(entrance: Entrance, content_type: str) -> None:
    assert entrance.send(b"{}", content_type).refusal == (400, "MissingParameter")


IDS = [
    "..",
    "%2e%2e",
    "%2e%2e%2fopenapi.json",
    "..%2f..%2fledger",
    "%00",
    f"{GOOD_ID}%00",
    f"{GOOD_ID}%0a",
    f"{GOOD_ID}%0d%0aX-Evil:%201",
    f"{GOOD_ID}%2frequested",
    f"{GOOD_ID}%20",
    f"{GOOD_ID.upper()}",
    "%E4%B8%AD",
    "%C0%AE%C0%AE",
    "%ff",
    "%",
    "exp-aaaaaaaaaaaaaaaa-%D9%A0%D9%A0%D9%A0%D9%A1",
    "exp-%EF%BD%92tfyr2rqf6qlm2su-0001",
    "exp-aaaaaaaaaaaaaaaa-1",
    "exp-aaaaaaaaaaaaaaaa-0000000001",
    "e" * 3000,
]


@pytest.mark.parametrize("unescaped", [False, True], ids=["as sent", "decoded by FC"])
@pytest.mark.parametrize("export_id", IDS, ids=lambda export_id: export_id[:40] or "none")
def test_a_trick_in_an_id_is_404(world: World, entrance: Entrance, export_id: str, unescaped: bool) -> None:
    world.emulator.post("unsure", {"http_raw_path": "decoded" if unescaped else "encoded"})
    with untouched(world):
        for method in ("GET", "DELETE"):
            answer = entrance.ask(method, f"/exports/{export_id}")
            assert answer.refusal in {(404, "ExportNotFound"), (404, "NotFound")}
            assert len(answer.body) < KIB
            assert "x-evil" not in answer.headers


PATHS = ["/", "//", "/export", "/Exports"]
PATHS += [f"/exports/{GOOD_ID}/objects", "/exports/../exports", "/./exports", "/exports%2f", "/%65xports", "/exports;a"]
PATHS += ["/openapi.yaml", "/healthz/x", "/_emulator/state", "/2015-11-01/x", "/%2e%2e/etc/passwd"]


@pytest.mark.parametrize("path", PATHS)
def test_an_unknown_route_is_404(world: World, entrance: Entrance, path: str) -> None:
    with untouched(world):
        for method in ("GET", "POST", "DELETE"):
            assert entrance.ask(method, path).refusal in {(404, "NotFound"), (404, "ExportNotFound")}


SLASHES = ["/exports/", "//exports", "/exports//", "/healthz/", "//openapi.json/"]


@pytest.mark.parametrize("path", SLASHES)
def test_a_slash_more_is_the_same_route(entrance: Entrance, path: str) -> None:
    assert entrance.ask("GET", f"{path}?Live=true" if "healthz" in path else path).status == 200
    assert entrance.ask("DELETE", path).refusal == (405, "MethodNotAllowed")


@pytest.mark.parametrize("path", [f"/exports/{GOOD_ID}/", f"/exports//{GOOD_ID}"])
def test_a_slash_more_is_the_same_export(entrance: Entrance, path: str) -> None:
    answer = entrance.ask("GET", path)
    assert answer.refusal == (404, "ExportNotFound")
    assert GOOD_ID in answer.value["Message"]


UNREAD = [
    ("POST", "/exports?DryRun=true", BODY.encode()),
    ("POST", "/exports?ClientToken=t&OSSPrefix=p", BODY.encode()),
    ("POST", "/exports?Action=ExportImage&ImageId=m-1", b""),
    ("GET", "/exports", b'{"ImageId": "m-1"}'),
    ("GET", "/exports?DryRun=true", b""),
    ("GET", f"/exports/{GOOD_ID}?Status=Failed", b""),
    ("GET", f"/exports/{GOOD_ID}", b'{"Status": "Failed"}'),
    ("DELETE", f"/exports/{GOOD_ID}?DryRun=true", b""),
    ("DELETE", f"/exports/{GOOD_ID}", b'{"DryRun": true}'),
    ("DELETE", f"/exports/{GOOD_ID}", b"DryRun=true"),
    ("GET", "/healthz?t=1", b""),
    ("GET", "/openapi.json", b"[1]"),
]


@pytest.mark.parametrize(("method", "path", "body"), UNREAD)
def test_what_a_route_does_not_read_is_refused(
    world: World, entrance: Entrance, method: str, path: str, body: bytes
) -> None:
    with untouched(world):
        assert entrance.ask(method, path, body, JSON).refusal == (400, "UnknownParameter")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("body", [b"", b"{}", b"null"])
def test_a_body_without_anything_in_it_is_none(entrance: Entrance, method: str, body: bytes) -> None:
    assert entrance.ask(method, f"/exports/{GOOD_ID}", body, JSON).refusal == (404, "ExportNotFound")


ALLOWED = {
    "/exports": "GET, POST",
    f"/exports/{GOOD_ID}": "DELETE, GET",
    "/openapi.json": "GET",
    "/healthz": "GET",
}


@pytest.mark.parametrize("path", ALLOWED)
def test_a_method_that_a_route_does_not_have_is_405_and_allow_says_which(
    world: World, entrance: Entrance, path: str
) -> None:
    methods = ["GET", "POST", "DELETE", "PUT", "PATCH", "OPTIONS"]
    with untouched(world):
        for method in sorted(set(methods) - set(ALLOWED[path].split(", "))):
            answer = entrance.ask(method, path, BODY.encode(), JSON)
            assert answer.refusal == (405, "MethodNotAllowed")
            assert answer.headers["allow"] == ALLOWED[path]
        assert entrance.ask("HEAD", path).status == 405


QUERIES = {
    "MaxResults=0": "InvalidParameter",
    "MaxResults=51": "InvalidParameter",
    "MaxResults=-1": "InvalidParameter",
    "MaxResults=1.0": "InvalidParameter",
    "MaxResults=%D9%A1": "InvalidParameter",
    "MaxResults=" + "9" * 3000: "InvalidParameter",
    "MaxResults=": "InvalidParameter",
    "MaxResults=true": "InvalidParameter",
    "MaxResults=1&MaxResults=2": "InvalidParameter",
    "Status=completed": "InvalidParameter",
    "Status=null": "InvalidParameter",
    "Status=": "InvalidParameter",
    "RegionId=../x": "InvalidParameter",
    "RegionId=null": "InvalidParameter",
    "ImageId=m-1%00": "InvalidParameter",
    "ImageId=m-1%0a": "InvalidParameter",
    "ImageId=%ff": "InvalidParameter",
    "NextToken=null": "InvalidParameter",
    "NextToken=%ff": "InvalidParameter",
    "NextToken=" + "a" * 401: "InvalidParameter",
    "NextToken=Li4vLi4v": "InvalidParameter",
    "PageNumber=1": "UnknownParameter",
    "": "",
}


@pytest.mark.parametrize("query", [query for query in QUERIES if query], ids=lambda query: query[:30])
def test_a_query_that_is_none_is_400(world: World, entrance: Entrance, query: str) -> None:
    with untouched(world):
        assert entrance.ask("GET", f"/exports?{query}").refusal == (400, QUERIES[query])


@pytest.mark.parametrize("number", ["01", "0020", "050"])
def test_a_number_may_begin_with_zeros(entrance: Entrance, number: str) -> None:
    assert entrance.ask("GET", f"/exports?MaxResults={number}").status == 200


PLACES = [
    "history/20260101000000/cn-hangzhou/m-1/exp-aaaaaaaaaaaaaaaa-0001\n",
    "history/../../../../exports/exp-aaaaaaaaaaaaaaaa-0001",
    "tokens/x",
    "history/20260101000000/cn-hangzhou/m-1/../exp-aaaaaaaaaaaaaaaa-0001",
]


@pytest.mark.parametrize("place", PLACES)
def test_a_token_that_leads_elsewhere_is_400(world: World, entrance: Entrance, place: str) -> None:
    with untouched(world):
        token = base64.urlsafe_b64encode(place.encode()).decode()
        assert entrance.page(NextToken=token).refusal == (400, "InvalidParameter")


def hand_made(**changed: Any) -> dict[str, Any]:
    """An HTTP event as no gateway would write it."""
    http = {"method": "POST", "path": "/exports"}
    headers = {"content-type": "application/json", "AUTHORIZATION": f"Bearer {TOKEN}"}
    event = {"rawPath": "/exports", "headers": headers, "body": "{}", "requestContext": {"http": http}}
    return {**event, **changed}


EVENTS: dict[str, Any] = {
    "bad base64": hand_made(isBase64Encoded=True, body="e30=="),
    "base64 of another alphabet": hand_made(isBase64Encoded=True, body="e3_="),
    "base64 with line feeds": hand_made(isBase64Encoded=True, body="e3\n0="),
    "base64 that is text": hand_made(isBase64Encoded=True, body="é"),
    "a body that is no text": hand_made(body={"ImageId": "m-1"}),
    "half a character": hand_made(body="\ud800"),
    "no context": {"rawPath": "/exports"},
    "a context that is none": hand_made(requestContext=[]),
    "headers that are none": hand_made(headers="x"),
    "a query that is none": hand_made(queryParameters=[1]),
    "a list": [1, 2],
    "a number": 1,
    "null": None,
}


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_that_cannot_be_read_is_400(world: World, name: str) -> None:
    payload = json.dumps(EVENTS[name]).encode()
    with untouched(world):
        answer = world.emulator.invoke("image-export-http", payload)
    assert answer["statusCode"] == 400
    assert set(json.loads(answer["body"])) == ERROR


@pytest.mark.parametrize("payload", [b"", b"\xff", b"{", b"[" * 100_000, b"timer"], ids=repr)
def test_a_payload_that_is_no_event_is_400(world: World, payload: bytes) -> None:
    with untouched(world):
        assert world.emulator.invoke("image-export-http", payload)["statusCode"] == 400


def test_what_is_no_secret_of_ours_is_not_repeated_in_headers_or_logs(world: World, entrance: Entrance) -> None:
    answer = entrance.ask("GET", "/healthz", headers={"Authorization": f"Bearer wrong-{TOKEN}", "X-Request-Id": "mine"})
    assert answer.refusal == (401, "Unauthorized")
    assert answer.headers["x-request-id"] != "mine"
    assert TOKEN not in json.dumps(dict(answer.headers)) + answer.body.decode()
    assert TOKEN not in json.dumps(world.emulator.get("logs"))
