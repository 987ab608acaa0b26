"""Which export a request is, and in what order it is recorded (docs/protocol.md#rule-1 to #rule-4), over fakes."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from image_export.decisions.naming import is_said_by, is_under, natural_key, oss_prefix, parameters_hash, token_key
from image_export.errors import AskerFault, CloudFault, LedgerFault, OurFault
from image_export.use_cases.export import client_token
from image_export.use_cases.export.advance import begin
from image_export.use_cases.export.record import record
from image_export.use_cases.ports import Page
from image_export.use_cases.watch.watch import watch
from image_export.values.account import AssumedRole
from image_export.values.answer import Answer
from image_export.values.export import RequestedBy
from image_export.values.policy import Destination

from .builders import BUCKET, IMAGE, REGION, a_request
from .fake_world import FakeWorld
from .fakes import Died, FakeStore, Faults, MeanwhileAt, no_restores, unanswered, unreached


def generation(answer: Answer) -> int:
    (export,) = answer.exports
    return int(export.export_id[-4:])


def rejection(answer: Answer) -> str:
    (cause,) = answer.rejected
    return cause.code


def end(world: FakeWorld, *, well: bool = True) -> None:
    """The only task that runs ends, and a tick sees it."""
    (task_id,) = [key for key, one in world.cloud.running.items() if one.task.status == "Processing"]
    if well:
        world.cloud.finish(task_id)
    else:
        world.cloud.fail(task_id)
    world.tick(minutes=10)


@pytest.mark.parametrize("alien", ["{}-backup/requested", "{}-0001/claim-copy", "{}-0001/claim-"])
def test_a_name_that_is_none_of_ours_stops_neither_a_request_nor_a_look(world: FakeWorld, alien: str) -> None:
    (export,) = world.tell().exports
    world.store.put(f"exports/{alien.format(export.export_id[:-5])}", b"{}")
    end(world)
    assert len(world.keys("/ended")) == 1
    assert generation(world.ask(ClientToken="t")) == 2


# The bucket


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
def test_on_a_versioned_ledger_neither_an_event_nor_a_request_nor_a_tick_does_anything(
    world: FakeWorld, status: str
) -> None:
    world.store.versioning = status
    for work in (world.tell, world.ask, world.tick):
        with pytest.raises(OurFault, match="LedgerVersioned"):
            work()
    assert (dict(world.store.objects), world.cloud.exported, world.notifier.delivered) == ({}, [], [])


def test_an_entrance_asks_once_whether_the_ledger_is_versioned(world: FakeWorld) -> None:
    ledger = world.context().ledger
    ledger.ready()
    world.store.faults.before("versioned", unreached())
    ledger.ready()


def test_a_warm_watcher_notices_at_its_next_tick_that_somebody_enabled_versioning(world: FakeWorld) -> None:
    warm = world.context()
    watch(warm, pinger=world.pinger, reach=no_restores, request_id="tick")
    world.store.versioning = "Enabled"
    with pytest.raises(OurFault, match="LedgerVersioned"):
        watch(warm, pinger=world.pinger, reach=no_restores, request_id="tick")


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
def test_a_warm_instance_claims_nothing_once_somebody_has_enabled_versioning(world: FakeWorld, status: str) -> None:
    warm = world.context()
    warm.ledger.ready()
    recorded = record(warm, a_request())
    world.store.versioning = status
    with pytest.raises(OurFault, match="LedgerVersioned"):
        begin(warm, recorded)
    with pytest.raises(OurFault, match="LedgerVersioned"):
        warm.ledger.ready()
    assert (world.keys("/claim-"), world.cloud.exported) == ([], [])


@pytest.mark.parametrize("call", ["create open", "create requested"])
def test_an_answer_that_was_lost_does_not_say_that_nothing_is_recorded(world: FakeWorld, call: str) -> None:
    world.store.faults.after(call, unanswered())
    world.store.faults.before("get", *[unanswered()] * 9)
    with pytest.raises(LedgerFault) as raised:
        world.ask("r-1")
    assert "may have been recorded" in (raised.value.cause.recommend or "")
    world.store.faults = Faults()
    assert generation(world.ask("r-1")) == 1
    assert len(world.keys("/requested")) == 1


# Which export it is

OTHER_ROLE = AssumedRole(account_id="2222222222222222", role_arn="acs:ram::2222222222222222:role/image-export")


@pytest.mark.parametrize(
    "change",
    [
        {"role": OTHER_ROLE},
        {"region_id": "cn-beijing"},
        {"image_id": "m-other"},
        {"oss_bucket": "other-bucket"},
        {"image_format": "vhd"},
    ],
)
def test_account_region_image_bucket_and_format_make_another_export(change: dict[str, Any]) -> None:
    assert natural_key(a_request(**change)) != natural_key(a_request())


@pytest.mark.parametrize("change", [{"caller_prefix": "other"}, {"role_name": "Other"}, {"client_token": "t"}])
def test_prefix_role_name_and_token_make_no_other_export(change: dict[str, Any]) -> None:
    assert natural_key(a_request(**change)) == natural_key(a_request())


@pytest.mark.parametrize(
    ("key", "ours"),
    [
        ("backupsofnovember26_m-231_system.raw.tar.gz", True),
        ("backupsofnovember26-m-231.raw", True),
        ("backupsofnovember26_m-2312_system.raw.tar.gz", False),
        ("backupsofnovember26_xm-231_system.raw.tar.gz", False),
        ("backupsofnovember266_m-231_system.raw.tar.gz", False),
    ],
)
def test_under_a_whole_prefix_an_object_is_ours_only_by_the_whole_id_of_our_image(key: str, ours: bool) -> None:
    request = a_request(caller_prefix="backupsofnovember26", image_id="m-231")
    assert is_under(request, "backupsofnovember26", key) is ours


def test_a_request_for_what_is_open_is_that_export(world: FakeWorld) -> None:
    assert [generation(world.ask(f"r-{number}")) for number in range(3)] == [1, 1, 1]
    assert len(world.cloud.exported) == 1


def test_a_request_with_another_prefix_is_a_new_generation(world: FakeWorld) -> None:
    world.ask("r-1")
    assert generation(world.ask("r-2", OSSPrefix="other")) == 2


def test_a_request_after_the_end_is_a_new_generation(world: FakeWorld) -> None:
    world.ask("r-1")
    end(world)
    assert generation(world.ask("r-2")) == 2


@pytest.mark.parametrize(
    ("trigger", "well", "expected"), [("nightly", True, 1), ("nightly", False, 2), ("event", False, 1)]
)
def test_a_rule_exports_an_image_once_unless_a_nightly_run_finds_that_it_failed(
    world: FakeWorld, trigger: Any, well: bool, expected: int
) -> None:
    world.tell()
    end(world, well=well)
    again = replace(a_request(), requested_by=RequestedBy(trigger=trigger, id="again"))
    assert int(record(world.context(), again).export_id[-4:]) == expected


def test_who_loses_a_generation_reads_the_winners(world: FakeWorld) -> None:
    """Both have listed nothing; the other one's `requested` comes first."""
    (winner,) = world.ask(OSSPrefix="winner").exports
    listed, world.store.list = world.store.list, lambda *_args, **_more: Page([], more=False)  # type: ignore[method-assign]
    recorded = record(world.context(), a_request(rule=None, caller_prefix="loser"))
    world.store.list = listed  # type: ignore[method-assign]
    loser = world.context().ledger.load(recorded.export_id)
    assert loser is not None
    assert (recorded.export_id[-4:], loser.request.caller_prefix) == ("0002", "loser")
    assert winner.export_id.endswith("0001")


