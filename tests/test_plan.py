"""The plan: what is in, what is out, and why (docs/policy.md)."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from alicloud_emulator.ecs import regions as emulated
from image_export.decisions.naming import natural_key
from image_export.decisions.policy.eligibility import format_warning, offered
from image_export.decisions.policy.file import read_policy
from image_export.decisions.policy.plan import plan, plan_named, spread
from image_export.values.export import RequestedBy
from image_export.values.image import Disk, Image
from image_export.values.match import Match
from image_export.values.policy import Policy, Rule, When
from image_export.values.run import Before, Decision, Newest

from .builders import BUCKET, REGION, a_request, an_image
from .fakes import START
from .test_policy import SMALL

RUN = RequestedBy(trigger="nightly", id="run-1")
BASE = read_policy(SMALL.encode())
EVERYTHING = Rule(name="all", when=("nightly", "image-created"))


def policy(*rules: Rule) -> Policy:
    return msgspec.structs.replace(BASE, rules=rules or (EVERYTHING,))


def planned(
    *images: Image, rules: tuple[Rule, ...] = (), known: dict[str, Before] | None = None, **given: Any
) -> list[Decision]:
    arguments = {"now": START, "when": "nightly", "requested_by": RUN, **given}
    newest = {key: Newest(f"exp-{key}-0001", before) for key, before in (known or {}).items()}
    return plan(policy(*rules), images, newest, **arguments)


def decided(image: Image, **given: Any) -> Decision:
    (decision,) = planned(image, **given)
    return decision


def disk(size_gib: int = 40, kind: str = "data", **changes: Any) -> Disk:
    return Disk(device="/dev/xvdb", kind=kind, size_gib=size_gib, **changes)


def test_an_image_that_a_rule_wants_comes_with_the_reason_and_the_request() -> None:
    decision = decided(an_image(), rules=(Rule(name="golden", when=("nightly",), match=Match(name="golden-*")),))
    assert (decision.wanted, decision.rule, decision.warning) == (True, "golden", None)
    assert decision.reason == "rule golden wants name golden-*"
    assert decision.request == a_request(notify=(), requested_by=RUN, image_name="golden-web")


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ({"status": "Creating"}, "the image is Creating"),
        ({"status": "Deprecated"}, "the image is Deprecated"),
        ({"status": ""}, "in no status"),
        ({"os_type": "windows"}, "Windows"),
        ({"platform": "Windows Server 2022"}, "Windows"),
        ({"product_code": "cmjj0001"}, "marketplace (cmjj0001)"),
        ({"owner_alias": "marketplace"}, "marketplace"),
        ({"owner_alias": "others"}, "shared"),
        ({"owner_alias": "system"}, "its owner is system"),
        ({"product_code": "cmjj0001"}, "images from the marketplace (cmjj0001) cannot be exported"),
        ({"owner_alias": "marketplace"}, "images from the marketplace cannot be exported"),
        ({"disks": (disk(kind="system"), disk(encrypted=True))}, "/dev/xvdb is encrypted"),
        ({"disks": (disk(kind="system"), *[disk()] * 5)}, "5 data disks"),
        ({"disks": (disk(2049),)}, "a disk has 2049 GiB"),
        ({"tags": {"imageexport:restore": "res-a"}}, "was restored from an export (tag imageexport:restore=res-a)"),
        ({"tags": {"imageexport:drill": "dri-a"}}, "was restored from an export (tag imageexport:drill=dri-a)"),
    ],
)
def test_what_cannot_be_exported_is_out_and_says_so(image: dict[str, Any], said: str) -> None:
    decision = decided(an_image(**image))
    assert (decision.wanted, decision.rule, decision.request) == (False, "all", None)
    assert said in decision.reason


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ({"region_id": "cn-beijing"}, "no destination for account 1234567890123456 in cn-beijing"),
        ({"account_id": "99999"}, "no destination for account 99999"),
        ({"name": "scratch"}, "old wants name golden-*"),
        ({"created_at": START - timedelta(minutes=5)}, "older than 1h, it is 5m old"),
        ({"created_at": START - timedelta(days=91)}, "newer than 90d, it is 91d old"),
    ],
)
def test_what_no_rule_wants_is_out_and_says_why(image: dict[str, str], said: str) -> None:
    old = Rule(name="old", when=("nightly",), match=Match(name="golden-*", older_than="1h", newer_than="90d"))
    decision = decided(an_image(**image), rules=(old,))
    assert (decision.wanted, decision.rule) == (False, None)
    assert said in decision.reason


@pytest.mark.parametrize("status", ["Creating", "Available"])
def test_a_restored_image_is_no_new_image_whatever_may_still_be_set(status: str) -> None:
    restored = an_image(status=status, tags={"imageexport:restore": "res-a"})
    decision = decided(restored, when="image-created")
    assert (decision.wanted, "restored from an export" in decision.reason) == (False, True)
    tagged = Rule(name="tagged", when=("image-created",), match=Match(tags={"backup": "daily"}))
    assert not decided(restored, rules=(tagged,), when="image-created").may_match


@pytest.mark.parametrize("status", ["Creating", "Waiting"])
def test_an_image_that_is_being_made_is_recorded_as_waiting_when_it_is_created(status: str) -> None:
    decision = decided(an_image(status=status), when="image-created")
    assert decision.wanted
    assert f"waited for, since it is {status}" in decision.reason
    assert not decided(an_image(status="CreateFailed"), when="image-created").wanted


def test_four_data_disks_and_500_gib_are_in_without_a_word() -> None:
    decision = decided(an_image(disks=(disk(kind="system"), *[disk(500)] * 4)))
    assert (decision.wanted, decision.warning) == (True, None)


def test_a_size_that_documents_disagree_about_is_in_with_a_warning() -> None:
    decision = decided(an_image(disks=(disk(501), disk(2048))))
    assert decision.wanted
    assert decision.warning is not None
    assert "2048 GiB: the ExportImage page allows 500 GiB" in decision.warning


def test_a_format_that_the_region_lacks_is_raw_and_said_so() -> None:
    qcow2 = Rule(name="q", when=("nightly",), format="qcow2")
    decision = decided(an_image(disks=(disk(501),)), rules=(qcow2,))
    assert decision.request is not None
    assert decision.request.image_format == "raw"
    assert decision.warning is not None
    assert decision.warning.startswith(f"ImageFormat qcow2 is not offered in {REGION}; the export is raw. A disk has")


FORMAT_REGIONS = {  # the ExportImage page's
    *("ap-northeast-1", "ap-southeast-1", "ap-southeast-3", "ap-southeast-5", "eu-central-1", "eu-west-1"),
    *("me-east-1", "us-east-1", "us-west-1"),
}
ALL_REGIONS = sorted(emulated.REGIONS)


def test_each_region_of_the_exportimage_page_takes_other_formats_and_no_other_region_does() -> None:
    assert {region for region in ALL_REGIONS if offered("qcow2", region) == "qcow2"} == FORMAT_REGIONS
    assert {region for region in ALL_REGIONS if format_warning("vhd", region) is None} == FORMAT_REGIONS
    assert all(offered("raw", region) == "raw" for region in ALL_REGIONS)


def test_the_emulator_takes_other_formats_in_the_same_regions() -> None:
    assert emulated.FORMAT_REGIONS == FORMAT_REGIONS


@pytest.mark.parametrize(
    ("when", "before", "wanted"),
    [
        ("nightly", "standing", False),
        ("nightly", "failed", True),
        ("image-created", "standing", False),
        ("image-created", "failed", False),
    ],
)
def test_what_is_known_is_out_unless_a_night_finds_it_failed(when: When, before: Before, wanted: bool) -> None:
    decision = decided(an_image(), when=when, known={natural_key(a_request()): before})
    assert (decision.wanted, decision.rule, decision.before) == (wanted, "all", before)
    assert ("failed" in decision.reason) is (before == "failed")


CANCELLED: dict[str, Before] = {natural_key(a_request()): "cancelled"}


@pytest.mark.parametrize("when", ["nightly", "image-created"])
def test_what_was_cancelled_is_out_and_is_not_called_exported(when: When) -> None:
    decision = decided(an_image(), when=when, known=CANCELLED)
    assert (decision.wanted, decision.before) == (False, "cancelled")
    assert decision.reason == "its export was cancelled; ask for it, or give rule all cancelled: again"


def test_what_was_cancelled_is_in_again_for_a_night_where_the_rule_says_so() -> None:
    again = Rule(name="again", when=("nightly",), cancelled="again")
    decision = decided(an_image(), rules=(again,), known=CANCELLED)
    assert (decision.wanted, decision.reason) == (True, "rule again wants every image; its last export was cancelled")


def test_what_was_cancelled_is_never_in_again_for_what_was_just_created() -> None:
    again = Rule(name="again", when=("image-created",), cancelled="again")
    decision = decided(an_image(), rules=(again,), when="image-created", known=CANCELLED)
    assert (decision.wanted, decision.reason) == (
        False,
        "its export was cancelled; only a nightly rule exports again",
    )


def test_an_export_to_another_bucket_or_format_is_another_export() -> None:
    known: dict[str, Before] = {
        natural_key(a_request(oss_bucket=f"{BUCKET}-2")): "standing",
        natural_key(a_request(image_format="vhd")): "standing",
    }
    assert decided(an_image(), known=known).wanted


def days_old(count: int) -> Image:
    return an_image(image_id=f"m-{count}", created_at=START - timedelta(days=count))


def chosen(decisions: list[Decision]) -> list[str]:
    return [decision.image_id for decision in decisions if decision.wanted]


def test_beyond_max_per_run_the_oldest_go_first_and_the_others_say_so() -> None:
    two = (Rule(name="two", when=("nightly",), max_per_run=2),)
    decisions = planned(*map(days_old, (1, 3, 2, 4)), rules=two)
    assert chosen(decisions) == ["m-3", "m-4"]
    assert {(one.rule, one.reason) for one in decisions if not one.wanted} == {
        ("two", "rule two wants at most 2 in one run, and others go first")
    }


def test_what_was_just_created_is_not_counted_since_no_run_comes_back_to_it() -> None:
    one = (Rule(name="one", when=("nightly", "image-created"), max_per_run=1),)
    assert len(chosen(planned(days_old(1), days_old(2), rules=one, when="image-created"))) == 2


def test_what_is_left_over_is_out_without_a_request_or_a_warning_and_as_it_was_otherwise() -> None:
    one = (Rule(name="one", when=("nightly",), max_per_run=1),)
    large = an_image(image_id="m-1", created_at=START - timedelta(days=1), disks=(disk(501),))
    _, left = planned(days_old(2), large, rules=one)
    assert left == Decision(
        account_id=large.account_id,
        region_id=REGION,
        image_id="m-1",
        image_name="golden-web",
        wanted=False,
        rule="one",
        reason="rule one wants at most 1 in one run, and others go first",
        created_at=large.created_at,
        left_over=True,
    )


@pytest.mark.parametrize(
    ("image", "when", "open_"),
    [
        ({"name": "web"}, "image-created", True),
        ({"name": "web"}, "nightly", False),
        ({"name": "web", "os_type": "windows"}, "image-created", False),
    ],
)
def test_what_no_rule_wants_may_be_wanted_later_where_it_was_just_created_and_ecs_exports_it(
    image: dict[str, Any], when: When, open_: bool
) -> None:
    tagged = Rule(name="tagged", when=("image-created", "nightly"), match=Match(tags={"export": "true"}))
    assert decided(an_image(**image), rules=(tagged,), when=when).may_match is open_


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("Available", "rule all wants every image"),
        ("Creating", "rule all wants every image; waited for, since it is Creating"),
        ("CreateFailed", "rule all wants every image"),
        ("Deprecated", "rule all wants every image"),
    ],
)
def test_an_image_that_an_event_names_is_wanted_in_whatever_status_it_is_by_now(status: str, reason: str) -> None:
    decision = plan_named(policy(), an_image(status=status), now=START, requested_by=RUN)
    assert (decision.wanted, decision.reason) == (True, reason)


def test_what_is_out_anyway_takes_no_place_and_what_failed_goes_last() -> None:
    one = (Rule(name="one", when=("nightly",), max_per_run=1),)
    encrypted = an_image(image_id="m-5", created_at=START - timedelta(days=5), disks=(disk(encrypted=True),))
    known: dict[str, Before] = {
        natural_key(a_request(image_id="m-4")): "standing",
        natural_key(a_request(image_id="m-3")): "failed",
    }
    images = (days_old(1), days_old(2), days_old(3), days_old(4), encrypted)
    assert chosen(planned(*images, rules=one, known=known)) == ["m-2"]


def test_an_image_that_two_pages_list_is_one_image() -> None:
    assert len(planned(an_image(), an_image())) == 1


def test_of_an_image_that_a_rule_wants_nothing_is_left_open() -> None:
    tagged = Rule(name="tagged", when=("image-created",), match=Match(tags={"export": "true"}))
    both = (Rule(name="golden", when=("image-created",), match=Match(name="golden-*")), tagged)
    wanted = decided(an_image(), rules=both, when="image-created")
    assert (wanted.wanted, wanted.may_match, wanted.nearly) == (True, False, None)
    other = decided(an_image(name="web"), rules=both, when="image-created")
    assert (other.wanted, other.may_match, other.nearly) == (False, True, "tagged wants tag export=true, it has none")


def test_a_few_rows_of_a_plan_are_of_every_place_what_is_wanted_first_in_their_order() -> None:
    rules = (Rule(name="golden", when=("nightly",), match=Match(name="golden-*")),)
    here = [an_image(image_id=f"m-here{one}", name="golden-1" if one > 6 else "web") for one in range(9)]
    there = [an_image(image_id=f"m-there{one}", region_id="cn-beijing", name="web") for one in range(2)]
    rows = spread(planned(*here, *there, rules=rules), most=5)
    assert [one.image_id for one in rows] == ["m-here0", "m-here7", "m-here8", "m-there0", "m-there1"]


def test_a_plan_of_the_longest_reasons_can_be_answered() -> None:
    """An answer of 6 MB is what other clouds' functions may give; FC's own limit is no lower."""
    tags = {f"{number:0>128}": "v" * 128 for number in range(20)}
    rules = (Rule(name="r" * 64, when=("nightly",), match=Match(tags=tags)),)
    images = [an_image(image_id=f"m-{number:060}", name="\u4e2d" * 128, tags=tags) for number in range(600)]
    rows = spread(planned(*images, rules=rules))
    assert (len(rows), rows[0].wanted) == (500, True)
    assert len(msgspec.json.encode([one.shown() for one in rows])) < 6_000_000
