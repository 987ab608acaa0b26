"""A caller's OSSPrefix that leaves no room for ours: whose it is, and who finds it taken (docs/protocol.md#rule-8)."""

import json

import pytest

from image_export.errors import AskerFault, CloudFault
from image_export.use_cases.entrances.event import on_event
from image_export.use_cases.export.record import record

from .builders import REGION, a_request
from .entrance import TOKEN, Entrance
from .fake_world import FakeWorld
from .fakes import Counting, Died, FakeStore, MeanwhileAt, no_restores, refused, unanswered

WHOLE, OTHER = "a" * 20, "b" * 20


def rejection(world: FakeWorld, request_id: str, **parameters: str) -> str:
    """The code of what a direct request is rejected with."""
    (cause,) = world.ask(request_id, **parameters).rejected
    return cause.code


@pytest.mark.parametrize("number", range(1, 14))
def test_who_loses_a_generation_keeps_the_prefix_for_the_next_and_the_winner_its_own(
    world: FakeWorld, number: int
) -> None:
    mine, theirs = (a_request(rule=None, caller_prefix=prefix, client_token=prefix) for prefix in (WHOLE, OTHER))
    worker = world.context()
    worker.ledger.store = FakeStore(
        world.clock, MeanwhileAt(number, lambda: record(world.context(), theirs)), world.store.objects
    )
    made = record(worker, mine).export_id
    standing = world.context().ledger.load(made)
    assert standing is not None
    assert standing.request.caller_prefix == WHOLE
    for request in (mine, theirs):
        with pytest.raises(AskerFault, match="PrefixInUse"):
            record(world.context(), a_request(rule=None, caller_prefix=request.caller_prefix, image_format="qcow2"))


def test_a_prefix_whose_export_was_never_made_is_free_after_an_hour_and_not_before(world: FakeWorld) -> None:
    world.store.faults.before("put due", Died())
    assert not world.surviving(lambda: world.ask("r-1", OSSPrefix=WHOLE))
    assert rejection(world, "r-2", OSSPrefix=WHOLE, ImageFormat="qcow2") == "PrefixInUse"
    world.clock.advance(hours=1, minutes=1)
    (export,) = world.ask("r-3", OSSPrefix=WHOLE, ImageFormat="qcow2").exports
    assert export.oss_prefix == WHOLE
    assert rejection(world, "r-1", OSSPrefix=WHOLE) == "PrefixInUse"


def test_a_prefix_is_looked_at_before_each_attempt(world: FakeWorld) -> None:
    """A session that has expired is renewed, and the next attempt is made at once."""
    world.cloud.faults = calls = Counting()
    calls.before("export_image", refused("InvalidSecurityToken.Expired"))
    world.ask(OSSPrefix=WHOLE)
    assert calls.calls == ["object_keys", "image", "object_keys", "export_image", "object_keys", "export_image"]


def test_a_prefix_whose_export_has_a_marker_alone_is_taken_however_old_it_is(world: FakeWorld) -> None:
    world.store.faults.after("create open", Died())
    assert not world.surviving(lambda: world.ask("r-1", OSSPrefix=WHOLE))
    world.clock.advance(hours=2)
    assert rejection(world, "r-2", OSSPrefix=WHOLE, ImageFormat="qcow2") == "PrefixInUse"


def test_who_died_behind_the_reservation_may_come_again_at_once(world: FakeWorld) -> None:
    world.store.faults.before("put due", Died())
    assert not world.surviving(lambda: world.ask("r-1", OSSPrefix=WHOLE))
    (export,) = world.ask("r-1", OSSPrefix=WHOLE).exports
    assert export.oss_prefix == WHOLE


@pytest.mark.parametrize("code", ["AccessDenied", "NoPermission", "EntityNotExist.Role"])
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_bucket_that_may_not_be_listed_is_told_to_who_asks(world: FakeWorld, code: str, dry_run: bool) -> None:
    world.cloud.faults.before("object_keys", refused(code), refused(code))
    (cause,) = world.ask(OSSPrefix=WHOLE, DryRun=dry_run).rejected
    assert (cause.code, bool(cause.request_id), bool(cause.recommend)) == (code, True, True)
    answer = Entrance(world, TOKEN).post(OSSPrefix=WHOLE, DryRun=dry_run)
    assert (answer.refusal, "retry-after" in answer.headers) == ((503, code), True)
    assert "http.failed" in world.log.events()
    assert not world.keys("prefixes/")


@pytest.mark.parametrize("fault", [unanswered(), refused("Throttling.User")], ids=["away", "throttled"])
def test_a_bucket_that_cannot_be_listed_now_is_asked_again(world: FakeWorld, fault: CloudFault) -> None:
    world.cloud.faults.before("object_keys", fault)
    with pytest.raises(CloudFault):
        world.ask(OSSPrefix=WHOLE)
    assert not world.keys("rejected/")
    assert world.ask(OSSPrefix=WHOLE).exports[0].oss_prefix == WHOLE


def test_a_replay_takes_as_much_of_the_prefix_as_is_made_unique(world: FakeWorld) -> None:
    world.cloud.faults.before("export_image", refused("ImageNotSupported"))
    (failed,) = world.ask(OSSPrefix=WHOLE).exports
    body = json.dumps({"Replay": failed.export_id}).encode()
    twice = [
        on_event(world.context(), body, request_id=name, region_id=REGION, importing=no_restores).exports
        for name in "ab"
    ]
    ((export,), (again,)) = twice
    assert (export.status, export.export_id) == ("Exporting", again.export_id)
    assert (export.oss_prefix or "").startswith(WHOLE[:17])
    assert export.oss_prefix != WHOLE
