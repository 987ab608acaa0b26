"""What `alicloud-emulator` does: its command line, and serving until it is told to stop."""

import argparse
import asyncio
import json
import os
import shutil
import signal
import sys
from pathlib import Path

from alicloud_emulator import ground
from alicloud_emulator.cloud import Cloud, Settings
from alicloud_emulator.ending import SIGNALS
from alicloud_emulator.fc.s_yaml import RUNTIMES
from alicloud_emulator.section import SettingsError
from alicloud_emulator.server import serve

ABOUT = "Serve one emulated cloud until it is told to stop. Everything that it prints to stdout is one line of JSON."
EPILOG = "Where they are not said, s.yaml, template.yml and ground.yaml of this folder count, as far as they are there."
SPEED = 600.0
QEMU = "qemu-system-x86_64"
PORT_MAX = 65535
STDIN = 0
STOPS_WITHIN_S = 10
SPEED_MAX = 1e6  # a year in half a minute
EVENTS = frozenset({"actiontrail", "image", "none"})


def main() -> int:
    """Read the command line and run; 0 once it was told to stop."""
    options = arguments().parse_args()
    try:
        settings = Settings(
            speed=options.speed,
            functions=options.functions,
            template=options.template,
            ground=ground.read(options.ground) if options.ground else {},
            opt=options.opt,
            runtime=options.runtime,
            events=options.events,
            qemu=options.qemu,
        )
        asyncio.run(run(settings, options.port, with_stdin=options.with_stdin))
    except (SettingsError, OSError) as fault:
        raise SystemExit(f"alicloud-emulator: {fault}") from None
    return 0


def arguments() -> argparse.ArgumentParser:
    """The command line of `alicloud-emulator` (docs/emulator.md)."""
    parser = argparse.ArgumentParser(prog="alicloud-emulator", description=ABOUT, epilog=EPILOG)
    parser.add_argument("--port", type=port, default=0, help="where to listen on loopback; 0, the default: any port")
    parser.add_argument(
        "--speed", type=speed, default=SPEED, help="cloud seconds in a second while no function runs (%(default)g)"
    )
    parser.add_argument("--functions", type=file, default=here("s.yaml"), help="an s.yaml whose functions run, or none")
    parser.add_argument(
        "--template", type=file, default=here("template.yml"), help="a ROS template whose stack exists, or none"
    )
    parser.add_argument(
        "--ground", type=file, default=here("ground.yaml"), help="a file that names what else exists, or none"
    )
    parser.add_argument(
        "--opt",
        type=Path,
        default=Path("build/opt"),
        help="what functions with layers see as /opt: a folder, or a layer's zip (%(default)s)",
    )
    parser.add_argument("--runtime", choices=RUNTIMES, help="what all functions run on, whatever s.yaml says")
    parser.add_argument(
        "--events",
        type=kinds,
        default=frozenset({"actiontrail"}),
        help="what the creation of an image sends: actiontrail (the default), image, both with a comma, or none",
    )
    parser.add_argument(
        "--qemu",
        type=program,
        default=shutil.which(QEMU),
        help=f"what runs the disks of imported images, or none: their marks are read instead ({QEMU}, if it is there)",
    )
    parser.add_argument("--with-stdin", action="store_true", help="stop when stdin closes, as with whoever started it")
    return parser


def here(name: str) -> Path | None:
    """A file of the folder that the emulator is started in, if it is there."""
    return Path(name) if Path(name).is_file() else None


def file(text: str) -> Path | None:
    """A file that must be there, or none."""
    if text == "none":
        return None
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text!r}")
    return Path(text)


def program(text: str) -> str | None:
    """A program that must be there, or none."""
    found = shutil.which(text)
    if text != "none" and found is None:
        raise argparse.ArgumentTypeError(f"there is no program {text!r}")
    return found if text != "none" else None


def port(text: str) -> int:
    """Where to listen."""
    if not 0 <= int(text) <= PORT_MAX:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to {PORT_MAX}")
    return int(text)


def speed(text: str) -> float:
    """Time goes on, and only forwards."""
    if not 0 < float(text) <= SPEED_MAX:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0, and up to {SPEED_MAX:,.0f}")
    return float(text)


def kinds(text: str) -> frozenset[str]:
    """Which events the creation of an image sends."""
    chosen = frozenset(text.split(","))
    if not chosen <= EVENTS:
        raise argparse.ArgumentTypeError(f"{text!r}: may name {', '.join(sorted(EVENTS))}")
    return chosen - {"none"}


async def run(settings: Settings, port: int, *, with_stdin: bool) -> None:
    """Serve until a signal ends it, or stdin."""
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in SIGNALS:
        loop.add_signal_handler(name, stop, stopped)
    if with_stdin:
        loop.add_reader(STDIN, stop_at_the_end, stopped)
    cloud = Cloud(settings)
    runner = await serve(cloud, port)
    print(in_shell(cloud), file=sys.stderr, flush=True)  # noqa: T201 - for people, beside the JSON
    print(json.dumps(ready(cloud)), flush=True)  # noqa: T201 - the line that scripts wait for
    await stopped.wait()
    await cloud.stop()
    await runner.cleanup()


def stop(stopped: asyncio.Event) -> None:
    """Stop in order, but within a bound: a call that never ends, or a start that does not, must not outlive us.

    What SIGALRM leaves behind, the caretaker and the functions' parent-death signal clear away.
    """
    stopped.set()
    signal.alarm(STOPS_WITHIN_S)


def stop_at_the_end(stopped: asyncio.Event) -> None:
    """Read what has come over stdin; nothing is what comes once it is closed."""
    if not os.read(STDIN, 4096):
        asyncio.get_running_loop().remove_reader(STDIN)
        stop(stopped)


def in_shell(cloud: Cloud) -> str:
    """What a person may paste into a shell, and how fast time goes."""
    http = f" HTTP={cloud.fc.http_trigger}" if cloud.fc.http_trigger else ""
    pace = f"# cloud time goes {cloud.settings.speed:g} times as fast as yours while no function runs"
    return f"{pace}\nexport ENDPOINT={cloud.endpoint}{http}"


def ready(cloud: Cloud) -> dict[str, str | None]:
    """Where the cloud is, and the key of the account's administrator."""
    return {
        "event": "emulator.ready",
        "endpoint": cloud.endpoint,
        "http_trigger": cloud.fc.http_trigger,
        "access_key_id": cloud.identity.administrator.access_key_id,
        "access_key_secret": cloud.identity.administrator.secret,
        "account_id": cloud.account_id,
    }
