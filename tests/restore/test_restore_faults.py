"""What lives of restores have broken once (tests/restores_lived), each as one small story."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from image_export.decisions.policy.file import read_policy
from image_export.decisions.restore import telling
from image_export.errors import Unanswered
from image_export.use_cases.restore import facts, unpacking
from image_export.use_cases.restore import record as recording
from image_export.use_cases.restore.advance import advance
from image_export.values.cause import Cause
from image_export.values.policy import Policy
from image_export.values.restore.steps import Made
from tests.fakes import Faults

from .test_restoring import unpack
from .world import ACCOUNT, ASKER, POLICY, World, archived, refused

LOST = Unanswered(Cause(code="Unanswered", message="The connection broke off."))


def ruled(old: str, new: str) -> Policy:
    """The policy, otherwise in one thing."""
    assert old in POLICY
    return read_policy(POLICY.replace(old, new).encode())


def call_off(world: World, restore: str) -> None:
    context = world.context()
    standing = facts.load(context.ledger, restore)
    assert standing is not None
    recording.cancel(context, standing, ASKER)


def arrives_late(world: World, restore: str) -> None:
    """A call whose answer nobody waits for any more."""
    from image_export.decisions.restore import mapping, names
    from image_export.use_cases.restore.ports import StartImport

    record = facts.load(world.context().ledger, restore)
    assert record is not None
    sources = mapping.sources(record.request, restore, unpacked=False)
    parameters = mapping.parameters(record.request, restore)
    token = names.client_token(restore, 1)
    world.cloud.import_image(StartImport(sources, record.request.image_name, token, parameters))


def test_a_restore_stays_in_its_account_whatever_role_the_policy_names_meanwhile() -> None:
    world = World()
    restore = world.ask()
    assert world.look(restore).restore.status == "Importing"
    world.policy = ruled(f"{ACCOUNT}:role/image-restore", "6543210987654321:role/image-restore")
    assert world.until_ended(restore).restore.status == "Completed"  # `World.at` takes the recorded role alone


def test_nothing_is_imported_while_nobody_can_read_the_policy() -> None:
    world = World()
    restore, policy = world.ask(), world.policy
    world.policy = None  # type: ignore[assignment]
    moved = world.look(restore)
    assert (moved.restore.status, moved.restore.reason) == ("Requested", "PolicyInvalid")
    assert not world.cloud.asked
    world.policy = policy
    assert world.until_ended(restore).restore.status == "Completed"


def test_a_restore_that_the_policy_no_longer_allows_fails_before_it_has_begun() -> None:
    world = World()
    restore = world.ask()
    world.policy = ruled("    restore_role_arn", "    # restore_role_arn")
    moved = world.until_ended(restore)
    assert moved.restore.error is not None
    assert moved.restore.error.code == "RestoreNotEnabled"
    assert not world.cloud.asked


def test_an_object_that_is_altered_while_it_is_imported_is_no_restore() -> None:
    world = World()
    restore = world.ask()
    world.look(restore)
    key = archived(0).oss_object
    world.cloud.objects[key] = replace(world.cloud.objects[key], crc64="77")
    moved = world.until_ended(restore)
    assert moved.restore.error is not None
    assert moved.restore.error.code == "ObjectAltered"
    assert (world.cloud.images, world.cloud.snapshots) == ({}, set())


def test_an_image_is_kept_where_its_object_is_gone_by_now() -> None:
    world = World()
    restore = world.ask()
    world.look(restore)
    key = archived(0).oss_object
    del world.cloud.objects[key]
    moved = world.until_ended(restore)
    assert moved.restore.status == "Completed"
    assert f"Object {key}" in [one.about for one in moved.restore.differences]


@pytest.mark.parametrize("code", ["EntityNotExist.Role", "AccessDenied"])
def test_one_refused_look_ends_no_restore_that_has_waited_for_long(code: str) -> None:
    world = World()
    restore = world.ask(unpack="always")
    world.look(restore, hours=2)
    world.cloud.faults.before("object", refused(code))
    assert world.look(restore, hours=2).restore.status == "Requested"
    assert world.look(restore).restore.status == "Unpacking"


def test_looks_that_stay_refused_end_a_restore_that_has_not_begun() -> None:
    world = World()
    restore = world.ask()
    world.cloud.faults.before("object", *[refused("EntityNotExist.Role")] * 9)
    moved = world.until_ended(restore)
    assert moved.restore.error is not None
    assert moved.restore.error.code == "EntityNotExist.Role"


def test_one_refusal_for_want_of_a_role_ends_no_import_that_waits_for_quota() -> None:
    world = World()
    restore = world.ask()
    world.cloud.faults.before("import_image", *[refused("QuotaExceed.Image")] * 3, refused("InvalidOSS.NotAuthorized"))
    for _ in range(3):
        world.look(restore, hours=1)
    assert world.look(restore, hours=1).restore.reason == "InvalidOSS.NotAuthorized"
    assert world.until_ended(restore).restore.status == "Completed"


def test_a_call_that_arrives_after_all_refusals_leaves_no_image() -> None:
    world = World()
    restore = world.ask()
    world.cloud.faults.before("import_image", LOST, LOST, refused("UserNotInTheWhiteList"))
    for _ in range(3):
        moved = world.look(restore, minutes=8)
    assert moved.record.result is not None
    assert moved.record.result.outcome == "refused"
    world.clock.advance(minutes=9)
    arrives_late(world, restore)
    moved = world.until_ended(restore)
    assert moved.restore.status == "Failed"
    assert (world.cloud.images, world.cloud.snapshots) == ({}, set())


def test_a_restore_that_was_called_off_calls_no_more_and_waits_for_what_may_come() -> None:
    world = World()
    restore = world.ask()
    world.cloud.faults.before("import_image", LOST)
    world.look(restore)
    call_off(world, restore)
    world.look(restore, minutes=7)
    assert not world.cloud.asked
    arrives_late(world, restore)
    assert world.until_ended(restore).restore.status == "Cancelled"
    assert (world.cloud.images, world.cloud.snapshots) == ({}, set())


def test_an_image_that_lost_our_tag_and_holds_the_name_ends_the_restore() -> None:
    world = World()
    world.cloud.archives = "late"
    restore = world.ask()
    world.look(restore)
    made = world.cloud.images["m-bp1made1"]
    world.cloud.images["m-bp1made1"] = Made(replace(made.image, tags={}), made.snapshot_ids)
    while world.look(restore, minutes=7).restore.status != "Unpacking":
        pass
    unpack(world, restore, 1)
    unpack(world, restore, 2)
    moved = world.until_ended(restore)
    assert moved.restore.error is not None
    assert moved.restore.error.code == "InvalidImageName.Duplicated"


def test_what_was_unpacked_is_left_alone_for_a_quarter_of_an_hour_after_the_end() -> None:
    """Somebody may be unpacking still, who hears of the end two minutes later."""
    world = World()
    restore = world.ask(unpack="always")
    world.look(restore)
    call_off(world, restore)
    ended = world.look(restore, minutes=30)
    assert ended.record.swept_at is None
    moved = world.until_ended(restore)
    assert moved.record.swept_at is not None
    assert moved.record.ended_at is not None
    assert moved.record.swept_at - moved.record.ended_at >= timedelta(minutes=15)


def test_unpacking_that_stays_refused_ends_the_restore_with_its_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: Any, **__: Any) -> None:
        raise refused("AccessDenied")

    monkeypatch.setattr(unpacking, "unpack", refuses)
    world = World()
    world.cloud.reader = world.cloud.uploads = lambda: None  # type: ignore[method-assign,assignment,return-value]
    restore = world.ask(unpack="always")
    for _ in range(12):
        moved = world.look(restore, minutes=8)
        if len(world.unpacker.asked) > 0:
            world.unpacker.asked.clear()
            unpacking.unpack_for(world.context(), world.importing, restore)
    assert moved.restore.error is not None
    assert moved.restore.error.code == "AccessDenied"


def test_what_throttling_keeps_from_being_set_is_set_at_the_next_look() -> None:
    world = World()
    restore = world.ask()
    world.cloud.faults.before("modify_image", refused("Throttling"))
    moved = world.until_ended(restore)
    assert "BootMode" not in [one.about for one in moved.restore.differences]


def test_what_others_begin_to_unpack_while_a_restore_is_ended_is_swept() -> None:
    from image_export.values import ledger_keys as keys
    from image_export.values.facts import Since

    world = World()
    restore = world.ask(unpack="always")
    call_off(world, restore)
    other = world.context().ledger
    faults = MeanwhileAt("create restores", lambda: other.put(keys.Unpacking(restore).key, Since()))
    moved = advance(world.context(faults), world.importing, restore)
    assert moved is not None
    assert (moved.restore.status, moved.record.swept_at) == ("Cancelled", None)
    assert world.objects.below("open-restores/")
    assert world.until_ended(restore).record.swept_at is not None


def test_a_look_that_has_not_seen_the_cancel_ends_the_restore_as_cancelled_all_the_same() -> None:
    """Another look has deleted the image for it meanwhile."""
    world = World()
    restore = world.ask()
    world.look(restore)
    world.clock.advance(minutes=30)

    def others() -> None:
        call_off(world, restore)
        world.look(restore)

    faults = MeanwhileAt("create restores", others)
    moved = advance(world.context(faults), world.importing, restore)
    assert moved is not None
    assert moved.restore.status == "Cancelled"
    assert world.cloud.images == {}


def test_one_target_is_not_told_of_another_image_by_the_event_that_the_other_had() -> None:
    world = World(
        POLICY + "notify: [{function: {function: a}}, {function: {function: b}}]\n",
    )
    world.cloud.archives = "late"
    restore = world.ask()
    first = [one.kind for one in telling.pending(world.look(restore).record)]
    while world.look(restore, minutes=7).restore.status != "Unpacking":
        pass
    unpack(world, restore, 1)
    unpack(world, restore, 2)
    moved = world.look(restore, minutes=7)
    assert moved.restore.image_id == "m-bp1made2"
    assert first == ["RestoreStarted", "RestoreStarted"]
    assert telling.pending(moved.record) == []


class MeanwhileAt(Faults):
    """Others do something at the first call of that name."""

    def __init__(self, call: str, work: Callable[[], object]) -> None:
        super().__init__()
        self._call, self._left = call, [work]

    def run(self, call: str, effect: Callable[[], Any]) -> Any:
        if call == self._call and self._left:
            self._left.pop()()
        return super().run(call, effect)