def test_who_loses_a_generation_in_the_same_second_leaves_the_winner_its_hint(world: FakeWorld) -> None:
    world.tick()  # the sweep of this hour is over
    wanted, worker = replace(a_request(), requested_by=RequestedBy(trigger="nightly", id="n")), world.context()
    worker.ledger.store = FakeStore(
        world.clock, MeanwhileAt(5, lambda: record(world.context(), wanted)), world.store.objects
    )
    assert not record(worker, wanted).created
    (hint,) = world.keys("waiting/")
    assert hint.endswith("-0001")


# ClientToken


def test_a_token_is_its_export_even_after_the_end_and_after_a_newer_one(world: FakeWorld) -> None:
    world.ask("r-1", ClientToken="mine")
    end(world)
    assert generation(world.ask("r-2", ClientToken="mine")) == 1
    assert generation(world.ask("r-3")) == 2
    end(world)
    assert generation(world.ask("r-4", ClientToken="mine")) == 1


def test_a_delivery_without_a_token_is_known_by_its_request_id(world: FakeWorld) -> None:
    world.ask("r-1")
    end(world)
    assert [generation(world.ask("r-1")), generation(world.ask("r-2"))] == [1, 2]


def in_message(message_id: str, *requests: dict[str, str]) -> bytes:
    """Requests in a message of a topic, as a list where there are several."""
    wanted = [{"ImageId": IMAGE, "OSSBucket": BUCKET, **request} for request in requests]
    text = json.dumps(wanted if len(wanted) > 1 else wanted[0])
    return json.dumps({"TopicName": "t", "MessageId": message_id, "Message": text}).encode()


