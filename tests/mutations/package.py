"""A sample of single changes of the package, spread by branches; the fast tests that execute the line must notice.

What changes nothing that anybody could notice stands in `equivalent.txt`, with the reason.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random

from tests.mutations.changes import ROOT, Change, apply, branches_in, changes_in, files
from tests.mutations.children import Change as ChangeOfModules
from tests.mutations.children import prepare, surviving
from tests.mutations.reached import Reached, find_reached

LIMIT_S = 300  # of one change's tests; an endless loop ends here, and is noticed
LEAST_CAUGHT = 0.95
EQUIVALENT = Path(__file__).with_name("equivalent.txt")


def try_package(size: int, seed: int, wanted: Sequence[str]) -> int:
    """Say what no test notices; 1 where that is more than one in twenty. `wanted`: files, or none for all."""
    began = time.monotonic()
    chosen = sample(size, seed, wanted)
    known = equivalents()
    tried = [change for change in chosen if change.name not in known]
    prepare()
    reached = find_reached()
    print(f"the tests of each line were found in {time.monotonic() - began:.0f} s", flush=True)  # noqa: T201
    check_sound(tried, reached)
    survivors = list(unnoticed(tried, reached))
    for change in sorted(survivors, key=lambda one: (one.file, one.line)):
        print(f"unnoticed  {change.place}  {change.kind}: {change.was} → {change.became or 'nothing'}")  # noqa: T201
    caught = len(tried) - len(survivors)
    print(  # noqa: T201 - the report
        f"{caught} of {len(tried)} changes are noticed ({caught / max(len(tried), 1):.1%}), "
        f"{len(chosen) - len(tried)} more are equivalent; seed {seed}, in {time.monotonic() - began:.0f} s"
    )
    return int(caught < LEAST_CAUGHT * len(tried))


def sample(size: int, seed: int, wanted: Sequence[str] = ()) -> list[Change]:
    """So many changes, by file as many as it has branches; the same seed gives the same ones."""
    random = Random(seed)  # noqa: S311 - dice
    all_files = [file for file in files() if not wanted or file.relative_to(ROOT).as_posix() in wanted]
    possible = {file: changes_in(file) for file in all_files}
    weights = {file: branches_in(file) + 1 for file in all_files if possible[file]}
    size = min(size, sum(len(changes) for changes in possible.values()))
    drawn = Counter[Path]()
    while drawn.total() < size:
        (file,) = random.choices([*weights], [*weights.values()])
        drawn[file] += drawn[file] < len(possible[file])
    return [change for file in all_files for change in random.sample(possible[file], drawn[file])]


def unnoticed(changes: Iterable[Change], reached: Reached) -> Iterator[Change]:
    """The changes with which all their tests pass; those that no test executes first."""
    waiting: list[tuple[Change, list[str]]] = []
    for change in changes:
        tests = reached.tests_of(change)
        if tests:
            waiting.append((change, tests))
        else:
            yield change
    yield from surviving(waiting, changing, LIMIT_S)


def check_sound(changes: Iterable[Change], reached: Reached) -> None:
    """Raises AssertionError where a child fails without any change: all changes would seem to be noticed."""
    some = sorted({test for change in changes for test in reached.tests_of(change)[:1]})
    nothing = ChangeOfModules(("image_export",), lambda _file, tree: tree)
    assert not some or [*surviving([("nothing", some)], lambda _thing: nothing, LIMIT_S)], "a child fails by itself"


def changing(change: Change) -> ChangeOfModules:
    """The change, as the import system makes it in a child."""
    module = change.file.removeprefix("functions/image-export/").removesuffix(".py").replace("/", ".")
    module = module.removesuffix(".__init__")
    return ChangeOfModules((module,), lambda file, tree: apply(change, tree) if file == change.file else tree)


def equivalents() -> dict[str, str]:
    """The names of changes that nobody could notice, and why."""
    lines = EQUIVALENT.read_text(encoding="utf-8").splitlines()
    entries = [line.rpartition(" # ") for line in lines if line and not line.startswith("#")]
    return {name: why for name, _, why in entries}
