"""A plan over a great many images holds a page of them, and what rules with `max_per_run` have chosen so far."""

import tracemalloc
from types import SimpleNamespace
from typing import Any, cast

from image_export.decisions.policy.file import read_policy
from image_export.use_cases.ports import ImagePage
from image_export_cli.plan.filters import Filters
from image_export_cli.plan.planning import Planning
from image_export_cli.plan.sources import Sources
from tests.builders import ACCOUNT, an_image
from tests.fakes import START

POLICY = f"""version: 1
accounts:
  - name: prod
    role_arn: acs:ram::{ACCOUNT}:role/image-export
    destinations: {{cn-hangzhou: {{bucket: acme-images-hangzhou}}}}
rules:
  - {{name: few, when: [nightly], match: {{name: "golden-*"}}, max_per_run: 20}}
"""
PAGE = 100


class ManyImages:
    """A cloud of so many images, made as they are asked for; each page begins with the last image of the one before."""

    def __init__(self, count: int) -> None:
        self._pages = count // PAGE

    def images(self, page: int) -> ImagePage:
        """A page."""
        numbers = range((page - 1) * PAGE - (page > 1), page * PAGE)
        return ImagePage(
            [an_image(image_id=f"m-{number}", name=f"golden-{number}") for number in numbers], page < self._pages
        )


def taken(count: int) -> tuple[int, int, int]:
    """Rows, those that would start, and the peak of memory in bytes."""
    policy = read_policy(POLICY.encode())
    ledger = SimpleNamespace(known=lambda _: {}, now=START)
    account = SimpleNamespace(clouds=lambda _: SimpleNamespace(at=lambda *_: ManyImages(count)))
    deployed = SimpleNamespace(ledger=ledger, account=account, deployment=SimpleNamespace(account_id=ACCOUNT))
    planning = Planning(cast(Any, deployed), Sources("it", policy, policy), "nightly", Filters())
    assert list(planning.rows()) == []  # both policies are the same: each page is counted and let go
    planning = Planning(cast(Any, deployed), Sources("it", policy, None), "nightly", Filters())
    tracemalloc.start()
    rows = wanted = 0
    for row in planning.rows():
        rows, wanted = rows + 1, wanted + row.wanted
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return rows, wanted, peak


def test_ten_times_the_images_take_no_more_memory_and_each_has_one_row() -> None:
    few, many = taken(500), taken(5000)
    assert (few[:2], many[:2]) == ((500, 20), (5000, 20))
    assert many[2] < few[2] * 1.5, (few, many)
