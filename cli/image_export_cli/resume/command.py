"""The verb `resume`: its command line."""

from pathlib import Path

import click

from .. import options


@click.command(epilog="\b\nExample:\n  image-export resume")
@options.of_deployment
def command(deployment: Path) -> int:
    """Let exports start again after `image-export pause`.

    It removes the ledger's object switches/paused, with your own keys. They need oss:GetObject and oss:DeleteObject
    there.
    """
    from ..deployed import at
    from ..switch import since
    from ..tables import show_text

    deployed = at(deployment)
    found = deployed.ledger.resume()
    show_text(since("Resumed. It was paused", found.fact, found.at) if found else "Nothing was paused.")
    return 0
