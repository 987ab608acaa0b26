"""Looks go on over what passes, and end where nothing can be told."""

from collections.abc import Callable, Iterator

import pytest

from image_export.errors import LedgerFault, Refused
from image_export.values.cause import Cause
from image_export_cli.exit_codes import ExitCode
from image_export_cli.following.loop import Look, looks, outcome
from tests.builders import a_record
from tests.fakes import refused, unanswered

from .rows import a_row


class Clock:
    """Seconds that pass while somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def sleep(self, seconds: float) -> None:
        """At once."""
        self.now_s += seconds


def ledger_fault(fault: Exception) -> LedgerFault:
    """As the ledger raises it."""
    raised = LedgerFault(Cause(code="Unanswered", message="No answer."))
    raised.__cause__ = fault
    return raised


def looking(look: Callable[[], list[object]], every_s: float = 60) -> Iterator[Look[object]]:
    clock = Clock()
    return looks(look, every_s, clock_s=lambda: clock.now_s, sleep=clock.sleep)


def test_a_look_without_an_answer_shows_the_rows_of_the_look_before_and_why() -> None:
    answers: Iterator[list[object] | Exception] = iter([[a_row()], ledger_fault(unanswered()), [a_row(), a_row()]])

    def look() -> list[object]:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    seen = looking(look)
    first, second, third = next(seen), next(seen), next(seen)
    assert (len(first.rows), first.trouble) == (1, None)
    assert (len(second.rows), second.trouble and second.trouble.code) == (1, "Unanswered")
    assert (len(third.rows), third.trouble) == (2, None)


def test_five_minutes_without_an_answer_end_it() -> None:
    def look() -> list[object]:
        raise ledger_fault(unanswered())

    seen = looking(look)
    tried = [next(seen) for _ in range(5)]  # at 0, 60, 120, 180 and 240 seconds
    assert all(one.trouble for one in tried)
    with pytest.raises(LedgerFault):
        next(seen)


def test_a_refusal_ends_it_at_once_and_throttling_does_not() -> None:
    faults = iter([ledger_fault(refused("Throttling.User")), ledger_fault(refused("AccessDenied"))])

    def look() -> list[object]:
        raise next(faults)

    seen = looking(look)
    assert next(seen).trouble
    with pytest.raises(LedgerFault) as ended:
        next(seen)
    assert isinstance(ended.value.__cause__, Refused)


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        (["Completed", "Completed"], ExitCode.DONE),
        (["Completed", "Failed"], ExitCode.NO),
        (["Cancelled"], ExitCode.NO),
    ],
)
def test_the_exit_code_says_whether_all_are_completed(statuses: list[str], code: ExitCode) -> None:
    assert outcome(a_row(a_record(), status=status).export for status in statuses) is code
