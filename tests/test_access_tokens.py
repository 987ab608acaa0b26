"""Tokens of HTTP that the ledger keeps: made, looked up, expired, revoked; and what each may do, over fakes."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from image_export.decisions.http.routes import ROUTES
from image_export.decisions.secret_shapes import redact
from image_export.errors import AskerFault
from image_export.use_cases.ledger.access import KeptToken, new_token, revoke_token, tokens
from image_export.use_cases.ledger.ledger import Ledger
from image_export.values.access import SCOPES, AccessToken, Scope

from .entrance import ADDRESS, TOKEN, Answer, Entrance
from .fake_world import FakeWorld
from .fakes import START, Counting, refused, unanswered

LATER = START + timedelta(days=90)
NOBODY = "exp-rtfyr2rqf6qlm2su-0001"
UNKNOWN = "iexp_" + "x" * 43


@contextmanager
def operating(world: FakeWorld) -> Iterator[Ledger]:
    """The ledger in the name of an operator."""
    world.store.by_an_operator = True
    yield world.context().ledger
    world.store.by_an_operator = False


def made(world: FakeWorld, *scopes: Scope, name: str = "ci", **changes: Any) -> str:
    """A new token's secret."""
    fields = {"name": name, "scopes": scopes or SCOPES, "expires_at": LATER, "created_by": "anna", **changes}
    with operating(world) as ledger:
        return new_token(ledger, AccessToken(**fields))


def listed(world: FakeWorld) -> list[KeptToken]:
    return tokens(world.context().ledger)


def ask(entrance: Entrance, token: str, method: str = "GET", path: str = "/exports", **more: Any) -> Answer:
    return entrance.ask(method, path, headers={"Authorization": f"Bearer {token}"}, **more)


def logged(world: FakeWorld, name: str) -> list[dict[str, Any]]:
    return [dict(line) for line in world.log.lines if line["event"] == name]


# Made, listed, revoked


def test_a_new_token_is_told_once_and_kept_as_its_hash(world: FakeWorld) -> None:
    secret = made(world)
    assert re.fullmatch("iexp_[A-Za-z0-9_-]{43}", secret)
    (key,) = world.keys("access/")
    assert key == f"access/{hashlib.sha256(secret.encode()).hexdigest()}"
    assert secret not in world.store.objects[key].body.decode()
    assert secret != made(world, name="other")


def test_tokens_are_listed_oldest_first_and_one_that_cannot_be_read_hides_no_other(world: FakeWorld) -> None:
    made(world, name="first")
    world.clock.advance(seconds=5)
    made(world, "read", name="second")
    world.clock.advance(seconds=5)
    world.store.by_an_operator = True
    world.store.put(f"access/{'0' * 64}", b"{}")
    assert [kept.token and kept.token.name for kept in listed(world)][:2] == ["first", "second"]
    assert [kept.token for kept in listed(world)][2:] == [None]


def test_a_revoked_token_opens_nothing_from_then_on(world: FakeWorld, entrance: Entrance) -> None:
    secret, other = made(world), made(world, name="other")
    assert ask(entrance, secret).status == 200
    with operating(world) as ledger:
        assert (revoke_token(ledger, "ci"), revoke_token(ledger, "ci")) == (1, 0)
    assert ask(entrance, secret).refusal == (401, "Unauthorized")
    assert ask(entrance, other).status == 200


def test_a_token_that_cannot_be_read_is_revoked_by_the_beginning_of_its_hash(world: FakeWorld) -> None:
    world.store.by_an_operator = True
    world.store.put(f"access/{'0' * 64}", b"{}")
    with operating(world) as ledger:
        assert (revoke_token(ledger, "0000000"), revoke_token(ledger, "00000000")) == (0, 1)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "token-1"}, "A name has"),
        ({"name": ""}, "A name has"),
        ({"name": "a b"}, "A name has"),
        ({"scopes": ()}, "Scopes are"),
        ({"scopes": ("write",)}, "Scopes are"),
        ({"expires_at": START - timedelta(seconds=1)}, "The expiry is"),
        ({"expires_at": LATER.replace(tzinfo=None)}, "The expiry is"),
    ],
)
def test_a_token_that_would_be_of_no_use_is_refused(world: FakeWorld, changes: dict[str, Any], said: str) -> None:
    fields = {"name": "ci", "scopes": SCOPES, "expires_at": LATER, "created_by": "anna", **changes}
    with operating(world) as ledger, pytest.raises(AskerFault, match=said):
        new_token(ledger, AccessToken(**fields))
    assert world.keys("access/") == []


