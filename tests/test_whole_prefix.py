"""A caller's OSSPrefix that leaves no room for ours: whose it is, and who finds it taken (docs/protocol.md#rule-8)."""

import json

import pytest

from image_export.errors import AskerFault, CloudFault
from image_export.use_cases.entrances.event import on_event
from image_export.use_cases.export.record import record

from .builders import REGION, a_request
from .entrance import TOKEN, Entrance
from .fakes import Counting, Died, FakeStore, MeanwhileAt, refused, unanswered
from .workshop import Workshop

WHOLE, OTHER = "a" * 20, "b" * 20


@pytest.fixture
def shop() -> Workshop:
    return Workshop()


def rejection(shop: Workshop, request_id: str, **parameters: str) -> str:
    """The code of what a direct request is rejected with."""
    (cause,) = shop.ask(request_id, **parameters).rejected
    return cause.code


@pytest.mark.parametrize("number", range(1, 14))
def test_who_loses_a_generation_keeps_the_prefix_for_the_next_and_the_winner_its_own(
    shop: Workshop, number: int
) -> None:
    mine, theirs = (a_request(rule=None, caller_prefix=prefix, client_token=prefix) for prefix in (WHOLE, OTHER))
    worker = shop.context()
    worker.ledger.store = FakeStore(
        shop.clock, MeanwhileAt(number, lambda: record(shop.context(), theirs)), shop.store.objects
    )
    made = record(worker, mine).export_id
    standing = shop.context().ledger.load(made)
    assert standing is not None
    assert standing.request.caller_prefix == WHOLE
    for request in (mine, theirs):
        with pytest.raises(AskerFault, match="PrefixInUse"):
            record(shop.context(), a_request(rule=None, caller_prefix=request.caller_prefix, image_format="qcow2"))


def test_a_prefix_whose_export_was_never_made_is_free_after_an_hour_and_not_before(shop: Workshop) -> None:
    shop.store.faults.before("put due", Died())
    assert not shop.surviving(lambda: shop.ask("r-1", OSSPrefix=WHOLE))
    assert rejection(shop, "r-2", OSSPrefix=WHOLE, ImageFormat="qcow2") == "PrefixInUse"
    shop.clock.advance(hours=1, minutes=1)
    (export,) = shop.ask("r-3", OSSPrefix=WHOLE, ImageFormat="qcow2").exports
    assert export.oss_prefix == WHOLE
    assert rejection(shop, "r-1", OSSPrefix=WHOLE) == "PrefixInUse"


def test_a_prefix_is_looked_at_before_each_attempt(shop: Workshop) -> None:
    """A session that has expired is renewed, and the next attempt is made at once."""
    shop.cloud.faults = calls = Counting()
    calls.before("export_image", refused("InvalidSecurityToken.Expired"))
    shop.ask(OSSPrefix=WHOLE)
    assert calls.calls == ["object_keys", "image", "object_keys", "export_image", "object_keys", "export_image"]


def test_a_prefix_whose_export_has_a_marker_alone_is_taken_however_old_it_is(shop: Workshop) -> None:
    shop.store.faults.after("create open", Died())
    assert not shop.surviving(lambda: shop.ask("r-1", OSSPrefix=WHOLE))
    shop.clock.advance(hours=2)
    assert rejection(shop, "r-2", OSSPrefix=WHOLE, ImageFormat="qcow2") == "PrefixInUse"


def test_who_died_behind_the_reservation_may_come_again_at_once(shop: Workshop) -> None:
    shop.store.faults.before("put due", Died())
    assert not shop.surviving(lambda: shop.ask("r-1", OSSPrefix=WHOLE))
    (export,) = shop.ask("r-1", OSSPrefix=WHOLE).exports
    assert export.oss_prefix == WHOLE


@pytest.mark.parametrize("code", ["AccessDenied", "NoPermission", "EntityNotExist.Role"])
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_bucket_that_may_not_be_listed_is_told_to_who_asks(shop: Workshop, code: str, dry_run: bool) -> None:
    shop.cloud.faults.before("object_keys", refused(code), refused(code))
    (cause,) = shop.ask(OSSPrefix=WHOLE, DryRun=dry_run).rejected
    assert (cause.code, bool(cause.request_id), bool(cause.recommend)) == (code, True, True)
    answer = Entrance(shop, TOKEN).post(OSSPrefix=WHOLE, DryRun=dry_run)
    assert (answer.refusal, "retry-after" in answer.headers) == ((400, code), False)
    assert not shop.keys("prefixes/")


@pytest.mark.parametrize("fault", [unanswered(), refused("Throttling.User")], ids=["away", "throttled"])
def test_a_bucket_that_cannot_be_listed_now_is_asked_again(shop: Workshop, fault: CloudFault) -> None:
    shop.cloud.faults.before("object_keys", fault)
    with pytest.raises(CloudFault):
        shop.ask(OSSPrefix=WHOLE)
    assert not shop.keys("rejected/")
    assert shop.ask(OSSPrefix=WHOLE).exports[0].oss_prefix == WHOLE


def test_a_replay_takes_as_much_of_the_prefix_as_is_made_unique(shop: Workshop) -> None:
    shop.cloud.faults.before("export_image", refused("ImageNotSupported"))
    (failed,) = shop.ask(OSSPrefix=WHOLE).exports
    body = json.dumps({"Replay": failed.export_id}).encode()
    twice = [on_event(shop.context(), body, request_id=name, region_id=REGION).exports for name in "ab"]
    ((export,), (again,)) = twice
    assert (export.status, export.export_id) == ("Exporting", again.export_id)
    assert (export.oss_prefix or "").startswith(WHOLE[:17])
    assert export.oss_prefix != WHOLE
