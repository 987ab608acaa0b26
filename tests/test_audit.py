"""The audit fails for what is known to be vulnerable, and, where it must, for what nobody could be asked about."""

from typing import Any

import pytest

from .audit import verdict

CLEAN: dict[str, Any] = {"name": "structlog", "version": "25.1.0", "vulns": []}
SKIPPED: dict[str, Any] = {"name": "oss2", "skip_reason": "Dependency not found on PyPI and could not be audited"}
BAD: dict[str, Any] = {**CLEAN, "name": "pyyaml", "vulns": [{"id": "CVE-2020-14343", "fix_versions": ["5.4"]}]}


@pytest.mark.parametrize(
    ("packages", "lenient", "strict"),
    [
        pytest.param([CLEAN, CLEAN], 0, 0, id="clean"),
        pytest.param([CLEAN, BAD], 1, 1, id="vulnerable"),
        pytest.param([CLEAN, SKIPPED], 0, 1, id="not-asked"),
        pytest.param([SKIPPED, BAD], 1, 1, id="vulnerable-and-not-asked"),
        pytest.param([], 0, 1, id="nobody-answers"),
    ],
)
def test_what_is_vulnerable_fails_and_what_was_not_asked_fails_where_it_must(
    packages: list[dict[str, Any]], lenient: int, strict: int
) -> None:
    assert [verdict(packages, strict=one)[0] for one in (False, True)] == [lenient, strict]


def test_it_says_what_is_vulnerable_and_what_to_do() -> None:
    assert "pyyaml 25.1.0: CVE-2020-14343, mended in 5.4" in verdict([BAD, SKIPPED], strict=False)[1]
    assert "1 of 2 pinned packages" in verdict([BAD, SKIPPED], strict=False)[1]
