"""What the layer says of itself: each distribution with its version, licence and size, what was omitted, and copies."""

import json
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from image_export_cli.artifacts.installed import named, recorded
from image_export_cli.artifacts.omitting import OMITTED
from image_export_cli.artifacts.trimming import ships
from image_export_cli.artifacts.vendored import vendored

FILE = "image-export-sdk.json"  # at the top of the layer, so it lies in /opt
UNKNOWN = "see its files"
NAMED_BY_CLASSIFIER = "License :: "


def manifest(runtime: str, folder: Path) -> dict[str, Any]:
    """Of a folder of installed distributions, before any is omitted, trimmed and compiled."""
    found = sorted(named(folder).items())
    return {
        "layer": "image-export-sdk",
        "runtime": runtime,
        "distributions": [shipped(info) for name, info in found if name not in OMITTED],
        "omitted": [release(metadata(info)) for name, info in found if name in OMITTED],
        "vendored": [one for one in vendored(folder) if one["within"] not in OMITTED],
    }


def metadata(info: Path) -> Message:
    """What a distribution says of itself."""
    return HeaderParser().parsestr((info / "METADATA").read_text(encoding="utf-8"))


def release(said: Message) -> dict[str, Any]:
    """Its name and version."""
    return {"name": said["Name"], "version": said["Version"]}


def shipped(info: Path) -> dict[str, Any]:
    """One that ships, with its licence and the size of what ships of it, uncompiled."""
    said = metadata(info)
    size = sum(file.stat().st_size for file in files_of(info))
    return {**release(said), "license": license_of(said), "size_bytes": size}


def license_of(said: Message) -> str:
    """The licence's name: the expression of PEP 639, else the short field, else the classifier."""
    if expression := said["License-Expression"]:
        return str(expression)
    if (named := str(said["License"] or "").strip()) and named != "UNKNOWN" and "\n" not in named:
        return named
    classifiers = [line for line in said.get_all("Classifier", []) if line.startswith(NAMED_BY_CLASSIFIER)]
    return classifiers[0].rsplit(" :: ", 1)[1] if classifiers else UNKNOWN


def files_of(info: Path) -> list[Path]:
    """The files of a distribution that ship."""
    return [file for name in recorded(info) if (file := info.parent / name).is_file() and ships(name)]


def written(said: dict[str, Any]) -> str:
    """As it lies in the layer."""
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"
