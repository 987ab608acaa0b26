"""What is said about the deployment itself: once for each time, to whom the last valid policy names."""

import pytest
from msgspec.structs import replace

from image_export.use_cases.ports import Stored
from image_export.values.cause import Cause
from image_export.values.notify_target import ChannelAddress, DingTalk

from .builders import an_image
from .fake_world import BUS, FUNCTION, FakeWorld
from .fakes import refused

ONCALL = DingTalk(channel="oncall", events=("PolicyInvalid", "WatcherOverdue"))
ADDRESS = ChannelAddress(url="env:IMAGE_EXPORT_DINGTALK_URL")
WHY = Cause(code="PolicyInvalid", message="line 3: policy.rules: missing")


@pytest.fixture
def watched(world: FakeWorld) -> FakeWorld:
    """A watcher has been at work for ten minutes under a policy that names a chat."""
    world.stands_still = True
    world.change(channels=(ONCALL,), addresses={ONCALL.name: ADDRESS})
    for _ in range(10):
        world.tick(minutes=1)
    world.notifier.delivered.clear()
    return world


def said(world: FakeWorld) -> list[tuple[str, str, str]]:
    return [(name, event["type"], event["id"]) for name, event in world.notifier.delivered]


def test_who_hears_of_an_invalid_policy_and_when(watched: FakeWorld) -> None:
    watched.policy, watched.policy_fault = None, WHY
    for _ in range(4):  # from 08:11 on; two minutes later it is told
        watched.tick(minutes=1)
    event = "notice-policy-20261124T081100Z.Invalid"
    assert sorted(said(watched)) == [
        (ONCALL.name, "imageexport:Policy:Invalid", event),
        (BUS, "imageexport:Policy:Invalid", event),
        (FUNCTION, "imageexport:Policy:Invalid", event),
    ]
    assert watched.notifier.delivered[0][1]["data"] == {
        "Error": {
            "Code": "PolicyInvalid",
            "Message": "line 3: policy.rules: missing",
            "RequestId": None,
            "Recommend": None,
        },
        "Since": "2026-11-24T08:11:00Z",
    }


def test_where_the_record_of_the_last_valid_policy_cannot_be_read_those_of_the_one_before_hear(
    watched: FakeWorld,
) -> None:
    newer = replace(ONCALL, channel="newer")
    watched.change(channels=(newer,), addresses={newer.name: ADDRESS})
    watched.tick(minutes=1)
    times = {key: watched.store.objects[key].modified_at for key in watched.keys("watcher/policy/")}
    newest = max(times, key=times.__getitem__)
    watched.store.objects[newest] = Stored(b"{broken", times[newest])
    watched.policy, watched.policy_fault = None, WHY
    for _ in range(4):
        watched.tick(minutes=1)
    assert (len(times), {name for name, *_ in said(watched)}) == (2, {ONCALL.name, BUS, FUNCTION})


def test_a_policy_that_is_read_again_soon_is_no_news(watched: FakeWorld) -> None:
    policy, watched.policy = watched.policy, None
    for _ in range(2):
        watched.tick(minutes=1)
    watched.policy = policy
    for _ in range(20):
        watched.tick(minutes=1)
    assert said(watched) == []


def test_an_invalid_policy_is_told_once_and_once_more_when_it_is_so_again(watched: FakeWorld) -> None:
    policy, watched.policy = watched.policy, None
    for _ in range(90):
        watched.tick(minutes=1)
    assert len(said(watched)) == 3
    watched.policy = policy
    watched.tick(minutes=1)
    watched.tick(minutes=1)
    assert len(said(watched)) == 3  # and that the watcher did no work meanwhile is no other news
    watched.policy = None
    for _ in range(5):
        watched.tick(minutes=1)
    assert len({event for _, _, event in said(watched)}) == 2


