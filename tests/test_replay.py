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
from .fake_world import BUS, FUNCTION, FakeWorld
from .fakes import no_restores

EVENT = {"product": "ECS", "name": "Image:StateChange", "regionId": REGION, "userId": "1234567890123456"}


def ask(world: FakeWorld, what: Any, request_id: str = "r-9") -> Answer:
    """An event arrives at the function."""
    body = what if isinstance(what, bytes) else json.dumps(what).encode()
    return on_event(world.context(), body, request_id=request_id, region_id=REGION, importing=no_restores)


def again(world: FakeWorld, name: object, request_id: str = "r-9") -> Answer:
    """Somebody asks for a replay."""
    return ask(world, {"Replay": name}, request_id)


def failed(world: FakeWorld) -> str:
    """An export that failed."""
    world.tell()
    world.cloud.fail(world.task_id)
    (export,) = world.tick(minutes=10).exports
    assert export.status == "Failed"
    return export.export_id


def rejected(world: FakeWorld) -> str:
    """The name of the only rejection."""
    (key,) = [key for key in world.keys("rejected/") if key.endswith("/event")]
    return f"rejected-{key.split('/')[1]}"


def code(answer: Answer) -> str:
    """The code of the only refusal."""
    assert answer.exports == ()
    return answer.rejected[0].code


def test_a_failed_export_is_replayed_as_one_new_generation_however_often(world: FakeWorld) -> None:
    first = failed(world)
    names = {again(world, first, request_id).exports[0].export_id for request_id in ("r-1", "r-2", "r-1")}
    assert names == {f"{first[:-4]}0002"}
    task = next(task_id for task_id, one in world.cloud.running.items() if one.task.status == "Processing")
    world.cloud.finish(task)
    (export,) = world.tick(minutes=10).exports
    assert export.status == "Completed"
    assert again(world, first).exports[0].export_id == export.export_id
    assert len(world.cloud.running) == 2


def test_a_replay_that_fails_is_replayed_under_its_own_name(world: FakeWorld) -> None:
    first = failed(world)
    second = again(world, first).exports[0].export_id
    world.cloud.fail(next(task_id for task_id, one in world.cloud.running.items() if one.task.status == "Processing"))
    world.tick(minutes=10)
    assert again(world, first).exports[0].export_id == second
    assert again(world, second).exports[0].export_id == f"{first[:-4]}0003"


def test_what_runs_or_is_completed_is_not_replayed(world: FakeWorld) -> None:
    export = world.tell().exports[0].export_id
    assert code(again(world, export)) == "NotReplayable"
    world.cloud.finish(world.task_id)
    world.tick(minutes=10)
    assert code(again(world, export)) == "NotReplayable"
    assert len(world.cloud.running) == 1


def test_the_policy_of_today_decides(world: FakeWorld) -> None:
    first = failed(world)
    world.change_account(role_arn="acs:ram::1234567890123456:role/another")
    assert code(again(world, first)) == "Forbidden.Policy"


def test_the_external_id_of_today_is_used(world: FakeWorld) -> None:
    first = failed(world)
    world.change_account(external_id="after")
    second = again(world, first).exports[0].export_id
    record = world.context().ledger.load(second)
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
def test_what_is_not_there_is_said_to_be_so(world: FakeWorld, name: str) -> None:
    assert code(again(world, name)) in ("ExportNotFound", "NotFound")


@pytest.mark.parametrize(
    "name", ["", "exp-1", "../open/exp-aaaaaaaaaaaaaaaa-0001", "rejected-xyz", "a" * 100_000, 5, None, ["exp-1"], {}]
)
def test_a_name_of_nothing_is_refused_shortly_and_kept_nowhere(world: FakeWorld, name: object) -> None:
    answer = again(world, name)
    assert code(answer) == "InvalidParameter"
    assert len(answer.rejected[0].message) < 250
    assert world.store.objects == {}


# A caller that spells what looks like a token of ours


def asked(world: FakeWorld, token: str, **parameters: Any) -> Answer:
    """A caller asks with that ClientToken."""
    return ask(world, {"ImageId": IMAGE, "OSSBucket": BUCKET, "ClientToken": token, **parameters}, "r-caller")


@pytest.mark.parametrize("token", ["replay-{}", "replay{}", "{}"])
def test_a_callers_token_does_not_stand_in_the_way_of_a_replay(world: FakeWorld, token: str) -> None:
    first = failed(world)
    theirs = asked(world, token.format(first), OSSPrefix="theirs").exports[0].export_id
    (export,) = again(world, first).exports
    assert export.export_id not in (first, theirs)


def test_a_callers_token_of_an_export_that_is_open_does_not_stand_for_its_replay(world: FakeWorld) -> None:
    first = world.tell().exports[0].export_id
    asked(world, f"replay-{first}", OSSPrefix="nightly")
    world.cloud.fail(world.task_id)
    world.tick(minutes=10)
    assert again(world, first).exports[0].export_id == f"{first[:-4]}0002"


