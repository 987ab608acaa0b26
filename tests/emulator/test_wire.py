"""What the emulator believes: signatures are checked as the cloud checks them, and what is tampered with is refused."""

import dataclasses
import hashlib
import re
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, urlencode

import alibabacloud_oss_v2 as oss
import pytest

from alicloud_emulator.signatures import oss as oss_signature
from alicloud_emulator.signatures import rpc
from tests.emulator.ecs_requests import assume_role, describe_images
from tests.emulator.world import World, code_of
from tests.patience import HANGS_S

VECTOR = {
    "AccessKeyId": "testid",
    "Action": "DescribeRegions",
    "Format": "XML",
    "SignatureMethod": "HMAC-SHA1",
    "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
    "SignatureVersion": "1.0",
    "Timestamp": "2016-02-23T12:46:24Z",
    "Version": "2014-05-26",
}


def test_the_published_vector_of_the_rpc_signature_is_met() -> None:
    text = rpc.string_to_sign("GET", VECTOR)
    assert text == (
        "GET&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions%26Format%3DXML%26SignatureMethod%3DHMAC-SHA1"
        "%26SignatureNonce%3D3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf%26SignatureVersion%3D1.0"
        "%26Timestamp%3D2016-02-23T12%253A46%253A24Z%26Version%3D2014-05-26"
    )
    assert rpc.sign("testsecret", text) == "OLeaidS1JvxuMvnyHOwuJ+uX5qY="


def signed(world: World, method: str = "GET", **changes: str) -> dict[str, str]:
    """The parameters of a DescribeImages call by hand, signed as they are."""
    key, now = world.administrator, datetime.now(timezone.utc)
    params = {
        **VECTOR,
        "Action": "DescribeImages",
        "RegionId": "cn-hangzhou",
        "AccessKeyId": key.access_key_id,
        "SignatureNonce": now.isoformat(),
        "Timestamp": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Format": "JSON",
        **changes,
    }
    return {**params, "Signature": rpc.sign(key.secret, rpc.string_to_sign(method, params))}


def answer(url: str, form: dict[str, str] | None = None) -> tuple[int, str]:
    """Status and body of a request that is sent as it is."""
    data = urlencode(form).encode() if form else None
    try:
        with urllib.request.urlopen(url, data, timeout=HANGS_S) as response:  # noqa: S310 - loopback
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def rpc_code(world: World, params: dict[str, str]) -> tuple[int, str]:
    """Status and code of the answer to an RPC call."""
    status, body = answer(f"{world.endpoint}/?{urlencode(params)}")
    found = re.search(r'"Code": "([^"]+)"', body)
    return status, found[1] if found else ""


def test_a_call_is_believed_in_the_query_and_in_a_form(world: World) -> None:
    assert rpc_code(world, signed(world)) == (200, "")
    assert answer(f"{world.endpoint}/", signed(world, "POST"))[0] == 200


@pytest.mark.parametrize("name", ["RegionId", "Signature", "SignatureNonce", "Timestamp", "Format", "Action"])
def test_a_flipped_byte_is_refused(world: World, name: str) -> None:
    params = signed(world)
    flipped = chr(ord(params[name][-2]) ^ 1)
    params[name] = params[name][:-2] + flipped + params[name][-1]
    status, _ = rpc_code(world, params)
    assert (status, answer(f"{world.endpoint}/?{urlencode(params)}")[0]) == (400, 400)
    assert [entry for entry in world.get("calls")["calls"] if entry["status"] == 200] == []


def test_every_byte_of_a_signed_query_is_covered(world: World) -> None:
    params = signed(world, ImageName="golden web")
    for name in set(params) - {"Signature"}:
        changed = {key: value for key, value in params.items() if key != name}
        assert answer(f"{world.endpoint}/?{urlencode(changed)}")[0] in {400, 404}, name
    assert answer(f"{world.endpoint}/?{urlencode({**params, 'Extra': '1'})}")[0] == 400


def test_a_wrong_secret_and_an_unknown_key_are_refused(world: World) -> None:
    wrong = dataclasses.replace(world.administrator, secret="wrong")
    unknown = dataclasses.replace(world.administrator, access_key_id="LTAI5tNobody")
    assert code_of(world, describe_images(), wrong) == (400, "SignatureDoesNotMatch")
    assert code_of(world, describe_images(), unknown) == (404, "InvalidAccessKeyId.NotFound")


