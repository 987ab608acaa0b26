"""Whether somebody has paused all starts: since when, who, and why."""

from collections.abc import Iterator

from image_export.errors import LedgerFault
from image_export.values.facts import Pause
from image_export.values.ledger_keys import Paused

from ...deployment.finding import Finding, looking, note, ok, unknown
from ...switch import since
from ..examined import Examined

RESUME = "image-export resume"


def paused(examined: Examined) -> Iterator[Finding]:
    """The ledger's switch. Somebody wanted it so, so it is no fault."""
    yield from looking("exports", _paused, examined)


def _paused(examined: Examined) -> Iterator[Finding]:
    try:
        found = examined.cloud.ledger(examined.deployment.settings).read(Paused().key, Pause)
    except LedgerFault as fault:
        message = f"Whether they are paused cannot be read: {fault.code}: {fault.cause.message}"
        yield unknown("exports", message, "Where the functions cannot read it either, they start nothing.")
        return
    if found is None:
        yield ok("exports", "Are not paused.")
    else:
        message = f"{since('Are paused', found.fact, found.at)}. Nothing starts; what runs is watched."
        yield note("exports", message, "Let them start again when it is time:", RESUME)
