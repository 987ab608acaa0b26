"""`make demo` ends with 0 when everything happened, and with 1 and the reason when any station is missing."""

import json
import shutil
import subprocess
import sys
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.patience import HANGS_S

ROOT = Path(__file__).parent.parent
ALWAYS = 10_000


def demo(*arguments: str, seconds: float = 20) -> tuple[int, str]:
    """The demo's exit code and what it printed."""
    command = [sys.executable, "-m", "emulator.demo", "--seconds", str(seconds), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=HANGS_S, check=False)  # noqa: S603 - our own program
    return done.returncode, done.stdout


def fault(service: str, action: str, kind: str, **more: object) -> str:
    return json.dumps({"service": service, "action": action, "kind": kind, "times": ALWAYS, **more})


def test_the_main_job_is_shown_station_by_station() -> None:
    code, shown = demo(seconds=60)
    assert code == 0, shown
    stations = ["image created", "event", "role assumed", "ExportImage", "exporting", "task", "object", "object"]
    stations += ["manifest", "bus told", "function told", "POST /exports", "exporting", "GET /exports/", "GET /exports"]
    stations += ["A night", "db-2026-11", "in", "ad-2026-11", "out", "recorded", "completed", "log"]
    at = 0
    for station in stations:
        assert station in shown[at:], f"no {station!r} after this:\n{shown[:at]}\nbut:\n{shown[at:]}"
        at = shown.index(station, at) + 1
    assert shown.count("CRC64") == 2


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
    "a failed task": (("--outcome", "fail"), "the export Failed: ExportImageFailed: Failed to export the image"),
    "a cancelled task": (("--outcome", "cancel"), "the export Cancelled: "),
    "a missing object": (("--outcome", "missing_disk"), "the export Failed: ObjectMissing"),
    "an empty object": (("--outcome", "empty"), "the export Failed: ObjectEmpty"),
    "a damaged object": (("--outcome", "damaged"), "the export Failed: ObjectDamaged"),
    "no manifest": (
        ("--fault", fault("oss", "PutObject", "code:AccessDenied", key="*.manifest.json")),
        "without a manifest",
    ),
    "no bus": (("--fault", fault("eventbridge", "PutEvents", "http_503")), "no completion event on the bus"),
    "no export over HTTP": (
        ("--fault", fault("ecs", "ExportImage", "code:ImageNotSupported", skip=1)),
        "POST /exports answered 403",
    ),
    "no end over HTTP": (
        ("--fault", fault("ecs", "DescribeTaskAttribute", "http_503", skip=1), "--outcome", "finish"),
        "did not end in time",
    ),
    "no function": (("--fault", fault("fc", "InvokeFunction", "http_503")), "no completion event at the function"),
}


# These are waited for until the time is up; the others end the demo themselves, however slow the machine is.
AWAITED = {"no role", "no call", "no end of the task", "no manifest", "no bus", "no function", "no end over HTTP"}
SOON = {"no event": 5}


def assert_told(ways: Collection[str]) -> None:
    """Each way to break the demo ends it with 1 and its reason. All at the same time: they wait more than they work."""
    with ThreadPoolExecutor(len(ways)) as pool:
        ends = {way: pool.submit(demo, *BROKEN[way][0], seconds=SOON.get(way, 60)) for way in ways}
    for way, end in ends.items():
        code, shown = end.result()
        assert (code, BROKEN[way][1] in shown) == (1, True), f"{way}:\n{shown}"


def test_what_goes_wrong_ends_the_demo_with_the_reason() -> None:
    assert_told(BROKEN.keys() - AWAITED)


@pytest.mark.prove
def test_what_is_waited_for_in_vain_ends_the_demo_with_the_reason() -> None:
    assert_told(AWAITED)


def test_a_policy_that_is_wrong_or_not_the_one_that_ships_is_said_at_once(tmp_path: Path) -> None:
    for word, instead, said in (("priority:", "prioritty:", "did you mean priority?"), ("golden-", "silver-", "ships")):
        shutil.copytree(ROOT / "functions/image-export", tmp_path / word)
        policy = tmp_path / word / "policy.yaml"
        policy.write_text(policy.read_text().replace(word, instead))
        code, shown = demo("--package", str(tmp_path / word), seconds=60)
        assert (code, said in shown, "was never called" in shown) == (1, True, True), shown


def test_a_zip_that_is_not_there_is_said_in_one_line() -> None:
    code, shown = demo("--package", "dist/nothing.zip")
    assert (code, "✗ the emulator did not start (exit 1)" in shown, "nothing.zip" in shown) == (1, True, True), shown
    assert "Traceback" not in shown