@pytest.mark.parametrize(
    ("stamp", "refusal"),
    [
        ("2016-02-23T12:46:24Z", (400, "InvalidTimeStamp.Expired")),
        ("2099-02-23T12:46:24Z", (400, "InvalidTimeStamp.Expired")),
        ("yesterday", (400, "IllegalTimestamp")),
    ],
)
def test_a_stale_timestamp_is_refused(world: World, stamp: str, refusal: tuple[int, str]) -> None:
    assert rpc_code(world, signed(world, Timestamp=stamp)) == refusal


def test_timestamps_are_judged_by_the_wall_clock(world: World) -> None:
    world.advance(30 * 86_400)
    assert rpc_code(world, signed(world)) == (200, "")


def test_a_nonce_is_good_once(world: World) -> None:
    params = signed(world)
    assert rpc_code(world, params) == (200, "")
    assert rpc_code(world, params) == (400, "SignatureNonceUsed")


@pytest.mark.parametrize("token", [None, "CAISwrong"])
def test_an_sts_key_needs_its_own_token(world: World, token: str | None) -> None:
    access_key_id = world.send(assume_role())["Credentials"]["AccessKeyId"]
    key = dataclasses.replace(world.cloud.identity.keys[access_key_id], security_token=token)
    assert code_of(world, describe_images(), key) == (400, "InvalidSecurityToken.Malformed")


def test_an_answer_is_xml_unless_json_is_asked_for(world: World) -> None:
    world.create_image(Status="Available")
    status, body = answer(f"{world.endpoint}/?{urlencode(signed(world, Format='XML'))}")
    root = ET.fromstring(body)  # noqa: S314 - the emulator's own
    assert (status, root.tag, root.findtext("TotalCount")) == (200, "DescribeImagesResponse", "1")
    assert root.findtext("Images/Image/OSType") == "linux"


def test_an_unknown_action_is_refused(world: World) -> None:
    assert rpc_code(world, signed(world, Action="DeleteEverything")) == (404, "InvalidAction.NotFound")


def test_the_log_of_calls_holds_no_secret(world: World) -> None:
    key_id = world.send(assume_role())["Credentials"]["AccessKeyId"]
    key = world.cloud.identity.keys[key_id]
    world.send(describe_images(), key)
    log = str(world.get("calls"))
    assert key_id in log
    assert not [secret for secret in (key.secret, key.security_token, world.administrator.secret) if str(secret) in log]
    assert "Signature" not in log


def oss_request(world: World, key: Any = None) -> urllib.request.Request:
    """A PUT that the OSS SDK has signed for upload by others, header by header."""
    key = key or world.administrator
    config = oss.config.load_default()
    config.credentials_provider = oss.credentials.StaticCredentialsProvider(
        key.access_key_id, key.secret, key.security_token
    )
    config.region, config.endpoint, config.use_path_style = "cn-hangzhou", world.endpoint, True
    caught: list[Any] = []
    config.http_client = Catcher(caught)
    config.retry_max_attempts = 1
    request = oss.PutObjectRequest(bucket="acme-images-hangzhou", key="a/b", body=b"x", forbid_overwrite=True)
    with pytest.raises(oss.exceptions.OperationError):
        oss.Client(config).put_object(request)
    (sent,) = caught
    return urllib.request.Request(sent.url, b"x", dict(sent.headers), method="PUT")  # noqa: S310 - loopback


class Catcher:
    """An HTTP client of the OSS SDK that sends nothing."""

    def __init__(self, caught: list[Any]) -> None:
        self._caught = caught

    def open(self) -> None:
        """Nothing to open."""

    def send(self, request: Any, **_: Any) -> Any:
        """Keep what would be sent."""
        self._caught.append(request)
        raise oss.exceptions.RequestError(error=ConnectionError("caught"))


