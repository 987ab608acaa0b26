"""The emulator judged by clients that nobody here wrote: what they ask succeeds, what is wrong is refused.

Each client runs unmodified in an environment and a process of its own and talks to an emulated cloud over the wire,
through a proxy that can flip a byte. `docs/emulator.md` holds the table of what came of it.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from alicloud_emulator.cloud import Settings
from tests.clients.catalogue import CLIENTS, REFUSALS, Client
from tests.clients.driver import driving
from tests.clients.environments import BUILD
from tests.clients.session import Session
from tests.clients.tampering import proxying
from tests.emulator.deployment import ECHO, write
from tests.emulator.world import World, running
from tests.ground import SHIPPED

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "emulator.md"
HTTP = {"triggerName": "http", "triggerType": "http", "triggerConfig": {"authType": "function", "methods": ["GET"]}}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """What template.yml and ground.yaml name, and one function."""
    settings = Settings(
        speed=0.01,
        functions=write(tmp_path, ECHO, triggers=[HTTP]),
        template=ROOT / "template.yml",
        ground=SHIPPED,
        opt=tmp_path,
    )
    with running(settings) as world:
        yield world


@pytest.mark.prove
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_a_vendors_client_is_answered_and_refused_as_by_the_cloud(client: Client, world: World) -> None:
    upstream = world.endpoint.removeprefix("http://")
    with driving(client.command(), client.variables()) as driver, proxying(upstream) as proxy:
        session = Session(driver=driver, world=world, proxy=proxy, options=client.options)
        calls = client.flow(session)
        outcomes = refused(session, client)
    assert dict(zip(REFUSALS, outcomes, strict=True)) == dict(zip(REFUSALS, client.refused.outcomes, strict=True))
    line = row(client.name, calls, outcomes)
    keep(client, line)
    assert line in PAGE.read_text(encoding="utf-8").splitlines(), f"the page lacks\n{line}"


def refused(session: Session, client: Client) -> tuple[str, ...]:
    """The outcome of each wrong call, in the order of REFUSALS."""
    (call, params), (signed_call, signed) = client.refused.usual, client.refused.signed
    incomplete_call, incomplete = client.refused.incomplete
    wrong = session.outcome(call, session.wrong_key(), **params)
    with session.flipping("signature"):
        signature = session.outcome(call, **params)
    with session.flipping("body"):
        body = session.outcome(signed_call, **signed)
    with session.later():
        stale = session.outcome(call, **params)
    expired = session.outcome(call, session.session_key(client.refused.role, valid_s=-1), **params)
    missing = session.outcome(incomplete_call, **incomplete)
    unknown = session.outcome("NoSuchAction", **params)
    return wrong, signature, body, stale, expired, missing, unknown


def row(name: str, calls: list[str], outcomes: tuple[str, ...]) -> str:
    """A client's line of the table."""
    return f"| {name} | {', '.join(calls)} | {' | '.join(outcomes)} |"


def keep(client: Client, line: str) -> None:
    """Leave the line where `make prove` prints it from, in the order of the catalogue."""
    folder = BUILD / "table"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{CLIENTS.index(client):02}.md").write_text(line + "\n", encoding="utf-8")


def test_the_table_names_every_client_once() -> None:
    text = PAGE.read_text(encoding="utf-8")
    _, _, table = text.partition("| client |")
    lines = table.partition("\n\n")[0].splitlines()[2:]
    assert [line.split(" | ")[0].removeprefix("| ") for line in lines] == [client.name for client in CLIENTS]


def test_the_environments_are_pinned_by_hash_and_name_no_index() -> None:
    pinned = sorted((ROOT / "tests" / "clients" / "requirements").glob("*.txt"))
    locked = sorted((ROOT / "tests" / "clients" / "npm").glob("*/package-lock.json"))
    named = {one.environment for one in CLIENTS} | {"parse-spec"}  # the reader of command lines is no client
    assert {file.stem for file in pinned} | {file.parent.name for file in locked} == named
    for file in pinned:
        assert "--hash=sha256:" in file.read_text()
    for file in locked:
        packages = {name: one for name, one in json.loads(file.read_text())["packages"].items() if name}
        assert [name for name, one in packages.items() if "integrity" not in one or "resolved" in one] == []
    lines = [line for file in (*pinned, *locked) for line in file.read_text().splitlines() if not line.startswith("#")]
    assert not [line for line in lines if line.startswith("--") or "registry" in line]
