"""Every error code of ExportImage, in both generations of names, has a class. The classes are literals here."""

import pytest
from msgspec.structs import replace

from image_export.decisions.state.refusals import QUOTA, Handling, advised, handling, reason
from image_export.values.cause import Cause

from .codes import CLASSES


@pytest.mark.parametrize(("code", "expected"), sorted(CLASSES.items()))
def test_a_code_is_handled_as_its_class_says(code: str, expected: str) -> None:
    assert handling(code) is Handling(expected)


@pytest.mark.parametrize("quota", ["ConcurrentQuotaExceed", "WeeklyQuotaExceed"])
def test_a_quota_is_waited_for_by_its_short_name_too(quota: str) -> None:
    assert handling(quota) is Handling.WAIT
    assert quota in QUOTA
    assert advised(Cause(code=quota, message="no")).recommend


def test_a_code_that_nobody_has_met_yet_is_final() -> None:
    assert handling("Something.New") is Handling.FINAL


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("ConcurrentQuotaExceed.ExportImage", "ConcurrentQuotaExceed"),
        ("WeeklyQuotaExceed.ExportImage", "WeeklyQuotaExceed"),
        ("ConcurrentQuotaExceed", "ConcurrentQuotaExceed"),
        ("WeeklyQuotaExceed", "WeeklyQuotaExceed"),
        ("Throttling.User", "Throttling"),
        ("Rejected.Throttling", "Throttling"),
        ("OperationDenied.ImageExporting", "ImageIsExporting"),
        ("IncorrectImageStatus", "ImageNotAvailable"),
    ],
)
def test_what_is_waited_for_has_one_reason_whatever_the_code_is_called(code: str, shown: str) -> None:
    assert reason(code) == shown


def test_the_clouds_own_advice_stands_and_ours_fills_in() -> None:
    theirs = Cause(code="Forbidden.RAM", message="no", recommend="Look here.")
    assert advised(theirs) == theirs
    assert "assumed role" in str(advised(Cause(code="Forbidden.RAM", message="no")).recommend)
    assert advised(Cause(code="Something.New", message="no")).recommend is None


def test_advice_changes_nothing_else_of_a_cause() -> None:
    said = Cause(code="Forbidden.RAM", message="The cloud's words.", request_id="R-1")
    assert replace(advised(said), recommend=None) == said
