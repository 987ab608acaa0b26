"""An image that no rule wants yet: tags, family and name may come by a later call, and then it is exported."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from image_export.values.image import Disk
from image_export.values.match import Match
from image_export.values.policy import Rule

from .builders import ACCOUNT, IMAGE, REGION, an_image
from .fakes import START, Counting, refused
from .test_nightly import run
from .workshop import BUS, Workshop

TAGGED = Rule(name="tagged", when=("image-created",), match=Match(tags={"export": "true"}))


def shop_of(*rules: Rule) -> Workshop:
    """A world in which these rules decide, and no image is there yet."""
    shop = Workshop()
    shop.change(rules=rules or (TAGGED,))
    shop.cloud.inventory.clear()
    return shop


def ticks(shop: Workshop, minutes: int) -> list[str]:
    """A tick each minute, and what was exported in them."""
    return [export.image_id for _ in range(minutes) for export in shop.tick(minutes=1).exports]


def lines(shop: Workshop, event: str) -> list[dict[str, Any]]:
    return [line for line in shop.log.lines if line["event"] == event]


def tag(shop: Workshop, **tags: str) -> None:
    """The later call."""
    shop.show(replace(shop.cloud.inventory[IMAGE], tags=tags or {"export": "true"}))


def test_an_image_that_is_tagged_a_minute_after_it_is_available_is_exported() -> None:
    shop = shop_of()
    shop.show(an_image(status="Creating"))
    assert (shop.tell().undecided, shop.tell().ignored) == (1, 0)
    assert ticks(shop, 30) == []
    shop.show(an_image())
    ticks(shop, 1)
    tag(shop)
    assert IMAGE in ticks(shop, 14)
    assert (len(shop.cloud.exported), shop.keys("sighted/")) == (1, [])


@pytest.mark.parametrize(
    ("asked", "late"),
    [
        (Match(family="web"), {"family": "web"}),
        (Match(name="golden-*"), {"name": "golden-1"}),
        (Match(name="golden-*", tags={"export": "true"}), {"name": "golden-1", "tags": {"export": "true"}}),
    ],
)
def test_a_family_or_a_name_may_come_later_too(asked: Match, late: dict[str, Any]) -> None:
    shop = shop_of(replace(TAGGED, match=asked))
    shop.show(an_image(name="made-by-a-builder"))
    assert shop.tell().undecided == 1
    ticks(shop, 14)
    shop.show(an_image(**{"name": "made-by-a-builder", **late}))
    assert IMAGE in ticks(shop, 11)


def test_what_comes_in_the_last_second_is_still_found() -> None:
    shop = shop_of(replace(TAGGED, match=Match(name="golden-*")))
    shop.show(an_image(name="scratch"))
    shop.tell()
    ticks(shop, 14)
    shop.clock.advance(seconds=58)
    shop.show(an_image())
    assert ticks(shop, 2) == [IMAGE]


def test_an_image_that_lacks_a_tag_alone_has_an_hour_and_then_one_warning_names_the_rule() -> None:
    shop = shop_of(replace(TAGGED, name="golden", match=Match(name="golden-*", tags={"export": "true"})))
    shop.show(an_image())
    shop.tell()
    ticks(shop, 58)
    assert (lines(shop, "rule.nearly_matched"), len(shop.keys("sighted/"))) == ([], 1)
    ticks(shop, 30)
    (line,) = lines(shop, "rule.nearly_matched")
    assert line["reason"] == "golden wants tag export=true, it has none"
    assert (line["image_id"], line["region_id"]) == (IMAGE, REGION)
    assert shop.keys("sighted") == []
    assert (shop.cloud.exported, shop.notifier.told) == ([], [])


def test_an_image_that_lacks_a_name_has_a_quarter_of_an_hour_and_nobody_is_warned() -> None:
    shop = shop_of(replace(TAGGED, match=Match(name="golden-*")))
    shop.show(an_image(name="scratch"))
    shop.tell()
    ticks(shop, 14)
    assert lines(shop, "event.ignored") == []
    ticks(shop, 3)
    assert "no rule for image-created matches" in lines(shop, "event.ignored")[0]["reason"]
    assert lines(shop, "rule.nearly_matched") == []


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
        shop = Workshop("when: [image-created, nightly]")
        shop.show(an_image(**image))
        assert said in road(shop), road
        assert (shop.requested(), shop.notifier.told, shop.keys("sighted"), shop.keys("rejected/")) == ([], [], [], [])


@pytest.mark.parametrize(("owner", "said"), [("marketplace", "marketplace"), ("others", "shared")])
def test_an_event_of_an_image_of_somebody_else_is_ignored_at_once_with_the_reason(owner: str, said: str) -> None:
    """No night and no sweep lists it."""
    shop = Workshop()
    shop.show(an_image(owner_alias=owner))
    assert said in by_event(shop)
    assert shop.keys("sighted") == []


def by_event(shop: Workshop) -> str:
    answer = shop.tell()
    assert (answer.ignored, answer.undecided, answer.exports, answer.rejected) == (1, 0, (), ())
    return answer.ignored_because[0]


def by_sweep(shop: Workshop) -> str:
    shop.sweeps = True
    answer = shop.tick(minutes=1)
    assert (answer.exports, answer.undecided) == ((), 0)
    return by_event(shop)


def by_night(shop: Workshop) -> str:
    assert run(shop).totals[0].unwanted == 1
    (row,) = run(shop, "night-2", dry_run=True).plan
    return row.reason


def test_by_direct_request_ecs_has_the_last_word() -> None:
    shop = Workshop()
    shop.show(an_image(os_type="windows"))
    shop.cloud.faults.before("export_image", refused("ImageNotSupported"))
    (export,) = shop.ask().exports
    assert (export.status, export.error and export.error.code) == ("Failed", "ImageNotSupported")


def test_of_two_accounts_that_see_an_image_its_owner_exports_it() -> None:
    shop = Workshop()
    other = "6543210987654321"
    assert shop.policy is not None
    (account,) = shop.policy.accounts
    arn = account.role_arn.replace(ACCOUNT, other)
    shop.change(accounts=(replace(account, name="dr", role_arn=arn), account))
    shop.clouds.of(other, REGION).inventory[IMAGE] = an_image(account_id=other, owner_alias="others")
    body = (
        b'{"id": "e-1", "product": "ECS", "name": "Image:StateChange", "regionId": "%s", "content": {"imageId": "%s"}}'
    )
    (export,) = shop.receive(body % (REGION.encode(), IMAGE.encode())).exports
    assert export.account_id == ACCOUNT


@pytest.mark.parametrize("late", [{"os_type": "windows"}, {"architecture": "arm64"}, {"size_gib": 900, "disks": ()}])
def test_what_can_never_match_is_decided_at_once(late: dict[str, Any]) -> None:
    asked = Match(os_type="linux", architecture="x86_64", smaller_than="500GiB", tags={"export": "true"})
    shop = shop_of(replace(TAGGED, match=asked))
    shop.show(an_image(**{"architecture": "x86_64", **late}))
    answer = shop.tell()
    assert (answer.ignored, answer.undecided, shop.keys("sighted")) == (1, 0, [])


def test_where_no_rule_is_for_new_images_nothing_is_undecided() -> None:
    shop = shop_of(replace(TAGGED, when=("nightly",)))
    shop.show(an_image())
    assert shop.tell().ignored == 1


def test_an_image_that_fails_while_no_rule_wants_it_is_forgotten() -> None:
    shop = shop_of()
    shop.show(an_image(status="Creating"))
    shop.tell()
    shop.show(an_image(status="CreateFailed"))
    ticks(shop, 15)
    assert (shop.keys("sighted"), shop.notifier.told) == ([], [])


def test_an_image_that_is_deleted_while_it_is_undecided_is_no_rejection() -> None:
    shop = shop_of()
    shop.show(an_image())
    shop.tell()
    shop.cloud.inventory.clear()
    ticks(shop, 90)
    assert (shop.keys("sighted"), shop.notifier.told, shop.keys("rejected/")) == ([], [], [])


def test_an_image_that_a_listing_misses_once_keeps_its_time() -> None:
    shop = shop_of()
    shop.show(an_image())
    shop.tell()
    image = shop.cloud.inventory.pop(IMAGE)
    ticks(shop, 20)
    shop.show(image)
    tag(shop)
    assert IMAGE in ticks(shop, 11)


def test_an_image_that_is_being_made_for_days_is_waited_for_three_of_them() -> None:
    shop = shop_of()
    shop.show(an_image(status="Creating"))
    shop.tell()
    for _ in range(71):
        shop.tick(hours=1)
    assert len(shop.keys("sighted/")) == 1
    for _ in range(3):
        shop.tick(hours=1)
    assert shop.keys("sighted") == []


def test_a_look_that_fails_on_the_second_day_of_being_made_rejects_nothing() -> None:
    shop = shop_of()
    shop.show(an_image(status="Creating"))
    shop.tell()
    for _ in range(30):
        shop.tick(hours=1)
    shop.cloud.faults.before("image", refused("Throttling"))
    shop.tick(hours=1)
    shop.show(an_image(tags={"export": "true"}))
    assert shop.tick(hours=1).exports[0].image_id == IMAGE
    assert "Rejected" not in shop.notifier.kinds(BUS)


def sweeping(*rules: Rule) -> Workshop:
    """The watcher has been at work, and no event comes."""
    shop = shop_of(*rules)
    shop.tick()
    shop.sweeps = True
    return shop


def test_a_sweep_remembers_an_image_whose_tag_comes_later() -> None:
    shop = sweeping()
    shop.show(an_image())
    assert shop.tick(minutes=5).undecided == 1
    ticks(shop, 30)
    tag(shop)
    assert IMAGE in ticks(shop, 11)
    assert len(shop.cloud.exported) == 1


def test_a_sweep_remembers_an_image_that_is_made_for_hours_and_tagged_at_the_end() -> None:
    shop = sweeping()
    shop.show(an_image(status="Creating"))
    for _ in range(60):
        shop.tick(minutes=6)
    shop.show(an_image())
    ticks(shop, 12)
    tag(shop)
    assert IMAGE in ticks(shop, 11)


def test_a_sweep_warns_once_of_an_image_however_often_it_lists_it() -> None:
    shop = sweeping()
    shop.show(an_image())
    ticks(shop, 180)
    assert len(lines(shop, "rule.nearly_matched")) == 1
    assert shop.keys("sighted") == []


def test_a_sweep_after_a_long_pause_warns_once_of_an_image_that_an_event_named() -> None:
    shop = sweeping()
    shop.show(an_image())
    shop.tell()
    shop.tick(hours=3)
    ticks(shop, 90)
    assert len(lines(shop, "rule.nearly_matched")) == 1


def test_a_sweep_after_a_long_pause_waits_for_what_may_have_become_available_just_now() -> None:
    shop = sweeping()
    shop.show(an_image())
    assert shop.tick(hours=3).undecided == 1
    tag(shop)
    assert IMAGE in ticks(shop, 2)


@pytest.mark.parametrize(("minutes", "found"), [(95, 1), (96, 0)])
def test_the_very_first_sweep_looks_back_for_an_hour_by_whatever_clock(minutes: int, found: int) -> None:
    """ECS's clock may be 35 minutes behind."""
    shop = Workshop()
    shop.cloud.inventory.clear()
    shop.show(an_image(created_at=START))
    shop.sweeps = True
    assert len(shop.tick(minutes=minutes).exports) == found


