"""Row "cold-start": from the start of a process to its first answer, from the zips that are uploaded, unpacked
read-only. Beside it, in turns: the same job on the newer vendor SDKs, and the bare import of the SDKs that ship.
"""

import hashlib
import json
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from alicloud_emulator.fc.mounts import Mounts
from alicloud_emulator.running import RunningEmulator
from image_export_cli.artifacts.building import build_layer, build_package
from image_export_cli.artifacts.compiling import compile_all
from image_export_cli.artifacts.fetching import fetch
from image_export_cli.artifacts.runtimes import RUNTIMES, Interpreter, MissingInterpreterError, interpreter
from image_export_cli.artifacts.zipping import Size
from tests.bench.line import RATIO, Line
from tests.bench.one_start import Start, imported, timed

HERE = Path(__file__).parent
BUILT = HERE.parents[1] / "build" / "bench"
TURNS = 9
SLOW_TURNS = 3  # of what compiles everything anew each time
TOKEN = "bench"  # made up, for an emulator that lives as long as this row
SHIPPED = (
    "aliyunsdkcore.client",
    "aliyunsdkecs",
    "aliyunsdksts",
    "alibabacloud_oss_v2",
    "fc2",
    "structlog",
    "msgspec",
    "yaml",
)
NEWER, NEWER_COMPILED, FLOOR, HEALTHZ_FLOOR = 0.2, 0.6, 1.5, 0.4  # the bars


class Unpacked(NamedTuple):
    """What is measured for one runtime, unpacked."""

    interpreter: Interpreter
    code: Path
    opt: Path
    newer: Path
    newer_compiled: Path
    sizes: dict[str, Size]


