"""`make check` and `make audit`: known vulnerabilities of every pinned package, as PyPI tells them through pip-audit.

`--strict` also fails where a package could not be asked about: what was not looked at is not clean. `make check` says
how many those are and goes on, so that it can be run without a network.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

LOCKS = ("layers/sdk/requirements.txt", "tests/requirements.txt", "tests/audit.txt")
PIP_AUDIT = (
    "build/audit/bin/pip-audit",
    "--disable-pip",
    "--require-hashes",
    "--progress-spinner=off",
    "--format=json",
)

Package = dict[str, Any]


def audited() -> list[Package]:
    """What pip-audit says of each package; none where it could not begin to ask."""
    command = [*PIP_AUDIT, *(part for lock in LOCKS for part in ("-r", lock))]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    try:
        packages: list[Package] = json.loads(ran.stdout)["dependencies"]
    except ValueError:
        print(ran.stderr.strip(), file=sys.stderr)  # noqa: T201 - a command's answer
        return []
    return packages


def verdict(packages: list[Package], *, strict: bool) -> tuple[int, str]:
    """The exit code, and what is to be said."""
    asked = [package for package in packages if "skip_reason" not in package]
    said = [
        f"audit: {len(asked)} of {len(packages)} pinned packages asked about, {_count(asked)} known vulnerabilities",
        *_found(asked),
    ]
    if len(asked) == len(packages) and packages:
        return bool(_count(asked)), "\n".join(said)
    said.append("audit: the others could not be asked about" + ("" if strict else "; `make audit` insists"))
    return bool(strict or _count(asked)), "\n".join(said)


def _count(asked: list[Package]) -> int:
    return sum(len(package["vulns"]) for package in asked)


def _found(asked: list[Package]) -> Iterator[str]:
    for package in asked:
        for one in package["vulns"]:
            better = ", ".join(one["fix_versions"]) or "no version yet"
            yield f"audit: {package['name']} {package['version']}: {one['id']}, mended in {better}"


if __name__ == "__main__":
    code, words = verdict(audited(), strict="--strict" in sys.argv)
    print(words)  # noqa: T201 - a command's answer
    sys.exit(code)
