"""Verbs of the command in front of the flow's world: in this process, or on a terminal of their own."""

from typing import Any, NamedTuple

import msgspec

from image_export_cli.main import main
from tests.commands import run_here

from .test_replay import environment
from .world import ROOT, World


class Ran(NamedTuple):
    """How it ended, and what it printed."""

    code: int
    out: str
    said: str

    @property
    def lines(self) -> list[str]:
        """Of the answer."""
        return self.out.splitlines()

    @property
    def document(self) -> Any:
        """The answer as JSON."""
        return msgspec.json.decode(self.out)


def run(world: World, verb: str, *arguments: str, **environ: str) -> Ran:
    """A verb with the world's keys, where there is no terminal."""
    command = [verb, "--deployment", str(ROOT / "s.yaml"), *arguments]
    ran = run_here(main, command, {**environment(world), **environ})
    return Ran(ran.returncode, ran.stdout, ran.stderr)
