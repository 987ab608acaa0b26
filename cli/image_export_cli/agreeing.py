"""Whether a person agrees to what a verb is about to do: asked on a terminal, told by `--yes` anywhere else."""

import sys

import click

from .deployed import say
from .exit_codes import ExitCode


def agree(question: str, *, yes: bool) -> None:
    """Go on, or end: with 1 where the answer is no, with 2 where nobody is there to be asked."""
    if yes:
        return
    if not sys.stdin.isatty():
        say("Nobody is there to be asked: add --yes.")
        raise click.exceptions.Exit(ExitCode.WRONG)
    if not _said_yes(question):
        say("Nothing was done.")
        raise click.exceptions.Exit(ExitCode.NO)


def _said_yes(question: str) -> bool:
    """Whoever ends the input has not. Ctrl-C ends the verb, as it does anywhere else."""
    try:
        return click.confirm(question, err=True)
    except click.Abort as end:
        click.echo(err=True)
        if isinstance(end.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        return False
