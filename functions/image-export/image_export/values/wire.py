"""Values with a form in JSON: PascalCase names, as the ECS API spells them. Not a codec: msgspec is."""

from typing import Any

import msgspec

END = r"$(?!\n)"
"""The end of a pattern that must hold for the whole text: in Python, `$` alone lets a line feed follow."""


def _unnamed(attribute: str) -> str:
    """Refuse a field without a name of its own. A derived name would change with its attribute's."""
    raise TypeError(f"Write down how {attribute} is called in JSON: field(name=…).")


class Wire(msgspec.Struct, frozen=True, kw_only=True, rename=_unnamed):
    """A frozen value with a form in JSON, in which every field says its name there: `field(name="ImageId")`.

    The ledger keeps these names for years, so they never change. The attribute beside one may.
    """

    def wire(self) -> dict[str, Any]:
        """The value as JSON-ready builtins (times as RFC 3339 text)."""
        builtins: dict[str, Any] = msgspec.to_builtins(self)
        return builtins
