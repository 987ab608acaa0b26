"""What `alicloud-emulator` does: its command line, and serving until it is told to stop."""

import argparse
import asyncio
import json
import os
import signal
from pathlib import Path

from alicloud_emulator.cloud import Cloud, Settings
from alicloud_emulator.ending import SIGNALS
from alicloud_emulator.fc.s_yaml import RUNTIMES
from alicloud_emulator.section import SettingsError
from alicloud_emulator.server import serve

ROOT = Path(__file__).resolve().parents[2]
ABOUT = "Serve one emulated cloud until it is told to stop."
PORT_MAX = 65535
STDIN = 0
STOPS_WITHIN_S = 10
SPEED_MAX = 1e6  # a year in half a minute
EVENTS = frozenset({"actiontrail", "image", "none"})


def main() -> int:
    """Read the command line and run; 0 once it was told to stop."""
    options = arguments().parse_args()
    settings = Settings(
        speed=options.speed,
        functions=options.functions,
        template=options.template,
        policy=options.policy,
        opt=options.opt,
        runtime=options.runtime,
        events=options.events,
    )
    try:
        asyncio.run(run(settings, options.port, with_stdin=options.with_stdin))
    except (SettingsError, OSError) as fault:
        raise SystemExit(f"alicloud-emulator: {fault}") from None
    return 0


def arguments() -> argparse.ArgumentParser:
    """The command line of `alicloud-emulator` (docs/emulator.md)."""
    parser = argparse.ArgumentParser(prog="alicloud-emulator", description=ABOUT)
    parser.add_argument("--port", type=port, default=0, help="0: any free port")
    parser.add_argument("--speed", type=speed, default=600.0, help="cloud seconds in a second, while no function runs")
    parser.add_argument("--functions", type=file, default=shipped("s.yaml"), help="an s.yaml, or none")
    parser.add_argument("--template", type=file, default=shipped("template.yml"))
    parser.add_argument("--policy", type=file, default=shipped("functions/image-export/policy.yaml"))
    parser.add_argument(
        "--opt", type=Path, default=ROOT / "build/opt", help="what functions see as /opt: a folder, or a layer's zip"
    )
    parser.add_argument("--runtime", choices=RUNTIMES, help="what the functions run on, whatever s.yaml says")
    parser.add_argument("--events", type=kinds, default=frozenset({"actiontrail"}), help="actiontrail,image or none")
    parser.add_argument("--with-stdin", action="store_true", help="stop when stdin closes, as with whoever started it")
    return parser


def shipped(name: str) -> Path | None:
    """A file of this repository, wherever the emulator is started, if it is there."""
    return ROOT / name if (ROOT / name).exists() else None


def file(text: str) -> Path | None:
    """A file that must be there, or none."""
    if text == "none":
        return None
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text!r}")
    return Path(text)


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
