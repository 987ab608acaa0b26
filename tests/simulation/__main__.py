"""`make simulate SEEDS=FIRST-LAST`: lives on all cores, how many a second, and every seed that breaks an invariant.

A single seed prints the trace of its life.
"""

import gc
import multiprocessing
import sys
import time
from collections.abc import Iterator

from .life import live

TOGETHER = 25  # seeds that a core takes at a time

Broken = tuple[int, str, str]


def broken_among(seeds: range) -> list[Broken]:
    """The seeds that break something, and what each breaks first."""
    gc.disable()  # a life leaves circles behind; between the parts is soon enough
    broken = [(seed, *life.broken[0]) for seed in seeds if (life := live(seed)).broken]
    gc.collect()
    return broken


def live_all(seeds: range) -> Iterator[Broken]:
    """The same on all cores; seeds come as they fall."""
    parts = [range(first, min(first + TOGETHER, seeds.stop)) for first in range(seeds.start, seeds.stop, TOGETHER)]
    with multiprocessing.Pool() as pool:
        for broken in pool.imap_unordered(broken_among, parts):
            yield from broken


def main(said: str) -> int:
    """0 where nothing broke."""
    first, _, last = said.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    if len(seeds) == 1:
        life = live(seeds[0], tracing=True)
        print("\n".join(life.world.trace))  # noqa: T201 - a command's answer
        return bool(life.broken)
    began, count = time.monotonic(), 0
    for seed, invariant, how in live_all(seeds):
        count += 1
        print(f"seed {seed} breaks: {invariant}: {how}", flush=True)  # noqa: T201 - the same
    took_s = time.monotonic() - began
    cores = multiprocessing.cpu_count()
    print(  # noqa: T201 - the same
        f"{len(seeds):,} lives in {took_s:.0f} s, {len(seeds) / took_s:.0f} a second on {cores} cores: "
        + (f"{count} broken" if count else "none broken")
    )
    return bool(count)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
