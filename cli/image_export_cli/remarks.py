"""What there is to say about a policy file, a line for each fault and warning, as compilers write them. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from image_export.decisions.policy.check import Checked

STYLES = {"fault": "red", "warning": "yellow"}


class Line(NamedTuple):
    """`file:line:column: `, `fault` or `warning`, and the rest."""

    where: str
    kind: str
    words: str

    def __str__(self) -> str:
        return "".join(self)


def lines(name: str, checked: Checked) -> Iterator[Line]:
    """Down the file, as an editor goes through it."""
    found = [("fault", one) for one in checked.faults] + [("warning", one) for one in checked.warnings]
    for kind, remark in sorted(found, key=lambda one: (one[1].line or 0, one[1].column or 0)):
        where = "".join(f"{part}:" for part in (name, remark.line, remark.column) if part is not None)
        yield Line(f"{where} ", kind, f": {remark.path}: {remark.message}")
