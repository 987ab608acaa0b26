"""The exports that the bench prepares are what life would have left."""

import json
import re
from datetime import datetime, timezone

import pytest

from image_export.values.place import Scope
from tests.bench.prepared_exports import HOME, TASK, Life, done, lived, running, waiting
from tests.builders import a_role

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=timezone.utc)
OTHER = "m-bp100000000000000007"
THERE = Scope(a_role(), "ap-southeast-1", "acme-images-singapore")


def without_nonces(objects: dict[str, bytes]) -> dict[str, object]:
    return {key: json.loads(re.sub(rb"nonce-\d+", b"nonce", body) or b"null") for key, body in objects.items()}


@pytest.mark.parametrize("scope", [HOME, THERE])
@pytest.mark.parametrize("state", [waiting, running, done])
def test_a_copied_life_is_the_life_that_the_other_image_would_have_had(state: object, scope: Scope) -> None:
    steps = {waiting: [], running: ["start"], done: ["start", "finish"]}[state]  # type: ignore[index]

    def live(world: object, cloud: object) -> None:
        if "start" in steps:
            world.tick(minutes=1)  # type: ignore[attr-defined]
        if "finish" in steps:
            cloud.finish(TASK)  # type: ignore[attr-defined]
            world.tick(minutes=10)  # type: ignore[attr-defined]

    copied = dict(state(NOW, scope).of(OTHER))  # type: ignore[operator]
    assert without_nonces(copied) == without_nonces(dict(lived(NOW, scope, live, OTHER).objects))


def test_two_copies_share_no_key() -> None:
    life: Life = done(NOW)
    one, other = (dict(life.of(f"m-bp10000000000000000{number}", f"t-{number}")) for number in (1, 2))
    assert len(one) > 10
    assert not one.keys() & other.keys()
