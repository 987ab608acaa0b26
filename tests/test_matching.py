"""The match language: each word by itself, the first rule that matches, and the reason either way."""

from datetime import timedelta
from typing import Any

import pytest

from image_export.decisions.policy.matching import find_rule, mismatch, wanted
from image_export.values.image import Disk
from image_export.values.match import Match, gib, span
from image_export.values.policy import Policy, Rule, When

from .builders import an_image
from .fakes import START

IMAGE = an_image(  # 140 GiB, a day old
    name="golden-web",
    tags={"export": "true", "team": "web"},
    family="web",
    platform="Ubuntu",
    architecture="x86_64",
    created_at=START - timedelta(days=1),
)


def missed(image: dict[str, Any] | None = None, **match: Any) -> str | None:
    """What the match misses in the image above, changed like this."""
    changes = {name: getattr(IMAGE, name) for name in IMAGE.__struct_fields__}
    return mismatch(Match(**match), an_image(**{**changes, **(image or {})}), START)


def rule(called: str, *when: When, **match: Any) -> Rule:
    return Rule(name=called, when=when or ("nightly",), match=Match(**match))


def found(*rules: Rule, when: When = "nightly") -> tuple[str | None, str]:
    decides, reason = find_rule(Policy(accounts=(), rules=rules, notify=()), IMAGE, when=when, now=START)
    return decides.name if decides else None, reason


@pytest.mark.parametrize(
    "match",
    [
        {},
        {"name": "golden-web"},
        {"name": "golden-*"},
        {"name": "g?lden-[vw]eb"},
        {"tags": {"export": "true"}},
        {"tags": {"export": "true", "team": "web"}},
        {"family": "web"},
        {"os_type": "linux"},
        {"platform": "ubuntu"},
        {"architecture": "x86_64"},
        {"larger_than": "139GiB", "smaller_than": "141GiB"},
        {"older_than": "23h", "newer_than": "2d"},
        {"older_than": "1439m", "newer_than": "1w"},
    ],
)
def test_an_image_matches_that_has_all_of_what_is_asked_for(match: dict[str, Any]) -> None:
    assert missed(**match) is None


@pytest.mark.parametrize(
    ("match", "said"),
    [
        ({"name": "web-*"}, "name web-*"),
        ({"name": "golden"}, "name golden"),
        ({"name": "Golden-*"}, "name Golden-*"),
        ({"tags": {"export": "True"}}, "tag export=True, it has 'true'"),
        ({"tags": {"export": "true", "stage": "prod"}}, "tag stage=prod, it has none"),
        ({"family": "db"}, "family db, it has 'web'"),
        ({"os_type": "windows"}, "OS type windows, it has 'linux'"),
        ({"platform": "CentOS"}, "platform CentOS, it has 'Ubuntu'"),
        ({"architecture": "arm64"}, "architecture arm64, it has 'x86_64'"),
        ({"larger_than": "140GiB"}, "larger than 140GiB, it has 140GiB"),
        ({"smaller_than": "140GiB"}, "smaller than 140GiB, it has 140GiB"),
        ({"older_than": "24h"}, "older than 24h, it is 1d old"),
        ({"newer_than": "1d"}, "newer than 1d, it is 1d old"),
        ({"name": "golden-*", "family": "db"}, "family db, it has 'web'"),
    ],
)
def test_a_mismatch_says_what_is_missed_and_what_is_there(match: dict[str, Any], said: str) -> None:
    assert missed(**match) == said


def test_size_is_that_of_all_disks_or_the_images_own_where_none_is_listed() -> None:
    disks = (Disk(device="a", kind="system", size_gib=600), Disk(device="b", kind="data", size_gib=600))
    assert missed({"disks": disks}, larger_than="1TiB") is None
    assert missed({"disks": (), "size_gib": 40}, larger_than="39GiB") is None


def test_an_image_from_the_future_has_just_been_created() -> None:
    tomorrow = {"created_at": START + timedelta(days=1)}
    assert missed(tomorrow, newer_than="1m") is None
    assert missed(tomorrow, older_than="1m") == "older than 1m, it is 0m old"


@pytest.mark.parametrize(
    ("age", "spoken"),
    [
        (timedelta(seconds=59), "0m"),
        (timedelta(minutes=40), "40m"),
        (timedelta(minutes=59, seconds=59), "59m"),
        (timedelta(hours=1), "1h"),
        (timedelta(hours=23, minutes=59), "23h"),
        (timedelta(days=1), "1d"),
        (timedelta(days=91), "91d"),
    ],
)
def test_an_age_is_told_in_the_largest_unit_of_which_there_is_one(age: timedelta, spoken: str) -> None:
    image = {"created_at": START - age}
    assert missed(image, older_than="52w") == f"older than 52w, it is {spoken} old"


def test_words_are_read_in_their_units() -> None:
    assert [span(age) for age in ("90m", "1h", "90d", "2w")] == [
        timedelta(minutes=90),
        timedelta(hours=1),
        timedelta(days=90),
        timedelta(days=14),
    ]
    assert (gib("100GiB"), gib("2TiB")) == (100, 2048)


def test_the_first_rule_for_the_occasion_decides_and_says_why() -> None:
    rules = (rule("new", "image-created"), rule("web", name="golden-*", older_than="1h"), rule("all"))
    assert found(*rules) == ("web", "rule web wants name golden-*, older than 1h")
    assert found(*rules, when="image-created") == ("new", "rule new wants every image")


def test_a_rule_that_is_too_young_for_an_image_leaves_it_to_the_next() -> None:
    assert found(rule("old", older_than="7d"), rule("all"))[0] == "all"


def test_without_a_rule_each_of_the_first_says_what_it_missed() -> None:
    none, reason = found(*(rule(f"r{number}", family=f"f{number}") for number in range(5)))
    assert none is None
    assert reason == (
        "no rule for nightly matches image 'golden-web': r0 wants family f0, it has 'web'; "
        "r1 wants family f1, it has 'web'; r2 wants family f2, it has 'web'; and 2 more"
    )


def test_without_any_rule_for_the_occasion_that_is_the_reason() -> None:
    assert found(rule("new", "image-created")) == (None, "no rule is for nightly")


def test_a_match_is_told_in_words() -> None:
    assert wanted(Match(tags={"a": "b"}, os_type="linux", smaller_than="2TiB")) == (
        "tag a=b, OS type linux, smaller than 2TiB"
    )


@pytest.mark.parametrize("asked", ["older_than", "newer_than"])
def test_an_image_of_unknown_age_matches_no_rule_that_asks_for_one(asked: str) -> None:
    spoken = asked.replace("_", " ")
    assert missed({"created_at": None}, **{asked: "1h"}) == f"{spoken} 1h, its time of creation is not known"
    assert missed({"created_at": None}, name="golden-*") is None
