"""`python -m replay`: list what failed, was rejected or could not be told, show one, or have it done once more.

    list        what can be replayed, with the reason, the latest last; without a verb it is this
    show NAME…  all that the ledger keeps of it
    once NAME…  have image-export-event do it once more, and say what came of it; asking twice is one new export,
                or one event told

Of a name that begins with rejected- so much is enough as no other begins with.

The credentials are a person's own (ALIBABA_CLOUD_ACCESS_KEY_ID, _SECRET, _SECURITY_TOKEN): to read the ledger's bucket,
and for `once` fc:InvokeFunction. Nothing is written from here: the function decides by its policy of today.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from doctor.edges.account import CloudAccount
from doctor.examination import Examination
from doctor.pipes import until_closed
from image_export.edges.aliyun.credentials import base_credentials
from image_export.edges.aliyun.hosts import Addresses
from image_export.errors import ImageExportError

from .asking import Entrance
from .looking import replayable, shown
from .shelf import items, whole_name

if TYPE_CHECKING:
    from doctor.deployment import Deployment
    from image_export.use_cases.ledger.ledger import Ledger

HANDLER = "index.on_event"


class Desk(NamedTuple):
    """The deployment's ledger, and the way to its function."""

    ledger: "Ledger"
    entrance: Entrance


def main() -> int:
    """0: done. 1: one of them was not. 2: the command line, the keys or the deployment's files are wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m replay", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--functions", type=Path, default=Path("s.yaml"), help="the s.yaml that is deployed")
    parser.add_argument("verb", choices=["list", "show", "once"], nargs="?", default="list")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    if bool(options.names) == (options.verb == "list"):
        parser.error("list takes no name; show and once take those that list prints")
    examination = Examination(options.functions, os.environ)
    findings = list(examination.read())
    if examination.deployment is None:
        for finding in findings:
            if finding.status != "ok":
                say(f"✗ {finding.subject}: {finding.message}")
        return 2
    try:
        done = run(desk_of(examination.deployment), options.verb, options.names)
    except ImageExportError as fault:
        say(f"✗ {fault.code}: {fault.cause.message}")
        return 1
    return int(not done)


def desk_of(deployment: "Deployment") -> Desk:
    """In the name of whoever calls."""
    credentials, addresses = base_credentials(None, os.environ), Addresses(deployment.settings.endpoint)
    account = CloudAccount(credentials, addresses, deployment.region)
    home = (deployment.account_id, deployment.region)
    name = next(function.name for function in deployment.functions if function.handler == HANDLER)
    return Desk(account.ledger(deployment.settings), Entrance(credentials, addresses, home, name))


def run(desk: Desk, verb: str, names: list[str]) -> bool:
    """Do what was asked, name by name; False where one of them is refused, which hinders no other."""
    if verb == "list":
        for item in items(desk.ledger):
            after = f"  (then {item.by})" if item.by else ""
            say(f"{item.name}  {item.at:%Y-%m-%d %H:%M}  {item.what}  {item.cause.code}: {item.cause.message}{after}")
    do = show if verb == "show" else once
    refused = [name for name in names if not _is_done(do, desk, name)]
    return not refused


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


def once(desk: Desk, name: str) -> bool:
    """Have the function do it, unless it is known here that it would refuse; say what came of it."""
    replayable(desk.ledger, name)
    outcome = desk.entrance.ask(name)
    say(f"{'✓' if outcome.good else '✗'} {name}: {outcome.said}")
    return outcome.good


def say(text: str) -> None:
    """To whoever asked."""
    print(text)  # noqa: T201 - the answer


if __name__ == "__main__":
    sys.exit(until_closed(main))
