"""Shows every way to an export, on an emulator of its own with the functions of s.yaml."""

import hashlib
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

import requests
from rich.console import Console

from alicloud_emulator.fc.scratch import Scratch
from alicloud_emulator.running import EmulatorError, RunningEmulator
from alicloud_emulator.section import SettingsError
from image_export_cli.checkout import root
from image_export_cli.demo.by_event import ByEvent
from image_export_cli.demo.by_night import ByNight
from image_export_cli.demo.chat import Chat
from image_export_cli.demo.lines import WIDE, write
from image_export_cli.demo.over_http import OverHttp
from image_export_cli.demo.restoring import NETWORK, PARAMETERS, Restoring, with_restores
from image_export_cli.demo.stage import MissingError, Stage, no_secret_in_the_log

ABOUT = (
    "Alibaba Cloud, emulated on this machine; nothing leaves it. An image is created, exported, proven and announced, "
    "to a chat too; then the same over HTTP, and by night. Then it is restored, and drills show that one export starts "
    "and another does not. Cloud time goes 600 times as fast, so this takes twenty to fifty seconds."
)


class Showing(NamedTuple):
    """What to show, and what to break on purpose."""

    seconds: float
    outcome: str
    events: str
    package: str | None
    runtime: str | None
    layer: str | None
    log: Path | None
    faults: tuple[Any, ...]


def show(options: Showing) -> int:
    """0 where everything happened, 1 and the reason where something did not."""
    checkout = root()
    console = Console(emoji=False, width=None if sys.stdout.isatty() else WIDE)
    with options.log.open("w+b") if options.log else tempfile.TemporaryFile() as log, closing(Scratch()) as scratch:
        return shown(options, checkout, console, log, Chat(scratch.folder("demo")))


def shown(options: Showing, checkout: Path, console: Console, log: IO[bytes], chat: Chat) -> int:
    """The exit code."""
    write(console, ABOUT)
    started, token = time.monotonic(), secrets.token_urlsafe(24)
    try:
        given, environment = laid(options, checkout, chat)
        environment["IMAGE_EXPORT_HTTP_TOKENS"] = hashlib.sha256(token.encode()).hexdigest()
        with RunningEmulator(*given, log=log, environment=environment) as emulator, told_if_gone(emulator):
            if options.faults:
                emulator.post("faults", options.faults)
            stage = Stage(emulator, console, options.seconds)
            golden = ByEvent(stage).run({"_export": {"outcome": options.outcome}})
            client = OverHttp(stage, token)
            client.run()
            nightly = ByNight(stage).run()
            Restoring(stage, client).run(golden, nightly)
            no_secret_in_the_log(stage, token, *chat.secrets)
    except (MissingError, EmulatorError, SettingsError) as missing:
        write(console, str(missing), "[red]✗[/] ")
        if not options.log:
            write(console, "--log FILE keeps what the functions wrote.", "  ")
        return 1
    write(console, f"Done in {time.monotonic() - started:.1f} s.", "\n")
    return 0


def laid(options: Showing, checkout: Path, chat: Chat) -> tuple[list[str], dict[str, str]]:
    """What the emulator is started with, and the variables beside the shell's own. Raises SettingsError."""
    given = ["--functions", str(checkout / "s.yaml"), "--template", str(checkout / "template.yml")]
    given += [
        "--ground",
        str(chat.ground(checkout / "ground.yaml", parameters=PARAMETERS, networks=[NETWORK])),
        "--events",
        options.events,
    ]
    given += ["--opt", options.layer or str(checkout / "build" / "opt")]
    if options.runtime:
        given += ["--runtime", options.runtime]
    code = options.package or os.environ.get("IMAGE_EXPORT_CODE") or "functions/image-export"
    return given, {"IMAGE_EXPORT_CODE": str(chat.code(checkout / code, with_restores))}


@contextmanager
def told_if_gone(emulator: RunningEmulator) -> Iterator[None]:
    """An emulator that is there no more is a part that is missing."""
    try:
        yield
    except requests.ConnectionError:
        raise MissingError(f"the emulator is gone; its last words: {emulator.last_words()}") from None
