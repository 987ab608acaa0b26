"""A person reads much at a time, in order, and no more than there is."""

import threading
import time
from datetime import timedelta

import pytest
from msgspec.structs import replace

from image_export.decisions.results.export_view import export_of
from image_export.errors import Unanswered
from image_export.use_cases.export.shown import Showing
from image_export.use_cases.ledger.ledger import Ledger
from image_export.values import ledger_keys as keys
from image_export.values.cause import Cause
from image_export.values.export_query import ExportQuery
from image_export_cli.reading import READ_AT_A_TIME, CommandLog, ahead
from tests.builders import ACCOUNT, IMAGE, REGION, a_started_record
from tests.fakes import START, Clock, Counting, FakeStore, refused, unanswered
from tests.readers import FakeClouds, a_reader

MANY = 2000


def a_ledger(calls: Counting) -> Ledger:
    numbers = iter(range(1_000_000))
    return Ledger(FakeStore(Clock(), calls), nonce=lambda: f"nonce-{next(numbers)}")


def test_two_thousand_failures_take_one_read_each_and_keep_their_order() -> None:
    calls = Counting()
    ledger = a_ledger(calls)
    failed = replace(export_of(a_started_record()), status="Failed", error=Cause(code="Some.Code", message="No."))
    for number in range(MANY):
        at, name = START + timedelta(seconds=number), f"exp-{'a' * 16}-{number:04d}"
        key = keys.History(keys.backwards(at), REGION, IMAGE, name).key
        ledger.put(key, replace(failed, export_id=name, requested_at=at))
    lists, gets = calls.count("list"), calls.count("get")
    found = list(a_reader(ledger, FakeClouds()).find(ExportQuery(status="Failed")))
    assert [export.export_id[-4:] for export in found] == [f"{number:04d}" for number in reversed(range(MANY))]
    assert (calls.count("list") - lists, calls.count("get") - gets) == (MANY // 1000, MANY)


def test_reads_run_at_the_same_time_and_not_much_further_ahead_than_somebody_looks() -> None:
    together, most, lock = 0, 0, threading.Lock()
    begun = []

    def read(number: int) -> int:
        nonlocal together, most
        with lock:
            begun.append(number)
            together += 1
            most = max(most, together)
        time.sleep(0.01)
        with lock:
            together -= 1
        return number

    reading = ahead(range(10_000), read)
    assert [next(reading) for _ in range(50)] == list(range(50))
    reading.close()
    assert 1 < most <= READ_AT_A_TIME
    assert len(begun) <= 50 + READ_AT_A_TIME + 1


def test_tasks_that_nobody_may_see_are_asked_for_once_and_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    clouds = FakeClouds()
    clouds.answer = refused("Forbidden.RAM")
    reader = a_reader(a_ledger(Counting()), clouds)
    assert [reader.task(a_started_record()) for _ in range(3)] == [None] * 3
    said = capsys.readouterr().err
    assert (clouds.asked, said.count(f"may not see the tasks of account {ACCOUNT} (Forbidden.RAM)")) == (1, 1)


def test_a_look_that_was_not_answered_is_the_reason_and_is_tried_again() -> None:
    clouds, record = FakeClouds(), a_started_record()
    reader = a_reader(a_ledger(Counting()), clouds)
    clouds.answer = unanswered()
    seen = reader.seen(record)
    assert isinstance(seen, Unanswered)
    assert reader.export(record, seen, Showing(reader.ledger, CommandLog())).reason == "InternalError"
    assert reader.seen(record)
    assert clouds.asked == 2
