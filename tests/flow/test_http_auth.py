"""Who gets in over HTTP: nobody without a known token, nobody at all without tokens, FC's callers with `platform`."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_openapi_util.client import Client as Signer
from Tea.request import TeaRequest

from alicloud_emulator.running import RunningEmulator
from image_export.edges.aliyun.credentials import Credentials
from image_export.edges.aliyun.hosts import Addresses
from image_export.use_cases.ledger.access import new_token, revoke_token
from image_export.use_cases.ledger.ledger import Ledger
from image_export.values.access import AccessToken
from image_export.values.settings import Settings
from image_export_cli.cloud.account import CloudAccount

from .entrance import OLDER_TOKEN, TOKEN, TOKENS_OF_S_YAML, Entrance, Headers, accepting
from .rights import allowed, shipped
from .world import ACCOUNT, REGION, World, still_functions

ROUTES = ["/exports", "/exports/exp-rtfyr2rqf6qlm2su-0001", "/openapi.json", "/healthz", "/nothing"]
REFUSED = (401, "Unauthorized")
HASH = hashlib.sha256(TOKEN.encode()).hexdigest()


def bearer(value: str, name: str = "Authorization") -> Headers:
    return [(name, value)]


@contextmanager
def deployed(folder: Path, replaced: dict[str, str]) -> Iterator[RunningEmulator]:
    """The functions with another s.yaml."""
    arguments = ("--functions", str(still_functions(folder, **replaced)), "--speed", "1", "--events", "none")
    with RunningEmulator(*arguments, log=folder / "log") as emulator:
        yield emulator


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PUT"])
def test_nobody_gets_in_without_a_token_nor_learns_what_there_is(world: World, method: str, path: str) -> None:
    before = world.emulator.count_calls()
    answer = Entrance(world.emulator.http_trigger, token=None).ask(method, path)
    assert answer.refusal == REFUSED
    assert answer.headers["www-authenticate"] == "Bearer"
    assert world.emulator.count_calls() == before


WRONG = {
    "empty": [""],
    "no scheme": [TOKEN],
    "another scheme": [f"Basic {TOKEN}"],
    "no token": ["Bearer "],
    "a wrong token": ["Bearer wrong"],
    "half a token": [f"Bearer {TOKEN[:-1]}"],
    "more than a token": [f"Bearer {TOKEN}x"],
    "the hash itself": [f"Bearer {HASH}"],
    "two tokens in one": [f"Bearer {TOKEN} {TOKEN}"],
    "two headers": [f"Bearer {TOKEN}", f"Bearer {TOKEN}"],
    "a wrong header first": ["Bearer wrong", f"Bearer {TOKEN}"],
    "joined by a comma": [f"Bearer {TOKEN},Bearer {TOKEN}"],
    "overlong": [f"Bearer {'t' * 7000}"],
    "of umlauts": ["Bearer tökén"],
    "a tab before": [f"Bearer\t{TOKEN}"],
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_authorization_is_401(world: World, entrance: Entrance, name: str) -> None:
    headers = [("Authorization", value) for value in WRONG[name]]
    assert entrance.ask("GET", "/exports", headers=headers).refusal == REFUSED
    assert TOKEN not in json.dumps(world.emulator.get("logs"))


@pytest.mark.parametrize("header", ["authorization", "AUTHORIZATION", "aUtHoRiZaTiOn"])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_names_and_schemes_may_be_in_any_case(entrance: Entrance, header: str, scheme: str) -> None:
    assert entrance.ask("GET", "/healthz?Live=true", headers=bearer(f"{scheme} {TOKEN}", header)).status == 200


def test_while_tokens_are_rotated_both_are_known(world: World) -> None:
    for token in (TOKEN, OLDER_TOKEN):
        assert Entrance(world.emulator.http_trigger, token).ask("GET", "/healthz?Live=true").status == 200
    log = json.dumps(world.emulator.get("logs"))
    assert TOKEN not in log
    assert OLDER_TOKEN not in log


def test_a_token_that_was_rotated_away_is_unknown(tmp_path: Path) -> None:
    with deployed(tmp_path, accepting(TOKEN)) as emulator:
        assert Entrance(emulator.http_trigger, TOKEN).ask("GET", "/healthz").status == 200
        assert Entrance(emulator.http_trigger, OLDER_TOKEN).ask("GET", "/healthz").refusal == REFUSED


@pytest.mark.parametrize("tokens", ["''", "','"])
def test_without_tokens_nobody_gets_in(tmp_path: Path, tokens: str) -> None:
    nothing = hashlib.sha256(b"").hexdigest()
    with deployed(tmp_path, {TOKENS_OF_S_YAML: tokens}) as emulator:
        for value in ("", "Bearer", "Bearer ", f"Bearer {TOKEN}", f"Bearer {nothing}"):
            answer = Entrance(emulator.http_trigger).ask("GET", "/exports", headers=bearer(value))
            assert answer.status in (401, 503), (value, answer)
        assert emulator.get("calls") == []


def test_tokens_that_are_no_hashes_let_nobody_in_and_are_not_repeated(tmp_path: Path) -> None:
    with deployed(tmp_path, {TOKENS_OF_S_YAML: TOKEN}) as emulator:
        answer = Entrance(emulator.http_trigger, TOKEN).ask("GET", "/healthz")
        assert answer.refusal[0] == 503
        assert TOKEN not in answer.body.decode() + json.dumps(emulator.get("logs"))
        assert emulator.get("calls") == []


def test_with_platform_fc_says_who_gets_in(tmp_path: Path) -> None:
    function = {
        "httpAuth: bearer": "httpAuth: platform",
        "httpAuthType: anonymous": "httpAuthType: function",
    }
    with deployed(tmp_path, function) as emulator:
        entrance = Entrance(emulator.http_trigger, token=None)
        unsigned = entrance.ask("GET", "/healthz")
        assert (unsigned.status // 100, "x-request-id" in unsigned.headers) == (4, False)  # FC's own refusal
        assert entrance.ask("GET", "/healthz", headers=signed(emulator, "/healthz")).status == 200
        assert entrance.ask("GET", "/exports", headers=signed(emulator, "/exports")).value["Exports"] == []
        log = json.dumps(emulator.get("logs"))
        assert "Signature=" not in log
        assert emulator.access_key_id not in log


def signed(emulator: RunningEmulator, path: str) -> dict[str, str]:
    """The headers of a GET, signed by the vendor's library."""
    headers = {"x-acs-date": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"), "x-acs-security-token": ""}
    request = TeaRequest()
    request.method, request.pathname, request.query, request.headers = "GET", path, {}, headers
    key = (emulator.access_key_id, emulator.access_key_secret)
    return {**headers, "Authorization": Signer.get_authorization(request, "ACS3-HMAC-SHA256", "", *key)}


# Tokens of the ledger

FIELDS: dict[str, Any] = {"name": "ci", "scopes": ("read",), "created_by": "anna"}


def of_operator(world: World) -> Ledger:
    """The ledger with the keys of the administrator."""
    emulator = world.emulator
    keys = Credentials(emulator.access_key_id, emulator.access_key_secret, None)
    account = CloudAccount(lambda: keys, Addresses(emulator.endpoint), REGION)
    return account.ledger(Settings(ledger_bucket=f"image-export-ledger-{ACCOUNT}", ledger_prefix="ledger"))


def test_a_token_of_the_ledger_is_made_opens_what_it_may_expires_and_is_revoked(world: World) -> None:
    ledger, url = of_operator(world), world.emulator.http_trigger
    now = datetime.fromisoformat(world.emulator.get("clock")["now"])
    secret = new_token(ledger, AccessToken(expires_at=now + timedelta(hours=1), **FIELDS))
    holder = Entrance(url, secret)
    assert holder.page().status == holder.ask("GET", "/healthz?Live=true").status == 200
    assert holder.post("m-1").refusal == (403, "InsufficientScope")
    world.emulator.advance(3700)
    assert holder.page().refusal == (401, "TokenExpired")
    other = new_token(ledger, AccessToken(expires_at=now + timedelta(days=9), **{**FIELDS, "name": "other"}))
    assert Entrance(url, other).page().status == 200
    assert (revoke_token(ledger, "ci"), revoke_token(ledger, "other")) == (1, 1)
    assert Entrance(url, other).page().refusal == REFUSED
    log = json.dumps(world.emulator.get("logs"))
    assert "http.refused" in log
    for token in (secret, other):
        assert token not in log
        assert hashlib.sha256(token.encode()).hexdigest() not in log


def test_who_asked_is_known_by_name_and_address(world: World, entrance: Entrance) -> None:
    export = entrance.post(world.image()).value
    asker = export["RequestedBy"]
    assert (asker["Trigger"], asker["Address"]) == ("http", "127.0.0.1")
    assert asker["Name"].startswith("token-")
    (line,) = [line for line in world.emulator.get("logs") if asker["Id"] in str(line) and "http.asked" in str(line)]
    assert asker["Name"] in str(line)


@pytest.mark.parametrize("role", ["event", "http", "nightly", "watch"])
def test_no_role_of_a_function_may_let_anybody_in(role: str) -> None:
    documents = [document for roles, document in shipped().values() if f"image-export-{role}" in roles]
    bucket = f"acs:oss:*:{ACCOUNT}:image-export-ledger-{ACCOUNT}"

    def may(action: str, key: str) -> bool:
        return allowed({"action": action, "resource": f"{bucket}/ledger/{key}", "context": {}}, documents)

    assert not may("oss:PutObject", f"access/{HASH}")
    assert not may("oss:DeleteObject", f"access/{HASH}")
    assert may("oss:PutObject", "exports/x/requested")
    if role == "http":
        assert may("oss:GetObject", f"access/{HASH}")
