"""`python -m emulator`: serve one emulated cloud until it is told to stop."""

import argparse
import asyncio
import json
import signal
from pathlib import Path

from emulator.cloud import Cloud, Settings
from emulator.fc.s_yaml import RUNTIMES
from emulator.section import SettingsError
from emulator.server import serve

ROOT = Path(__file__).resolve().parent.parent
PORT_MAX = 65535
SPEED_MAX = 1e6  # a year in half a minute
EVENTS = frozenset({"actiontrail", "image", "none"})


def main() -> None:
    """Read the command line and run."""
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
        asyncio.run(run(settings, options.port))
    except (SettingsError, OSError) as fault:
        raise SystemExit(f"python -m emulator: {fault}") from None


def arguments() -> argparse.ArgumentParser:
    """The command line of DESIGN's `python -m emulator`."""
    parser = argparse.ArgumentParser(prog="python -m emulator", description=__doc__)
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


async def run(settings: Settings, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    cloud = Cloud(settings)
    runner = await serve(cloud, port)
    print(json.dumps(ready(cloud)), flush=True)  # noqa: T201 - the line that scripts wait for
    await stopped.wait()
    await cloud.stop()
    await runner.cleanup()


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


if __name__ == "__main__":
    main()
