"""The functions as they are, with a policy of two accounts; a night may have less time. Starts nothing."""

from pathlib import Path

import yaml

from tests.ground import written
from tests.linked_code import CODE, deployed_to

from ..world import still_functions
from .calendar import POLICY

NIGHTLY_S = 600


def arguments(folder: Path, *, nightly_s: int = NIGHTLY_S) -> tuple[str, ...]:
    """What `alicloud-emulator` is given: no timers, no events, time by hand."""
    code = deployed_to(folder / "code")
    (code / "policy.yaml").write_text(POLICY)
    ground = written(folder, yaml.safe_load(POLICY))
    functions = still_functions(folder, **{str(CODE): str(code), "timeout: 600": f"timeout: {nightly_s}"})
    return ("--functions", str(functions), "--ground", str(ground), "--speed", "1", "--events", "none")
