"""What has kept an odd answer, a slow cloud or a large array from stopping others, taken away again."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest

from image_export.errors import CloudFault, FactUnreadable, LedgerFault
from image_export.use_cases.entrances import event_part, late_parts, receive
from image_export.use_cases.entrances import sighting as consider
from image_export.use_cases.entrances.sighting import Outcome
from image_export.use_cases.export import observe
from image_export.use_cases.export.advance import begin
from image_export.use_cases.watch import due, tick
from image_export.values.task import Task

from .world import LedgerOfAProcess


def answer_is_silence(patch: pytest.MonkeyPatch) -> None:
    """An answer that cannot be read is taken for none, so that nobody asks there again in this tick."""
    for module in (tick, consider, due):
        patch.setattr(module, "NO_ANSWER", frozenset({"Unanswered", "Unreached", "AnswerUnreadable"}))


def refused_is_none(patch: pytest.MonkeyPatch) -> None:
    """A fact that OSS refuses is none."""
    read = LedgerOfAProcess.read

    def lenient(self: LedgerOfAProcess, key: str, kind: type[Any]) -> Any:
        try:
            return read(self, key, kind)
        except FactUnreadable as fault:
            if fault.code == "InvalidObjectState":
                return None
            raise

    patch.setattr(LedgerOfAProcess, "read", lenient)


def no_look_at_the_clock(patch: pytest.MonkeyPatch) -> None:
    """All candidates of a doubt are looked at, however long that takes."""

    def all_of_them(_context: Any, tasks: Iterator[Task]) -> Iterator[Task]:
        yield from islice(tasks, observe.CANDIDATES_MAX)

    patch.setattr(observe, "_while_time", all_of_them)


def begun_before_all_is_recorded(patch: pytest.MonkeyPatch) -> None:
    """Each part of an array is begun with right after it was recorded, and nothing is kept."""
    takes = event_part.take

    def take(context: Any, part: Any) -> Outcome:
        seen = takes(context, part)
        if seen.recorded is None:
            return seen
        try:
            return Outcome(export=begin(context, seen.recorded).export)
        except (LedgerFault, CloudFault):
            return Outcome(undecided=True)

    patch.setattr(receive, "take", take)
    patch.setattr(receive, "SECONDS_FOR_A_PART", -1e9)
    patch.setattr(late_parts, "keep", lambda *_: {})