def test_a_message_that_another_invocation_brings_again_is_the_same_request(world: FakeWorld) -> None:
    answers = []
    for request_id, message_id in (("r-1", "M-1"), ("r-2", "M-1"), ("r-3", "M-2")):
        answers.append(world.receive(in_message(message_id, {}), request_id))
        if answers[-1].exports[0].status == "Exporting":
            end(world)
    assert [generation(answer) for answer in answers] == [1, 1, 2]


def test_requests_in_one_message_are_told_apart_by_their_places(world: FakeWorld) -> None:
    body = in_message("M-1", {"ImageFormat": "raw"}, {"ImageFormat": "vhd"})
    first, again = (world.receive(body, request_id) for request_id in ("r-1", "r-2"))
    assert [len({export.export_id for export in answer.exports}) for answer in (first, again)] == [2, 2]
    assert {one.export_id for one in first.exports} == {one.export_id for one in again.exports}


def test_a_token_that_came_for_an_open_export_is_that_export_for_good(world: FakeWorld) -> None:
    world.ask("r-1")
    world.ask("r-2", ClientToken="second")
    end(world)
    assert generation(world.ask("r-3", ClientToken="second")) == 1


@pytest.mark.parametrize("change", [{"OSSPrefix": "other"}, {"RoleName": "Other"}, {"ImageFormat": "vhd"}])
def test_a_token_with_other_parameters_is_refused(world: FakeWorld, change: dict[str, str]) -> None:
    world.ask("r-1", ClientToken="mine")
    assert rejection(world.ask("r-2", ClientToken="mine", **change)) == "IdempotentParameterMismatch"


def test_of_two_workers_with_one_token_and_other_parameters_the_later_one_is_refused(world: FakeWorld) -> None:
    """Both have seen that the token means nothing yet; the export of the faster one does not stand either."""
    context, faster = world.context(), a_request(client_token="token-1")
    context.ledger.ready()
    assert client_token.use(context, faster, "exp-aaaaaaaaaaaaaaaa-0001")
    later = a_request(client_token="token-1", image_format="vhd")
    with pytest.raises(AskerFault, match="'token-1' was used with other parameters, for exp-aaaaaaaaaaaaaaaa-0001"):
        client_token.use(context, later, "exp-bbbbbbbbbbbbbbbb-0001")


def test_tokens_of_different_accounts_never_meet() -> None:
    assert token_key(a_request(), "t") != token_key(a_request(role=OTHER_ROLE), "t")
    assert parameters_hash(a_request()) == parameters_hash(a_request(client_token="t"))


def test_a_token_stands_before_its_export_does(world: FakeWorld) -> None:
    """The worker dies right after `requested`; the token means that export whatever comes after it."""
    world.store.faults.after("create requested", Died())
    world.surviving(lambda: world.ask("r-1", ClientToken="mine"))
    world.tick(minutes=3)
    end(world)
    assert generation(world.ask("r-2")) == 2
    end(world)
    assert generation(world.ask("r-3", ClientToken="mine")) == 1


def test_a_token_whose_export_was_never_made_makes_it(world: FakeWorld) -> None:
    world.store.faults.before("put due", Died())
    assert not world.surviving(lambda: world.ask("r-1", ClientToken="mine"))
    (export,) = world.ask("r-2", ClientToken="mine").exports
    assert (export.status, export.export_id[-4:]) == ("Exporting", "0001")


@pytest.mark.parametrize("both", [True, False], ids=["twice at a time", "once"])
@pytest.mark.parametrize("number", range(1, 24))
def test_a_token_is_one_export_whoever_is_faster_to_its_generation(world: FakeWorld, number: int, both: bool) -> None:
    """Another request gets the generation at any call of ours, and a third the one after; ours is sent again."""
    mine = a_request(rule=None, caller_prefix="aaa", client_token="mine")
    answers = []

    def others() -> None:
        record(world.context(), a_request(rule=None, caller_prefix="bbb", client_token="second"))
        answers.extend([record(world.context(), mine).export_id] if both else [])
        record(world.context(), a_request(rule=None, caller_prefix="ccc", client_token="third"))

    worker = world.context()
    worker.ledger.store = FakeStore(world.clock, MeanwhileAt(number, others), world.store.objects)
    answers.append(record(worker, mine).export_id)
    record(world.context(), a_request(rule=None, caller_prefix="ddd", client_token="fourth"))
    answers += [record(world.context(), mine).export_id for _ in range(2)]
    assert len(set(answers)) == 1
    standing = world.context().ledger.load(answers[0])
    assert standing is not None
    assert standing.request.caller_prefix == "aaa"


