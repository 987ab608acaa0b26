"""Taking secrets out costs in proportion to the text, whatever a stranger has put into it: counted, not timed alone."""

import time
from collections.abc import Callable

import pytest

from image_export.decisions.secret_shapes import redact

LONG = 1_000
HOSTILE = {
    "x- again and again": "x-",
    "x- of long words": "x-abcdefgh-",
    "names without a value": "token ",
    "names that run on": "token",
    "names in hyphens": "token-",
    "names of two words": "access-key-",
    "signatures in hyphens": "x-signature-",
    "a name before backslashes": "token\\\\\\\\",
    "a name before blanks": "token      ",
    "quotes inside quotes": '\\"token\\"',
    "JSON without an end": '{"token":',
    "numbers after names": '"token": 12345678.9e+-',
    "authorizations": "authorization: ",
    "authorizations in lines": "authorization:\n\n",
    "bearers": "bearer ",
    "bearers in a row": "bearer  \n",
    "FC's and OSS's": "FC OSS acs ",
    "credentials that never end": "acs abc.def.",
    "credentials with short ends": "FC a:b ",
    "key ids": "LTAI",
    "key ids that are too short": "LTAIabc ",
    "percent codes": "%2",
    "percent codes of codes": "%25",
    "ends of values in codes": "token=%2526",
    "percent codes before names": "%20token",
}
RUNS = {f"a run of {char!r}": char for char in "aA0-_=:>\\\"' \t\n%&,;<(){}[].+/"}
BEGINNINGS = (
    "",
    "token",
    "token=",
    '"token":',
    "authorization",
    "authorization:",
    "bearer ",
    "FC ",
    "x-",
    "LTAI",
    "%2",
)


def seconds(work: Callable[[str], object], text: str) -> float:
    """The least of three, in seconds of this process."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        work(text)
        taken.append(time.process_time() - start)
    return min(taken)


def growth(work: Callable[[str], object], text: str) -> float:
    """How many times longer an eightfold text takes: 8 where the cost is in proportion, 64 where it is its square."""
    return seconds(work, text * 8) / max(seconds(work, text), 1e-4)


@pytest.mark.parametrize("piece", (HOSTILE | RUNS).values(), ids=HOSTILE | RUNS)
def test_an_eightfold_text_costs_no_more_than_about_eightfold(piece: str) -> None:
    grown = {beginning: growth(redact, beginning + piece * (LONG // len(piece))) for beginning in BEGINNINGS}
    assert {beginning: ratio for beginning, ratio in grown.items() if ratio > 24} == {}
