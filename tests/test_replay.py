"""Once more, by a person's decision: one new generation however often it is asked for, through the policy of today."""

import json
from typing import Any

import pytest

from image_export.use_cases.entrances.event import on_event
from image_export.use_cases.entrances.reject import Kept, Rejection
from image_export.use_cases.export.record import record
from image_export.values.answer import Answer
from image_export.values.cause import Cause
from image_export.values.export import RequestedBy

from .builders import BUCKET, IMAGE, REGION, a_request, an_image
from .workshop import BUS, FUNCTION, Workshop

EVENT = {"product": "ECS", "name": "Image:StateChange", "regionId": REGION, "userId": "1234567890123456"}


@pytest.fixture
def shop() -> Workshop:
    return Workshop()


def ask(shop: Workshop, what: Any, request_id: str = "r-9") -> Answer:
    """An event arrives at the function."""
    body = what if isinstance(what, bytes) else json.dumps(what).encode()
    return on_event(shop.context(), body, request_id=request_id, region_id=REGION)


def again(shop: Workshop, name: object, request_id: str = "r-9") -> Answer:
    """Somebody asks for a replay."""
    return ask(shop, {"Replay": name}, request_id)


def failed(shop: Workshop) -> str:
    """An export that failed."""
    shop.tell()
    shop.cloud.fail(shop.task_id)
    (export,) = shop.tick(minutes=10).exports
    assert export.status == "Failed"
    return export.export_id


def rejected(shop: Workshop) -> str:
    """The name of the only rejection."""
    (key,) = [key for key in shop.keys("rejected/") if key.endswith("/event")]
    return f"rejected-{key.split('/')[1]}"


def code(answer: Answer) -> str:
    """The code of the only refusal."""
    assert answer.exports == ()
    return answer.rejected[0].code


def test_a_failed_export_is_replayed_as_one_new_generation_however_often(shop: Workshop) -> None:
    first = failed(shop)
    names = {again(shop, first, request_id).exports[0].export_id for request_id in ("r-1", "r-2", "r-1")}
    assert names == {f"{first[:-4]}0002"}
    task = next(task_id for task_id, one in shop.cloud.running.items() if one.task.status == "Processing")
    shop.cloud.finish(task)
    (export,) = shop.tick(minutes=10).exports
    assert export.status == "Completed"
    assert again(shop, first).exports[0].export_id == export.export_id
    assert len(shop.cloud.running) == 2


def test_a_replay_that_fails_is_replayed_under_its_own_name(shop: Workshop) -> None:
    first = failed(shop)
    second = again(shop, first).exports[0].export_id
    shop.cloud.fail(next(task_id for task_id, one in shop.cloud.running.items() if one.task.status == "Processing"))
    shop.tick(minutes=10)
    assert again(shop, first).exports[0].export_id == second
    assert again(shop, second).exports[0].export_id == f"{first[:-4]}0003"


def test_what_runs_or_is_completed_is_not_replayed(shop: Workshop) -> None:
    export = shop.tell().exports[0].export_id
    assert code(again(shop, export)) == "NotReplayable"
    shop.cloud.finish(shop.task_id)
    shop.tick(minutes=10)
    assert code(again(shop, export)) == "NotReplayable"
    assert len(shop.cloud.running) == 1


def test_the_policy_of_today_decides(shop: Workshop) -> None:
    first = failed(shop)
    shop.change_account(role_arn="acs:ram::1234567890123456:role/another")
    assert code(again(shop, first)) == "Forbidden.Policy"


def test_the_external_id_of_today_is_used(shop: Workshop) -> None:
    first = failed(shop)
    shop.change_account(external_id="after")
    second = again(shop, first).exports[0].export_id
    record = shop.context().ledger.load(second)
    assert record
    assert record.request.role.external_id == "after"


@pytest.mark.parametrize(
    "name",
    [
        "exp-aaaaaaaaaaaaaaaa-0001",
        f"rejected-{'0' * 64}",
        f"untold-exp-aaaaaaaaaaaaaaaa-0001.Completed-{'0' * 12}",
    ],
)
def test_what_is_not_there_is_said_to_be_so(shop: Workshop, name: str) -> None:
    assert code(again(shop, name)) in ("ExportNotFound", "NotFound")


