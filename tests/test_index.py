"""The handlers as FC calls them, with a cloud out of reach: what they raise and print (docs/protocol.md#p5, #p6)."""

import gc
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import index
from image_export.errors import LedgerFault, OurFault
from image_export.values.answer import Answer
from image_export.values.log_events import EVERY_LINE
from image_export.values.run import NightlyAnswer

from .builders import ACCOUNT, REGION
from .edges.listening import closed_port
from .fakes import START

SECRET = "kYmadeUpSecret/of+a=test000"


@pytest.fixture
def context(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A cold instance, with two seconds left; standard logging and the collector are given back afterwards."""
    monkeypatch.setattr(index, "_warm", [])
    monkeypatch.setenv("IMAGE_EXPORT_LEDGER", "oss://image-export-ledger/ledger")
    monkeypatch.setenv("IMAGE_EXPORT_ENDPOINT", f"http://{closed_port()}")
    root = logging.getLogger()
    before = (root.handlers, root.level)
    yield SimpleNamespace(
        request_id="r-1",
        account_id=ACCOUNT,
        region=REGION,
        function=SimpleNamespace(name="image-export-event", timeout=2),
        credentials=SimpleNamespace(access_key_id="STS.NUmadeup1234", access_key_secret=SECRET, security_token=None),
    )
    root.handlers, root.level = before
    logging.captureWarnings(False)
    gc.enable()


def test_the_functions_own_secret_is_not_printed_wherever_it_stands(
    context: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    event = b'{"ImageId": "m-bp1any", "OSSBucket": "acme-images-hangzhou", "%s": 1}' % SECRET.encode()
    with pytest.raises(LedgerFault):
        index.on_event(event, context)
    shown = capsys.readouterr().out
    assert "event.rejected" in shown
    assert SECRET not in shown


@pytest.mark.parametrize("handler", [index.on_event, index.on_watch])
def test_a_ledger_that_cannot_be_reached_is_raised_so_that_fc_repeats_it(handler: Any, context: Any) -> None:
    with pytest.raises(LedgerFault):
        handler(b'{"ImageId": "m-bp1any", "OSSBucket": "acme-images-hangzhou"}', context)


def test_a_policy_that_cannot_be_used_is_raised_by_its_code(
    context: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "policy.yaml").write_text("version: 2\n")
    monkeypatch.setattr(index, "__file__", str(tmp_path / "index.py"))
    for handler in (index.on_maintain, index.on_nightly):
        with pytest.raises(OurFault, match="PolicyInvalid: "):
            handler(b"", context)


def test_an_order_of_maintenance_that_is_none_is_answered(context: Any) -> None:
    answer = index.on_maintain(b'{"Dril": "x"}', context)
    assert (answer["RequestId"], answer["Rejected"]["Code"]) == ("r-1", "InvalidParameter")


def test_a_timer_whose_payload_is_odd_is_answered_for_fc_would_repeat_it_in_vain(
    context: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = index.on_nightly(b'{"DryRun": "yes"}', context)
    (rejected,) = answer["Rejected"]
    assert (rejected["Code"], len(answer["Exports"]), answer["Ignored"]) == ("InvalidParameter", 0, 0)
    assert "timer.refused" in capsys.readouterr().out


def test_a_bug_is_raised_in_no_words_of_its_own_and_told_in_the_log(
    context: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_more: Any) -> Any:
        raise ZeroDivisionError(f"with {SECRET}")

    monkeypatch.setattr("image_export.use_cases.watch.watch.watch", broken)
    with pytest.raises(RuntimeError, match=r"^ZeroDivisionError; the log line") as raised:
        index.on_watch(b"", context)
    shown = capsys.readouterr().out
    assert "invocation.broken" in shown
    assert SECRET not in shown + str(raised.value)


def test_each_invocation_has_the_time_of_its_own_and_knows_how_much_is_left(
    context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = [1000.0]
    monkeypatch.setattr("index.time.monotonic", lambda: now_s[0])
    left: list[float] = []

    def watching(context: Any, **_more: Any) -> Answer:
        now_s[0] += 0.5
        left.append(context.remaining_s())
        return Answer(request_id="r-1")

    monkeypatch.setattr("image_export.use_cases.watch.watch.watch", watching)
    for _ in range(2):
        index.on_watch(b"", context)
        now_s[0] += 3600
    assert left == [1.5, 1.5]


def test_the_answer_of_each_handler_names_its_invocation(context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def answers(kind: type[Answer], **more: Any) -> Any:
        return lambda *_args, request_id, **_rest: kind(request_id=request_id, **more)

    run = {"run_id": "n", "began_at": START, "finished": True, "totals": ()}
    monkeypatch.setattr("image_export.use_cases.watch.watch.watch", answers(Answer))
    monkeypatch.setattr("image_export.use_cases.night.run.nightly", answers(NightlyAnswer, **run))
    monkeypatch.setattr("image_export.use_cases.entrances.event.on_event", answers(Answer))
    for handler in (index.on_watch, index.on_nightly, index.on_event):
        assert handler(b"", context)["RequestId"] == "r-1"
    assert index.on_nightly(b'{"DryRun": "yes"}', context)["RequestId"] == "r-1"


def test_each_line_of_the_log_has_what_the_table_says_of_every_line(
    context: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    index.on_nightly(b'{"DryRun": "yes"}', context)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == ["instance.started", "timer.refused"]
    for line in lines:
        assert set(EVERY_LINE) <= set(line)
        assert (line["request_id"], line["function"]) == ("r-1", "image-export-event")


def test_only_the_first_invocation_leaves_its_garbage(context: Any) -> None:
    collects = []
    for _ in range(3):
        index.on_http(b"", context)
        collects.append(gc.isenabled())
    assert collects == [False, True, True]
