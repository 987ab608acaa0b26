"""Over HTTP: who gets in, what there is, and what a request must look like (docs/protocol.md#p5, docs/http-api.md)."""

import base64
import gzip
import json

import pytest

from .builders import BUCKET, IMAGE
from .entrance import JSON, REQUEST_ID, TOKEN, Answer, Entrance
from .fake_world import FakeWorld

NOBODY = "exp-rtfyr2rqf6qlm2su-0001"
BODY = json.dumps({"ImageId": IMAGE, "OSSBucket": BUCKET})


@pytest.fixture
def entrance(world: FakeWorld) -> Entrance:
    return Entrance(world, "another-token", TOKEN)


def untouched(world: FakeWorld) -> bool:
    """Whether no answer of the ledger has come yet: every use case asks it first."""
    with pytest.raises(AssertionError, match="no answer yet"):
        _ = world.store.now
    return not world.store.objects and not world.cloud.running


@pytest.mark.parametrize("path", ["/exports", f"/exports/{NOBODY}", "/openapi.json", "/healthz", "/nothing"])
@pytest.mark.parametrize(
    "authorization", ["", TOKEN, "Bearer", "Bearer wrong", f"Bearer {TOKEN}x", f"Basic {TOKEN}", f"Bearer {TOKEN} x"]
)
def test_nobody_gets_in_without_a_known_token_nor_learns_what_there_is(
    world: FakeWorld, entrance: Entrance, path: str, authorization: str
) -> None:
    answer = entrance.ask("GET", path, headers={"Authorization": authorization})
    assert answer.refusal == (401, "Unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert untouched(world)


@pytest.mark.parametrize("token", ["", TOKEN])
def test_without_tokens_nobody_gets_in(world: FakeWorld, token: str) -> None:
    answer = Entrance(world).ask("GET", "/healthz", headers={"Authorization": f"Bearer {token}"})
    assert answer.refusal == (401, "Unauthorized")


def test_while_tokens_are_rotated_each_of_them_opens(entrance: Entrance) -> None:
    for token in ("another-token", TOKEN):
        assert entrance.ask("GET", "/healthz", headers={"Authorization": f"bearer  {token}"}).status == 200


def test_with_platform_whom_fc_let_through_is_in(world: FakeWorld) -> None:
    answer = Entrance(world, auth="platform").ask("GET", "/healthz", headers={"Authorization": ""})
    assert answer.status == 200


def test_a_live_check_tells_the_versions_and_waits_for_nobody(world: FakeWorld, entrance: Entrance) -> None:
    answer = entrance.ask("GET", "/healthz", query={"Live": "true"})
    assert (answer.status, answer.value) == (200, {"Status": "ok", "Versions": {"image-export": "1.2.3"}})
    assert untouched(world)


def test_the_document_of_the_entrance_is_told_by_the_entrance(world: FakeWorld, entrance: Entrance) -> None:
    document = entrance.ask("GET", "/openapi.json").value
    assert {"/exports", "/exports/{ExportId}"} < set(document["paths"])
    assert untouched(world)


@pytest.mark.parametrize(
    "path", ["/", "//", "/nothing", "/exportsx", f"/exports/{NOBODY}/x", "/exports%2f", "/./exports"]
)
def test_where_nothing_is_it_is_404(world: FakeWorld, entrance: Entrance, path: str) -> None:
    assert entrance.ask("GET", path).refusal == (404, "NotFound")
    assert untouched(world)


@pytest.mark.parametrize("path", ["/exports/", "//exports", "/exports//", "exports"])
def test_one_slash_more_or_less_is_the_same_list(entrance: Entrance, path: str) -> None:
    assert entrance.ask("GET", path).value == {"Exports": [], "NextToken": None}


@pytest.mark.parametrize("path", ["/healthz/", "//healthz", "/openapi.json/"])
def test_one_slash_more_or_less_is_the_same_check(entrance: Entrance, path: str) -> None:
    assert entrance.ask("GET", path).status == 200


@pytest.mark.parametrize("path", ["/exports//{}", "/exports/{}/", "//exports/{}"])
def test_one_slash_more_or_less_is_the_same_export(entrance: Entrance, path: str) -> None:
    export = entrance.post().value["ExportId"]
    assert entrance.ask("GET", path.format(export)).value["ExportId"] == export


@pytest.mark.parametrize("name", ["x", "exp-1", NOBODY.upper(), f"{NOBODY}1234567", "exp-%2e%2e", f"{NOBODY}\n"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_is_no_export_id_is_not_looked_for(world: FakeWorld, entrance: Entrance, method: str, name: str) -> None:
    assert entrance.ask(method, f"/exports/{name}").refusal == (404, "ExportNotFound")
    assert untouched(world)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/exports", "GET, POST"),
        ("POST", f"/exports/{NOBODY}", "DELETE, GET"),
        ("DELETE", "/exports", "GET, POST"),
        ("POST", "/healthz", "GET"),
        ("HEAD", "/openapi.json", "GET"),
        ("DELETE", "/exports/", "GET, POST"),
        ("OPTIONS", "//healthz/", "GET"),
    ],
)
def test_a_method_that_is_not_possible_is_405_and_says_what_is(
    world: FakeWorld, entrance: Entrance, method: str, path: str, allowed: str
) -> None:
    answer = entrance.ask(method, path)
    assert answer.refusal == (405, "MethodNotAllowed")
    assert answer.headers["allow"] == allowed
    assert untouched(world)


@pytest.mark.parametrize(
    "event",
    [b"", b"[]", b"null", b"{}", b'{"requestContext": {"http": 7}}', b"[" * 100_000, b"\xff\xfe"],
    ids=["empty", "array", "null", "no context", "odd context", "deep", "no text"],
)
def test_what_is_no_http_event_is_400_and_has_its_request_id(entrance: Entrance, event: bytes) -> None:
    answer = entrance.take(event)
    assert answer.refusal == (400, "InvalidParameter")
    assert answer.headers["x-request-id"] == answer.value["RequestId"] == REQUEST_ID
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("body", [BODY, "e", base64.b64encode(BODY.encode()).decode() + "!"])
def test_a_body_that_is_not_the_base64_that_it_should_be_is_400(entrance: Entrance, body: str) -> None:
    assert entrance.ask("POST", "/exports", body, headers=JSON, encoded=True).refusal == (400, "InvalidParameter")


def test_a_body_may_come_as_base64(entrance: Entrance) -> None:
    body = base64.b64encode(BODY.encode()).decode()
    assert entrance.ask("POST", "/exports", body, headers=JSON, encoded=True).status == 202


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonp"])
def test_another_content_type_is_415(world: FakeWorld, entrance: Entrance, kind: str) -> None:
    answer = entrance.ask("POST", "/exports", BODY, headers={"Content-Type": kind})
    assert answer.refusal == (415, "UnsupportedMediaType")
    assert not world.store.objects


def test_a_content_type_may_name_its_charset(entrance: Entrance) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert entrance.ask("POST", "/exports", BODY, headers=headers).status == 202


def as_bytes(entrance: Entrance, body: bytes, **headers: str) -> Answer:
    """Post these bytes, as FC hands over what is no text."""
    text = base64.b64encode(body).decode()
    return entrance.ask("POST", "/exports", text, headers={**JSON, **headers}, encoded=True)


def test_a_byte_order_mark_before_good_json_is_taken_off(entrance: Entrance) -> None:
    assert as_bytes(entrance, b"\xef\xbb\xbf" + BODY.encode()).status == 202


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (BODY.encode("utf-16"), "The body is UTF-16, not JSON in UTF-8."),
        (BODY.encode("utf-16-le"), "The body is UTF-16, not JSON in UTF-8."),
        (BODY.encode("utf-16-be"), "The body is UTF-16, not JSON in UTF-8."),
        (BODY.encode("utf-32"), "The body is UTF-32, not JSON in UTF-8."),
        (gzip.compress(BODY.encode()), "The body is gzip, not JSON in UTF-8."),
        (BODY.encode()[:-1] + b"\xe9", f"The body is not UTF-8: byte 0xe9 at position {len(BODY) - 1}."),
        (b"\xef\xbb\xbf", "The body is empty"),
    ],
    ids=["UTF-16", "UTF-16 LE", "UTF-16 BE", "UTF-32", "gzip", "Latin 1", "a mark alone"],
)
def test_a_body_in_another_encoding_is_400_and_the_encoding_is_named(
    world: FakeWorld, entrance: Entrance, body: bytes, said: str
) -> None:
    answer = as_bytes(entrance, body)
    assert answer.refusal == (400, "InvalidParameter")
    assert answer.value["Message"].startswith(said)
    assert not world.store.objects


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate, gzip"])
def test_a_content_encoding_is_415_by_its_name(world: FakeWorld, entrance: Entrance, coding: str) -> None:
    answer = as_bytes(entrance, gzip.compress(BODY.encode()), **{"Content-Encoding": coding})
    assert answer.refusal == (415, "UnsupportedMediaType")
    assert f"Content-Encoding is '{coding}'" in answer.value["Message"]
    assert not world.store.objects


