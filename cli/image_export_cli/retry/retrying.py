"""Has the chosen ones done once more, follows them where that is wanted, and says what came of each."""

from collections.abc import Iterator, Sequence
from functools import partial

from image_export.values.export import Export

from ..agreeing import agree
from ..deployed import Deployed, say
from ..exit_codes import ExitCode
from ..options import Acting
from ..outcomes import Outcome, attempted, followed, show_outcomes
from ..replays.asking import retried
from ..tables import Column, name_column, show_table
from .choosing import Wanted, chosen


def _failed(export: Export) -> str:
    return f"{export.error.code}: {export.error.message}" if export.error else ""


COLUMNS = (
    Column("EXPORT", lambda export: export.export_id),
    name_column(lambda export: export.image_name or export.image_id),
    Column("FAILED WITH", _failed, folds=True, short=lambda export, _: _failed(export)),
)


def retry(deployed: Deployed, names: Sequence[str], wanted: Wanted | None, acting: Acting) -> ExitCode:
    """Retry the named ones, or those that are wanted."""
    if wanted:
        names = _agreed(deployed, wanted, acting)
    outcomes = _asked(deployed, names)
    return show_outcomes(followed(deployed, outcomes, acting.every_s) if acting.wait else outcomes, acting.output)


def _agreed(deployed: Deployed, wanted: Wanted, acting: Acting) -> list[str]:
    exports = chosen(deployed.ledger, wanted)
    if not exports:
        say("No failed export fits.")
        return []
    show_table(COLUMNS, exports, stderr=True)
    agree(f"Have {_counted(exports)} made again?", yes=acting.yes)
    return [export.export_id for export in exports]


def _counted(exports: list[Export]) -> str:
    return "this export" if len(exports) == 1 else f"these {len(exports)} exports"


def _asked(deployed: Deployed, names: Sequence[str]) -> Iterator[Outcome]:
    for name in names:
        yield attempted(name, partial(retried, deployed, name))
