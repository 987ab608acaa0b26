"""`make simulate SEEDS=FIRST-LAST`: lives on all cores, how many a second, and every seed that breaks an invariant.

A single seed prints the trace of its life.
"""

import argparse
import gc
import multiprocessing
import re
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Protocol

from .life import live

TOGETHER = 25  # seeds that a core takes at a time

PROGRESS_EVERY_S = 30.0

Broken = tuple[int, str, str]


class Lived(Protocol):
    """A life, of exports or of restores, as this command shows it."""

    @property
    def broken(self) -> list[tuple[str, str]]: ...
    @property
    def trace(self) -> list[str]: ...


Live = Callable[..., Lived]


def broken_among(live: Live, seeds: range) -> tuple[int, list[Broken]]:
    """How many were lived, and the seeds that break something with what each breaks first."""
    gc.disable()  # a life leaves circles behind; between the parts is soon enough
    broken = [(seed, *life.broken[0]) for seed in seeds if (life := live(seed)).broken]
    gc.collect()
    return len(seeds), broken


def live_all(live: Live, seeds: range) -> int:
    """On all cores. Prints each seed that breaks something as it falls, and how far it is; answers how many broke."""
    parts = [range(first, min(first + TOGETHER, seeds.stop)) for first in range(seeds.start, seeds.stop, TOGETHER)]
    lived = count = 0
    told_at = time.monotonic()
    with multiprocessing.Pool() as pool:
        for some, broken in pool.imap_unordered(partial(broken_among, live), parts):
            lived, count = lived + some, count + len(broken)
            for seed, invariant, how in broken:
                print(f"seed {seed} breaks: {invariant}: {how}", flush=True)  # noqa: T201 - a command's answer
            if time.monotonic() - told_at > PROGRESS_EVERY_S:
                told_at = time.monotonic()
                print(f"{lived:,} of {len(seeds):,} lives", file=sys.stderr)  # noqa: T201 - the same
    return count


def seeds(said: str) -> range:
    """FIRST-LAST, or one seed."""
    form = re.fullmatch(r"(\d+)(?:-(\d+))?", said)
    found = range(int(form[1]), int(form[2] or form[1]) + 1) if form else range(0)
    if not found:
        raise argparse.ArgumentTypeError(f"{said!r} is neither a seed, such as 7, nor FIRST-LAST, such as 1-1000")
    return found


def main(live: Live, all_seeds: range) -> int:
    """0 where nothing broke."""
    if len(all_seeds) == 1:
        life = live(all_seeds[0], tracing=True)
        verdict = [f"breaks: {invariant}: {how}" for invariant, how in life.broken] or ["breaks nothing"]
        print("\n".join([*life.trace, *(f"seed {all_seeds[0]} {one}" for one in verdict)]))  # noqa: T201 - a command's answer
        return bool(life.broken)
    began = time.monotonic()
    count = live_all(live, all_seeds)
    took_s = time.monotonic() - began
    cores = multiprocessing.cpu_count()
    print(  # noqa: T201 - the same
        f"{len(all_seeds):,} lives in {took_s:.1f} s, {len(all_seeds) / took_s:.0f} a second on {cores} cores: "
        + (f"{count} broken" if count else "none broken")
    )
    return bool(count)


def command(live: Live, verb: str, of: str) -> None:
    """As `make` calls it. Exits with 1 where something broke."""
    parser = argparse.ArgumentParser(prog=f"make {verb}", description=f"Lives of {of}, with faults at every call.")
    parser.add_argument("SEEDS", type=seeds, help="FIRST-LAST, such as 1-1000; or one, for the trace of its life")
    sys.exit(main(live, parser.parse_args().SEEDS))


if __name__ == "__main__":
    command(live, "simulate", "exports")
