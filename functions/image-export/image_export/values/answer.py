"""What `on_event`, `on_nightly` and `on_watch` answer (docs/http-api.md)."""

from typing import Any

from msgspec import field

from .cause import Cause
from .export import Export
from .wire import Wire

LISTED_MAX = 100


class Answer(Wire, frozen=True, kw_only=True):
    """The exports that were touched, what was rejected, and how much was none of our business.

    `undecided`: images that were named or seen and will be looked at again. `ignored_because`: the first reasons, up
    to `LISTED_MAX`.
    """

    request_id: str = field(name="RequestId")
    exports: tuple[Export, ...] = field(name="Exports", default=())
    rejected: tuple[Cause, ...] = field(name="Rejected", default=())
    ignored: int = field(name="Ignored", default=0)
    ignored_because: tuple[str, ...] = field(name="IgnoredBecause", default=())
    undecided: int = field(name="Undecided", default=0)

    def shown(self) -> dict[str, Any]:
        """The answer as JSON builtins."""
        return self.wire()

    def totalled(self) -> dict[str, Any]:
        """The same, with totals by status instead of lists past 100."""
        answer = self.wire()
        if len(self.exports) > LISTED_MAX:
            statuses = [export.status for export in self.exports]
            answer["Exports"] = {status: statuses.count(status) for status in sorted(set(statuses))}
        if len(self.rejected) > LISTED_MAX:
            answer["Rejected"] = len(self.rejected)
        return answer