@pytest.mark.parametrize(
    "name", ["", "exp-1", "../open/exp-aaaaaaaaaaaaaaaa-0001", "rejected-xyz", "a" * 100_000, 5, None, ["exp-1"], {}]
)
def test_a_name_of_nothing_is_refused_shortly_and_kept_nowhere(shop: Workshop, name: object) -> None:
    answer = again(shop, name)
    assert code(answer) == "InvalidParameter"
    assert len(answer.rejected[0].message) < 250
    assert shop.store.objects == {}


# A caller that spells what looks like a token of ours


def asked(shop: Workshop, token: str, **parameters: Any) -> Answer:
    """A caller asks with that ClientToken."""
    return ask(shop, {"ImageId": IMAGE, "OSSBucket": BUCKET, "ClientToken": token, **parameters}, "r-caller")


@pytest.mark.parametrize("token", ["replay-{}", "replay{}", "{}"])
def test_a_callers_token_does_not_stand_in_the_way_of_a_replay(shop: Workshop, token: str) -> None:
    first = failed(shop)
    theirs = asked(shop, token.format(first), OSSPrefix="theirs").exports[0].export_id
    (export,) = again(shop, first).exports
    assert export.export_id not in (first, theirs)


def test_a_callers_token_of_an_export_that_is_open_does_not_stand_for_its_replay(shop: Workshop) -> None:
    first = shop.tell().exports[0].export_id
    asked(shop, f"replay-{first}", OSSPrefix="nightly")
    shop.cloud.fail(shop.task_id)
    shop.tick(minutes=10)
    assert again(shop, first).exports[0].export_id == f"{first[:-4]}0002"


def test_a_callers_token_does_not_stand_in_the_way_of_a_rejected_event(shop: Workshop) -> None:
    wanted = {"ImageId": IMAGE, "OSSBucket": BUCKET, "RegionId": REGION}
    policy = shop.policy
    shop.change_account(destinations={})
    ask(shop, wanted)
    name = rejected(shop)
    shop.policy = policy
    theirs = asked(shop, name.replace("rejected-", "replay-")[: len("replay-") + 32], OSSPrefix="theirs").exports[0]
    (export,) = again(shop, name).exports
    assert export.export_id != theirs.export_id


def test_a_callers_token_does_not_stand_in_the_way_of_a_message_with_that_id(shop: Workshop) -> None:
    theirs = asked(shop, "m-7", OSSPrefix="theirs").exports[0]
    message = {"TopicName": "t", "MessageId": "m-7", "Message": json.dumps({"ImageId": IMAGE, "OSSBucket": BUCKET})}
    (export,) = ask(shop, message).exports
    assert export.export_id != theirs.export_id
    assert ask(shop, message, "r-again").exports[0].export_id == export.export_id


# What 0.1.0 has written: its own tokens stood among the callers'


def made_by_0_1_0(shop: Workshop, token: str) -> str:
    """An export that was asked for under this token by an invocation, and has ended."""
    asker = RequestedBy(trigger="invoke", id="r-0")
    policy = shop.policy
    assert policy
    request = a_request(rule=None, default_prefix=True, client_token=token, requested_by=asker, notify=policy.notify)
    export = record(shop.context(), request).export_id
    shop.tick(minutes=10)
    shop.cloud.finish(max(shop.cloud.running))
    shop.tick(minutes=10)
    return export


def test_a_replay_that_0_1_0_has_done_is_not_done_again(shop: Workshop) -> None:
    first = failed(shop)
    second = made_by_0_1_0(shop, f"replay-{first}")
    assert again(shop, first).exports[0].export_id == second
    assert len(shop.keys("/requested")) == 2


def test_an_event_that_0_1_0_has_taken_is_not_taken_again(shop: Workshop) -> None:
    export = made_by_0_1_0(shop, "r-7")
    answer = ask(shop, {"ImageId": IMAGE, "OSSBucket": BUCKET}, "r-7")
    assert answer.exports[0].export_id == export
    assert len(shop.keys("/requested")) == 1


