"""The verdict on a call whose answer was lost, for every number of tasks without names, with objects and without."""

from itertools import product

import pytest

from image_export.decisions.state.in_doubt import VERDICTS, Few
from image_export.decisions.state.table import next_step
from image_export.values.steps import Observed, Settle, Situation, Step, Wait

from .builders import a_claimed_record, a_task, minutes
from .fakes import START

KEY = f"{a_claimed_record().oss_prefix}_m-1_system.raw.tar.gz"
# Failed tasks, Finished tasks, whether there are objects: what is said after 26 minutes, and after 25 hours.
EXPECTED = {
    (0, 0, False): ("void", "void"),
    (0, 0, True): ("wait", "TaskNotFound"),
    (0, 1, False): ("wait", "StartUnconfirmed"),
    (0, 1, True): ("started", "started"),
    (0, 2, False): ("wait", "StartUnconfirmed"),
    (0, 2, True): ("StartUnconfirmed", "StartUnconfirmed"),
    (1, 0, False): ("started", "started"),
    (1, 0, True): ("started", "started"),
    (2, 0, False): ("StartUnconfirmed", "StartUnconfirmed"),
    (2, 0, True): ("StartUnconfirmed", "StartUnconfirmed"),
    **{(over, done, keys): ("StartUnconfirmed",) * 2 for over in (1, 2) for done in (1, 2) for keys in (False, True)},
}


def said(over: int, finished: int, *, keys: bool, after_minutes: float) -> str:
    tasks = [a_task("Failed", task_id=f"failed-{number}") for number in range(over)]
    half_an_hour = {"created_at": START, "finished_at": START + minutes(30)}
    tasks += [a_task("Finished", task_id=f"finished-{number}", **half_an_hour) for number in range(finished)]
    observed = Observed(candidates=tuple(tasks), keys=(KEY,) if keys else ())
    return short(next_step(Situation(a_claimed_record(), observed, START + minutes(after_minutes))))


def short(step: Step) -> str:
    if isinstance(step, Wait):
        return "wait"
    assert isinstance(step, Settle)
    assert step.result.inferred == (step.result.outcome == "started")
    return step.result.cause.code if step.result.cause else step.result.outcome


@pytest.mark.parametrize(("case", "expected"), EXPECTED.items(), ids=str)
def test_each_case_has_its_verdict(case: tuple[int, int, bool], expected: tuple[str, str]) -> None:
    over, finished, keys = case
    assert tuple(said(over, finished, keys=keys, after_minutes=after) for after in (26, 25 * 60)) == expected


def test_more_than_two_count_as_two() -> None:
    assert said(3, 0, keys=False, after_minutes=60) == "StartUnconfirmed"
    assert said(0, 5, keys=True, after_minutes=60) == "StartUnconfirmed"


def test_the_table_has_every_cell() -> None:
    without = set(product([Few.NONE], Few, [False, True]))
    assert set(VERDICTS) == without | set(product([Few.ONE, Few.SEVERAL], Few, [None]))
