"""What distributions bring inside themselves: copies of others, which no requirement names. Changes nothing.

A copy is known by a `__version__` of its own below its host's package, one that is not the host's. What a wheel has
compiled in (OpenSSL in `cryptography`) says nothing of itself here; the host's own advisories speak of it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from image_export_cli.artifacts.installed import named, recorded

VERSION = re.compile(r"""^__version__ *= *['"]([^'"]+)['"]""", re.MULTILINE)
LICENSE = re.compile(r"""^__license__ *= *['"]([^'"]+)['"]""", re.MULTILINE)
OF_PACKAGES = ("__init__", "__version__", "version", "_version", "_implementation")  # files that speak of their folder
ON_THE_INDEX = {"socks": "PySocks", "ssl_match_hostname": "backports.ssl-match-hostname"}
OWN_DEPTH = 2  # a host's own modules may have versions, of their data for instance
UNKNOWN = "see its files"


def vendored(folder: Path) -> list[dict[str, Any]]:
    """Name, version, licence and host of each copy in a folder of installed distributions."""
    copies = sorted(_copies(folder), key=lambda one: bool(one["license"] != UNKNOWN))  # what knows more comes later
    found = {(one["name"], one["version"], one["within"]): one for one in copies}
    return [found[key] for key in sorted(found)]


def _copies(folder: Path) -> Iterator[dict[str, Any]]:
    for host, info in named(folder).items():
        own = info.stem.partition("-")[2]
        for file in (one for one in recorded(info) if one.suffix == ".py" and len(one.parts) > OWN_DEPTH):
            text = (folder / file).read_text(encoding="utf-8", errors="replace") if (folder / file).is_file() else ""
            version = VERSION.search(text)
            if version and version[1] != own:
                name, license_ = _name(file), LICENSE.search(text)
                yield {
                    "name": name,
                    "version": version[1],
                    "license": license_[1] if license_ else UNKNOWN,
                    "within": host,
                }


def _name(file: Path) -> str:
    name = file.parent.name if file.stem in OF_PACKAGES else file.stem
    return ON_THE_INDEX.get(name, name)
