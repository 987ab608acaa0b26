"""What the layer says of itself: each distribution with its version, licence and size. Read by people and by doctor."""

import json
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from layers.trimming import ships

FILE = "image-export-sdk.json"  # at the top of the layer, so it lies in /opt
UNKNOWN = "see its files"
NAMED_BY_CLASSIFIER = "License :: "


def manifest(runtime: str, folder: Path) -> dict[str, Any]:
    """Of a folder of installed distributions, before it is trimmed and compiled."""
    return {"layer": "image-export-sdk", "runtime": runtime, "distributions": distributions(folder)}


def distributions(folder: Path) -> list[dict[str, Any]]:
    """In the order of their names."""
    found = []
    for info in folder.glob("*.dist-info"):
        said = HeaderParser().parsestr((info / "METADATA").read_text(encoding="utf-8"))
        size = sum(file.stat().st_size for file in files_of(info))
        found.append(
            {"name": said["Name"], "version": said["Version"], "license": license_of(said), "size_bytes": size}
        )
    return sorted(found, key=lambda one: str(one["name"]).lower())


def license_of(said: Message) -> str:
    """The licence's name: the expression of PEP 639, else the short field, else the classifier."""
    if expression := said["License-Expression"]:
        return str(expression)
    if (named := str(said["License"] or "").strip()) and named != "UNKNOWN" and "\n" not in named:
        return named
    classifiers = [line for line in said.get_all("Classifier", []) if line.startswith(NAMED_BY_CLASSIFIER)]
    return classifiers[0].rsplit(" :: ", 1)[1] if classifiers else UNKNOWN


def files_of(info: Path) -> list[Path]:
    """The files of a distribution that ship; its RECORD names them all."""
    names = [line.rsplit(",", 2)[0].strip('"') for line in (info / "RECORD").read_text(encoding="utf-8").splitlines()]
    return [file for name in names if (file := info.parent / name).is_file() and ships(Path(name))]


def written(said: dict[str, Any]) -> str:
    """As it lies in the layer."""
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"
