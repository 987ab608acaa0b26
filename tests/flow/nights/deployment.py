"""The functions as they are, with a policy of two accounts and a night that has less time. Starts nothing."""

from pathlib import Path
from shutil import copytree, ignore_patterns

from ..world import ROOT, still_functions
from .calendar import POLICY, THEIRS

CODE = ROOT / "functions" / "image-export"
NIGHTLY_S = 63  # three seconds until it has less than a minute left, and pauses
# The emulator's own policy.yaml also makes the role that ECS writes to OSS with, in the second account.
SERVICE_ROLE = f"""  - role_arn: acs:ram::{THEIRS}:role/AliyunECSImageExportDefaultRole
    destinations: {{}}
"""


def arguments(folder: Path, *, nightly_s: int = NIGHTLY_S) -> tuple[str, ...]:
    """What `python -m emulator` is given: no timers, no events, time by hand."""
    code = copytree(CODE, folder / "code", ignore=ignore_patterns("__pycache__"))
    (code / "policy.yaml").write_text(POLICY)
    policy = folder / "policy.yaml"
    policy.write_text(POLICY.replace("rules:", SERVICE_ROLE + "rules:", 1))
    functions = still_functions(folder, **{str(CODE): str(code), "timeout: 600": f"timeout: {nightly_s}"})
    return ("--functions", str(functions), "--policy", str(policy), "--speed", "1", "--events", "none")
