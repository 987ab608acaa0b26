"""`make demo` ends with 0 when everything happened, and with 1 and the reason when any station is missing."""

import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from alicloud_emulator.running import RunningEmulator
from image_export_cli.demo.by_event import ByEvent
from image_export_cli.demo.chat import Chat, with_chat
from image_export_cli.demo.lines import quote, write
from image_export_cli.demo.over_http import OverHttp
from image_export_cli.demo.showing import told_if_gone
from image_export_cli.demo.stage import GOLDEN, MissingError, Stage, complaint_of
from tests.patience import HANGS_S

ROOT = Path(__file__).parent.parent
ALWAYS = 10_000


def demo(*arguments: str, seconds: float = 20) -> tuple[int, str]:
    """The demo's exit code and what it printed."""
    command = [sys.executable, "-m", "image_export_cli", "demo", "--seconds", str(seconds), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=HANGS_S, check=False)  # noqa: S603 - our own program
    return done.returncode, done.stdout


def fault(service: str, action: str, kind: str, **more: object) -> str:
    return json.dumps({"service": service, "action": action, "kind": kind, "times": ALWAYS, **more})


@pytest.mark.prove
def test_the_main_job_is_shown_station_by_station() -> None:
    code, shown = demo(seconds=120)
    assert code == 0, shown
    stations = ["image created", "event", "role assumed", "ExportImage", "exporting", "task", "object", "object"]
    stations += ["manifest", "bus told", "function told", "card", "dingtalk:oncall, its signature is valid"]
    stations += [
        "  │ Export completed: golden-web-2026-11\n  │ Image: golden-web",
        "  │ $ image-export show exp-",
        "POST /exports",
        "exporting",
        "GET /exports/",
        "GET /exports",
    ]
    stations += ["A night", "scratch", "out", "golden-web-2026-11", "out", "db-2026-11", "in"]
    stations += ["ad-2026-11", "out", "try-me", "out", "1 of 5 images", "completed"]
    stations += ["What was exported comes back", "POST /restores", "restoring", "restored", "with 0 differences"]
    stations += ["drill", "golden-web-2026-11: Proved", "1 Imported", "4 Spoke", "6 Proved", "a cut disk"]
    stations += [
        "drill",
        "db-2026-11: Failed",
        "3 PoweredOn",
        "4 Spoke",
        "✗",
        "READ ERROR",
        "DrillVerdict Failed",
        "log",
    ]
    at = 0
    for station in stations:
        assert station in shown[at:], f"no {station!r} after this:\n{shown[:at]}\nbut:\n{shown[at:]}"
        at = shown.index(station, at) + 1
    assert shown.count("CRC64") == 2
    assert max(len(line) for line in shown.splitlines() if "│" in line) <= 80


# Each breaks one part of the way; the demo ends with this reason, soon or when the time is up.
BROKEN = {
    "no event": (("--events", "none"), "no image-created event"),
    "no role": (
        ("--fault", fault("sts", "AssumeRole", "code:NoPermission")),
        "no successful AssumeRole (403 NoPermission)",
    ),
    "no call": (
        ("--fault", fault("ecs", "ExportImage", "code:ImageNotSupported")),
        "no successful ExportImage (403 ImageNotSupported)",
    ),
    "no end of the task": (("--outcome", "stall"), "is Stalled at "),
    "a missing object": (("--outcome", "missing_disk"), "the export Failed: ObjectMissing"),
    "no manifest": (
        ("--fault", fault("oss", "PutObject", "code:AccessDenied", key="*.manifest.json")),
        "without a manifest",
    ),
    "no bus": (("--fault", fault("eventbridge", "PutEvents", "http_503")), "no completion event on the bus"),
    "no end over HTTP": (
        ("--fault", fault("ecs", "DescribeTaskAttribute", "http_503", skip=1), "--outcome", "finish"),
        "did not end in time",
    ),
    "no card": (
        ("--fault", fault("dingtalk", "Send", "code:310000")),
        "no card reached dingtalk:oncall; it answered 310000",
    ),
    "no function": (("--fault", fault("fc", "InvokeFunction", "http_503")), "no completion event at the function"),
}
# These are waited for until the time is up; the others end the demo themselves, however slow the machine is.
AWAITED = BROKEN.keys() - {"no event", "a missing object"}
WAITED_S = {"no event": 5, "no end of the task": 240}  # of which a stall on a busy machine needs the more