def test_what_is_delivered_again_after_the_policy_has_another_prefix_is_the_same_request(world: FakeWorld) -> None:
    world.ask("r-1")
    world.change_account(destinations={REGION: Destination(bucket=BUCKET, prefix="weekly")})
    assert generation(world.ask("r-1")) == 1


def test_a_prefix_that_is_named_or_left_out_to_the_same_effect_is_the_same(world: FakeWorld) -> None:
    assert [generation(world.ask("r-1", ClientToken="t", **more)) for more in ({}, {"OSSPrefix": "nightly"})] == [1, 1]


ROLE = "AliyunECSImageExportDefaultRole"
SAID_OTHERWISE = [
    {},
    {"RoleName": ROLE},
    {"OSSPrefix": "nightly"},
    {"ImageFormat": "RAW"},
    {"ImageFormat": "raw"},
    {"RegionId": REGION},
    {"AccountId": "1234567890123456"},
    {"RoleName": ROLE, "OssPrefix": "nightly", "ImageFormat": "Raw", "RegionId": REGION},
]


@pytest.mark.parametrize("said", SAID_OTHERWISE)
@pytest.mark.parametrize("first", SAID_OTHERWISE)
@pytest.mark.parametrize("token", [{}, {"ClientToken": "t"}], ids=["open", "by token"])
def test_the_same_request_said_otherwise_is_the_same_export(
    world: FakeWorld, first: dict[str, str], said: dict[str, str], token: dict[str, str]
) -> None:
    assert [generation(world.ask(name, **token, **more)) for name, more in (("r-1", first), ("r-2", said))] == [1, 1]


@pytest.mark.parametrize("asked", [{}, {"ClientToken": "t"}], ids=["open", "by token"])
@pytest.mark.parametrize("said", [{}, {"RoleName": ROLE}, {"OSSPrefix": "nightly"}])
def test_the_same_request_after_the_policy_has_another_prefix_is_the_open_export(
    world: FakeWorld, asked: dict[str, str], said: dict[str, str]
) -> None:
    world.ask("r-1", **asked)
    world.change_account(destinations={REGION: Destination(bucket=BUCKET, prefix="weekly")})
    assert generation(world.ask("r-2", **asked, **said)) == 1


def test_what_a_rule_has_begun_is_the_same_as_what_is_asked_for_after_the_policys_prefix_has_changed(
    world: FakeWorld,
) -> None:
    world.tell()
    world.change_account(destinations={REGION: Destination(bucket=BUCKET, prefix="weekly")})
    assert [generation(world.ask(name, ClientToken="t")) for name in ("r-1", "r-2")] == [1, 1]


def test_another_prefix_or_role_is_another_export(world: FakeWorld) -> None:
    world.ask("r-1")
    assert generation(world.ask("r-2", OSSPrefix="other")) == 2
    assert generation(world.ask("r-3", OSSPrefix="other", RoleName="another")) == 3


def test_a_token_whose_worker_died_means_what_it_said_after_the_policy_has_another_prefix(world: FakeWorld) -> None:
    world.store.faults.before("put due", Died())
    assert not world.surviving(lambda: world.ask("r-1", ClientToken="t"))
    world.change_account(destinations={REGION: Destination(bucket=BUCKET, prefix="weekly")})
    assert [generation(world.ask(name, ClientToken="t")) for name in ("r-2", "r-3")] == [1, 1]


# What version 0.1.0 kept of a token: parameters, asked; without a role, and with the default one named
OF_0_1_0 = [
    ("4blo6tenow7i7tmfdib75pn3e2rzd7ol", "w7bbj4jcpptkgi5yi55a2t65z7dahv4x"),
    ("d3myrjnysg2euvdwitx4bainmsudiqxa", "5xi5a22t3vgivkejcihvy2viegrpdueg"),
]


