"""What pip has installed into a folder, by distribution. Changes nothing."""

import re
from pathlib import Path


def named(folder: Path) -> dict[str, Path]:
    """Name of each distribution, in lower case with hyphens, to its folder of metadata."""
    return {normal(info.stem.partition("-")[0]): info for info in folder.glob("*.dist-info")}


def normal(name: str) -> str:
    """A distribution's name as the requirements spell it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def recorded(info: Path) -> list[Path]:
    """Its files, named from the folder; its RECORD has them all."""
    lines = (info / "RECORD").read_text(encoding="utf-8").splitlines()
    return [Path(line.rsplit(",", 2)[0].strip('"')) for line in lines]
