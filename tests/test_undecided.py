"""An image that no rule wants yet: tags, family and name may come by a later call, and then it is exported."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from image_export.values.image import Disk
from image_export.values.match import Match
from image_export.values.policy import Rule

from .builders import ACCOUNT, IMAGE, REGION, an_image
from .fake_world import BUS, FakeWorld
from .fakes import START, Counting, Died, refused
from .test_nightly import run

TAGGED = Rule(name="tagged", when=("image-created",), match=Match(tags={"export": "true"}))


def world_of(*rules: Rule) -> FakeWorld:
    """A world in which these rules decide, and no image is there yet."""
    world = FakeWorld()
    world.change(rules=rules or (TAGGED,))
    world.cloud.inventory.clear()
    return world


def ticks(world: FakeWorld, minutes: int) -> list[str]:
    """A tick each minute, and what was exported in them."""
    return [export.image_id for _ in range(minutes) for export in world.tick(minutes=1).exports]


def lines(world: FakeWorld, event: str) -> list[dict[str, Any]]:
    return [line for line in world.log.lines if line["event"] == event]


def tag(world: FakeWorld, **tags: str) -> None:
    """The later call."""
    world.show(replace(world.cloud.inventory[IMAGE], tags=tags or {"export": "true"}))


def test_an_image_that_is_tagged_a_minute_after_it_is_available_is_exported() -> None:
    world = world_of()
    world.show(an_image(status="Creating"))
    assert (world.tell().undecided, world.tell().ignored) == (1, 0)
    assert ticks(world, 30) == []
    world.show(an_image())
    ticks(world, 1)
    tag(world)
    assert IMAGE in ticks(world, 14)
    assert (len(world.cloud.exported), world.keys("sighted/")) == (1, [])


@pytest.mark.parametrize(
    ("asked", "late"),
    [
        (Match(family="web"), {"family": "web"}),
        (Match(name="golden-*"), {"name": "golden-1"}),
        (Match(name="golden-*", tags={"export": "true"}), {"name": "golden-1", "tags": {"export": "true"}}),
    ],
)
def test_a_family_or_a_name_may_come_later_too(asked: Match, late: dict[str, Any]) -> None:
    world = world_of(replace(TAGGED, match=asked))
    world.show(an_image(name="made-by-a-builder"))
    assert world.tell().undecided == 1
    ticks(world, 14)
    world.show(an_image(**{"name": "made-by-a-builder", **late}))
    assert IMAGE in ticks(world, 11)


def test_what_comes_in_the_last_second_is_still_found() -> None:
    world = world_of(replace(TAGGED, match=Match(name="golden-*")))
    world.show(an_image(name="scratch"))
    world.tell()
    ticks(world, 14)
    world.clock.advance(seconds=58)
    world.show(an_image())
    assert ticks(world, 2) == [IMAGE]


def test_an_image_that_lacks_a_tag_alone_has_an_hour_and_then_one_warning_names_the_rule() -> None:
    world = world_of(replace(TAGGED, name="golden", match=Match(name="golden-*", tags={"export": "true"})))
    world.show(an_image())
    world.tell()
    ticks(world, 58)
    assert (lines(world, "rule.nearly_matched"), len(world.keys("sighted/"))) == ([], 1)
    ticks(world, 30)
    (line,) = lines(world, "rule.nearly_matched")
    assert line["reason"] == "golden wants tag export=true, it has none"
    assert (line["image_id"], line["region_id"]) == (IMAGE, REGION)
    assert world.keys("sighted") == []
    assert (world.cloud.exported, world.notifier.delivered) == ([], [])


def test_an_image_that_lacks_a_name_has_a_quarter_of_an_hour_and_nobody_is_warned() -> None:
    world = world_of(replace(TAGGED, match=Match(name="golden-*")))
    world.show(an_image(name="scratch"))
    world.tell()
    ticks(world, 14)
    assert lines(world, "event.ignored") == []
    ticks(world, 3)
    assert "no rule for image-created matches" in lines(world, "event.ignored")[0]["reason"]
    assert lines(world, "rule.nearly_matched") == []


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ({"os_type": "windows"}, "Windows"),
        ({"platform": "Windows Server 2022"}, "Windows"),
        ({"disks": (Disk(device="/dev/xvda", kind="system", size_gib=40, encrypted=True),)}, "encrypted"),
        ({"disks": tuple(Disk(device=f"/dev/xvd{one}", kind="data", size_gib=40) for one in "bcdef")}, "5 data disks"),
        ({"product_code": "cmjj0001"}, "marketplace"),
    ],
)
def test_what_cannot_be_exported_is_left_out_with_the_reason_on_every_road(image: dict[str, Any], said: str) -> None:
    """The same image named by an event, found by a sweep, and seen at night."""
    for road in (by_event, by_sweep, by_night):
        world = FakeWorld("when: [image-created, nightly]")
        world.show(an_image(**image))
        assert said in road(world), road
        assert (world.requested(), world.notifier.delivered, world.keys("sighted"), world.keys("rejected/")) == (
            [],
            [],
            [],
            [],
        )


@pytest.mark.parametrize(("owner", "said"), [("marketplace", "marketplace"), ("others", "shared")])
def test_an_event_of_an_image_of_somebody_else_is_ignored_at_once_with_the_reason(owner: str, said: str) -> None:
    """No night and no sweep lists it."""
    world = FakeWorld()
    world.show(an_image(owner_alias=owner))
    assert said in by_event(world)
    assert world.keys("sighted") == []


def by_event(world: FakeWorld) -> str:
    answer = world.tell()
    assert (answer.ignored, answer.undecided, answer.exports, answer.rejected) == (1, 0, (), ())
    return answer.ignored_because[0]


def by_sweep(world: FakeWorld) -> str:
    world.sweeps = True
    answer = world.tick(minutes=1)
    assert (answer.exports, answer.undecided) == ((), 0)
    return by_event(world)


def by_night(world: FakeWorld) -> str:
    assert run(world).totals[0].unwanted == 1
    (row,) = run(world, "night-2", dry_run=True).plan
    return row.reason


def test_by_direct_request_ecs_has_the_last_word() -> None:
    world = FakeWorld()
    world.show(an_image(os_type="windows"))
    world.cloud.faults.before("export_image", refused("ImageNotSupported"))
    (export,) = world.ask().exports
    assert (export.status, export.error and export.error.code) == ("Failed", "ImageNotSupported")


def test_of_two_accounts_that_see_an_image_its_owner_exports_it() -> None:
    world = FakeWorld()
    other = "6543210987654321"
    assert world.policy is not None
    (account,) = world.policy.accounts
    arn = account.role_arn.replace(ACCOUNT, other)
    world.change(accounts=(replace(account, name="dr", role_arn=arn), account))
    world.clouds.of(other, REGION).inventory[IMAGE] = an_image(account_id=other, owner_alias="others")
    body = (
        b'{"id": "e-1", "product": "ECS", "name": "Image:StateChange", "regionId": "%s", "content": {"imageId": "%s"}}'
    )
    (export,) = world.receive(body % (REGION.encode(), IMAGE.encode())).exports
    assert export.account_id == ACCOUNT


@pytest.mark.parametrize("late", [{"os_type": "windows"}, {"architecture": "arm64"}, {"size_gib": 900, "disks": ()}])
def test_what_can_never_match_is_decided_at_once(late: dict[str, Any]) -> None:
    asked = Match(os_type="linux", architecture="x86_64", smaller_than="500GiB", tags={"export": "true"})
    world = world_of(replace(TAGGED, match=asked))
    world.show(an_image(**{"architecture": "x86_64", **late}))
    answer = world.tell()
    assert (answer.ignored, answer.undecided, world.keys("sighted")) == (1, 0, [])


def test_where_no_rule_is_for_new_images_nothing_is_undecided() -> None:
    world = world_of(replace(TAGGED, when=("nightly",)))
    world.show(an_image())
    assert world.tell().ignored == 1


def test_an_image_that_fails_while_no_rule_wants_it_is_forgotten() -> None:
    world = world_of()
    world.show(an_image(status="Creating"))
    world.tell()
    world.show(an_image(status="CreateFailed"))
    ticks(world, 15)
    assert (world.keys("sighted"), world.notifier.delivered) == ([], [])


def test_an_image_that_is_deleted_while_it_is_undecided_is_no_rejection() -> None:
    world = world_of()
    world.show(an_image())
    world.tell()
    world.cloud.inventory.clear()
    ticks(world, 90)
    assert (world.keys("sighted"), world.notifier.delivered, world.keys("rejected/")) == ([], [], [])


def test_an_image_that_a_listing_misses_once_keeps_its_time() -> None:
    world = world_of()
    world.show(an_image())
    world.tell()
    image = world.cloud.inventory.pop(IMAGE)
    ticks(world, 20)
    world.show(image)
    tag(world)
    assert IMAGE in ticks(world, 11)


def test_an_image_that_is_being_made_for_days_is_waited_for_three_of_them() -> None:
    world = world_of()
    world.show(an_image(status="Creating"))
    world.tell()
    for _ in range(71):
        world.tick(hours=1)
    assert len(world.keys("sighted/")) == 1
    for _ in range(3):
        world.tick(hours=1)
    assert world.keys("sighted") == []


def test_a_look_that_fails_on_the_second_day_of_being_made_rejects_nothing() -> None:
    world = world_of()
    world.show(an_image(status="Creating"))
    world.tell()
    for _ in range(30):
        world.tick(hours=1)
    world.cloud.faults.before("image", refused("Throttling"))
    world.tick(hours=1)
    world.show(an_image(tags={"export": "true"}))
    assert world.tick(hours=1).exports[0].image_id == IMAGE
    assert "Rejected" not in world.notifier.kinds(BUS)


def sweeping(*rules: Rule) -> FakeWorld:
    """The watcher has been at work, and no event comes."""
    world = world_of(*rules)
    world.tick()
    world.sweeps = True
    return world


def test_a_sweep_remembers_an_image_whose_tag_comes_later() -> None:
    world = sweeping()
    world.show(an_image())
    assert world.tick(minutes=5).undecided == 1
    ticks(world, 30)
    tag(world)
    assert IMAGE in ticks(world, 11)
    assert len(world.cloud.exported) == 1


def test_a_sweep_remembers_an_image_that_is_made_for_hours_and_tagged_at_the_end() -> None:
    world = sweeping()
    world.show(an_image(status="Creating"))
    for _ in range(60):
        world.tick(minutes=6)
    world.show(an_image())
    ticks(world, 12)
    tag(world)
    assert IMAGE in ticks(world, 11)


def test_a_hint_without_its_marker_hides_no_image_from_the_sweep() -> None:
    """A worker died between the two, and nothing else will list the image any more."""
    world = sweeping()
    world.show(an_image(status="Creating"))
    world.store.faults.after("put due", Died())
    assert not world.surviving(lambda: world.tick(hours=2))
    assert (len(world.keys("due/")), world.keys("sighted/")) == (1, [])
    assert (world.tick(minutes=1).undecided, len(world.keys("sighted/"))) == (1, 1)
    world.tick(hours=3)
    world.show(an_image(tags={"export": "true"}))
    assert IMAGE in ticks(world, 11)


def test_a_sweep_warns_once_of_an_image_however_often_it_lists_it() -> None:
    world = sweeping()
    world.show(an_image())
    ticks(world, 180)
    assert len(lines(world, "rule.nearly_matched")) == 1
    assert world.keys("sighted") == []


def test_a_sweep_after_a_long_pause_warns_once_of_an_image_that_an_event_named() -> None:
    world = sweeping()
    world.show(an_image())
    world.tell()
    world.tick(hours=3)
    ticks(world, 90)
    assert len(lines(world, "rule.nearly_matched")) == 1


def test_a_sweep_after_a_long_pause_waits_for_what_may_have_become_available_just_now() -> None:
    world = sweeping()
    world.show(an_image())
    assert world.tick(hours=3).undecided == 1
    tag(world)
    assert IMAGE in ticks(world, 2)


@pytest.mark.parametrize(("minutes", "found"), [(95, 1), (96, 0)])
def test_the_very_first_sweep_looks_back_for_an_hour_by_whatever_clock(minutes: int, found: int) -> None:
    """ECS's clock may be 35 minutes behind."""
    world = FakeWorld()
    world.cloud.inventory.clear()
    world.show(an_image(created_at=START))
    world.sweeps = True
    assert len(world.tick(minutes=minutes).exports) == found


