"""`make coverage`: the branches of the functions' package that the suite takes, over fakes and the emulator's wire.

coverage.py's own `fail_under` is of lines and branches together; of branches alone it is held here.
"""

import json
import subprocess
import sys
from pathlib import Path

REPORT = Path("build/coverage.json")
LEAST_PERCENT = 95
ELSEWHERE = ("tests/flow", "tests/emulator", "tests/clients")  # real processes, which coverage.py does not see
COVERED = (
    "--cov=image_export",
    "--cov-branch",
    "--cov-report=term-missing:skip-covered",
    f"--cov-report=json:{REPORT}",
)


def main() -> int:
    """The exit code: that of the suite, or 1 where too few branches were taken."""
    ignored = [f"--ignore={folder}" for folder in ELSEWHERE]
    suite = ["-q", "-n", "2", "-m", "not prove", *ignored, *COVERED]
    ran = subprocess.run([sys.executable, "-m", "pytest", *suite], check=False)  # noqa: S603 - our own suite
    if ran.returncode:
        return ran.returncode
    taken = json.loads(REPORT.read_text())["totals"]["percent_branches_covered"]
    print(f"branches alone: {taken:.1f} % (at least {LEAST_PERCENT})")  # noqa: T201 - the report
    return int(taken < LEAST_PERCENT)


if __name__ == "__main__":
    sys.exit(main())
