"""Row "listing": what `GET /exports` costs beside a history that grows: one image's newest export, and failures."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

import requests

from tests.bench import prepared_exports
from tests.bench.line import Line
from tests.bench.world import BenchWorld, bench_world, progress
from tests.flow.entrance import TOKEN

NEWEST_MOST = 6
FAILURES = 2_000
SHOWN = 50


def lay(world: BenchWorld, exports: int) -> str:
    """So many exports that have ended, some of them Failed; answers an image in their middle."""
    life = prepared_exports.done(world.cloud.clock.now())
    for number in range(exports):
        for key, body in life.of(image(number), f"t-bp1{number:017d}"):
            if key.startswith(("history/", "images/")):  # a list of what has ended reads nothing else
                failed = number < FAILURES and key.startswith("history/")
                world.put(key, body.replace(b'"Completed"', b'"Failed"') if failed else body)
    world.put("swept/indexed")
    return image(exports // 2)


def image(number: int) -> str:
    """An image's id."""
    return f"m-bp1{number:017d}"


def rows(sizes: Sequence[int]) -> Iterator[Line]:
    """Each size anew."""
    for size in sizes:
        with bench_world(token=TOKEN) as world:
            progress(f"listing: laying {size:,} exports")
            image_id = lay(world, size)
            page(world)  # a warm instance
            calls, answer = page(world, ImageId=image_id, MaxResults=1)
            if [export["ImageId"] for export in answer["Exports"]] != [image_id]:
                raise AssertionError(answer)
            note = ", ".join(f"{number} {action}" for action, number in sorted(calls.items()))
            yield Line(
                what=f"{size:,}: the newest export of one image", value=calls.total(), bar=NEWEST_MOST, note=note
            )
            calls, answer = page(world, Status="Failed", MaxResults=SHOWN)
            yield Line(
                what=f"{size:,}: {len(answer['Exports'])} failures, for each",
                value=calls.total() / len(answer["Exports"]),
            )


def page(world: BenchWorld, **query: Any) -> tuple[Counter[str], Any]:
    """A page of the list over the trigger: the calls that it cost, and what it shows."""
    before = len(world.cloud.calls.entries)
    url = f"{world.cloud.fc.http_trigger}/exports?{urlencode(query)}"
    answer = requests.get(url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=120)
    answer.raise_for_status()
    calls = Counter(f"{call['service']} {call['action']}" for call in world.cloud.calls.entries[before:])
    return calls, json.loads(answer.content)