def test_the_content_encoding_identity_is_none(entrance: Entrance) -> None:
    assert as_bytes(entrance, BODY.encode(), **{"Content-Encoding": "Identity"}).status == 202


@pytest.mark.parametrize(("said", "encoded"), [("false", False), ("False", False), ("true", True), ("True", True)])
def test_whether_a_body_is_base64_may_be_said_as_text(entrance: Entrance, said: str, encoded: bool) -> None:
    body = base64.b64encode(BODY.encode()).decode() if encoded else BODY
    assert entrance.ask("POST", "/exports", body, headers=JSON, encoded=said).status == 202


@pytest.mark.parametrize("said", ["yes", "", 2, [True], {}])
def test_what_says_neither_whether_a_body_is_base64_nor_not_is_400(entrance: Entrance, said: object) -> None:
    assert entrance.ask("POST", "/exports", BODY, headers=JSON, encoded=said).refusal == (400, "InvalidParameter")


@pytest.mark.parametrize(("padding", "status"), [(0, 202), (1, 413)])
def test_a_body_of_more_than_64_kib_is_413(world: FakeWorld, entrance: Entrance, padding: int, status: int) -> None:
    body = BODY + " " * (64 * 1024 - len(BODY) + padding)
    assert entrance.ask("POST", "/exports", body, headers=JSON).status == status
    assert bool(world.store.objects) is (status == 202)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "The body is empty"),
        (" \n", "The body is empty"),
        ("{", "line 1, column 2"),
        ('{"ImageId": "m-1"\n "OSSBucket": "b"}', "The body is not JSON: Expecting ',' delimiter at line 2, column 2."),
        ('{"ImageId": NaN}', "The body is not JSON: it has NaN."),
        ('{"AccountId": ' + "1" * 5000 + "}", "The body is not JSON: it has a number with too many digits."),
        ("[" * 10_000, "The body is nested too deep"),
        ("[]", "a JSON object"),
        ('"text"', "a JSON object"),
        ("null", "a JSON object"),
        (f'{BODY[:-1]}, "ImageId": "m-2"}}', "'ImageId'"),
    ],
)
def test_a_body_that_is_no_object_of_json_is_400_and_says_so(
    world: FakeWorld, entrance: Entrance, body: str, said: str
) -> None:
    answer = entrance.ask("POST", "/exports", body, headers=JSON)
    assert answer.refusal == (400, "InvalidParameter")
    assert said in answer.value["Message"]
    assert not world.store.objects


def test_all_faults_of_a_request_come_in_one_answer(world: FakeWorld, entrance: Entrance) -> None:
    answer = entrance.post("i-1", ImageFormat="iso", Bucket="x")
    assert answer.status == 400
    assert all(name in answer.value["Message"] for name in ("ImageId", "ImageFormat", "'Bucket'"))
    assert untouched(world)
