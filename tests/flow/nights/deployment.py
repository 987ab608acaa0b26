"""The functions as they are, with a policy of two accounts; a night may have less time. Starts nothing."""

from pathlib import Path
from shutil import copytree, ignore_patterns

from ..world import ROOT, still_functions
from .calendar import POLICY

CODE = ROOT / "functions" / "image-export"
NIGHTLY_S = 600


def arguments(folder: Path, *, nightly_s: int = NIGHTLY_S) -> tuple[str, ...]:
    """What `alicloud-emulator` is given: no timers, no events, time by hand."""
    code = copytree(CODE, folder / "code", ignore=ignore_patterns("__pycache__"))
    (code / "policy.yaml").write_text(POLICY)
    functions = still_functions(folder, **{str(CODE): str(code), "timeout: 600": f"timeout: {nightly_s}"})
    return ("--functions", str(functions), "--policy", str(code / "policy.yaml"), "--speed", "1", "--events", "none")
