"""What lives of drills have broken once (tests/drills_lived), each as one small story."""

import pytest

from image_export.decisions.drill.table import _imported
from image_export.errors import AskerFault
from image_export.use_cases.drill import facts
from image_export.use_cases.drill import record as recording
from image_export.use_cases.drill.advance import advance
from image_export.values import ledger_keys as keys
from image_export.values.cause import Cause
from image_export.values.drill.facts import CleanUp, LevelFact
from image_export.values.place import Place
from image_export.values.restore.facts import RestoreEnded
from tests.restore.world import ACCOUNT, REGION

from .world import World

OTHER = "dri-aaaaaaaaaaaaaaaa"


def test_whoever_finds_the_marker_of_another_drill_beside_his_own_records_nothing() -> None:
    world = World()
    world.context().ledger.name(keys.DrillOpen(Place(ACCOUNT, REGION), OTHER).key)
    with pytest.raises(AskerFault, match=OTHER):
        recording.check_alone(world.context(), Place(ACCOUNT, REGION), "dri-bbbbbbbbbbbbbbbb")


def test_a_level_that_arrives_after_the_clean_up_changes_nothing() -> None:
    world = World()
    drill, ledger = world.begin(), world.context().ledger
    ledger.create(keys.DrillLevel(drill, 1).key, LevelFact(verdict="Proved", why="in time"))
    ledger.create(keys.DrillCleanUp(drill).key, CleanUp())
    world.clock.advance(seconds=2)
    ledger.create(keys.DrillLevel(drill, 2).key, LevelFact(verdict="Failed", why="late"))
    record = facts.load(world.context().ledger, drill)
    assert record is not None
    assert list(record.levels) == [1]


@pytest.mark.parametrize("code", ["RestoreNotEnabled", "Account.Arrearage", "InvalidImageName.Duplicated"])
def test_what_the_account_lacks_or_others_have_taken_is_no_fault_of_the_export(code: str) -> None:
    ended = RestoreEnded(status="Failed", error=Cause(code=code, message="no"))
    assert _imported(ended)[0] == "Unproven"


def test_a_look_at_a_drill_that_has_ended_notes_the_series_that_its_dead_worker_has_not() -> None:
    world = World()
    drill = world.begin()
    world.drilled(drill)
    for key in [*world.objects.below("drilled-series/"), *world.objects.below("drilled-exports/")]:
        del world.objects[key]
    advance(world.context(), world.drilling, drill)
    assert len(world.objects.below("drilled-")) == 2