def test_the_newest_valid_policy_says_who_hears_of_it(watched: FakeWorld) -> None:
    watched.change(notify=())
    watched.tick(minutes=1)
    watched.policy = None
    for _ in range(4):
        watched.tick(minutes=1)
    assert [name for name, _, _ in said(watched)] == [ONCALL.name]


def test_a_policy_that_comes_back_as_it_was_before_is_the_newest_again(watched: FakeWorld) -> None:
    first = watched.policy
    watched.change(notify=())
    watched.tick(minutes=1)
    watched.policy = first
    watched.tick(minutes=1)
    watched.policy = None
    for _ in range(4):
        watched.tick(minutes=1)
    assert {name for name, _, _ in said(watched)} == {ONCALL.name, BUS, FUNCTION}


def test_where_there_was_never_a_valid_policy_nobody_is_known(world: FakeWorld) -> None:
    world.policy = None
    for _ in range(10):
        world.tick(minutes=1)
    assert (said(world), world.keys("notices/")) == ([], [])


def test_events_of_exports_reach_channels_by_the_last_valid_policy(watched: FakeWorld) -> None:
    watched.change(channels=(replace(ONCALL, events=("Started",)),))
    watched.show(an_image(image_id="m-bp1late"))
    watched.tick(minutes=1)
    watched.tell("m-bp1late")
    watched.policy = None
    watched.tick(minutes=1)
    assert (ONCALL.name, "imageexport:Export:Started") in [one[:2] for one in said(watched)]


def test_a_watcher_that_stood_still_says_so_when_it_is_back(watched: FakeWorld) -> None:
    watched.tick(minutes=46)
    ((name, kind, event), *others) = said(watched)
    assert kind == "imageexport:Watcher:Overdue"
    assert {name, *(one[0] for one in others)} == {ONCALL.name, BUS, FUNCTION}
    data = watched.notifier.delivered[0][1]["data"]
    assert (data["Minutes"] >= 46, data["Since"][:14]) == (True, "2026-11-24T08:")
    watched.tick(minutes=1)
    watched.tick(minutes=1)
    assert {one[2] for one in said(watched)} == {event}


def test_a_watcher_that_was_away_for_less_than_a_quarter_of_an_hour_says_nothing(watched: FakeWorld) -> None:
    watched.tick(minutes=9)
    assert said(watched) == []


def test_a_valid_policy_costs_no_call_more_than_once(watched: FakeWorld) -> None:
    before = dict(watched.store.objects)
    watched.tick(minutes=1)
    changed = [key for key, stored in watched.store.objects.items() if before.get(key) != stored]
    assert [key for key in changed if key.startswith(("watcher/policy", "notices/"))] == []


def test_what_is_kept_of_a_policy_names_variables_and_holds_no_secret(watched: FakeWorld) -> None:
    (key,) = watched.keys("watcher/policy/")
    assert b"env:IMAGE_EXPORT_DINGTALK_URL" in watched.store.objects[key].body
    assert b"role_arn" not in watched.store.objects[key].body


def test_where_the_ledger_refuses_the_hint_of_a_notice_another_leads_to_it(watched: FakeWorld) -> None:
    """A watcher that is back does its work, so no later tick would say it again."""
    watched.store.faults.before("put due", refused("AccessDenied"))
    watched.tick(minutes=46)
    assert said(watched) == []
    watched.tick(minutes=2)
    assert {kind for _, kind, _ in said(watched)} == {"imageexport:Watcher:Overdue"}


def test_what_an_invalid_policy_explains_is_no_silence_of_the_watcher(
    watched: FakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy, watched.policy = watched.policy, None
    for _ in range(30):
        watched.tick(minutes=1)
    watched.policy = policy
    monkeypatch.setattr("image_export.use_cases.watch.heartbeat.is_to_be_noted", lambda *_: False)
    watched.tick(minutes=1)
    watched.tick(minutes=1)
    assert {kind for _, kind, _ in said(watched)} == {"imageexport:Policy:Invalid"}
