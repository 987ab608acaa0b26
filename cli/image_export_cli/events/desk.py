"""Lists, shows and retries events at a deployment's ledger and function. Says what came of each, and goes on."""

import json
from collections.abc import Callable, Iterable
from typing import NamedTuple

import click

from image_export.edges.aliyun.hosts import Addresses
from image_export.errors import ImageExportError
from image_export.use_cases.ledger.ledger import Ledger

from ..cloud.account import CloudAccount
from ..deployment.deployment import Deployment
from ..session import Session
from .asking import Entrance
from .details import replayable, shown
from .listing import items, whole_name

HANDLER = "index.on_event"


class Desk(NamedTuple):
    """The deployment's ledger, and the way to its function."""

    ledger: Ledger
    entrance: Entrance


def desk_of(session: Session, deployment: Deployment) -> Desk:
    """In the name of whoever calls."""
    credentials, addresses = session.credentials(), Addresses(deployment.settings.endpoint)
    account = CloudAccount(credentials, addresses, deployment.region)
    home = (deployment.account_id, deployment.region)
    name = next(function.name for function in deployment.functions if function.handler == HANDLER)
    return Desk(account.ledger(deployment.settings), Entrance(credentials, addresses, home, name))


def list_items(desk: Desk) -> bool:
    """A line for each."""
    for item in items(desk.ledger):
        after = f"  (then {item.by})" if item.by else ""
        say(f"{item.name}  {item.at:%Y-%m-%d %H:%M}  {item.what}  {item.cause.code}: {item.cause.message}{after}")
    return True


def each(desk: Desk, names: Iterable[str], do: Callable[[Desk, str], bool]) -> bool:
    """Do it name by name; False where one of them is refused, which hinders no other."""
    return not [name for name in names if not _is_done(do, desk, name)]


def _is_done(do: Callable[[Desk, str], bool], desk: Desk, name: str) -> bool:
    try:
        return do(desk, whole_name(desk.ledger, name))
    except ImageExportError as fault:
        say(f"✗ {fault.code}: {fault.cause.message}")
        return False


def show(desk: Desk, name: str) -> bool:
    """All that is known of it."""
    say(json.dumps(shown(desk.ledger, name), indent=2, ensure_ascii=False))
    return True


def retry(desk: Desk, name: str) -> bool:
    """Have the function do it, unless it is known here that it would refuse; say what came of it."""
    replayable(desk.ledger, name)
    outcome = desk.entrance.ask(name)
    say(f"{'✓' if outcome.good else '✗'} {name}: {outcome.said}")
    return outcome.good


def say(text: str) -> None:
    """To whoever asked."""
    click.echo(text)
