"""What a timer's event says: which run it is, and whether it is only tried (docs/cloud-facts.md#fact-6-6). Pure."""

import base64
import contextlib
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from image_export.decisions.arrivals.timer import Timer, read_timer
from image_export.errors import AskerFault

AT = "2026-11-24T02:00:00Z"
THEN = datetime(2026, 11, 24, 2, tzinfo=timezone.utc)
ROOT = Path(__file__).parent.parent


def event(payload: Any, at: Any = AT) -> bytes:
    """A timer trigger's."""
    return json.dumps({"triggerTime": at, "triggerName": "nightly", "payload": payload}).encode()


def fault(body: bytes) -> tuple[str, str]:
    """Code and message of what is odd about it."""
    with pytest.raises(AskerFault) as raised:
        read_timer(body)
    return raised.value.code, raised.value.cause.message


@pytest.mark.parametrize("payload", ["", None, "{}", " \n", {}])
def test_a_timer_names_its_run_by_its_time(payload: Any) -> None:
    assert read_timer(event(payload)) == Timer(run_id=AT, at=THEN, dry_run=False)


def test_an_event_without_a_payload_is_a_run_like_any_other() -> None:
    assert read_timer(json.dumps({"triggerTime": AT}).encode()) == Timer(run_id=AT, at=THEN)


@pytest.mark.parametrize("dry", [True, False])
@pytest.mark.parametrize("form", [json.dumps, lambda payload: f"\ufeff{json.dumps(payload)}\n", dict])
def test_the_payload_of_a_timer_may_ask_to_try_only(dry: bool, form: Any) -> None:
    assert read_timer(event(form({"DryRun": dry}))) == Timer(run_id=AT, at=THEN, dry_run=dry)


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


SLIPS = [
    *("{DryRun: true}", "{'DryRun': true}", '{"DryRun": tru', "{", "DryRun", "dryrun=true", "DryRun: true"),
    *("--dry-run", "true", "RegionId=cn-hangzhou", base64.b64encode(b'{"DryRun": true}').decode()),
    *("awesome-fc", '"text"', '"{\\"DryRun\\": true}"', "[1]", "7", "null", "NaN", "[" * 10_000),
]


@pytest.mark.parametrize(
    "body",
    [*(slip.encode() for slip in SLIPS), *map(event, SLIPS), *map(event, [7, False, ["DryRun"]]), b"\xff"],
    ids=lambda body: body.decode(errors="replace")[:70],
)
def test_what_was_perhaps_meant_to_be_tried_only_starts_no_night(body: bytes) -> None:
    code, message = fault(body)
    assert code == "InvalidParameter"
    assert "it must be a JSON object" in message


@pytest.mark.parametrize("wrap", [str.encode, event])
def test_a_parameter_that_is_given_twice_starts_no_night(wrap: Any) -> None:
    code, message = fault(wrap('{"DryRun": true, "Once": 1, "DryRun": false}'))
    assert (code, message) == ("InvalidParameter", "Given twice: 'DryRun'.")


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        ({"DryRun": True}, "DryRun belongs inside it"),
        ({"dry_run": True}, "DryRun belongs inside it"),
        ({"Payload": '{"DryRun": true}'}, "did you mean payload?"),
        ({"payLoad": "x", "payload": ""}, "did you mean payload?"),
    ],
)
def test_what_stands_beside_the_payload_and_was_meant_inside_it_starts_no_night(beside: Any, said: str) -> None:
    code, message = fault(json.dumps({"triggerTime": AT, "triggerName": "n", **beside}).encode())
    assert code == "UnknownParameter"
    assert said in message


def test_a_field_that_fc_may_add_to_its_timers_one_day_stops_no_night() -> None:
    assert read_timer(json.dumps({"triggerTime": AT, "triggerSource": "x", "payload": ""}).encode()).run_id == AT


def test_a_request_for_one_export_starts_no_night() -> None:
    request = json.dumps({"RegionId": "cn-hangzhou", "ImageId": "m-bp1", "OSSBucket": "acme-images-hangzhou"})
    assert fault(event(request))[0] == "UnknownParameter"


@pytest.mark.parametrize(("age", "named"), [("PT6H", AT), ("PT6H1S", "r-1"), ("P30D", "r-1"), ("-PT1H", AT)])
def test_a_time_that_fc_delivers_no_more_names_no_run(age: str, named: str) -> None:
    timer = read_timer(event(""))
    assert timer.named(THEN + msgspec.convert(age, timedelta), "r-1") == named


@pytest.mark.parametrize("at", ["tonight", "2026-11-24", "7"])
def test_a_name_that_is_no_time_names_a_run_for_ever(at: str) -> None:
    assert read_timer(event("", at=at)).named(THEN + timedelta(days=900), "r-1") == at


def test_a_time_without_a_zone_is_taken_as_utc() -> None:
    assert read_timer(event("", at="2026-11-24T02:00:00")).at == THEN


def test_fc_delivers_a_timers_event_of_s_yaml_no_longer_than_its_time_names_a_run() -> None:
    text = (ROOT / "s.yaml").read_text()
    nightly = text[text.index("image-export-nightly") :]
    assert "maxAsyncEventAgeInSeconds: 21600" in nightly[: nightly.index("image-export-watch")]


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
