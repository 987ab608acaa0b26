"""Row "nightly": nights over images in twenty regions, of which ninety-nine in a hundred have been exported already.

Two nights: in the first one a hundredth is new and recorded, in the second one nothing is.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any

from alicloud_emulator.ecs.regions import REGIONS
from image_export.values.place import Scope
from tests.bench import prepared_exports
from tests.bench.line import RATIO, Line
from tests.bench.world import BenchWorld, Invoked, bench_world, progress
from tests.builders import a_role
from tests.flow.world import ACCOUNT

SCOPES = [Scope(a_role(), region, f"acme-images-{region}") for region in sorted(REGIONS)[:20]]
NEW_SHARE = 100  # one image in so many is new
IMAGES_A_PAGE, NAMES_A_PAGE = 100, 1_000
MEMORY_MB = 256
PAGES, LISTINGS = "ecs DescribeImages", "oss ListObjectsV2"
OLD = "2026-01-01T00:00:00Z"


def policy() -> dict[str, Any]:
    """One account with a destination in each region, and a rule for its golden images."""
    destinations = {scope.region_id: {"bucket": scope.bucket, "prefix": "nightly"} for scope in SCOPES}
    role = f"acs:ram::{ACCOUNT}:role/image-export"
    return {
        "version": 1,
        "accounts": [{"name": "prod", "role_arn": role, "destinations": destinations}],
        "rules": [{"name": "golden", "when": ["nightly"], "match": {"name": "golden-*"}}],
        "notify": [{"eventbridge": {"bus": "image-export", "region": "cn-hangzhou"}}],
    }


def lay(world: BenchWorld, images: int) -> Mapping[Scope, int]:
    """So many images, and the exports of those that are not new; answers how many are known by name in each region."""
    lives = {scope: prepared_exports.done(world.cloud.clock.now(), scope) for scope in SCOPES}
    known = Counter[Scope]()
    for number in range(images):
        scope, image_id = SCOPES[number % len(SCOPES)], f"m-bp1{number:017d}"
        fields = {"RegionId": scope.region_id, "ImageId": image_id, "ImageName": "golden-web", "Status": "Available"}
        world.cloud.ecs.images.create({**fields, "CreationTime": OLD})
        if number // len(SCOPES) % NEW_SHARE:
            known[scope] += 1
            for key, body in lives[scope].of(image_id, f"t-bp1{number:017d}"):
                world.put(key, body)
    return known


def night(world: BenchWorld, day: int) -> Invoked:
    """One night to its end, however many invocations it takes."""
    event = {"triggerTime": f"2026-11-{day:02d}T18:00:00Z", "triggerName": "every-night", "payload": ""}
    parts = [world.invoke("on_nightly", json.dumps(event).encode())]
    while not parts[-1].answer["Finished"]:
        parts.append(world.invoke("on_nightly", json.dumps(event).encode()))
    calls = sum((part.calls for part in parts), Counter[str]())
    seconds, peak = sum(part.seconds for part in parts), max(part.peak_mb for part in parts)
    return Invoked(calls=calls, seconds=seconds, peak_mb=peak, answer={**parts[-1].answer, "Invocations": len(parts)})


def rows(sizes: Sequence[int]) -> Iterator[Line]:
    """Two nights for each size."""
    quiet: dict[int, Invoked] = {}
    for size in sizes:
        with bench_world(policy=policy()) as world:
            progress(f"nightly: laying {size:,} images")
            known = lay(world, size)
            first = night(world, 1)
            quiet[size] = night(world, 2)
        yield from _lines(size, first, quiet[size], known)
    smallest, largest = min(quiet), max(quiet)
    if smallest != largest:
        grown = (quiet[largest].total / largest) / (quiet[smallest].total / smallest)
        what = f"calls per image with {largest:,} images ÷ with {smallest:,}"
        yield Line(what=what, value=grown, unit=RATIO, bar=1.0)


def _lines(size: int, first: Invoked, quiet: Invoked, known: Mapping[Scope, int]) -> Iterator[Line]:
    each = ceil(size / len(SCOPES))
    pages = len(SCOPES) * ceil(each / IMAGES_A_PAGE)
    names = sum(ceil(count / NAMES_A_PAGE) for count in known.values())
    new = sum(total["Recorded"] for total in first.answer["Totals"])
    yield Line(what=f"{size:,}: DescribeImages", value=quiet.calls[PAGES], bar=pages)
    note = (
        "what is known, by the thousand; what failed; watcher, holds, queues, stalls; the record's parts, its targets"
    )
    yield Line(what=f"{size:,}: ledger listings", value=quiet.calls[LISTINGS], bar=names + len(SCOPES) + 6, note=note)
    others = quiet.others(PAGES, LISTINGS)
    note = ", ".join(f"{number} {action}" for action, number in sorted(others.items()))
    yield Line(what=f"{size:,}: other calls, nothing new", value=others.total(), bar=4 * len(SCOPES) + 10, note=note)
    more = (first.total - quiet.total) / max(new, 1)
    yield Line(what=f"{size:,}: for each of {new:,} new images", value=more)
    yield Line(what=f"{size:,}: peak memory", value=max(first.peak_mb, quiet.peak_mb), unit="MB", bar=MEMORY_MB)
    runs = f"invocations: {quiet.answer['Invocations']}; {1000 * quiet.seconds / size:.2f} s per 1,000 images"
    yield Line(what=f"{size:,}: a night, nothing new", value=quiet.seconds, unit="s", note=runs)
    runs = f"invocations: {first.answer['Invocations']}"
    yield Line(what=f"{size:,}: a night, {new:,} new", value=first.seconds, unit="s", note=runs)
