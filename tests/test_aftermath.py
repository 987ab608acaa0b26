"""What the result of an attempt means for the place and for the credentials, for every kind of result."""

from datetime import timedelta

import pytest

from image_export.decisions.state.aftermath import Effect, follows, hold_of
from image_export.values.cause import Cause
from image_export.values.facts import Hold, Result

from .fakes import START

STARTED, VOID = Result(outcome="started", task_id="t-1"), Result(outcome="void")


def refused(code: str) -> Result:
    return Result(outcome="refused", cause=Cause(code=code, message="no"))


@pytest.mark.parametrize(
    ("result", "free", "held"),
    [
        (STARTED, "NOTHING", "HOLD_ENDS"),
        (VOID, "NOTHING", "NOTHING"),
        (refused("ConcurrentQuotaExceed.ExportImage"), "HOLD_BEGINS", "HOLD_BEGINS"),
        (refused("ConcurrentQuotaExceed"), "HOLD_BEGINS", "HOLD_BEGINS"),
        (refused("WeeklyQuotaExceed.ExportImage"), "HOLD_BEGINS", "HOLD_BEGINS"),
        (refused("InvalidSecurityToken.Expired"), "CREDENTIALS_ARE_RENEWED", "CREDENTIALS_ARE_RENEWED"),
        (refused("SecurityTokenExpired"), "CREDENTIALS_ARE_RENEWED", "CREDENTIALS_ARE_RENEWED"),
        (refused("ImageIsExporting"), "NOTHING", "NOTHING"),
        (refused("Throttling.User"), "NOTHING", "NOTHING"),
        (refused("Forbidden.RAM"), "NOTHING", "NOTHING"),
        (refused("InternalError"), "NOTHING", "NOTHING"),
        (Result(outcome="refused"), "NOTHING", "NOTHING"),
    ],
    ids=str,
)
def test_each_result_has_its_effect_with_and_without_a_hold(result: Result, free: str, held: str) -> None:
    assert follows(result, on_hold=False) is Effect[free]
    assert follows(result, on_hold=True) is Effect[held]


def test_a_weekly_quota_is_asked_again_after_an_hour_and_a_concurrent_one_at_the_next_tick() -> None:
    assert hold_of(refused("WeeklyQuotaExceed"), START) == Hold(
        code="WeeklyQuotaExceed", until=START + timedelta(hours=1)
    )
    assert hold_of(refused("ConcurrentQuotaExceed"), START) == Hold(code="ConcurrentQuotaExceed", until=None)
