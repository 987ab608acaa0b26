"""Each refusal of the emulator is turned into acceptance; some test must fail.

First every refusal's tests are found, by running the emulator's tests once with a telling emulator. Then, refusal by
refusal, those tests run again with it left out. A refusal that no test reaches, or whose tests pass without it,
survives and is named; the exit code is then 1.
"""

import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.mutations.children import AT_A_TIME, QUIET, Change, passed, prepare, start, surviving, tell_of_hits
from tests.mutations.refusals import Accepting, Refusal, Telling, all_refusals

SUITE = ("tests/emulator",)
LIMIT_S, LOOKING_LIMIT_S = 60, 600
MOST_TESTS = 6  # that are tried for one refusal: of those that reach it, the first ones

Hits = dict[tuple[str, int, int], list[str]]


def try_emulator(wanted: Sequence[str]) -> int:
    """Say what survives; 1 where something does. `wanted`: files, or none for all."""
    began = time.monotonic()
    refusals = [one for one in all_refusals() if not wanted or one.file in wanted]
    prepare()
    hits = find_hits()
    print(f"{len(hits)} refusals are reached by tests, found in {time.monotonic() - began:.0f} s", flush=True)  # noqa: T201
    reached = [(one, hits.get((one.file, one.line, one.column), [])) for one in refusals]
    survivors = [one for one, tests in reached if not tests]
    survivors += surviving([(one, tests[:MOST_TESTS]) for one, tests in reached if tests], accepting, LIMIT_S)
    for one in sorted(survivors, key=lambda one: (one.file, one.line)):
        why = "no test fails without it" if hits.get((one.file, one.line, one.column)) else "no test reaches it"
        print(f"survives  {one.place}  {one.text}  ({why})")  # noqa: T201 - the report
    caught = len(refusals) - len(survivors)
    print(f"{caught} of {len(refusals)} refusals are held by a test, in {time.monotonic() - began:.0f} s")  # noqa: T201
    return 1 if survivors else 0


def find_hits() -> Hits:
    """The tests that reach each refusal."""
    files = sorted(str(file) for place in SUITE for file in Path(place).glob("test_*.py"))
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "hits"
        log.touch()
        tell_of_hits(log)
        options = tuple(option for option in QUIET if option != "-x")
        running = [
            start(
                [*files[part::AT_A_TIME], "-m", "not prove"],
                Change(("alicloud_emulator",), lambda file, tree: Telling(file).visit(tree)),
                LOOKING_LIMIT_S,
                options,
            )
            for part in range(AT_A_TIME)
        ]
        for child in running:
            _, status = os.waitpid(child, 0)
            assert passed(status), "the emulator's tests do not pass as they are"
        hits: Hits = {}
        for line in log.read_text(encoding="utf-8").splitlines():
            file, number, column, test = line.split("\t")
            hits.setdefault((file, int(number), int(column)), []).append(test)
    return hits


def accepting(refusal: Refusal) -> Change:
    """The change that leaves a refusal out of its file."""
    return Change(
        ("alicloud_emulator",), lambda file, tree: Accepting(refusal).visit(tree) if file == refusal.file else tree
    )
