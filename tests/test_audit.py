"""The audit fails for what is known to be vulnerable, and, where it must, for what nobody could be asked about."""

from typing import Any

import pytest

from .audit import said_of_copies, verdict

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


COPY = {"name": "urllib3", "version": "1.24.3", "license": "MIT", "within": "aliyun-python-sdk-core"}


@pytest.mark.parametrize(
    ("packages", "said"),
    [
        ([{"name": "urllib3", "version": "1.24.3", "vulns": []}], "nothing known"),
        ([], "could not be asked about"),
        ([{"name": "urllib3", "skip_reason": "nobody answers"}], "could not be asked about"),
        ([{"name": "urllib3", "version": "2.0.0", "vulns": []}], "could not be asked about"),
        (
            [{"name": "urllib3", "version": "1.24.3", "vulns": [{"id": "CVE-2020-26137", "fix_versions": ["1.25.9"]}]}],
            "known vulnerabilities CVE-2020-26137; only a newer aliyun-python-sdk-core can mend it",
        ),
    ],
)
def test_of_a_copy_inside_a_distribution_it_says_whose_it_is_and_what_is_known(
    packages: list[dict[str, Any]], said: str
) -> None:
    assert said_of_copies([COPY], packages) == f"audit: inside aliyun-python-sdk-core: urllib3 1.24.3: {said}"