def rows(_sizes: Sequence[int] = ()) -> Iterator[Line]:
    """For each of FC's runtimes whose interpreter is here."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for runtime in RUNTIMES:
            try:
                one = interpreter(runtime)
            except MissingInterpreterError:
                yield Line(what=f"{runtime}: not on this machine, not measured", value=0, unit="ms")
                continue
            mounts = Mounts()
            unpacked = prepared(one, mounts, Path(folder))
            yield from measured(unpacked)
            yield from size_lines(runtime, unpacked.sizes)
            mounts.close()


def prepared(one: Interpreter, mounts: Mounts, folder: Path) -> Unpacked:
    """Build and unpack the zips; fetch the newer SDKs once and compile a copy of them."""
    layer, package = folder / f"{one.runtime}.zip", folder / "package.zip"
    sizes = {"layer": build_layer(one, layer), "package": build_package([one], package)}
    raw, compiled = (BUILT / f"{kind}-{one.runtime}" for kind in ("newer", "compiled"))
    for place in (raw, compiled):
        if not (place / ".done").exists():
            fetch(one.runtime, place / "python", HERE / "newer_sdks.txt")
            (place / "python" / "index.py").write_bytes((HERE / "newer_handler" / "index.py").read_bytes())
            if place == compiled:
                compile_all(one, place, str(place))
            (place / ".done").touch()
    return Unpacked(one, mounts.folder(package), mounts.folder(layer), raw, compiled, sizes)


def measured(unpacked: Unpacked) -> Iterator[Line]:
    """The medians of interleaved turns, on an emulator of its own."""
    hashed = hashlib.sha256(TOKEN.encode()).hexdigest()
    given = ("--functions", "none", "--events", "none", "--speed", "1")
    with RunningEmulator(*given, log=BUILT / "emulator.log") as emulator:
        emulator.post("quotas", {"concurrent_exports": 10_000, "weekly_exports": 10_000, "api_qps": 10_000})
        starts = Starts(unpacked, emulator, {"IMAGE_EXPORT_HTTP_TOKENS": hashed})
        seconds: dict[str, list[float]] = {name: [] for name in starts.names}
        for turn in range(TURNS):
            for name in starts.names:
                if name != "newer" or turn < SLOW_TURNS:
                    seconds[name].append(starts.take(name))
    return lines(unpacked.interpreter.runtime, {name: statistics.median(taken) for name, taken in seconds.items()})


class Starts:
    """The starts that are compared, by name; each is checked to have done its job."""

    names = ("export", "healthz", "newer", "compiled", "floor")

    def __init__(self, unpacked: Unpacked, emulator: RunningEmulator, more: dict[str, str]) -> None:
        self._unpacked = unpacked
        self._emulator = emulator
        self._environment = {
            **more,
            "IMAGE_EXPORT_LEDGER": "oss://image-export-ledger-1234567890123456/ledger",
            "IMAGE_EXPORT_ENDPOINT": emulator.endpoint,
            "ALIBABA_CLOUD_ACCESS_KEY_ID": emulator.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": emulator.access_key_secret,
        }

    def take(self, name: str) -> float:
        """One of them, in seconds."""
        if name == "floor":
            return imported(self._unpacked.interpreter.program, self._unpacked.opt, SHIPPED)
        if name == "healthz":
            return self._healthz()
        unpacked = self._unpacked
        code = {"newer": unpacked.newer / "python", "compiled": unpacked.newer_compiled / "python"}.get(
            name, unpacked.code
        )
        opt = {"newer": unpacked.newer, "compiled": unpacked.newer_compiled}.get(name, unpacked.opt)
        image = self._emulator.post("images", {"RegionId": "cn-hangzhou", "Status": "Available"})
        asked = {"RegionId": "cn-hangzhou", "ImageId": image["ImageId"], "OSSBucket": "acme-images-hangzhou"}
        seconds, answer = timed(self._start(code, opt, "index.on_event", asked))
        if [(one["Status"], bool(one["TaskId"])) for one in answer["Exports"]] != [("Exporting", True)]:
            raise RuntimeError(f"{name} started no export: {answer}")
        return seconds

    def _healthz(self) -> float:
        http = {"method": "GET", "path": "/healthz", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"}
        event = {
            "version": "v1",
            "rawPath": "/healthz",
            "headers": {"Authorization": f"Bearer {TOKEN}"},
            "queryParameters": {"Live": "true"},
            "body": "",
            "isBase64Encoded": False,
            "requestContext": {"requestId": "cold-1", "http": http},
        }
        seconds, answer = timed(self._start(self._unpacked.code, self._unpacked.opt, "index.on_http", event))
        if answer["statusCode"] != 200:
            raise RuntimeError(f"healthz answered {answer}")
        return seconds

    def _start(self, code: Path, opt: Path, handler: str, event: dict[str, Any]) -> Start:
        return Start(
            program=self._unpacked.interpreter.program,
            runtime=self._unpacked.interpreter.runtime,
            code=code,
            opt=opt,
            handler=handler,
            event=json.dumps(event).encode(),
            environment=self._environment,
        )


def lines(runtime: str, seconds: dict[str, float]) -> Iterator[Line]:
    """Ratios with their bars, then the figures that they are made of."""
    export, healthz, floor = seconds["export"], seconds["healthz"], seconds["floor"]
    for what, value, bar in (
        ("an export ÷ newer SDKs, not compiled", export / seconds["newer"], NEWER),
        ("an export ÷ newer SDKs, compiled", export / seconds["compiled"], NEWER_COMPILED),
        ("an export ÷ importing the shipped SDKs alone", export / floor, FLOOR),
        ("GET /healthz?Live=true ÷ importing the shipped SDKs alone", healthz / floor, HEALTHZ_FLOOR),
    ):
        yield Line(what=f"{runtime}: {what}", value=value, unit=RATIO, bar=bar)
    for name, what in FIGURES.items():
        yield Line(what=f"{runtime}: {what}", value=round(seconds[name] * 1000), unit="ms")


def size_lines(runtime: str, sizes: dict[str, Size]) -> Iterator[Line]:
    """What is uploaded."""
    for what, size in sizes.items():
        note = f"{size.unzipped / 1e6:.1f} MB unzipped"
        yield Line(what=f"{runtime}: {what}, zipped", value=round(size.zipped / 1e6, 1), unit="MB", note=note)


FIGURES = {
    "export": "start of an export",
    "healthz": "GET /healthz?Live=true",
    "floor": "importing the shipped SDKs alone",
    "compiled": "newer SDKs, compiled",
    "newer": "newer SDKs, not compiled",
}


def main() -> None:
    """This row by itself."""
    from tests.bench.line import table

    print("\n".join(table(rows())))  # noqa: T201 - a command's output


if __name__ == "__main__":
    main()