def test_a_callers_token_does_not_stand_in_the_way_of_a_rejected_event(world: FakeWorld) -> None:
    wanted = {"ImageId": IMAGE, "OSSBucket": BUCKET, "RegionId": REGION}
    policy = world.policy
    world.change_account(destinations={})
    ask(world, wanted)
    name = rejected(world)
    world.policy = policy
    theirs = asked(world, name.replace("rejected-", "replay-")[: len("replay-") + 32], OSSPrefix="theirs").exports[0]
    (export,) = again(world, name).exports
    assert export.export_id != theirs.export_id


def test_a_callers_token_does_not_stand_in_the_way_of_a_message_with_that_id(world: FakeWorld) -> None:
    theirs = asked(world, "m-7", OSSPrefix="theirs").exports[0]
    message = {"TopicName": "t", "MessageId": "m-7", "Message": json.dumps({"ImageId": IMAGE, "OSSBucket": BUCKET})}
    (export,) = ask(world, message).exports
    assert export.export_id != theirs.export_id
    assert ask(world, message, "r-again").exports[0].export_id == export.export_id


# What 0.1.0 has written: its own tokens stood among the callers'


def made_by_0_1_0(world: FakeWorld, token: str) -> str:
    """An export that was asked for under this token by an invocation, and has ended."""
    asker = RequestedBy(trigger="invoke", id="r-0")
    policy = world.policy
    assert policy
    request = a_request(rule=None, default_prefix=True, client_token=token, requested_by=asker, notify=policy.notify)
    export = record(world.context(), request).export_id
    world.tick(minutes=10)
    world.cloud.finish(max(world.cloud.running))
    world.tick(minutes=10)
    return export


def test_a_replay_that_0_1_0_has_done_is_not_done_again(world: FakeWorld) -> None:
    first = failed(world)
    second = made_by_0_1_0(world, f"replay-{first}")
    assert again(world, first).exports[0].export_id == second
    assert len(world.keys("/requested")) == 2


def test_an_event_that_0_1_0_has_taken_is_not_taken_again(world: FakeWorld) -> None:
    export = made_by_0_1_0(world, "r-7")
    answer = ask(world, {"ImageId": IMAGE, "OSSBucket": BUCKET}, "r-7")
    assert answer.exports[0].export_id == export
    assert len(world.keys("/requested")) == 1


def test_a_byte_order_mark_before_a_replay_is_taken_off(world: FakeWorld) -> None:
    first = failed(world)
    (export,) = ask(world, b"\xef\xbb\xbf" + json.dumps({"Replay": first}).encode()).exports
    assert export.export_id == f"{first[:-4]}0002"


def test_a_replay_inside_another_envelope_is_none(world: FakeWorld) -> None:
    """A message of a stranger's cannot order one; only who may invoke the function can."""
    first = failed(world)
    for envelope in ([{"Replay": first}], {"Message": json.dumps({"Replay": first})}, {"data": {"Replay": first}}):
        assert ask(world, envelope).exports == ()
    assert len(world.keys("/requested")) == 1


def test_a_request_that_the_policy_refused_is_replayed_once_the_policy_allows_it(world: FakeWorld) -> None:
    wanted = {"ImageId": IMAGE, "OSSBucket": BUCKET, "RegionId": REGION}
    policy = world.policy
    world.change_account(destinations={})
    assert code(ask(world, wanted)) == "Forbidden.Policy"
    name = rejected(world)
    assert code(again(world, name)) == "Forbidden.Policy"
    world.policy = policy
    made = {again(world, name, request_id).exports[0].export_id for request_id in ("r-1", "r-2")}
    assert len(made) == 1
    world.cloud.finish(world.task_id)
    world.tick(minutes=10)
    assert again(world, name).exports[0].export_id in made
    assert len(world.cloud.running) == 1


def test_of_an_array_the_rejected_part_is_replayed_alone(world: FakeWorld) -> None:
    world.show(an_image(image_id="m-other"))
    good, bad = (
        {"ImageId": image, "OSSBucket": bucket} for image, bucket in ((IMAGE, BUCKET), ("m-other", "not-ours"))
    )
    ask(world, [good, bad])
    answer = again(world, rejected(world))
    assert code(answer) == "Forbidden.Policy"
    assert len(world.cloud.running) == 1


@pytest.mark.parametrize(("size", "kept"), [(65536, True), (65537, False)])
def test_an_event_of_up_to_64_kb_is_kept_to_be_replayed(world: FakeWorld, size: int, kept: bool) -> None:
    body = b'{"ImageId": "m-1", "OSSBucket": "not-ours"}'.ljust(size)
    assert code(ask(world, body)) == "Forbidden.Policy"
    stored = world.context().ledger.read(f"rejected/{rejected(world).removeprefix('rejected-')}/event", Rejection)
    assert stored is not None
    assert stored.fact.kept.body == (body.decode() if kept else None)


