"""Where the project's own files are: s.yaml, the functions, the layer's pins. They are no part of what is installed."""

from pathlib import Path

import click

MARK = Path("functions") / "image-export" / "index.py"
PINS = Path("layers") / "sdk" / "requirements.txt"  # of the layer, in a checkout
NONE = "This needs a checkout of image-export: change into one, and try again."


def root() -> Path:
    """The checkout that this file is part of, or else the one around the current folder. Raises UsageError."""
    found = find()
    if found is None:
        raise click.UsageError(NONE)
    return found


def find() -> Path | None:
    """The same, or None where there is none."""
    here = Path.cwd()
    places = (Path(__file__).resolve().parents[2], here, *here.parents)
    return next((place for place in places if (place / MARK).is_file()), None)


def pins() -> Path | None:
    """The pinned requirements of the layer, if there is a checkout."""
    checkout = find()
    return checkout / PINS if checkout else None