def test_a_name_stands_for_one_token(world: FakeWorld) -> None:
    made(world)
    with pytest.raises(AskerFault) as caught:
        made(world)
    assert (caught.value.status, caught.value.code) == (409, "TokenNameInUse")


# Who gets in


def test_a_token_of_the_environment_asks_the_ledger_nothing(world: FakeWorld, entrance: Entrance) -> None:
    world.store.faults = calls = Counting()
    assert entrance.ask("GET", "/healthz", query={"Live": "true"}).status == 200
    assert calls.calls == []


@pytest.mark.parametrize("junk", ["x", "iexp_", UNKNOWN[:-1], UNKNOWN + "x", "iexp_" + "=" * 43, "IEXP_" + "x" * 43])
def test_a_text_that_is_no_token_of_ours_costs_no_look_into_the_ledger(
    world: FakeWorld, entrance: Entrance, junk: str
) -> None:
    world.store.faults = calls = Counting()
    assert ask(entrance, junk).refusal == (401, "Unauthorized")
    assert calls.calls == []


def test_a_token_is_looked_up_by_one_read(world: FakeWorld, entrance: Entrance) -> None:
    secret = made(world)
    for token, status in ((secret, 200), (UNKNOWN, 401)):
        world.store.faults = calls = Counting()
        assert ask(entrance, token, path="/openapi.json").status == status
        assert calls.calls == ["get"]


def test_a_token_that_has_expired_says_so(world: FakeWorld, entrance: Entrance) -> None:
    secret = made(world, expires_at=START + timedelta(hours=1))
    assert ask(entrance, secret).status == 200
    world.clock.advance(hours=1)
    answer = ask(entrance, secret)
    assert answer.refusal == (401, "TokenExpired")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("fault", [refused("AccessDenied"), unanswered()])
def test_a_ledger_that_cannot_be_read_lets_nobody_in(world: FakeWorld, entrance: Entrance, fault: Exception) -> None:
    secret = made(world)
    world.store.faults.before("get", fault, fault)
    answer = ask(entrance, secret, path="/healthz")
    assert (answer.status, "retry-after" in answer.headers) == (503, True)
    assert "http.failed" in world.log.events()


def test_a_token_that_cannot_be_understood_lets_nobody_in_and_is_not_named(
    world: FakeWorld, entrance: Entrance
) -> None:
    secret = made(world)
    (key,) = world.keys("access/")
    world.store.by_an_operator = True
    world.store.put(key, b'{"Nonce": "n", "Fact": {"Name": "ci"}}')
    answer = ask(entrance, secret)
    assert answer.refusal == (503, "FactUnreadable")
    assert key.split("/")[1] not in json.dumps([answer.value, *map(str, world.log.lines)])


# What a token may do

NEEDS = {
    ("POST", "/exports"): "ask",
    ("GET", "/exports"): "read",
    ("GET", "/exports/{ExportId}"): "read",
    ("DELETE", "/exports/{ExportId}"): "cancel",
    ("POST", "/restores"): "ask",
    ("GET", "/restores"): "read",
    ("GET", "/restores/{RestoreId}"): "read",
    ("DELETE", "/restores/{RestoreId}"): "cancel",
    ("GET", "/drills"): "read",
    ("GET", "/drills/{DrillId}"): "read",
    ("GET", "/openapi.json"): None,
    ("GET", "/healthz"): None,
}


def test_each_route_says_which_scope_it_needs() -> None:
    assert {(route.method, route.path): route.scope for route in ROUTES} == NEEDS


