"""The rows of lists: what stands in their cells."""

from datetime import timedelta

import pytest

from image_export.decisions.results.export_view import export_of
from image_export_cli.exports import Shown, requested
from tests.builders import a_record
from tests.fakes import START


@pytest.mark.parametrize(("days", "said"), [(299, "11-24 08:00"), (300, "2026-11-24")])
def test_a_time_has_its_hour_or_long_after_that_its_year(days: int, said: str) -> None:
    assert requested(Shown(export_of(a_record()), "prod cn-hangzhou", START + timedelta(days=days))) == said
