"""What an answer to a retry means: done only where it says so."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from image_export.edges.aliyun.credentials import Credentials
from image_export.edges.aliyun.hosts import Addresses
from image_export.errors import Refused, Unanswered, Unreadable
from image_export.values.restore.answer import RestoreAnswer
from image_export_cli.cloud.invoking import Entrance
from image_export_cli.outcomes import in_words
from image_export_cli.replays.asking import outcome_of

from .emulator.deployment import Deployed, deployed

NOTHING: dict[str, Any] = {"RequestId": "r", "Exports": [], "Rejected": [], "Ignored": 0}
ERROR = {"Code": "IncorrectImageStatus", "Message": "It is CreateFailed.", "RequestId": None, "Recommend": "Make it."}
EXPORT = {
    "ExportId": "exp-1",
    "RegionId": "cn-hangzhou",
    "AccountId": "1234567890123456",
    "ImageId": "m-1",
    "OSSBucket": "acme-images-hangzhou",
    "ImageFormat": "raw",
    "RequestedAt": "2026-11-29T16:16:48Z",
    "RequestedBy": {"Trigger": "invoke", "Id": "r"},
}
UNTOLD = f"untold-exp-aaaaaaaaaaaaaaaa-0001.Failed-{'0' * 12}"


def export(**fields: Any) -> dict[str, Any]:
    """An answer with one export."""
    return {**NOTHING, "Exports": [{**EXPORT, **fields}]}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (export(Status="Exporting"), ("Done", "exp-1 is Exporting")),
        (export(Status="Completed", NewField=1), ("Done", "exp-1 is Completed")),
        (
            export(Status="Requested", Reason="WeeklyQuotaExceed"),
            ("Done", "exp-1 is Requested (WeeklyQuotaExceed)"),
        ),
        (
            export(Status="Failed", Error=ERROR),
            ("NotDone", "exp-1 is Failed: IncorrectImageStatus: It is CreateFailed. Make it."),
        ),
        (export(Status="Cancelled", Reason="Cancelled"), ("NotDone", "exp-1 is Cancelled (Cancelled)")),
        ({**NOTHING, "Rejected": [{"Code": "NotFound", "Message": "No."}]}, ("NotDone", "NotFound: No.")),
        (
            {**NOTHING, "Ignored": 1, "IgnoredBecause": ["no rule wants it"]},
            ("NotDone", "nothing was done: no rule wants it"),
        ),
        ({**NOTHING, "Ignored": 1}, ("NotDone", "nothing was done: the functions' log tells why")),
        (
            {**NOTHING, "Undecided": 1},
            ("NotDone", "the image cannot be seen yet; the watcher looks for it for some minutes"),
        ),
    ],
)
def test_what_came_of_it_is_said_in_words(answer: dict[str, Any], said: tuple[str, str]) -> None:
    outcome = outcome_of("exp-0", msgspec.convert(answer, RestoreAnswer))
    assert (outcome.result, in_words(outcome)) == said


@pytest.mark.parametrize("answer", [NOTHING, export(Status="Failed", Error=ERROR)], ids=["rejection", "failed export"])
def test_what_a_target_has_missed_is_delivered_again_whatever_it_tells_of(answer: dict[str, Any]) -> None:
    outcome = outcome_of(UNTOLD, msgspec.convert(answer, RestoreAnswer))
    assert (outcome.result, in_words(outcome)) == ("Done", "the watcher delivers it at its next tick")


def entrance(world: Deployed, function: str) -> Entrance:
    """A function of this world, asked with the administrator's key."""
    key = world.administrator
    home = ("1234567890123456", "cn-hangzhou")
    return Entrance(lambda: Credentials(key.access_key_id, key.secret), Addresses(world.endpoint), home, function)


def test_a_function_that_fails_is_no_success_and_is_not_called_again(tmp_path: Path) -> None:
    raises = "def handler(event, context):\n    raise RuntimeError(event.decode())\n"
    with deployed(tmp_path, raises) as world, pytest.raises(Unanswered) as fault:
        entrance(world, "probe").invoke({"Replay": "exp-1"})
    assert str(fault.value) == 'FunctionFailed: probe failed: {"Replay":"exp-1"}'


def test_an_answer_of_another_shape_is_none(tmp_path: Path) -> None:
    odd = "def handler(event, context):\n    return {'Exports': 1}\n"
    with deployed(tmp_path, odd) as world, pytest.raises(Unreadable):
        entrance(world, "probe").invoke({})


def test_a_function_that_is_not_there_is_a_refusal(tmp_path: Path) -> None:
    with deployed(tmp_path, "") as world, pytest.raises(Refused, match="FunctionNotFound"):
        entrance(world, "other").invoke({})
