"""The function is killed before and after the calls that a drill makes: nothing is left, and the verdict is true.

The calls are those of an undisturbed drill, read from the emulator's log; each is named by its action and how many of
that action came before it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any, NamedTuple, TypeVar

import pytest

from image_export.decisions.drill.names import restore_of_drill

from .drills import ENTRY, Drills, drilling_emulator

pytestmark = pytest.mark.prove
FEWEST_CALLS = 100
COLD_ONLY = frozenset({"AssumeRole", "GetBucketVersioning"})  # what a warm instance need not do
OF_DRILLS = frozenset({"RunInstances", "DeleteInstance", "DeleteImage", "DeleteSnapshot", "ImportImage", "RunCommand"})
READING = frozenset({"GetObject", "ListObjectsV2"})  # whoever dies there has changed nothing
EACH_OF_READING, EACH_OF_OTHERS = 30, 3  # so many of them one is killed at; of what makes and deletes, each
MOST_TICKS = 200
T = TypeVar("T")


class Moment(NamedTuple):
    """The n-th call of an action in a drill's life."""

    service: str
    action: str
    before: int


@pytest.fixture(scope="module")
def drills(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drills]:
    """One emulator, on which each life is a drill of its own."""
    with drilling_emulator(tmp_path_factory.mktemp("crashes"), {**ENTRY, "most_a_day": 100}) as emulator:
        emulator.post("quotas", {"concurrent_exports": 1000, "weekly_exports": 100_000, "api_qps": 10_000})
        emulator.post("imports", {"ImageName": "*", "takes_s": 30})
        yield Drills(emulator)


def moments(calls: list[dict[str, Any]]) -> Iterator[Moment]:
    """Each call, by its place among its kind."""
    seen: Counter[tuple[str, str]] = Counter()
    for call in calls:
        kind = (call["service"], call["action"])
        if call["action"] not in COLD_ONLY:
            yield Moment(*kind, seen[kind])
        seen[kind] += 1


def live(drills: Drills, export: dict[str, Any]) -> str:
    """A drill of the export from its order to its end, whoever dies of it; answers the drill."""
    drills.emulator.advance(3600)
    drill = begun(drills, export)
    for _ in range(MOST_TICKS):
        drills.emulator.advance(until_due(drills))
        surviving(drills.emulator.tick)
        if not drills.marks(drill) and not drills.marks(restore_of_drill(drill)):
            break
    return drill


def begun(drills: Drills, export: dict[str, Any]) -> str:
    """A drill of the export. One whose order died before it was recorded has left a marker, which a sweep removes."""
    try:
        return drills.begin_of(export)
    except RuntimeError:
        for marker in drills.world.ledger("/open-drills/"):
            drill = marker.rpartition("/")[2]
            if drills.world.ledger(f"/drills/{drill}/requested"):
                return drill
    for _ in range(MOST_TICKS):
        if not drills.world.ledger("/open-drills/"):
            break
        drills.emulator.advance(700)
        surviving(drills.emulator.tick)
    return drills.begin_of(export)


def until_due(drills: Drills) -> float:
    """Cloud seconds until the next look is due, and a few more; a minute where one is due already."""
    stamps = sorted(key.split("/due/")[1].partition("/")[0] for key in drills.world.ledger("/due/"))
    now = datetime.fromisoformat(drills.emulator.get("clock")["now"])
    due = datetime.strptime(stamps[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc) if stamps else now
    return max((due - now).total_seconds() + 2, 61)


def surviving(work: Callable[[], T]) -> T:
    """Do the work, and once more where the function's process died of it."""
    try:
        return work()
    except RuntimeError:
        return work()


Seen = tuple[str | None, list[str], int]


def killed_at(drills: Drills, export: dict[str, Any], moment: Moment, kind: str) -> Seen | None:
    """The verdict of a drill whose function is killed then, what is left of it, and how many instances it started.

    None where the drill came to its end with fewer looks, and nobody was killed.
    """
    since = drills.emulator.count_calls()
    drills.emulator.fault(moment.service, moment.action, kind, skip=moment.before)
    done = drills.drill(live(drills, export))
    calls = drills.emulator.calls_after(since)
    drills.emulator.delete("faults")
    killed = any(call["fault"] == kind for call in calls)
    return (done.verdict, drills.rest(done), started(calls)) if killed else None


def started(calls: list[dict[str, Any]]) -> int:
    """How many instances these calls started."""
    return len({call["params"]["ClientToken"] for call in calls if call["action"] == "RunInstances"})


@pytest.mark.parametrize("kind", ["kill_before", "kill_after"])
def test_whichever_call_the_watcher_is_killed_at_nothing_is_left_and_the_verdict_is_true(
    drills: Drills, kind: str, record_property: Callable[[str, object], None]
) -> None:
    export = drills.golden("crash")
    live(drills, export)
    since = drills.emulator.count_calls()
    live(drills, export)
    plan = list(moments(drills.emulator.calls_after(since)))
    assert len(plan) >= FEWEST_CALLS, "a drill makes more calls than that"
    assert {one.action for one in plan} >= OF_DRILLS
    looked = [one for one in plan if one.before % _each(one.action) == 0]
    lived = {moment: killed_at(drills, export, moment, kind) for moment in looked}
    found = {moment: seen for moment, seen in lived.items() if seen}
    assert len(found) >= 0.9 * len(looked), "the lives are not alike"
    assert {moment: seen for moment, seen in found.items() if seen != ("Proved", [], 1)} == {}
    record_property("killed at", len(found))


def _each(action: str) -> int:
    if action in OF_DRILLS:
        return 1
    return EACH_OF_READING if action in READING else EACH_OF_OTHERS