def _filled(path: str) -> str:
    return (
        path.replace("{ExportId}", NOBODY)
        .replace("{RestoreId}", "res-aaaaaaaaaaaaaaaa")
        .replace("{DrillId}", "dri-aaaaaaaaaaaaaaaa")
    )


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("route", NEEDS, ids=" ".join)
def test_a_token_opens_what_its_scope_says(
    world: FakeWorld, entrance: Entrance, route: tuple[str, str], scope: Scope
) -> None:
    answer = ask(entrance, made(world, scope), route[0], _filled(route[1]))
    if NEEDS[route] in (None, scope):
        assert answer.status != 403
    else:
        assert answer.refusal == (403, "InsufficientScope")
        assert "scope" in answer.value["Message"]


def test_a_scope_that_is_missing_is_said_before_what_is_wrong_with_the_request(
    world: FakeWorld, entrance: Entrance
) -> None:
    secret = made(world, "ask")
    assert ask(entrance, secret, "DELETE", "/exports/nothing").refusal == (403, "InsufficientScope")
    assert ask(entrance, secret, query={"Nothing": "1"}).refusal == (403, "InsufficientScope")


# Who asked


def test_an_export_and_a_cancel_name_who_asked_and_from_where(world: FakeWorld, entrance: Entrance) -> None:
    secret = made(world, name="ci")
    body = json.dumps({"ImageId": "m-bp146shijn7hujkusyst", "OSSBucket": "acme-images-hangzhou"})
    headers = {"Authorization": f"Bearer {secret}", "content-type": "application/json"}
    export = entrance.ask("POST", "/exports", body, headers=headers).value
    assert (export["RequestedBy"]["Name"], export["RequestedBy"]["Address"]) == ("ci", ADDRESS)
    entrance.cancel(export["ExportId"])
    (cancel,) = (world.store.objects[key].body for key in world.keys("/cancel"))
    assert json.loads(cancel)["Fact"]["RequestedBy"]["Name"] == "token-1"
    asked = [(one["name"], one["method"], one["status"]) for one in logged(world, "http.asked")]
    assert asked == [("ci", "POST", 202), ("token-1", "DELETE", 202)]
    assert {one["address"] for one in logged(world, "http.asked")} == {ADDRESS}


def test_a_look_has_no_line_and_a_refusal_has_one(world: FakeWorld, entrance: Entrance) -> None:
    secret = made(world, "read")
    assert ask(entrance, secret).status == 200
    assert (logged(world, "http.asked"), logged(world, "http.refused")) == ([], [])
    ask(entrance, secret, "POST")
    ask(entrance, UNKNOWN)
    refusals = [(one["name"], one["method"], one["path"], one["status"]) for one in logged(world, "http.refused")]
    assert refusals == [("ci", "POST", "/exports", 403), (None, "GET", "/exports", 401)]


def test_a_change_that_was_not_possible_has_its_line_too(world: FakeWorld, entrance: Entrance) -> None:
    entrance.cancel(NOBODY)
    assert [one["status"] for one in logged(world, "http.asked")] == [404]


def test_neither_a_secret_nor_its_hash_is_logged_or_kept(world: FakeWorld, entrance: Entrance) -> None:
    secret = made(world)
    ask(entrance, secret, "POST")
    ask(entrance, secret, path=f"/{secret}")
    digest = hashlib.sha256(secret.encode()).hexdigest()
    said = json.dumps([*map(str, world.log.lines), *(one.body.decode() for one in world.store.objects.values())])
    assert digest not in said
    assert redact(f"GET /{secret}?x") == "GET /iexp_***?x"  # as the edge of the log has each text
    assert secret not in json.dumps([one.body.decode() for one in world.store.objects.values()])


@pytest.mark.parametrize("given", ["evil\nline", "x" * 50, None, 7, {"a": 1}])
def test_an_address_that_is_none_is_left_out(world: FakeWorld, given: object) -> None:
    event = {
        "rawPath": f"/exports/{NOBODY}",
        "headers": {"Authorization": f"Bearer {TOKEN}"},
        "isBase64Encoded": True,
        "body": base64.b64encode(b"").decode(),
        "requestContext": {"http": {"method": "DELETE", "path": "/", "sourceIp": given}},
    }
    assert Entrance(world, TOKEN).take(json.dumps(event).encode()).status == 404
    assert [one["address"] for one in logged(world, "http.asked")] == [None]
