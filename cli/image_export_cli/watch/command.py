"""The verb `watch`: its command line. Exports are followed in `following`, imported when it runs."""

from pathlib import Path

import click

from .. import options


@click.command(epilog="\b\nExample:\n  image-export watch exp-mwkh3htwuwqi6f7n-0001 && echo exported")
@options.of_deployment
@options.of_output
@options.interval
@click.argument("ids", metavar="[ID]…", nargs=-1, type=options.ExportId())
def command(deployment: Path, output: options.Output, ids: tuple[str, ...], interval: float) -> int:
    """Show what runs and waits, and how it moves, until Ctrl-C.

    With IDs it follows these exports until each has ended. A terminal shows a table that redraws itself; anything else
    gets a line for each change. It uses your own keys, which need to read the ledger's bucket. The percent of a task
    needs ecs:DescribeTaskAttribute, or a role of policy.yaml that lets you in; without it the ledger alone tells.

    With IDs it ends with 0 where each is Completed, with 1 where one is not, and with 3 where nothing could be told for
    five minutes.
    """
    from ..answers.exports import Exports
    from ..deployed import at
    from ..following.loop import follow, outcome
    from ..tables import show_document

    if output == "json" and not ids:
        raise click.UsageError("One JSON document needs an end: name the exports.")
    deployed = at(deployment)
    exports = follow(deployed, ids, every_s=interval, stderr=output == "json")
    if output == "json":
        show_document(Exports(exports=tuple(exports)))
    return outcome(exports)
