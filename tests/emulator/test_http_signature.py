"""A trigger of authType `function` believes what the vendor's signer signs, for as long as the cloud would."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from alibabacloud_openapi_util.client import Client as Signer
from Tea.request import TeaRequest

from alicloud_emulator.identity import AccessKey
from alicloud_emulator.section import SettingsError
from alicloud_emulator.signatures import acs3
from tests.emulator.test_http_trigger import Triggered, triggered

ALGORITHM = "ACS3-HMAC-SHA256"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Triggered]:
    """One for all tests."""
    with triggered(tmp_path_factory.mktemp("signed"), authType="function") as world:
        yield world


@pytest.fixture
def world(shared: Triggered) -> Triggered:
    shared.cloud.fc.invocations.clear()
    return shared


def stamp(age_s: float = 0) -> str:
    """An x-acs-date of some seconds ago."""
    return (datetime.now(timezone.utc) - timedelta(seconds=age_s)).strftime("%Y-%m-%dT%H:%M:%SZ")


def sign(key: AccessKey, method: str, target: str, payload: str = "", **more: str | None) -> dict[str, str]:
    """The headers of a request, signed by the vendor's library; underscores stand for hyphens, None leaves one out."""
    given = {"x_acs_date": stamp(), "x_acs_security_token": key.security_token or "", **more}
    headers = {name.replace("_", "-"): value for name, value in given.items() if value is not None}
    request, parts = TeaRequest(), urlsplit(target)
    request.method, request.pathname = method, parts.path.replace("$", "%24")
    request.query, request.headers = dict(parse_qsl(parts.query)), headers
    signed = Signer.get_authorization(request, ALGORITHM, payload, key.access_key_id, key.secret)
    return {**headers, "authorization": signed}


def refusal(answer: requests.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, answer.json()["Code"]


@pytest.mark.parametrize("target", ["/", "/hello?foo=bar&a=%20%2B~*", "/a%2Fb/%E4%B8%AD$"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_what_the_vendors_signer_signs_is_believed(world: Triggered, method: str, target: str) -> None:
    answer = world.ask(method, target, headers=sign(world.administrator, method, target), data=b"hello")
    assert answer.status_code == 200
    assert answer.json()["headers"]["Authorization"].startswith(ALGORITHM)


def test_a_session_key_is_believed_with_its_token_until_the_cloud_says_it_has_ended(world: Triggered) -> None:
    expires_at = world.cloud.clock.now() + timedelta(hours=1)
    key = world.cloud.identity.issue("acs:ram::1234567890123456:assumed-role/r/s", expires_at=expires_at)
    assert world.ask("GET", headers=sign(key, "GET", "/")).status_code == 200
    other = sign(key, "GET", "/", x_acs_security_token="other")
    assert refusal(world.ask("GET", headers=other)) == (403, "InvalidSecurityToken")
    world.advance(3601)
    assert refusal(world.ask("GET", headers=sign(key, "GET", "/"))) == (403, "SecurityTokenExpired")


def test_a_nonce_counts_once(world: Triggered) -> None:
    headers = sign(world.administrator, "GET", "/", x_acs_signature_nonce="n1")
    assert world.ask("GET", headers=headers).status_code == 200
    assert refusal(world.ask("GET", headers=headers)) == (400, "SignatureNonceUsed")
    again = sign(world.administrator, "GET", "/")
    assert [world.ask("GET", headers=again).status_code for _ in range(2)] == [200, 200]  # none was sent


def test_a_body_is_protected_where_its_hash_is_signed(world: Triggered) -> None:
    digest = hashlib.sha256(b"hello").hexdigest()
    headers = sign(world.administrator, "POST", "/", digest, x_acs_content_sha256=digest)
    assert world.ask("POST", headers=headers, data=b"hello").status_code == 200
    assert refusal(world.ask("POST", headers=headers, data=b"other")) == (400, "InvalidArgument")


@pytest.mark.parametrize("fraction", ["", ".5", ".123456789"])
@pytest.mark.parametrize(("age_min", "status"), [(14, 200), (-14, 200), (16, 403), (-16, 403)])
def test_a_date_is_good_for_a_quarter_of_an_hour(world: Triggered, age_min: int, fraction: str, status: int) -> None:
    date = stamp(age_min * 60).replace("Z", f"{fraction}Z")
    answer = world.ask("GET", headers=sign(world.administrator, "GET", "/", x_acs_date=date))
    assert answer.status_code == status
    assert answer.ok or refusal(answer)[1] == "RequestTimeTooSkewed"


@pytest.mark.parametrize("date", ["Tue, 24 Nov 2026 00:00:00 GMT", "2026-11-24", "2026-02-30T00:00:00Z", None])
def test_a_date_that_is_none_is_refused(world: Triggered, date: str | None) -> None:
    answer = world.ask("GET", headers=sign(world.administrator, "GET", "/", x_acs_date=date))
    assert refusal(answer) == (400, "InvalidArgument" if date else "MissingRequiredHeader")


@pytest.mark.parametrize(
    ("change", "method", "target"),
    [
        ({"x-acs-date": "a minute ago"}, "GET", "/a?b=c"),
        ({"x-acs-security-token": "t"}, "GET", "/a?b=c"),
        ({"x-acs-added": "1"}, "GET", "/a?b=c"),
        ({}, "POST", "/a?b=c"),
        ({}, "GET", "/b?b=c"),
        ({}, "GET", "/a?b=d"),
        ({}, "GET", "/a?b=c&d=e"),
    ],
)
def test_what_is_changed_after_signing_is_refused(
    world: Triggered, change: dict[str, str], method: str, target: str
) -> None:
    changed = {name: stamp(60) if value == "a minute ago" else value for name, value in change.items()}
    headers = sign(world.administrator, "GET", "/a?b=c") | changed
    assert refusal(world.ask(method, target, headers=headers)) == (403, "SignatureNotMatch")
    assert world.invocations() == []


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer x", f"{ALGORITHM} Credential=a,SignedHeaders=x-acs-date,Signature=é", "FC key:signature"],
)
def test_what_is_no_signature_is_refused(world: Triggered, authorization: str) -> None:
    headers = {"x-acs-date": stamp(), "authorization": authorization.encode()}
    assert refusal(world.ask("GET", headers=headers)) == (400, "InvalidArgument")
    assert refusal(world.ask("GET")) == (400, "MissingRequiredHeader")


def test_a_stranger_and_a_wrong_secret_are_refused(world: Triggered) -> None:
    headers = sign(world.administrator, "GET", "/")
    signed = headers["authorization"]
    headers["authorization"] = signed.replace(world.administrator.access_key_id, "LTAI5tnobody")
    assert refusal(world.ask("GET", headers=headers)) == (403, "InvalidAccessKeyID")
    headers["authorization"] = signed[:-1] + ("0" if signed[-1] != "0" else "1")
    assert refusal(world.ask("GET", headers=headers)) == (403, "SignatureNotMatch")


def test_the_first_of_several_values_is_the_one_that_is_signed() -> None:
    assert acs3.canonical_query("b=2&a=%20x&b=1&c") == "a=%20x&b=2&c="


@pytest.mark.parametrize("config", [{"authType": "jwt"}, {"methods": ["get"]}, {"methods": ["TRACE"]}])
def test_what_is_not_emulated_is_refused_at_load(tmp_path: Path, config: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=r"emulated|may name"), triggered(tmp_path, **config):
        pass