def test_a_sweep_does_not_wait_for_an_image_that_failed() -> None:
    world = sweeping()
    world.show(an_image(status="CreateFailed"))
    assert (world.tick(minutes=6).undecided, world.keys("sighted")) == (0, [])


def looks(work: Callable[[FakeWorld], None]) -> int:
    """How often ECS is asked for the image."""
    world = world_of()
    world.show(an_image(status="Creating"))
    world.tell()
    world.cloud.faults = faults = Counting()
    work(world)
    return faults.count("image")


def test_looks_at_an_undecided_image_become_rare() -> None:
    def made_for_a_day(world: FakeWorld) -> None:
        ticks(world, 24 * 60)

    def available(world: FakeWorld) -> None:
        world.show(an_image())
        ticks(world, 90)

    assert looks(made_for_a_day) <= 160
    assert looks(available) <= 16


def test_an_undecided_image_costs_two_writes_at_its_event_and_one_at_a_look() -> None:
    world = world_of()
    world.show(an_image())
    world.store.faults = faults = Counting()
    world.tell()
    assert [call for call in faults.calls if not call.startswith(("get", "list", "versioned"))] == [
        "put due",
        "put sighted",
    ]
    faults.calls.clear()
    world.tick(minutes=2)
    assert [call for call in faults.calls if "sighted" in call and "put" in call] == []


def test_the_marker_of_an_older_version_is_read() -> None:
    world = world_of()
    world.tell()
    (key,) = world.keys("sighted/")
    assert b"NamedAt" not in world.store.objects[key].body
    world.show(an_image())
    ticks(world, 2)
    tag(world)
    assert IMAGE in ticks(world, 11)
