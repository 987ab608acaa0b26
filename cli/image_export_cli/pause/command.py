"""The verb `pause`: its command line."""

from pathlib import Path

import click

from .. import options


@click.command(epilog='\b\nExample:\n  image-export pause --reason "the quota is needed for a migration"')
@options.of_deployment
@click.option("--reason", metavar="TEXT", help="Why: shown to whoever asks.")
def command(deployment: Path, reason: str | None) -> int:
    """Let no export start until `image-export resume`. What runs is watched to its end.

    It writes the ledger's object switches/paused, with your own keys. They need oss:GetObject and oss:PutObject there.
    Where somebody has paused already, that stands.
    """
    from ..deployed import at, say
    from ..switch import since
    from ..tables import show_text

    deployed = at(deployment)
    by = deployed.caller.arn
    standing = deployed.ledger.pause(by, reason)
    show_text(since("Paused" if standing.ours else "Paused already, which stands:", standing.fact, standing.at))
    say("What is being started at this moment may still start. Running tasks are watched to their end.")
    return 0