def test_a_byte_order_mark_before_a_replay_is_taken_off(shop: Workshop) -> None:
    first = failed(shop)
    (export,) = ask(shop, b"\xef\xbb\xbf" + json.dumps({"Replay": first}).encode()).exports
    assert export.export_id == f"{first[:-4]}0002"


def test_a_replay_inside_another_envelope_is_none(shop: Workshop) -> None:
    """A message of a stranger's cannot order one; only who may invoke the function can."""
    first = failed(shop)
    for envelope in ([{"Replay": first}], {"Message": json.dumps({"Replay": first})}, {"data": {"Replay": first}}):
        assert ask(shop, envelope).exports == ()
    assert len(shop.keys("/requested")) == 1


def test_a_request_that_the_policy_refused_is_replayed_once_the_policy_allows_it(shop: Workshop) -> None:
    wanted = {"ImageId": IMAGE, "OSSBucket": BUCKET, "RegionId": REGION}
    policy = shop.policy
    shop.change_account(destinations={})
    assert code(ask(shop, wanted)) == "Forbidden.Policy"
    name = rejected(shop)
    assert code(again(shop, name)) == "Forbidden.Policy"
    shop.policy = policy
    made = {again(shop, name, request_id).exports[0].export_id for request_id in ("r-1", "r-2")}
    assert len(made) == 1
    shop.cloud.finish(shop.task_id)
    shop.tick(minutes=10)
    assert again(shop, name).exports[0].export_id in made
    assert len(shop.cloud.running) == 1


def test_of_an_array_the_rejected_part_is_replayed_alone(shop: Workshop) -> None:
    shop.show(an_image(image_id="m-other"))
    good, bad = (
        {"ImageId": image, "OSSBucket": bucket} for image, bucket in ((IMAGE, BUCKET), ("m-other", "not-ours"))
    )
    ask(shop, [good, bad])
    answer = again(shop, rejected(shop))
    assert code(answer) == "Forbidden.Policy"
    assert len(shop.cloud.running) == 1


@pytest.mark.parametrize(("size", "kept"), [(65536, True), (65537, False)])
def test_an_event_of_up_to_64_kb_is_kept_to_be_replayed(shop: Workshop, size: int, kept: bool) -> None:
    body = b'{"ImageId": "m-1", "OSSBucket": "not-ours"}'.ljust(size)
    assert code(ask(shop, body)) == "Forbidden.Policy"
    stored = shop.context().ledger.read(f"rejected/{rejected(shop).removeprefix('rejected-')}/event", Rejection)
    assert stored is not None
    assert stored.fact.kept.body == (body.decode() if kept else None)


def test_a_part_that_the_kept_event_does_not_have_is_not_replayed(shop: Workshop) -> None:
    """What was kept is without what looked like a secret, and may read as less than what came."""
    kept = Kept(body=json.dumps([{"ImageId": IMAGE, "OSSBucket": BUCKET}]), position=1, region_id=REGION)
    cause = Cause(code="Forbidden.Policy", message="no")
    digest = "0" * 64
    shop.context().ledger.mark(f"rejected/{digest}/event", Rejection(digest=digest, cause=cause, notify=(), kept=kept))
    assert code(again(shop, f"rejected-{digest}")) == "NotReplayable"
    assert shop.cloud.exported == []


def test_an_image_that_was_looked_for_in_vain_is_looked_for_again(shop: Workshop) -> None:
    event = {**EVENT, "id": "e-7", "content": {"imageId": "m-late", "currentState": "Available"}}
    ask(shop, event)
    for _ in range(20):
        shop.tick(minutes=1)
    assert shop.notifier.kinds(BUS) == ["Rejected"]
    shop.show(an_image(image_id="m-late"))
    (export,) = again(shop, rejected(shop)).exports
    assert (export.image_id, export.status) == ("m-late", "Exporting")


