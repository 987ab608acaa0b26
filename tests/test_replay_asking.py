"""What an answer to `once` means: done only where it says so."""

from typing import Any

import pytest

from replay.asking import outcome_of

NOTHING: dict[str, Any] = {"RequestId": "r", "Exports": [], "Rejected": [], "Ignored": 0}
ERROR = {"Code": "IncorrectImageStatus", "Message": "It is CreateFailed.", "RequestId": None, "Recommend": "Make it."}


def export(**fields: Any) -> dict[str, Any]:
    """An answer with one export."""
    return {**NOTHING, "Exports": [{"ExportId": "exp-1", "Reason": None, "Error": None, **fields}]}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (export(Status="Exporting"), (True, "exp-1 is Exporting")),
        (export(Status="Completed", NewField=1), (True, "exp-1 is Completed")),
        (
            export(Status="Requested", Reason="WeeklyQuotaExceed"),
            (True, "exp-1 is Requested (WeeklyQuotaExceed)"),
        ),
        (
            export(Status="Failed", Error=ERROR),
            (False, "exp-1 is Failed: IncorrectImageStatus: It is CreateFailed. Make it."),
        ),
        (export(Status="Cancelled", Reason="Cancelled"), (False, "exp-1 is Cancelled (Cancelled)")),
        ({**NOTHING, "Rejected": [{"Code": "NotFound", "Message": "No."}]}, (False, "NotFound: No.")),
        (
            {**NOTHING, "Ignored": 1, "IgnoredBecause": ["no rule wants it"]},
            (False, "nothing was done: no rule wants it"),
        ),
        ({**NOTHING, "Ignored": 1}, (False, "nothing was done: the functions' log tells why")),
        (
            {**NOTHING, "Undecided": 1},
            (False, "the image cannot be seen yet; the watcher looks for it for some minutes"),
        ),
    ],
)
def test_what_came_of_it_is_said_in_words(answer: dict[str, Any], said: tuple[bool, str]) -> None:
    assert outcome_of(answer) == said