def test_a_sweep_does_not_wait_for_an_image_that_failed() -> None:
    shop = sweeping()
    shop.show(an_image(status="CreateFailed"))
    assert (shop.tick(minutes=6).undecided, shop.keys("sighted")) == (0, [])


def looks(work: Callable[[Workshop], None]) -> int:
    """How often ECS is asked for the image."""
    shop = shop_of()
    shop.show(an_image(status="Creating"))
    shop.tell()
    shop.cloud.faults = faults = Counting()
    work(shop)
    return faults.count("image")


def test_looks_at_an_undecided_image_become_rare() -> None:
    def made_for_a_day(shop: Workshop) -> None:
        ticks(shop, 24 * 60)

    def available(shop: Workshop) -> None:
        shop.show(an_image())
        ticks(shop, 90)

    assert looks(made_for_a_day) <= 160
    assert looks(available) <= 16


def test_an_undecided_image_costs_two_writes_at_its_event_and_one_at_a_look() -> None:
    shop = shop_of()
    shop.show(an_image())
    shop.store.faults = faults = Counting()
    shop.tell()
    assert [call for call in faults.calls if not call.startswith(("get", "list", "versioned"))] == [
        "put due",
        "put sighted",
    ]
    faults.calls.clear()
    shop.tick(minutes=2)
    assert [call for call in faults.calls if "sighted" in call and "put" in call] == []


def test_the_marker_of_an_older_version_is_read() -> None:
    shop = shop_of()
    shop.tell()
    (key,) = shop.keys("sighted/")
    assert b"NamedAt" not in shop.store.objects[key].body
    shop.show(an_image())
    ticks(shop, 2)
    tag(shop)
    assert IMAGE in ticks(shop, 11)