def assert_told(ways: Collection[str]) -> None:
    """Each way to break the demo ends it with 1 and its reason. All at the same time: they wait more than they work."""
    with ThreadPoolExecutor(len(ways)) as pool:
        ends = {way: pool.submit(demo, *BROKEN[way][0], seconds=WAITED_S.get(way, 60)) for way in ways}
    for way, end in ends.items():
        code, shown = end.result()
        assert (code, BROKEN[way][1] in shown) == (1, True), f"{way}:\n{shown}"


@pytest.mark.prove
def test_what_goes_wrong_ends_the_demo_with_the_reason() -> None:
    assert_told(BROKEN.keys() - AWAITED)


@pytest.mark.prove
def test_what_is_waited_for_in_vain_ends_the_demo_with_the_reason() -> None:
    assert_told(AWAITED)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    """What the demo runs on, for parts of it that go wrong one after the other."""
    tokens = {"IMAGE_EXPORT_HTTP_TOKENS": hashlib.sha256(b"a-token").hexdigest()}
    folder = tmp_path_factory.mktemp("demo")
    chat = Chat(folder)
    given = ("--functions", str(ROOT / "s.yaml"), "--ground", str(chat.ground(ROOT / "ground.yaml")))
    tokens["IMAGE_EXPORT_CODE"] = str(chat.code(ROOT / "functions" / "image-export"))
    with RunningEmulator(*given, log=folder / "log", environment=tokens) as emulator:
        yield emulator


def reason(part: Callable[[Stage], object], emulator: RunningEmulator) -> tuple[str, str]:
    """Why this part of the demo ends, and what it has printed until then."""
    shown = io.StringIO()
    with pytest.raises(MissingError) as missing:
        part(Stage(emulator, Console(file=shown), HANGS_S))
    return str(missing.value), shown.getvalue()


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("fail", "the export Failed: ExportImageFailed: Failed to export the image"),
        pytest.param("cancel", "the export Cancelled: ", marks=pytest.mark.prove),
        pytest.param("empty", "the export Failed: ObjectEmpty", marks=pytest.mark.prove),
        pytest.param("damaged", "the export Failed: ObjectDamaged", marks=pytest.mark.prove),
    ],
)
def test_what_becomes_of_the_task_or_its_objects_is_the_reason(
    emulator: RunningEmulator, outcome: str, said: str
) -> None:
    image = {"ImageName": f"{GOLDEN}-{outcome}", "_export": {"outcome": outcome}}
    why, shown = reason(lambda stage: ByEvent(stage).run(image), emulator)
    assert (why.startswith(said), f"│ Export failed: {GOLDEN}-{outcome}" in shown) == (True, outcome != "cancel")


def test_a_refusal_over_http_is_the_reason(emulator: RunningEmulator) -> None:
    emulator.fault("ecs", "ExportImage", "code:ImageNotSupported", times=ALWAYS)
    said, _ = reason(lambda stage: OverHttp(stage, "a-token").run(), emulator)
    emulator.delete("faults")
    assert said.startswith("POST /exports answered 403")


def test_an_emulator_that_goes_away_is_the_reason(tmp_path: Path) -> None:
    with RunningEmulator("--functions", "none", log=tmp_path / "log") as emulator:
        os.kill(emulator.pid, signal.SIGKILL)
        emulator.wait()
        with pytest.raises(MissingError, match="the emulator is gone"), told_if_gone(emulator):
            emulator.get("state")


@pytest.mark.parametrize(
    ("word", "instead", "said"),
    [
        ("priority:", "prioritty:", "did you mean priority?"),
        pytest.param("golden-", "silver-", "ships", marks=pytest.mark.prove),
    ],
)
def test_a_policy_that_is_wrong_or_not_the_one_that_ships_is_said_at_once(
    tmp_path: Path, word: str, instead: str, said: str
) -> None:
    shutil.copytree(ROOT / "functions/image-export", tmp_path / "package")
    policy = tmp_path / "package" / "policy.yaml"
    policy.write_text(policy.read_text().replace(word, instead))
    code, shown = demo("--package", str(tmp_path / "package"), seconds=60)
    assert (code, said in shown, "was never called" in shown) == (1, True, True), shown


def test_an_image_that_the_policy_does_not_want_is_told_as_a_policy_that_does_not_ship() -> None:
    line = {"level": "info", "event": "event.ignored", "reason": f"no rule matches image '{GOLDEN}'"}
    assert complaint_of(json.dumps(line)) == ("The demo needs the policy.yaml that ships", line["reason"])
    assert complaint_of(json.dumps({**line, "reason": "no rule matches image 'other'"})) is None


