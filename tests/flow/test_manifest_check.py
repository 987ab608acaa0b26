"""The check of `docs/manifest.md`, as a reader would run it: a whole export is the same, a changed one is not."""

import re
from pathlib import Path
from typing import Any

import alibabacloud_oss_v2 as oss
import pytest

from .world import BUCKET, World, bucket_client

PAGE = (Path(__file__).parents[2] / "docs" / "manifest.md").read_text(encoding="utf-8")


@pytest.fixture
def check() -> Any:
    """The function that the page shows."""
    shown: dict[str, Any] = {}
    exec(re.findall(r"^```python check\n([\s\S]*?)^```$", PAGE, re.MULTILINE)[0], shown)  # noqa: S102 - our own page
    return shown["check"]


def test_the_check_by_hand_finds_each_byte_that_differs(world: World, check: Any) -> None:
    image, client = world.image(), bucket_client(world.emulator)
    world.request(image)
    export = world.follow(image)
    assert check(client, export["Manifest"])
    changed = export["Objects"][1]
    client.put_object(oss.PutObjectRequest(bucket=BUCKET, key=changed["Key"], body=b"x" * changed["Size"]))
    assert not check(client, export["Manifest"])