def oss_code(request: urllib.request.Request) -> tuple[int, str]:
    """Status and code of the answer to an OSS request."""
    try:
        with urllib.request.urlopen(request, timeout=HANGS_S) as response:  # noqa: S310 - loopback
            return response.status, ""
    except urllib.error.HTTPError as error:
        return error.code, ET.fromstring(error.read()).findtext("Code") or ""  # noqa: S314 - the emulator's own


def test_what_the_oss_sdk_signs_is_believed(world: World) -> None:
    assert oss_code(oss_request(world)) == (200, "")


@pytest.mark.parametrize("header", ["X-oss-date", "X-oss-forbid-overwrite", "Authorization", "X-oss-content-sha256"])
def test_a_changed_oss_header_is_refused(world: World, header: str) -> None:
    request = oss_request(world)
    value = request.get_header(header)
    assert value
    request.headers[header] = value[:-2] + chr(ord(value[-2]) ^ 1) + value[-1]
    assert oss_code(request)[0] in {400, 403}


@pytest.mark.parametrize(("body", "status"), [(b"x", 200), (b"y", 400)])
def test_a_body_that_was_signed_for_oss_must_be_that_body(world: World, body: bytes, status: int) -> None:
    now, key = datetime.now(timezone.utc), world.administrator
    stamp, day, digest = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d"), hashlib.sha256(b"x").hexdigest()
    headers = f"content-type:text/plain\nx-oss-content-sha256:{digest}\nx-oss-date:{stamp}\n"
    canonical = f"PUT\n/acme-images-hangzhou/k\n\n{headers}\n\n{digest}"
    scope = f"{day}/cn-hangzhou/oss/aliyun_v4_request"
    text = f"OSS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = oss_signature.sign(key.secret, day, "cn-hangzhou", text)
    authorization = f"OSS4-HMAC-SHA256 Credential={key.access_key_id}/{scope},Signature={signature}"
    sent = dict(line.split(":", 1) for line in headers.splitlines()) | {"Authorization": authorization}
    url = f"{world.endpoint}/acme-images-hangzhou/k"
    assert oss_code(urllib.request.Request(url, body, sent, method="PUT"))[0] == status  # noqa: S310 - loopback


def test_a_changed_oss_path_method_or_query_is_refused(world: World) -> None:
    for change in ("path", "method", "query"):
        request = oss_request(world)
        if change == "method":
            request.method = "DELETE"
        else:
            request.full_url += "c" if change == "path" else "?x=y"
        assert oss_code(request) == (403, "SignatureDoesNotMatch"), change


def test_oss_refuses_strangers_in_its_own_words(world: World) -> None:
    wrong = dataclasses.replace(world.administrator, secret="wrong")
    unknown = dataclasses.replace(world.administrator, access_key_id="LTAI5tNobody")
    anonymous = oss_request(world)
    del anonymous.headers["Authorization"]
    assert oss_code(oss_request(world, wrong)) == (403, "SignatureDoesNotMatch")
    assert oss_code(oss_request(world, unknown)) == (403, "InvalidAccessKeyId")
    assert oss_code(anonymous) == (403, "AccessDenied")


def test_oss_refuses_an_old_request_and_an_ended_token(world: World) -> None:
    key = world.cloud.identity.keys[world.send(assume_role(DurationSeconds=900))["Credentials"]["AccessKeyId"]]
    assert oss_code(oss_request(world, dataclasses.replace(key, security_token="CAISx"))) == (
        403,
        "InvalidSecurityToken",
    )
    world.advance(900)
    assert oss_code(oss_request(world, key)) == (403, "SecurityTokenExpired")


def test_oss_judges_the_age_of_a_request_by_the_wall_clock(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.advance(86_400)
    request = oss_request(world)
    later = datetime.now(timezone.utc) + timedelta(minutes=16)
    monkeypatch.setattr(world.cloud.clock, "wall", lambda: later)
    assert oss_code(request) == (403, "RequestTimeTooSkewed")
    monkeypatch.undo()
    assert oss_code(request) == (200, "")


def test_a_query_is_read_as_it_was_sent(world: World) -> None:
    params = signed(world, ImageName="a+b c*~ä")
    assert rpc_code(world, params) == (200, "")
    assert dict(parse_qsl(urlencode(params)))["ImageName"] == world.get("calls")["calls"][-1]["params"]["ImageName"]