def test_a_zip_that_is_not_there_is_said_in_one_line() -> None:
    code, shown = demo("--package", "dist/nothing.zip")
    assert (code, "✗ the emulator did not start (exit 1)" in shown, "nothing.zip" in shown) == (1, True, True), shown
    assert "Traceback" not in shown


def on_a_terminal(body: str, head: str = "") -> list[str]:
    """The lines that a terminal of 80 columns shows."""
    shown = io.StringIO()
    write(a_terminal(shown, 80), body, head)
    return shown.getvalue().splitlines()


def a_terminal(shown: io.StringIO, columns: int) -> Console:
    """Without colours."""
    return Console(file=shown, width=columns, force_terminal=True, color_system=None)


@pytest.mark.parametrize(
    ("columns", "lines"),
    [
        (120, ["  │ Manifest: oss://" + "k" * 60, "  │ " + "k" * 30]),
        (40, ["  │ Manifest: oss://" + "k" * 20, "  │ " + "k" * 36, "  │ " + "k" * 34]),
    ],
)
def test_a_card_fits_80_columns_and_any_terminal_whatever_is_in_it(columns: int, lines: list[str]) -> None:
    shown = io.StringIO()
    quote(a_terminal(shown, columns), ["Manifest: oss://" + "k" * 90])
    assert shown.getvalue().splitlines() == lines


CHAT = (
    "- dingtalk: {name: oncall, url: env:IMAGE_EXPORT_DINGTALK_URL, secret: env:IMAGE_EXPORT_DINGTALK_SECRET,"
    " events: [Completed, Failed]}\n"
)


@pytest.mark.parametrize(
    ("policy", "changed"),
    [
        ("notify:  # who\n  - a\n", f"notify:  # who\n  {CHAT}  - a\n"),
        ("notify:\n- a\nx: 1\n", f"notify:\n{CHAT}- a\nx: 1\n"),
        ("version: 1", f"version: 1\nnotify:\n{CHAT}"),
        ("notify: [a]\n", "notify: [a]\n"),
    ],
)
def test_the_demos_policy_is_the_one_that_ships_and_names_the_chat_beside_its_targets(
    policy: str, changed: str
) -> None:
    assert with_chat(policy) == changed


def test_a_zip_of_functions_differs_in_its_policy_alone(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "given.zip", "w") as given:
        given.writestr("index.py", "x = 1\n")
        given.writestr("policy.yaml", "notify:\n  - a\n")
    (tmp_path / "copies").mkdir()
    with zipfile.ZipFile(Chat(tmp_path / "copies").code(tmp_path / "given.zip")) as copy:
        assert {name: copy.read(name).decode() for name in copy.namelist()} == {
            "index.py": "x = 1\n",
            "policy.yaml": f"notify:\n  {CHAT}  - a\n",
        }


KEY = "nightly3f7mrpt47kpda_m-bp1b3lrlsxy8q7jhrcse_data_xvdb.raw.tar.gz"


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("narrowed by a policy", ["✓ station       narrowed by a policy"]),
        ("b" * 60 + " narrowed by-a policy", ["✓ station       " + "b" * 60, " " * 16 + "narrowed by-a policy"]),
        (f"{KEY} 8,580 bytes", [f"✓ station       {KEY}", " " * 16 + "8,580 bytes"]),
        (f"a {KEY}{KEY}", ["✓ station       a", f"{' ' * 16}{KEY}{KEY}"]),
    ],
)
def test_on_a_terminal_of_80_columns_no_word_is_broken(body: str, lines: list[str]) -> None:
    assert on_a_terminal(body, "✓ station       ") == lines


def test_a_table_that_is_piped_fits_80_columns_and_loses_no_word() -> None:
    shown = io.StringIO()
    why = "no rule for nightly matches: golden: the image has no tag backup; backups: windows is never exported"
    no_emulator: Any = None
    stage = Stage(no_emulator, Console(file=shown, width=200), 1.0)
    stage.table(("image", "", "rule", "why"), [("golden-web-2026-11", "out", "backups", why)])
    lines = shown.getvalue().splitlines()
    assert max(len(line.rstrip()) for line in lines) <= 80
    assert set(why.split()) <= set(" ".join(lines).split())
