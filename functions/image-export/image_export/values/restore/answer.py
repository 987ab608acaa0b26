"""What `on_event` answers to an order that is about a restore (docs/restore.md)."""

from msgspec import field

from ..answer import Answer
from .restore import Restore, RestorePlan


class RestoreAnswer(Answer, frozen=True, kw_only=True):
    """The restore that was asked for or called off, or the plan of a DryRun; else the answer rejects it."""

    restores: tuple[Restore, ...] = field(name="Restores", default=())
    plans: tuple[RestorePlan, ...] = field(name="Plans", default=())
