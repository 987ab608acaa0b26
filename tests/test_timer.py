"""What a timer's event says: which run it is, and whether it is only tried (facts §6.6). Pure."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from image_export.decisions.timer import Timer, read_timer
from image_export.errors import AskerFault

AT = "2026-11-24T02:00:00Z"


def event(payload: Any, at: Any = AT) -> bytes:
    """A timer trigger's."""
    return json.dumps({"triggerTime": at, "triggerName": "nightly", "payload": payload}).encode()


def fault(body: bytes) -> tuple[str, str]:
    """Code and message of what is odd about it."""
    with pytest.raises(AskerFault) as raised:
        read_timer(body)
    return raised.value.code, raised.value.cause.message


@pytest.mark.parametrize("payload", ["", None, "awesome-fc", "{}", '"text"', "[1]", "7", "[" * 10_000])
def test_a_timer_names_its_run_by_its_time_whatever_words_it_carries(payload: str | None) -> None:
    assert read_timer(event(payload)) == Timer(run_id=AT, dry_run=False)


def test_an_event_without_a_payload_is_a_run_like_any_other() -> None:
    assert read_timer(json.dumps({"triggerTime": AT}).encode()) == Timer(run_id=AT)


@pytest.mark.parametrize("dry", [True, False])
def test_the_payload_of_a_timer_may_ask_to_try_only(dry: bool) -> None:
    assert read_timer(event(json.dumps({"DryRun": dry}))) == Timer(run_id=AT, dry_run=dry)


def test_by_hand_the_payload_may_come_alone_and_the_run_has_no_name_of_its_own() -> None:
    assert read_timer(b'{"DryRun": true}') == Timer(run_id=None, dry_run=True)


@pytest.mark.parametrize("body", [b"", b" ", b"{}"])
def test_what_says_nothing_is_a_whole_run(body: bytes) -> None:
    assert read_timer(body) == Timer()


@pytest.mark.parametrize("wrap", [str.encode, event])
def test_a_parameter_that_nobody_knows_is_named_with_what_was_meant(wrap: Any) -> None:
    code, message = fault(wrap('{"dryrun": true}'))
    assert code == "UnknownParameter"
    assert "did you mean DryRun?" in message


@pytest.mark.parametrize("value", ["1", '"true"', "null", "[true]"])
def test_whether_to_try_only_is_true_or_false_and_nothing_that_looks_like_it(value: str) -> None:
    """Read as false, it would start a night that was meant to be shown only."""
    code, message = fault(event(f'{{"DryRun": {value}}}'))
    assert code == "InvalidParameter"
    assert "true or false" in message


SLIPS = ["{DryRun: true}", "{'DryRun': true}", '{"DryRun": tru', "{"]


@pytest.mark.parametrize(
    "body", [*(slip.encode() for slip in SLIPS), *map(event, SLIPS), b"null", b"[]", b"run", b"\xff"]
)
def test_what_was_perhaps_meant_to_be_tried_only_starts_no_night(body: bytes) -> None:
    code, message = fault(body)
    assert code == "InvalidParameter"
    assert "it must be a JSON object" in message


def test_the_name_of_a_run_stays_short() -> None:
    assert read_timer(event("", at="9" * 1000)).run_id == "9" * 64


@pytest.mark.parametrize("body", [event("", at="\ud800"), event("\ud800"), event('{"\ud800": 1}')])
def test_half_a_character_makes_no_name_that_cannot_be_kept(body: bytes) -> None:
    with contextlib.suppress(AskerFault):
        (read_timer(body).run_id or "").encode()


@given(st.binary(max_size=60) | st.text(max_size=60).map(event))
def test_no_bytes_make_the_reader_raise_what_nobody_catches(body: bytes) -> None:
    with contextlib.suppress(AskerFault):
        assert isinstance(read_timer(body), Timer)
