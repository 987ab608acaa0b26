"""What an answer to `once` means: done only where it says so."""

from pathlib import Path
from typing import Any

import pytest

from image_export.edges.aliyun.credentials import Credentials
from image_export.edges.aliyun.hosts import Addresses
from image_export.errors import Refused
from image_export_cli.events.asking import Entrance, Outcome, outcome_of

from .emulator.deployment import Deployed, deployed

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


def entrance(world: Deployed, function: str) -> Entrance:
    """A function of this world, asked with the administrator's key."""
    key = world.administrator
    home = ("1234567890123456", "cn-hangzhou")
    return Entrance(Credentials(key.access_key_id, key.secret), Addresses(world.endpoint), home, function)


def test_a_function_that_fails_is_no_success(tmp_path: Path) -> None:
    raises = "def handler(event, context):\n    raise RuntimeError(event.decode())\n"
    with deployed(tmp_path, raises) as world:
        said = entrance(world, "probe").ask("exp-1")
    assert said == Outcome(good=False, said='the function failed: {"Replay":"exp-1"}')


def test_a_function_that_is_not_there_is_a_refusal(tmp_path: Path) -> None:
    with deployed(tmp_path, "") as world, pytest.raises(Refused, match="FunctionNotFound"):
        entrance(world, "other").ask("exp-1")
