"""What `make demo` does: every way to an export, shown on the emulator with the functions of s.yaml.

Exits 1 with the reason where a part is missing. `--fault`, `--outcome` and `--events` break one on purpose.
"""

import argparse
import hashlib
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import requests
from rich.console import Console

from emulator import bodies
from emulator.demo.by_event import ByEvent
from emulator.demo.by_night import ByNight
from emulator.demo.lines import WIDE, write
from emulator.demo.over_http import OverHttp
from emulator.demo.stage import MissingError, Stage, no_secret_in_the_log
from emulator.ecs.plan import OUTCOMES
from emulator.errors import ApiError
from emulator.fc.s_yaml import RUNTIMES
from emulator.running import EmulatorError, RunningEmulator

ABOUT = (
    "Alibaba Cloud, emulated on this machine; nothing leaves it. An image is created, exported, proven and announced; "
    "then the same over HTTP, and by night. Cloud time goes 600 times as fast, so this takes ten to thirty seconds."
)


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m emulator.demo", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the whole may take")
    parser.add_argument("--outcome", default="finish", choices=OUTCOMES, help="what becomes of the task")
    parser.add_argument("--events", default="actiontrail", help="which events tell of the image, or none")
    parser.add_argument("--package", help="run the functions from this zip instead of their folder")
    parser.add_argument("--runtime", choices=RUNTIMES, help="as the layer's zip is; what s.yaml says if not said")
    parser.add_argument("--layer", default="build/opt", help="a zip of `make layer`, or what `make setup` unpacked")
    parser.add_argument("--log", type=Path, help="keep what the functions and the emulator log, in this file")
    parser.add_argument(
        "--fault",
        action="append",
        type=fault,
        default=[],
        help='may be repeated; such as {"service": "sts", "action": "AssumeRole", "kind": "throttle", "times": 3}',
    )
    return parser


def fault(text: str) -> Any:
    """An order for `POST /_emulator/faults`."""
    try:
        return bodies.read(text.encode(), bodies.FAULT)
    except ApiError as wrong:
        raise argparse.ArgumentTypeError(wrong.message) from None


def main() -> int:
    """0 where everything happened, 1 and the reason where something did not."""
    options = arguments().parse_args()
    console = Console(emoji=False, width=None if sys.stdout.isatty() else WIDE)
    with options.log.open("w+b") if options.log else tempfile.TemporaryFile() as log:
        return shown(options, console, log)


def shown(options: argparse.Namespace, console: Console, log: IO[bytes]) -> int:
    """The exit code."""
    write(console, ABOUT)
    started, token = time.monotonic(), secrets.token_urlsafe(24)
    environment = {"IMAGE_EXPORT_HTTP_TOKENS": hashlib.sha256(token.encode()).hexdigest()}
    if options.package:
        environment["IMAGE_EXPORT_CODE"] = options.package
    given = ["--functions", "s.yaml", "--events", options.events, "--opt", options.layer]
    if options.runtime:
        given += ["--runtime", options.runtime]
    try:
        with RunningEmulator(*given, log=log, environment=environment) as emulator, told_if_gone(emulator):
            if options.fault:
                emulator.post("faults", options.fault)
            stage = Stage(emulator, console, options.seconds)
            ByEvent(stage).run({"_export": {"outcome": options.outcome}})
            OverHttp(stage, token).run()
            ByNight(stage).run()
            no_secret_in_the_log(stage)
    except (MissingError, EmulatorError) as missing:
        write(console, str(missing), "[red]✗[/] ")
        if not options.log:
            write(console, "--log FILE keeps what the functions wrote.", "  ")
        return 1
    write(console, f"Done in {time.monotonic() - started:.1f} s.", "\n")
    return 0


@contextmanager
def told_if_gone(emulator: RunningEmulator) -> Iterator[None]:
    """An emulator that is there no more is a part that is missing."""
    try:
        yield
    except requests.ConnectionError:
        raise MissingError(f"the emulator is gone; its last words: {emulator.last_words()}") from None
