"""What the verbs `layer` and `package` share: their options, and how a build is told of and ends."""

import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from ..checkout import root
from .fetching import NotForFcError
from .runtimes import RUNTIMES, Interpreter, MissingInterpreterError, interpreter
from .zipping import Size

Built = Iterable[tuple[Path, Size]]

runtimes = click.option(
    "--runtime",
    "runtimes",
    type=click.Choice(RUNTIMES),
    multiple=True,
    help="Build for this runtime; may be repeated. Without it, for both.",
)
out = click.option(
    "--out", type=click.Path(path_type=Path), default=Path("dist"), show_default=True, help="The folder of the zips."
)


def build(wanted: Iterable[str], make: Callable[[list[Interpreter]], Built]) -> int:
    """0 where everything was built; otherwise 1, with the reason, and what could be built is there."""
    root()  # or an end, before anything is built
    found, missing = _interpreters(wanted or RUNTIMES)
    try:
        for file, size in make(found):
            click.echo(f"{file}: {size}")
    except (NotForFcError, subprocess.CalledProcessError) as fault:
        missing.append(str(fault))
    for reason in missing:
        click.echo(reason, err=True)
    return 1 if missing else 0


def _interpreters(runtimes: Iterable[str]) -> tuple[list[Interpreter], list[str]]:
    """Those that are here, and why the others are not."""
    found, missing = [], []
    for runtime in runtimes:
        try:
            found.append(interpreter(runtime))
        except MissingInterpreterError as fault:
            missing.append(str(fault))
    return found, missing
