"""The functions of s.yaml, deployed to an emulator in this process, so that exports can be prepared without a
call for each object. What is measured goes over the wire all the same: real function processes, the vendors' SDKs.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import yaml

from alicloud_emulator.cloud import Cloud, Settings
from tests.emulator.world import running
from tests.flow.entrance import accepting
from tests.flow.world import ACCOUNT, ROOT, still_functions
from tests.ground import of_policy
from tests.linked_code import CODE, deployed_to

LONGEST_S = 900
EVERY_MINUTE = "cronExpression: '@every 1m'\n            enable: "
NO_QUOTA = {"concurrent_exports": 1_000_000, "weekly_exports": 1_000_000, "api_qps": 1_000_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoked:
    """What one or more invocations cost: API calls by service and action, seconds, the instance's peak memory."""

    calls: Counter[str]
    seconds: float
    peak_mb: float
    answer: Any

    @property
    def total(self) -> int:
        """All API calls."""
        return self.calls.total()

    def others(self, *actions: str) -> Counter[str]:
        """The calls of other actions than these."""
        return Counter({action: count for action, count in self.calls.items() if action not in actions})


class BenchWorld:
    """A cloud with the project's functions, and a ledger to put exports into."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.ledger = cloud.oss.buckets[f"image-export-ledger-{ACCOUNT}"]

    def put(self, key: str, body: bytes = b"") -> None:
        """Put an object into the ledger."""
        self.cloud.oss.write(self.ledger, f"ledger/{key}", body, self.cloud.clock.now())

    def remove(self, key: str) -> None:
        """Remove an object of the ledger."""
        self.ledger.delete(f"ledger/{key}")

    def keys(self, prefix: str) -> list[str]:
        """The ledger's keys below a prefix."""
        found = []
        for key in self.ledger.keys_from(f"ledger/{prefix}"):
            if not key.startswith(f"ledger/{prefix}"):
                break
            found.append(key.removeprefix("ledger/"))
        return found

    def advance(self, seconds: float) -> None:
        """Let cloud time jump."""
        requests.post(
            f"{self.cloud.endpoint}/_emulator/clock", json={"advance_s": seconds}, timeout=60
        ).raise_for_status()

    def tick(self) -> Invoked:
        """One tick of the watcher."""
        return self._measured("timers/on_watch", b"")

    def invoke(self, function: str, payload: bytes) -> Invoked:
        """One invocation of a function."""
        return self._measured(f"invoke/{function}", payload)

    def _measured(self, control: str, payload: bytes) -> Invoked:
        before, began = len(self.cloud.calls.entries), time.monotonic()
        answer = requests.post(f"{self.cloud.endpoint}/_emulator/{control}", payload, timeout=LONGEST_S)
        seconds = time.monotonic() - began
        if not answer.ok:
            raise RuntimeError(f"{control}: {answer.status_code} {answer.text}")
        calls = Counter(f"{call['service']} {call['action']}" for call in self.cloud.calls.entries[before:])
        pid = self.cloud.fc.invocations[-1].pid
        return Invoked(calls=calls, seconds=seconds, peak_mb=peak_mb(pid or 0), answer=answer.json())


@contextmanager
def bench_world(
    *, policy: Mapping[str, Any] | None = None, speed: float = 1.0, ticking: bool = False, token: str = ""
) -> Iterator[BenchWorld]:
    """A world with this policy (the shipped one, if none is given), without quotas; only a `ticking` one has timers.

    `token`: who sends it is let in over HTTP.
    """
    with tempfile.TemporaryDirectory(prefix="image-export-bench-") as name:
        folder = Path(name)
        deployed_to(folder / "code")
        if policy:
            (folder / "code" / "policy.yaml").write_text(yaml.safe_dump(dict(policy)))
        replaced = {f"{EVERY_MINUTE}false": f"{EVERY_MINUTE}true"} if ticking else {}
        replaced.update(accepting(token) if token else {})
        settings = Settings(
            speed=speed,
            functions=still_functions(folder, **{f"'{CODE}'": f"'{folder / 'code'}'", **replaced}),
            template=ROOT / "template.yml",
            ground=of_policy(yaml.safe_load((folder / "code" / "policy.yaml").read_text())),
            opt=ROOT / "build" / "opt",
            events=frozenset(),
        )
        with (folder / "functions.log").open("w") as log, redirect_stderr(log), running(settings) as world:
            for quota, value in NO_QUOTA.items():
                setattr(world.cloud.quotas, quota, value)
            yield BenchWorld(world.cloud)


def peak_mb(pid: int) -> float:
    """The most resident memory that a process has had so far, in MB; nan where the system does not tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return float("nan")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def progress(text: str) -> None:
    """A line for the person who waits."""
    print(f"  … {text}", file=sys.__stderr__, flush=True)
