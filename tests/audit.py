"""`make check` and `make audit`: known vulnerabilities of every pinned package, as PyPI tells them through pip-audit.

What the layer's distributions carry inside themselves is asked about as well, by the names and versions that stand in
them. Nobody here can mend a copy inside a vendor's SDK, so what is known of one is said, and fails nothing by itself.

`--strict` also fails where a package could not be asked about: what was not looked at is not clean. `make check` says
how many those are and goes on, so that it can be run without a network.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from image_export_cli.artifacts.vendored import vendored

OPT = Path("build/opt/python")  # the layer, unpacked
LOCKS = ("layers/sdk/requirements.txt", "tests/requirements.txt", "tests/audit.txt")
PIP_AUDIT = (
    "build/audit/bin/pip-audit",
    "--disable-pip",
    "--progress-spinner=off",
    "--format=json",
)

Package = dict[str, Any]


def audited() -> list[Package]:
    """What pip-audit says of each package; none where it could not begin to ask."""
    return asked("--require-hashes", *(part for lock in LOCKS for part in ("-r", lock)))


def audited_copies(copies: list[dict[str, Any]]) -> list[Package]:
    """The same for copies inside distributions, of which a name and a version are all that is known."""
    lines = sorted({f"{one['name']}=={one['version']}\n" for one in copies})
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(lines)
        file.flush()
        return asked("--no-deps", "-r", file.name) if copies else []


def asked(*what: str) -> list[Package]:
    """What pip-audit answers."""
    ran = subprocess.run([*PIP_AUDIT, *what], capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    try:
        packages: list[Package] = json.loads(ran.stdout)["dependencies"]
    except ValueError:
        print(ran.stderr.strip(), file=sys.stderr)  # noqa: T201 - a command's answer
        return []
    return packages


def said_of_copies(copies: list[dict[str, Any]], packages: list[Package]) -> str:
    """Each copy, whose it is, and what is known of it."""
    known = {(one["name"].lower(), one["version"]): one for one in packages if "skip_reason" not in one}
    said = [(f"{one['name']} {one['version']}", one["within"], _known(known, one)) for one in copies]
    return "\n".join(f"audit: inside {host}: {copy}: {words}" for copy, host, words in said)


def _known(known: dict[tuple[str, str], Package], copy: dict[str, Any]) -> str:
    found = known.get((copy["name"].lower(), copy["version"]))
    if found is None:
        return "could not be asked about"
    ids = ", ".join(one["id"] for one in found["vulns"])
    return f"known vulnerabilities {ids}; only a newer {copy['within']} can mend it" if ids else "nothing known"


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
    inside = vendored(OPT)
    print(said_of_copies(inside, audited_copies(inside)))  # noqa: T201 - a command's answer
    sys.exit(code)
