"""What of many cases `make test` tries: one of each kind. `make prove` tries the rest, which prove the same again."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest


def sampled(cases: Iterable[Any], kept: Callable[[Any], bool]) -> list[Any]:
    """All cases of a parametrized test; those that are not kept are for `make prove`. A tuple is several values."""
    return [
        pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=() if kept(case) else pytest.mark.prove)
        for case in cases
    ]