@pytest.mark.parametrize(("parameters", "asked"), OF_0_1_0)
@pytest.mark.parametrize("role_name", [None, ROLE])
@pytest.mark.parametrize("prefix", ["nightly", "weekly"])
def test_what_version_0_1_0_kept_of_a_token_is_understood(
    parameters: str, asked: str, role_name: str | None, prefix: str
) -> None:
    request = a_request(rule=None, role_name=role_name, default_prefix=True, caller_prefix=prefix)
    assert is_said_by(request, parameters, asked)
    assert not is_said_by(replace(request, role_name="another"), parameters, asked)
    assert not is_said_by(replace(request, image_format="vhd"), parameters, asked)


# The order at the entrance


def test_what_was_recorded_is_due_even_where_the_entrance_dies_at_once(world: FakeWorld) -> None:
    world.tick()  # the sweep of this hour is over
    world.store.faults.after("create requested", Died())
    assert not world.surviving(world.tell)
    (export,) = world.tick(minutes=3).exports
    assert export.status == "Exporting"


def test_a_fault_of_the_ledger_at_one_request_of_an_array_does_not_keep_the_others_from_being_recorded(
    world: FakeWorld,
) -> None:
    world.store.faults.before("create requested", unreached())
    requests = [{"ImageId": IMAGE, "OSSBucket": BUCKET, "OSSPrefix": prefix} for prefix in ("one", "two")]
    answer = world.receive(json.dumps(requests).encode())
    assert len(answer.exports) == len(world.requested()) == 2  # the second helps the first along from its marker


def test_requests_of_one_array_without_tokens_are_exports_of_their_own(world: FakeWorld) -> None:
    requests = [{"ImageId": IMAGE, "OSSBucket": BUCKET, "ImageFormat": name} for name in ("raw", "vhd")]
    answer = world.receive(json.dumps(requests).encode())
    assert (len(answer.exports), answer.rejected) == (2, ())


def test_a_marker_of_somebody_who_died_is_helped_along_with_its_own_body(world: FakeWorld) -> None:
    world.store.faults.before("create requested", unreached())
    with pytest.raises(LedgerFault):
        world.ask("r-1", OSSPrefix="first")
    assert generation(world.ask("r-2", OSSPrefix="second")) == 2
    first = world.context().ledger.load(world.keys("open/")[0].split("/")[1])
    assert first is not None
    assert first.request.caller_prefix == "first"


# The prefix


def test_every_export_and_every_void_attempt_has_a_prefix_of_its_own() -> None:
    request = a_request(caller_prefix="a" * 17)
    made = {oss_prefix(request, export, voids) for export in ("exp-x-0001", "exp-x-0002") for voids in range(3)}
    assert len(made) == 6
    assert all(len(prefix) == 30 and prefix.isalnum() for prefix in made)


def test_a_prefix_that_leaves_no_room_is_used_exactly_as_given() -> None:
    assert oss_prefix(a_request(caller_prefix="a" * 18), "exp-x-0001", 1) == "a" * 18


def test_a_prefix_given_exactly_is_refused_where_its_objects_are_already(world: FakeWorld) -> None:
    world.ask("r-1", OSSPrefix="a" * 18)
    end(world)
    assert rejection(world.ask("r-2", OSSPrefix="a" * 18)) == "PrefixInUse"


WHOLE = "a" * 18


def test_a_dry_run_says_that_a_prefix_is_taken(world: FakeWorld) -> None:
    world.ask("r-1", OSSPrefix=WHOLE)
    assert rejection(world.ask("r-2", OSSPrefix=WHOLE, ImageFormat="qcow2", DryRun=True)) == "PrefixInUse"


def test_a_request_that_finds_objects_does_not_keep_the_prefix(world: FakeWorld) -> None:
    world.cloud.write(BUCKET, f"{WHOLE}_{IMAGE}_system.raw.tar.gz", b"theirs")
    assert rejection(world.ask("r-1", OSSPrefix=WHOLE)) == "PrefixInUse"
    assert not world.keys("prefixes/")


def test_a_dry_run_with_the_cloud_away_says_so_and_nothing_else(world: FakeWorld) -> None:
    world.cloud.faults.before("image", unanswered("Unanswered"))
    with pytest.raises(CloudFault):
        world.ask("r-1", DryRun=True)
    assert not world.store.objects


@pytest.mark.parametrize(("role", "warned"), [("AliyunECSImageExportDefaultRole", 0), ("another", 1)])
def test_a_role_that_the_documentation_calls_invalid_is_warned_of(world: FakeWorld, role: str, warned: int) -> None:
    world.ask("r-1", RoleName=role)
    assert world.log.events().count("request.role_unusual") == warned
