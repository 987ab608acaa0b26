"""Each sentence of the two weeks fails where it is broken: evidence of one good life, spoilt in one thing at a time."""

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from .calendar import MOST_A_NIGHT, OURS, Birth
from .invariants import (
    BUS,
    FUNCTION,
    closed,
    delivered,
    forgotten,
    limits,
    nights_finished,
    once,
    priorities,
    teeth,
    unwanted,
)
from .two_weeks import Seen

BEGAN = datetime(2026, 11, 25, tzinfo=timezone.utc)


def birth(image_id: str, rule: str | None = "golden") -> Birth:
    return Birth(
        day=0,
        hour=9,
        image_id=image_id,
        account_id=OURS,
        region="cn-hangzhou",
        rule=rule,
        takes_s=600,
        fails_first=False,
        events=1,
    )


def task(image_id: str, prefix: str = "p1", status: str = "Finished") -> dict[str, Any]:
    return {
        "TaskId": f"t-{image_id}",
        "ImageId": image_id,
        "OSSBucket": "b",
        "OSSPrefix": prefix,
        "TaskStatus": status,
        "CreationTime": "2026-11-26T02:15:00+00:00",
    }


def line(event: str, image_id: str = "m-1", request_id: str = "r-1", **more: Any) -> dict[str, Any]:
    about = {"export_id": f"exp-{image_id}", "image_id": image_id, "task_id": f"t-{image_id}", "rule": "golden"}
    return {"event": event, "request_id": request_id, **about, **more}


def end(target: str, event_id: str = "exp-m-1.Completed", **data: Any) -> dict[str, Any]:
    about = {"ExportId": "exp-m-1", "Status": "Completed", **data}
    return {"target": target, "event": {"id": event_id, "type": "imageexport:Export:Completed", "data": about}}


GOOD = Seen(
    births=(birth("m-1"), birth("m-2", None)),
    tasks=(task("m-1"),),
    calls=(),
    received=(end(BUS), end(FUNCTION)),
    lines=(
        line("export.requested", requested_by={"Id": "night-1"}),
        {"event": "nightly.finished", "request_id": "r-1", "run": {"RunId": "night-1"}},
        line("export.started", request_id="r-2"),
        line("export.completed", request_id="r-3"),
    ),
    keys=("ledger/exports/exp-m-1/requested", "ledger/history/1"),
    nights=1,
    days=1,
    began=BEGAN,
)
CHECKS = (once, forgotten, unwanted, priorities, delivered, closed, nights_finished, limits)
PASSED_BY = (
    line("export.requested", "m-1"),
    line("export.requested", "m-3"),
    line("export.started", "m-3", "r-2"),
    line("export.started", "m-1", "r-3"),
)
LOW = (birth("m-1"), birth("m-3", "app"))


def test_a_good_life_breaks_nothing() -> None:
    assert [sentence for check in CHECKS for sentence in check(GOOD)] == []


@pytest.mark.parametrize(
    ("check", "spoilt"),
    [
        (once, {"tasks": (task("m-1"), task("m-1", "p2"))}),
        (once, {"tasks": (task("m-1"), task("m-1", status="Failed"))}),
        (once, {"lines": (line("export.doubled"),)}),
        (forgotten, {"tasks": (task("m-1", status="Failed"),)}),
        (unwanted, {"tasks": (task("m-1"), task("m-2"))}),
        (unwanted, {"tasks": (task("m-1"), task("m-1", "p2", "Failed"))}),
        (priorities, {"births": LOW, "tasks": (task("m-1"), task("m-3")), "lines": PASSED_BY}),
        (delivered, {"received": (end(BUS),)}),
        (delivered, {"received": (end(BUS), end(FUNCTION), end(FUNCTION))}),
        (delivered, {"received": (end(BUS), end(FUNCTION), end(FUNCTION, Status="Failed"))}),
        (delivered, {"received": (end(BUS), end(BUS, "another id"), end(FUNCTION))}),
        (closed, {"keys": (*GOOD.keys, "ledger/open/exp-m-1")}),
        (closed, {"keys": (*GOOD.keys, "ledger/waiting/1/cn/1/2/exp-m-1")}),
        (nights_finished, {"nights": 2}),
        (limits, {"lines": (line("export.requested", rule="daily", requested_by={"Id": "n"}),) * (MOST_A_NIGHT + 1)}),
        (teeth, {}),
    ],
)
def test_what_is_broken_is_told(check: Any, spoilt: dict[str, Any]) -> None:
    assert list(check(replace(GOOD, **spoilt)))


@pytest.mark.parametrize(
    "excuse",
    [
        line("look.failed", "m-1", "r-2"),
        line("export.refused", "m-1", "r-2", code="Throttling"),
        line("export.start_in_doubt", "m-1", "r-2"),
        line("export.started", "m-1", "r-2"),
    ],
)
def test_who_could_not_start_or_did_was_not_passed_by(excuse: dict[str, Any]) -> None:
    lines = (*PASSED_BY[:3], excuse, *PASSED_BY[3:])
    seen = replace(GOOD, births=LOW, tasks=(task("m-1"), task("m-3")), lines=lines)
    assert list(priorities(seen)) == []