def test_a_part_that_the_kept_event_does_not_have_is_not_replayed(world: FakeWorld) -> None:
    """What was kept is without what looked like a secret, and may read as less than what came."""
    kept = Kept(body=json.dumps([{"ImageId": IMAGE, "OSSBucket": BUCKET}]), position=1, region_id=REGION)
    cause = Cause(code="Forbidden.Policy", message="no")
    digest = "0" * 64
    world.context().ledger.mark(f"rejected/{digest}/event", Rejection(digest=digest, cause=cause, notify=(), kept=kept))
    assert code(again(world, f"rejected-{digest}")) == "NotReplayable"
    assert world.cloud.exported == []


def test_an_image_that_was_looked_for_in_vain_is_looked_for_again(world: FakeWorld) -> None:
    event = {**EVENT, "id": "e-7", "content": {"imageId": "m-late", "currentState": "Available"}}
    ask(world, event)
    for _ in range(20):
        world.tick(minutes=1)
    assert world.notifier.kinds(BUS) == ["Rejected"]
    world.show(an_image(image_id="m-late"))
    (export,) = again(world, rejected(world)).exports
    assert (export.image_id, export.status) == ("m-late", "Exporting")


def test_what_cannot_be_understood_stays_rejected_under_the_same_name(world: FakeWorld) -> None:
    ask(world, {**EVENT, "id": "e-8"})
    name = rejected(world)
    assert again(world, name).rejected
    assert rejected(world) == name
    world.tick(minutes=1)
    assert world.notifier.kinds(BUS) == ["Rejected"]


def test_what_is_kept_of_an_event_shows_no_secret(world: FakeWorld) -> None:
    ask(
        world, {**EVENT, "id": "e-9", "SecurityToken": "CAIS-hunter2-hunter2", "Authorization": "Bearer hunter2hunter2"}
    )
    name = rejected(world).removeprefix("rejected-")
    kept = world.store.objects[f"rejected/{name}/event"].body
    assert b"e-9" in kept
    assert b"hunter2" not in kept


@pytest.mark.parametrize("padding", [b" " * 70_000, b"\xff"])
def test_what_is_too_large_or_no_text_is_not_kept_but_its_reason_is(world: FakeWorld, padding: bytes) -> None:
    body = json.dumps({"ImageId": IMAGE, "OSSBucket": "not-ours"}).encode()
    ask(world, body + padding if padding != b"\xff" else b'{"ImageId": "\xff", "OSSBucket": "acme-images"}')
    assert code(again(world, rejected(world))) == "NotReplayable"


def undelivered(world: FakeWorld) -> str:
    """The name of the only event that was given up: the bus has not accepted that an export is Completed."""
    world.tell()
    world.tick(minutes=1)
    world.cloud.finish(world.task_id)
    world.notifier.refusing.add(BUS)
    for _ in range(16):
        world.tick(days=1)
    world.notifier.refusing.clear()
    (key,) = world.keys("untold/")
    _, event, told = key.split("/")
    return f"untold-{event}-{told.rsplit('-', 1)[1]}"


def test_an_event_that_was_given_up_is_told_again_as_it_was_and_only_to_whom_it_is_owed(world: FakeWorld) -> None:
    name = undelivered(world)
    (others,) = [
        event for target, event in world.notifier.delivered if target == FUNCTION and "Completed" in event["id"]
    ]
    (export,) = again(world, name).exports
    assert len(world.keys("untold/")) == 1
    world.tick(minutes=1)
    target, told = world.notifier.delivered[-1]
    assert (export.status, target, world.keys("untold/")) == ("Completed", BUS, [])
    assert json.dumps(told) == json.dumps(others)
    assert code(again(world, name)) == "NotFound"
    assert world.notifier.kinds(FUNCTION) == ["Started", "Completed"]


def test_an_event_that_is_refused_once_more_stays_to_be_asked_for_again(world: FakeWorld) -> None:
    name = undelivered(world)
    world.notifier.refusing.add(BUS)
    again(world, name)
    world.tick(minutes=1)
    assert (len(world.keys("untold/")), world.keys("due/")) == (1, [])
    world.notifier.refusing.clear()
    assert again(world, name).exports
    world.tick(minutes=1)
    assert world.notifier.kinds(BUS) == ["Started", "Completed"]


def test_a_rejection_that_was_given_up_is_kept_and_told_again_by_its_name(world: FakeWorld) -> None:
    ask(world, {**EVENT, "id": "e-8"})
    digest = rejected(world).removeprefix("rejected-")
    world.notifier.refusing.add(BUS)
    for _ in range(16):
        world.tick(days=1)
    world.notifier.refusing.clear()
    (key,) = world.keys("untold/")
    name = f"untold-rejected-{digest}-{key.rsplit('-', 1)[1]}"
    assert again(world, name).exports == ()
    world.tick(minutes=1)
    assert (world.notifier.kinds(BUS), world.notifier.kinds(FUNCTION)) == (["Rejected"], ["Rejected"])
    assert world.keys("untold/") == world.keys("due/") == []


def test_a_target_that_the_policy_no_longer_names_is_told_nothing(world: FakeWorld) -> None:
    name = undelivered(world)
    world.change(notify=())
    assert code(again(world, name)) == "Forbidden.Policy"
    assert world.notifier.kinds(BUS) == ["Started"]