def test_what_cannot_be_understood_stays_rejected_under_the_same_name(shop: Workshop) -> None:
    ask(shop, {**EVENT, "id": "e-8"})
    name = rejected(shop)
    assert again(shop, name).rejected
    assert rejected(shop) == name
    shop.tick(minutes=1)
    assert shop.notifier.kinds(BUS) == ["Rejected"]


def test_what_is_kept_of_an_event_shows_no_secret(shop: Workshop) -> None:
    ask(shop, {**EVENT, "id": "e-9", "SecurityToken": "CAIS-hunter2-hunter2", "Authorization": "Bearer hunter2hunter2"})
    name = rejected(shop).removeprefix("rejected-")
    kept = shop.store.objects[f"rejected/{name}/event"].body
    assert b"e-9" in kept
    assert b"hunter2" not in kept


@pytest.mark.parametrize("padding", [b" " * 70_000, b"\xff"])
def test_what_is_too_large_or_no_text_is_not_kept_but_its_reason_is(shop: Workshop, padding: bytes) -> None:
    body = json.dumps({"ImageId": IMAGE, "OSSBucket": "not-ours"}).encode()
    ask(shop, body + padding if padding != b"\xff" else b'{"ImageId": "\xff", "OSSBucket": "acme-images"}')
    assert code(again(shop, rejected(shop))) == "NotReplayable"


def undelivered(shop: Workshop) -> str:
    """The name of the only event that was given up: the bus has not accepted that an export is Completed."""
    shop.tell()
    shop.tick(minutes=1)
    shop.cloud.finish(shop.task_id)
    shop.notifier.refusing.add(BUS)
    for _ in range(16):
        shop.tick(days=1)
    shop.notifier.refusing.clear()
    (key,) = shop.keys("untold/")
    _, event, told = key.split("/")
    return f"untold-{event}-{told.rsplit('-', 1)[1]}"


def test_an_event_that_was_given_up_is_told_again_as_it_was_and_only_to_whom_it_is_owed(shop: Workshop) -> None:
    name = undelivered(shop)
    (others,) = [event for target, event in shop.notifier.told if target == FUNCTION and "Completed" in event["id"]]
    (export,) = again(shop, name).exports
    assert len(shop.keys("untold/")) == 1
    shop.tick(minutes=1)
    target, told = shop.notifier.told[-1]
    assert (export.status, target, shop.keys("untold/")) == ("Completed", BUS, [])
    assert json.dumps(told) == json.dumps(others)
    assert code(again(shop, name)) == "NotFound"
    assert shop.notifier.kinds(FUNCTION) == ["Started", "Completed"]


def test_an_event_that_is_refused_once_more_stays_to_be_asked_for_again(shop: Workshop) -> None:
    name = undelivered(shop)
    shop.notifier.refusing.add(BUS)
    again(shop, name)
    shop.tick(minutes=1)
    assert (len(shop.keys("untold/")), shop.keys("due/")) == (1, [])
    shop.notifier.refusing.clear()
    assert again(shop, name).exports
    shop.tick(minutes=1)
    assert shop.notifier.kinds(BUS) == ["Started", "Completed"]


def test_a_rejection_that_was_given_up_is_kept_and_told_again_by_its_name(shop: Workshop) -> None:
    ask(shop, {**EVENT, "id": "e-8"})
    digest = rejected(shop).removeprefix("rejected-")
    shop.notifier.refusing.add(BUS)
    for _ in range(16):
        shop.tick(days=1)
    shop.notifier.refusing.clear()
    (key,) = shop.keys("untold/")
    name = f"untold-rejected-{digest}-{key.rsplit('-', 1)[1]}"
    assert again(shop, name).exports == ()
    shop.tick(minutes=1)
    assert (shop.notifier.kinds(BUS), shop.notifier.kinds(FUNCTION)) == (["Rejected"], ["Rejected"])
    assert shop.keys("untold/") == shop.keys("due/") == []


def test_a_target_that_the_policy_no_longer_names_is_told_nothing(shop: Workshop) -> None:
    name = undelivered(shop)
    shop.change(notify=())
    assert code(again(shop, name)) == "Forbidden.Policy"
    assert shop.notifier.kinds(BUS) == ["Started"]
