"""`python -m emulator` as scripts use it."""

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEYS = ["event", "endpoint", "http_trigger", "access_key_id", "access_key_secret", "account_id"]


def test_it_says_when_it_is_ready_and_stops_when_told() -> None:
    command = [sys.executable, "-m", "emulator", "--functions", "none"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:  # noqa: S603
        try:
            assert process.stdout
            ready = json.loads(process.stdout.readline())
            with urllib.request.urlopen(f"{ready['endpoint']}/_emulator/state", timeout=20) as answer:  # noqa: S310
                state = json.load(answer)
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert list(ready) == KEYS
    assert (ready["event"], ready["account_id"]) == ("emulator.ready", "1234567890123456")
    assert sorted(state) == ["events", "images", "invocations", "objects", "received", "tasks"]


def test_a_file_that_is_wrong_is_refused_in_one_line_with_the_place(tmp_path: Path) -> None:
    wrong = tmp_path / "s.yaml"
    wrong.write_text((ROOT / "s.yaml").read_text().replace("memorySize:", "memory:", 1))
    command = [sys.executable, "-m", "emulator", "--functions", str(wrong)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - our own program
    assert done.returncode == 1
    assert done.stderr == "python -m emulator: resources.event.props.memory: is not known here\n"
