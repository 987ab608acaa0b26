"""Restores that are ordered by invoking the function: begun, planned, kept where refused, called off."""

import json
from typing import Any

import pytest

from image_export.decisions.policy.file import read_policy
from image_export.errors import Refused, Unanswered
from image_export.use_cases.entrances.event import needs_no_policy, on_event
from image_export.values.cause import Cause
from image_export.values.restore.answer import RestoreAnswer

from .world import ACCOUNT, MANIFEST, POLICY, REGION, World, refused

NOBODY = "res-aaaaaaaaaaaaaaaa"


@pytest.fixture
def world() -> World:
    return World()


def order(world: World, what: Any, request_id: str = "r-1") -> RestoreAnswer:
    body = what if isinstance(what, bytes) else json.dumps(what).encode()
    answer = on_event(world.context(), body, request_id=request_id, region_id=REGION, importing=lambda: world.importing)
    assert isinstance(answer, RestoreAnswer)
    return answer


def rejected(world: World) -> list[str]:
    return world.objects.below("rejected/")


def test_an_order_begins_a_restore_and_answers_it(world: World) -> None:
    answer = order(
        world, {"Restore": {"Manifest": MANIFEST, "ImageName": "golden-again"}, "Caller": "acs:ram::1:user/a"}
    )
    (restore,) = answer.restores
    assert (restore.status, restore.image_name, restore.image_id) == ("Importing", "golden-again", "m-bp1made1")
    asker = restore.requested_by
    assert (asker.trigger, asker.id, asker.name) == ("invoke", "r-1", "acs:ram::1:user/a")
    assert world.until_ended(restore.restore_id).restore.status == "Completed"


def test_an_invocation_that_fc_delivers_again_is_one_restore(world: World) -> None:
    wanted = {"Restore": {"Manifest": MANIFEST}}
    assert order(world, wanted).restores[0].restore_id == order(world, wanted).restores[0].restore_id
    assert len(world.cloud.images) == 1
    order(world, wanted, "r-2")
    assert len(world.cloud.images) == 2


def test_the_same_client_token_is_one_restore_in_any_invocation(world: World) -> None:
    wanted = {"Restore": {"Manifest": MANIFEST, "ClientToken": "one"}}
    assert order(world, wanted).restores[0].restore_id == order(world, wanted, "r-2").restores[0].restore_id
    assert len(world.cloud.images) == 1


def test_a_dry_run_answers_the_plan_and_writes_nothing(world: World) -> None:
    answer = order(world, {"Restore": {"Manifest": MANIFEST, "DryRun": True}})
    assert ([plan.refusal for plan in answer.plans], answer.restores) == ([None], ())
    assert not world.objects.below("")


@pytest.mark.parametrize(
    ("fields", "code", "said"),
    [
        ([MANIFEST], "InvalidParameter", "Restore is a list; it must be an object of parameters."),
        ({}, "MissingParameter", "ExportId or Manifest is required."),
        ({"Manifest": MANIFEST, "DryRum": True}, "UnknownParameter", "did you mean DryRun?"),
        ({"Manifest": "oss://strangers-bucket/x.json"}, "Forbidden.Policy", "no destination oss://strangers-bucket"),
        ({"ExportId": "exp-rtfyr2rqf6qlm2su-0001"}, "ExportNotFound", "There is no export"),
    ],
)
def test_what_cannot_be_is_answered_and_kept_as_other_events_are(
    world: World, fields: Any, code: str, said: str
) -> None:
    (cause,) = order(world, {"Restore": fields}).rejected
    assert (cause.code, said in cause.message) == (code, True)
    assert len(rejected(world)) == 1
    assert not world.objects.below("restores/")


def test_a_parameter_that_stands_twice_restores_nothing(world: World) -> None:
    body = b'{"Restore": {"Manifest": "%s", "DryRun": true, "DryRun": false}}' % MANIFEST.encode()
    (cause,) = order(world, body).rejected
    assert cause.message == "Given more than once: 'DryRun'."
    assert not world.cloud.images


def test_a_dry_run_that_cannot_be_is_answered_alone(world: World) -> None:
    answer = order(world, {"Restore": {"Manifest": "oss://strangers-bucket/x.json", "DryRun": True}})
    assert answer.rejected[0].code == "Forbidden.Policy"
    assert not rejected(world)


def test_a_caller_that_no_line_of_the_log_should_hold_is_refused(world: World) -> None:
    answer = order(world, {"Restore": {"Manifest": MANIFEST}, "Caller": "a\nb"})
    assert answer.rejected[0].message.startswith("Caller is")
    assert not world.cloud.images


def test_what_our_role_is_refused_is_kept_with_what_to_do(world: World) -> None:
    world.cloud.faults.before("read", refused("NoPermission"))
    (cause,) = order(world, {"Restore": {"Manifest": MANIFEST}}).rejected
    assert (cause.code, bool(cause.recommend)) == ("NoPermission", True)
    assert len(rejected(world)) == 1


@pytest.mark.parametrize(
    "fault",
    [refused("Throttling.User"), Unanswered(Cause(code="Unanswered", message="The connection broke off."))],
    ids=["throttled", "unanswered"],
)
def test_what_may_pass_is_raised_for_fc_to_deliver_again(world: World, fault: Refused | Unanswered) -> None:
    world.cloud.faults.before("read", fault)
    with pytest.raises(type(fault)):
        order(world, {"Restore": {"Manifest": MANIFEST}})
    assert not rejected(world)
    assert order(world, {"Restore": {"Manifest": MANIFEST}}).restores


def test_what_was_rejected_is_replayed_when_the_policy_allows_it(world: World) -> None:
    allowed, without = world.policy, POLICY.replace(f"restore_role_arn: acs:ram::{ACCOUNT}:role/image-restore", "")
    world.policy = read_policy(without.encode())
    wanted = {"Restore": {"Manifest": MANIFEST}}
    assert order(world, wanted).rejected[0].code == "RestoreNotEnabled"
    world.policy = allowed
    (key,) = rejected(world)
    replay = {"Replay": key.replace("/event", "").replace("/", "-")}
    first, again = order(world, replay, "r-2"), order(world, replay, "r-3")
    assert (first.request_id, first.restores[0].status) == ("r-2", "Importing")
    assert first.restores[0].restore_id == again.restores[0].restore_id
    assert len(world.cloud.images) == 1


# Called off


def test_an_order_calls_a_restore_off_and_says_who(world: World) -> None:
    restore = order(world, {"Restore": {"Manifest": MANIFEST}}).restores[0].restore_id
    answer = order(world, {"CancelRestore": restore, "Caller": "acs:ram::1:user/a"})
    assert answer.restores[0].status == "Importing"
    ended = world.until_ended(restore).restore
    assert (ended.status, world.cloud.images) == ("Cancelled", {})
    assert order(world, {"CancelRestore": restore}).restores[0].status == "Cancelled"


@pytest.mark.parametrize(
    ("name", "code"),
    [(NOBODY, "RestoreNotFound"), ("exp-rtfyr2rqf6qlm2su-0001", "InvalidParameter"), (5, "InvalidParameter")],
)
def test_what_is_no_restore_is_rejected_and_not_kept(world: World, name: Any, code: str) -> None:
    assert order(world, {"CancelRestore": name}).rejected[0].code == code
    assert not rejected(world)


def test_to_call_off_needs_no_policy_and_to_restore_does() -> None:
    assert needs_no_policy(b'{"CancelRestore": "res-aaaaaaaaaaaaaaaa"}')
    assert not needs_no_policy(b'{"Restore": {}}')
