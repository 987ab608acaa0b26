"""A look reads the bodies of what has changed, and of nothing else."""

from typing import Any

import pytest

from image_export.errors import AskerFault, FactUnreadable
from image_export.use_cases.ledger.ledger import Ledger
from image_export.use_cases.ports import Stored
from image_export.values import ledger_keys as keys
from image_export.values.facts import Ended, Progressed, Requested
from image_export.values.record import Record
from image_export_cli.following.board import Board
from tests.builders import a_record, a_request, a_started_record, a_task
from tests.fakes import Clock, Counting, FakeStore, refused
from tests.readers import FakeClouds, a_reader


class Bench:
    """A reader of a ledger in memory, and a task for each export that runs."""

    def __init__(self) -> None:
        self.calls = Counting()
        numbers = iter(range(10_000))
        self.ledger = Ledger(FakeStore(Clock(), self.calls), nonce=lambda: f"nonce-{next(numbers)}")
        self.clouds = FakeClouds()
        self.reader = a_reader(self.ledger, self.clouds)

    def keep(self, record: Record, *hints: str) -> str:
        """Write down what the record says."""
        fact = Requested(export_id=record.export_id, listed="history/x", request=record.request)
        self.ledger.open(fact)
        for number, part in ((1, record.claim), (1, record.result)):
            kind: Any = keys.Claim if part is record.claim else keys.Result
            if part:
                self.ledger.mark(kind(record.export_id, number).key, part)
        for hint in hints:
            self.ledger.put(hint)
        return record.export_id

    def bodies_of(self, work: Any) -> int:
        """How many bodies that reads."""
        before = self.calls.count("get")
        work()
        return self.calls.count("get") - before


@pytest.fixture
def bench() -> Bench:
    return Bench()


def board(bench: Bench, *ids: str) -> Board:
    return Board(bench.reader, ids)


def running(record: Record, look_at: str = "20261124T090000Z") -> str:
    return keys.Running(record.request.place, record.task_id or "", record.export_id, look_at).key


def test_what_runs_comes_before_what_waits_and_has_the_percent_of_its_task(bench: Bench) -> None:
    waits = a_record(request=a_request(image_id="m-bp1waits"))
    bench.keep(waits, keys.Waiting(waits.request.place, "9999", "20261124T080000Z", waits.export_id).key)
    bench.keep(a_started_record(), running(a_started_record()))
    first, second = board(bench).look()
    assert (first.export.status, first.percent, first.size_gib) == ("Exporting", 40, 140)
    assert (second.export.image_id, second.export.status, second.percent) == ("m-bp1waits", "Requested", None)


def test_who_waits_has_a_place_in_line_and_comes_by_it(bench: Bench) -> None:
    for number, image in enumerate(("m-bp1second", "m-bp1first")):
        waits = a_record(request=a_request(image_id=image))
        bench.keep(waits, keys.Waiting(waits.request.place, str(9 - number), "20261124T080000Z", waits.export_id).key)
    places = [(row.export.image_id, row.export.queue_position) for row in board(bench).look()]
    assert places == [("m-bp1first", 1), ("m-bp1second", 2)]


def test_an_export_whose_task_nobody_may_see_is_read_at_each_look(bench: Bench) -> None:
    record = a_started_record()
    bench.keep(record, running(record))
    bench.clouds.answer = refused("Forbidden.RAM")
    followed = board(bench)
    followed.look()
    bench.ledger.put(keys.Progress(record.export_id).key, Progressed(progress="70%"))
    assert followed.look()[0].percent == 70


def test_what_has_not_changed_is_not_read_again(bench: Bench) -> None:
    record = a_started_record()
    bench.keep(record, running(record))
    followed = board(bench)
    assert bench.bodies_of(followed.look) > 0
    assert bench.bodies_of(followed.look) == 1  # the pace of its account and region
    bench.ledger.reschedule({running(record)}, {running(record, "20261124T091000Z")})
    assert bench.bodies_of(followed.look) > 1


def test_an_export_whose_task_has_ended_is_read_until_it_has_ended_too(bench: Bench) -> None:
    record = a_started_record()
    name = bench.keep(record, running(record))
    followed = board(bench)
    followed.look()
    bench.clouds.answer = a_task("Finished")
    assert followed.look()[0].export.status == "Verifying"
    bench.ledger.mark(keys.Ended(name).key, Ended(status="Completed"))
    assert followed.look()[0].export.status == "Completed"
    assert bench.bodies_of(followed.look) == 0


def test_what_had_ended_before_is_neither_shown_nor_read_again_unless_it_is_named(bench: Bench) -> None:
    name = bench.keep(a_record())
    bench.ledger.mark(keys.Ended(name).key, Ended(status="Cancelled"))
    followed = board(bench)
    assert followed.look() == []
    assert bench.bodies_of(followed.look) == 0
    assert [row.export.status for row in board(bench, name).look()] == ["Cancelled"]


def test_an_export_that_is_unknown_is_an_error(bench: Bench) -> None:
    with pytest.raises(AskerFault, match="There is no export exp-aaaaaaaaaaaaaaaa-0001"):
        board(bench, "exp-aaaaaaaaaaaaaaaa-0001").look()


def spoil(bench: Bench, name: str) -> None:
    """Somebody has overwritten its end."""
    store: Any = bench.ledger.store
    store.objects[keys.Ended(name).key] = Stored(b"not ours", store.now)


def test_an_export_that_cannot_be_read_is_not_said_to_be_none(bench: Bench) -> None:
    name = bench.keep(a_record())
    spoil(bench, name)
    with pytest.raises(FactUnreadable, match="ended is not a fact that this version understands"):
        board(bench, name).look()
    assert board(bench).look() == []


def test_an_export_that_cannot_be_read_any_more_is_shown_as_it_was(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    name = bench.keep(a_record())
    followed = board(bench, name)
    before = followed.look()
    spoil(bench, name)
    assert [row.export for row in followed.look()] == [row.export for row in before]
    assert f"? {name} cannot be read" in capsys.readouterr().err
