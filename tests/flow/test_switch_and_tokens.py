"""`image-export pause`, `resume` and `token` against the emulator, as somebody with keys of their own uses them."""

import json
import re

from jsonschema_rs import Draft202012Validator

from .entrance import Entrance
from .test_acting import Ran
from .world import ACCOUNT, ROOT, World

BY = f"acs:ram::{ACCOUNT}:user/administrator"


def test_while_paused_nothing_starts_and_who_paused_first_stands(world: World) -> None:
    try:
        first, again = Ran(world, "pause", "--reason", "a migration"), Ran(world, "pause")
        image = world.image()
        world.tell(image)
        assert (first.code, again.code, world.calls_of(image)) == (0, 0, [])
        assert re.fullmatch(rf"Paused since \S+ \S+ UTC by {BY}: a migration\n", first.out)
        assert re.fullmatch(rf"Paused already, which stands: since \S+ \S+ UTC by {BY}: a migration\n", again.out)
        assert "may still start" in first.err
    finally:
        resumed = Ran(world, "resume")
    assert (resumed.code, resumed.out.startswith("Resumed. It was paused since")) == (0, True)
    assert (Ran(world, "resume").out, world.ledger("switches/")) == ("Nothing was paused.\n", [])
    world.follow(image)
    assert len(world.calls_of(image)) == 1


def test_a_token_is_told_once_works_by_its_scopes_and_is_gone_when_revoked(world: World, entrance: Entrance) -> None:
    made = Ran(world, "token", "new", "ci-7", "--scope", "read", "--expires", "12h")
    secret = made.out.strip()
    assert (made.code, made.out, secret in made.err) == (0, f"{secret}\n", False)
    asked = {"authorization": f"Bearer {secret}"}
    assert entrance.ask("GET", "/exports", headers=asked).status == 200
    assert entrance.ask("DELETE", "/exports/exp-aaaaaaaaaaaaaaaa-0001", headers=asked).status == 403
    taken = Ran(world, "token", "new", "ci-7")
    assert (taken.code, taken.out, "TokenNameInUse" in taken.err) == (1, "", True)
    assert Ran(world, "token", "revoke", "ci-7").out == "Token ci-7 is revoked.\n"
    assert world.ledger("/access/") == []
    assert Ran(world, "token", "revoke", "ci-7").code == 1


def test_tokens_are_listed_without_secret_or_hash_and_expired_ones_are_marked(world: World) -> None:
    secret = Ran(world, "token", "new", "soon", "--scope", "read", "--scope", "ask", "--expires", "30m").out.strip()
    (key,) = world.ledger("/access/")
    world.emulator.advance(3600)
    table, document = Ran(world, "token", "list"), Ran(world, "token", "list", "--output", "json")
    said = json.loads(document.out)
    Draft202012Validator(json.loads((ROOT / "schemas" / "token-list.json").read_text())).validate(said)
    (one,) = said["Tokens"]
    assert (one["Name"], one["Scopes"], one["Expired"], one["CreatedBy"]) == ("soon", ["read", "ask"], True, BY)
    assert re.search(r"soon +read,ask +\S+ \S+ expired +\S+ \S+ +acs:ram", table.out)
    for text in (table.out, table.err, document.out, document.err):
        assert secret not in text
        assert key.rpartition("/")[2][:16] not in text
    Ran(world, "token", "revoke", "soon")
    assert Ran(world, "token", "list").err == "There is no token.\n"
