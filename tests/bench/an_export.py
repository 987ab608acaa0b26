"""Row "an-export": the API calls of one export, event to Completed; `tests/flow/test_cost.py` has their reasons."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from alicloud_emulator.running import RunningEmulator
from tests.bench.line import Line
from tests.flow.test_cost import END, ENTRANCE, STARTED, measured
from tests.flow.world import World, still_functions


def rows(_sizes: Sequence[int]) -> Iterator[Line]:
    """As many calls as there have reasons, and no more."""
    with tempfile.TemporaryDirectory(prefix="image-export-bench-") as name:
        arguments = ("--functions", str(still_functions(Path(name))), "--speed", "1", "--events", "none")
        with RunningEmulator(*arguments, log=Path(name) / "functions.log") as emulator:
            parts = measured(World(emulator))
    names = ("event to started", "the next tick, which delivers that", "task's end to all delivered")
    for what, calls, reasons in zip(names, parts, (ENTRANCE, STARTED, END), strict=True):
        note = ", ".join(f"{number} {service} {action}" for (service, action), number in sorted(calls.items()))
        yield Line(what=what, value=calls.total(), bar=sum(reasons.values()), note=note)
    to_ecs = Counter(service for calls in parts for service, _ in calls.elements())["ecs"]
    yield Line(what="of these to ECS", value=to_ecs)
