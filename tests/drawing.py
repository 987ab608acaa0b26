"""The ledger, drawn: every kind of key, with what it says. Made from the keys' own module.

`python -m tests.drawing` writes it into the head of the ledger's module.
"""

import re
from pathlib import Path

from image_export.use_cases.ledger import ledger
from image_export.values.ledger_keys import (
    Key,
    hints,
    of_drills,
    of_exports,
    of_nights,
    of_notices,
    of_restores,
    others,
)

LEDGER = Path(ledger.__file__)
WIDTH = 62


def kinds() -> list[type[Key]]:
    """Every kind of key, in the order in which its modules have them."""
    return [
        kind
        for module in (of_exports, hints, others, of_nights, of_notices, of_restores, of_drills)
        for kind in vars(module).values()
        if isinstance(kind, type) and kind.__module__ == module.__name__ and hasattr(kind, "form")
    ]


def kinds_of(key: str) -> list[type[Key]]:
    """The kinds that a key may be of. One, unless nobody knows it."""
    return [kind for kind in kinds() if kind.read(key)]


def form_of(kind: type[Key]) -> str:
    """How people write the form: running/<account>/<region>/…"""
    drawn = re.sub(r"\{(\w+?)(?:_id)?(?::\w+)?\}", lambda field: f"<{field[1].replace('_', ' ')}>", kind.form)
    return drawn.replace("<place>", "<account>/<region>")


def saying_of(kind: type[Key]) -> str:
    """What the key says, in its own words."""
    return " ".join((kind.__doc__ or "").split("\n\n")[0].split()).split(". ")[0].rstrip(".")


def drawing() -> str:
    """One line for each kind."""
    return "\n".join(f"{form_of(kind):<{WIDTH}}{saying_of(kind)}" for kind in kinds())


def redrawn(text: str) -> str:
    """The source of the ledger's module with the drawing of today: from its first key on, to the docstring's end."""
    begin = text.index("\nexports/<export>/requested ") + 1
    return text[:begin] + drawing() + text[text.index('\n"""', begin) :]


if __name__ == "__main__":
    LEDGER.write_text(redrawn(LEDGER.read_text(encoding="utf-8")), encoding="utf-8")
