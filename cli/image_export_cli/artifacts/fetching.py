"""Fetches what the layer holds for one runtime, hash-checked. Does not resolve: the requirements are pinned.

A distribution without a wheel (some of the vendor's are source only) is built with the setuptools of this environment,
which is pinned too; it must come out as pure Python.
"""

import subprocess
import sys
from pathlib import Path

from image_export_cli.artifacts.runtimes import PLATFORMS
from image_export_cli.checkout import PINS, root


class NotForFcError(Exception):
    """Something was built on this machine that FC could not load."""


def fetch(runtime: str, target: Path, requirements: Path | None = None) -> None:
    """Put the distributions into `target`, uncompiled. Raises CalledProcessError, or NotForFcError."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--require-hashes", "--no-deps", "--prefer-binary", "--no-build-isolation", "--no-compile"]
    command += ["--implementation", "cp", "--python-version", runtime.removeprefix("python")]
    command += [word for platform in PLATFORMS for word in ("--platform", platform)]
    subprocess.run([*command, "--target", str(target), "-r", str(requirements or root() / PINS)], check=True)  # noqa: S603 - pip
    for wheel in sorted(target.glob("*.dist-info/WHEEL")):
        check_tags(wheel)


def check_tags(wheel: Path) -> None:
    """A wheel from the index fits one of our platforms; one that was built here must be for any."""
    tags = [line.split(":", 1)[1].strip() for line in wheel.read_text().splitlines() if line.startswith("Tag:")]
    if not any(tag.endswith("-any") or tag.rsplit("-", 1)[1] in PLATFORMS for tag in tags):
        raise NotForFcError(f"{wheel.parent.name} came out as {', '.join(tags)}, which FC cannot load")
