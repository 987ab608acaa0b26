"""`python -m emulator` as scripts use it."""

import json
import signal
import subprocess
import sys
import urllib.request

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
