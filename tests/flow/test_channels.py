"""Channels of people over the wire: who takes what, what each refusal means, and that none of it stops the others."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from .channels import KINDS, RECEIVERS, Reached, policy_naming, reaching
from .test_replay import events

SIGNED = ("webhook", "dingtalk", "feishu")
ELSEWHERE = "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
# What each service answers to a sender who does not know its secret; of wecom and slack that is a part of the address.
WRONG = {
    "webhook": ({"secret": ELSEWHERE}, "401", "NoMatchingSignature"),
    "dingtalk": ({"secret": "SECanother"}, "310000", "310000"),
    "feishu": ({"secret": "another"}, "19021", "19021"),
    "wecom": ({"token": "0b0f2f0e-5a1c-4c3e-9d53-7f1f5f6c2a99"}, "93000", "93000"),
    "slack": ({"token": "T0MADEUP/B0MADEUP/another"}, "invalid_token", "invalid_token"),
}
GONE = {
    "webhook": "http_410",
    "dingtalk": "code:400105",
    "feishu": "code:19002",
    "wecom": "code:44004",
    "slack": "code:channel_is_archived",
}


SLOWER = [pytest.param(kind, marks=pytest.mark.prove) for kind in ("feishu", "wecom", "slack")]
EACH = ["webhook", "dingtalk", *SLOWER]  # whose senders differ most come with each run


BURST = 300


class Start(NamedTuple):
    """An export that has started, of which nobody has heard yet."""

    image: str
    event_id: str

    @property
    def export_id(self) -> str:
        return self.event_id.partition(".")[0]


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reached]:
    """All channels hear of starts and rejections alone."""
    policy = policy_naming(*KINDS, **{kind: ["Started", "Rejected"] for kind in KINDS})
    with reaching(tmp_path_factory.mktemp("channels"), policy) as reached:
        reached.emulator.post("quotas", {"concurrent_exports": 1000, "weekly_exports": 100_000, "api_qps": 10_000})
        yield reached


@pytest.fixture
def world(deployment: Reached) -> Iterator[Reached]:
    """With nothing wrong in it, before and after."""
    yield deployment
    deployment.emulator.delete("faults")
    deployment.emulator.post("release")
    for kind in KINDS:
        deployment.receiver(kind)
    while deployment.ledger("/deliver."):  # a message of the next test is of that alone
        deployment.pass_time(3700)


def started(world: Reached) -> Start:
    image = world.image()
    return Start(image, f"{world.tell(image)['Exports'][0]['ExportId']}.Started")


def order(world: Reached, kind: str, fault: str, **more: object) -> None:
    world.emulator.fault(kind, "Send", fault, **more)


def verdicts(world: Reached, kind: str, start: Start) -> list[str]:
    return [row["verdict"] for row in world.arrived(kind, start.image)]


def codes(world: Reached, kind: str, start: Start) -> list[str]:
    """Of the refusals that the log tells."""
    return [line["code"] for line in world.logged("event.refused", kind, start.event_id)]


def refusals_kept(world: Reached, start: Start) -> list[str]:
    return [key for key in world.ledger("/refused-started-") if start.export_id in key]


def test_each_channel_takes_what_is_signed_with_its_secret_and_the_bus_and_the_function_hear_of_it_too(
    world: Reached,
) -> None:
    start = started(world)
    world.pass_time(61)
    for kind in KINDS:
        (row,) = world.arrived(kind, start.image)
        assert (row["verdict"], row["signature"]) == ("accepted", "valid" if kind in SIGNED else "none"), kind
        assert codes(world, kind, start) == []
        assert len(world.logged("event.told", kind, start.event_id)) == 1
    assert world.arrived("webhook", start.image)[0]["id"] == start.event_id
    assert world.kinds(start.image) == world.kinds(start.image, "fc:") == ["Started"]
    world.pass_time(3600)
    assert {kind: len(world.arrived(kind, start.image)) for kind in KINDS} == dict.fromkeys(KINDS, 1)


@pytest.mark.parametrize("kind", EACH)
def test_a_wrong_secret_is_refused_seen_and_made_good_when_it_is_right(world: Reached, kind: str) -> None:
    changes, code, verdict = WRONG[kind]
    world.receiver(kind, **changes)
    start = started(world)
    world.pass_time(61)
    # of another token nobody knows whose message it is
    refused = [row for row in world.emulator.state("received") if row["target"].startswith(kind)][-1]
    assert (refused["verdict"], refused["signature"]) == (verdict, "invalid" if kind in SIGNED else "none")
    assert codes(world, kind, start) == [code]
    assert len(refusals_kept(world, start)) == 1
    world.receiver(kind)
    world.ticks_until(lambda: world.accepted(kind, start.image), 3)
    world.pass_time(3600)
    assert len(world.accepted(kind, start.image)) == 1
    for other in set(KINDS) - {kind}:
        assert verdicts(world, other, start) == ["accepted"], other


@pytest.mark.parametrize("fault", ["http_429", "throttle"])
@pytest.mark.parametrize("kind", EACH)
def test_who_is_sent_to_too_fast_has_the_same_in_the_next_minute_and_nothing_is_held_against_it(
    world: Reached, kind: str, fault: str
) -> None:
    order(world, kind, fault)
    start = started(world)
    world.pass_time(61)
    assert codes(world, kind, start) == ["Throttling.Channel"]
    assert (world.accepted(kind, start.image), refusals_kept(world, start)) == ([], [])
    world.pass_time(61)
    assert len(world.accepted(kind, start.image)) == 1
    assert len({row["id"] for row in world.arrived(kind, start.image)}) == 1


@pytest.mark.parametrize("kind", EACH[1:])
def test_an_error_inside_of_200_is_not_taken_for_yes(world: Reached, kind: str) -> None:
    order(world, kind, "ok_with_error")
    start = started(world)
    world.pass_time(61)
    (row,) = world.arrived(kind, start.image)
    assert (row["status"], row["verdict"] == "accepted") == (200, False)
    assert len(codes(world, kind, start)) == 1
    assert world.logged("event.told", kind, start.event_id) == []
    world.ticks_until(lambda: world.accepted(kind, start.image), 3)
    assert len(world.logged("event.told", kind, start.event_id)) == 1


def test_what_the_gateway_of_dingtalk_keeps_back_is_told_later(world: Reached) -> None:
    order(world, "dingtalk", "ok_punished")
    start = started(world)
    world.pass_time(61)
    assert codes(world, "dingtalk", start) == ["Throttling.Channel"]
    assert world.logged("event.told", "dingtalk", start.event_id) == []
    world.ticks_until(lambda: world.accepted("dingtalk", start.image), 3)
    assert len(world.logged("event.told", "dingtalk", start.event_id)) == 1


@pytest.mark.parametrize("kind", EACH)
def test_a_redirect_is_not_followed_to_a_private_address_nor_to_any(world: Reached, kind: str) -> None:
    elsewhere = world.emulator.post("receivers/elsewhere", {"kind": "webhook", "secret": ELSEWHERE})["url"]
    order(world, kind, "redirect")  # to http://10.0.0.1/
    order(world, kind, "redirect", says=elsewhere)
    start = started(world)
    world.ticks_until(lambda: world.accepted(kind, start.image), 6)
    assert codes(world, kind, start) == ["RedirectRefused", "RedirectRefused"]
    assert verdicts(world, kind, start) == ["Found", "Found", "accepted"]
    assert world.arrived("elsewhere") == []


@pytest.mark.parametrize("kind", EACH)
def test_what_is_refused_for_good_is_given_up_at_once_and_listed_until_somebody_retries_it(
    world: Reached, kind: str
) -> None:
    order(world, kind, GONE[kind])
    start = started(world)
    world.pass_time(61)
    (line,) = world.logged("event.given_up", kind, start.event_id)
    assert line["level"] == "error"
    _, listed = events(world, "list")
    (row,) = [row for row in listed.splitlines() if row.startswith(f"untold-{start.event_id}-")]
    assert row.endswith(f"{start.image}  NotTold: {kind}:oncall has not accepted that it is Started.")
    world.pass_time(3600)
    assert len(world.arrived(kind, start.image)) == 1
    name = row.split()[0]
    assert events(world, "retry", name)[0] == 0
    world.pass_time(61)
    assert len(world.accepted(kind, start.image)) == 1
    assert [key for key in world.ledger("/untold/") if start.event_id in key] == []


@pytest.mark.prove  # each channel is given ten seconds
def test_channels_that_hang_hold_up_neither_the_tick_nor_the_bus_nor_a_start(world: Reached) -> None:
    for kind in KINDS:
        order(world, kind, "hold")
    start, waits = started(world), world.image()
    other = Start(waits, f"{world.request(waits)['Exports'][0]['ExportId']}.Started")
    world.pass_time(61)
    assert world.kinds(start.image) == world.kinds(start.image, "fc:") == ["Started"]
    assert len(world.tasks_of(waits)) == 1
    for kind in KINDS:  # a webhook is sent one of the two alone, whichever comes first
        assert {*codes(world, kind, start), *codes(world, kind, other)} == {"Unanswered"}, kind
    world.emulator.post("release")
    world.ticks_until(lambda: all(world.logged("event.told", kind, start.event_id) for kind in KINDS), 4)


def test_neither_an_address_nor_a_secret_is_in_a_line_a_fact_or_an_event(world: Reached) -> None:
    start = started(world)
    for kind in KINDS:
        order(world, kind, "reset_before")
    world.ticks_until(lambda: all(world.accepted(kind, start.image) for kind in KINDS), 4)
    state = world.emulator.get("state")
    facts = [world.stored(one["key"]) for one in state["objects"] if start.export_id in one["key"] and one["size"]]
    shown = json.dumps([world.emulator.get("logs"), state, facts])
    assert [value for one in RECEIVERS.values() for value in one.values() if len(value) > 3 and value in shown] == []


@pytest.mark.prove
def test_hundreds_of_events_at_a_time_are_a_few_messages_to_each_chat_and_one_each_to_a_webhook(world: Reached) -> None:
    world.receiver("webhook", per_minute=60)
    for number in range(BURST):
        asked = {"ImageId": "m-bp1any", "OSSBucket": "strangers-bucket", "ClientToken": f"burst-{number}"}
        world.emulator.invoke("image-export-event", json.dumps(asked).encode())
    minutes = world.ticks_until(lambda: not world.ledger("/deliver."), 2 * BURST // 60)
    for kind in KINDS[1:]:
        rows = [row for row in world.arrived(kind) if "rejected" in json.dumps(row["message"])]
        assert {row["verdict"] for row in rows} == {"accepted"}, kind
        assert len(rows) <= minutes, kind
        assert sum(told_of(row) for row in rows) == BURST, kind
    rejected = [row for row in world.arrived("webhook") if row["message"]["type"] == "imageexport:Export:Rejected"]
    taken = Counter(row["id"] for row in rejected if row["verdict"] == "accepted")
    assert (len(taken), set(taken.values())) == (BURST, {1})
    assert len(rejected) - BURST <= minutes
    assert world.ledger("/untold/") == []


def told_of(row: Any) -> int:
    """Of how many events a message of a chat tells, by its title."""
    found = re.search(r"(\d+) exports rejected", json.dumps(row["message"]))
    return int(found[1]) if found else 1
