"""Whatever the policy and the inventory are: one decision for each image, and planning twice changes nothing."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from image_export.decisions.identity import natural_key
from image_export.values.image import Image
from image_export.values.match import Match
from image_export.values.policy import Rule, When

from .builders import REGION, an_image
from .fakes import START
from .test_plan import BASE, disk, planned

IMAGES = st.builds(
    an_image,
    image_id=st.sampled_from([f"m-{number}" for number in range(8)]),
    account_id=st.sampled_from([BASE.accounts[0].account_id, "99999"]),
    region_id=st.sampled_from([REGION, "cn-beijing"]),
    name=st.sampled_from(["golden-1", "web", ""]),
    status=st.sampled_from(["Available", "Available", "Creating", "Unheard"]),
    created_at=st.integers(-2, 100).map(lambda days: START - timedelta(days=days)),
    disks=st.lists(st.builds(disk, st.sampled_from([40, 501, 4096]), encrypted=st.booleans()), max_size=6).map(tuple),
    tags=st.dictionaries(st.sampled_from(["export", "team"]), st.sampled_from(["true", ""])),
    owner_alias=st.sampled_from(["self", "self", "others"]),
)
MATCHES = st.builds(
    Match,
    name=st.none() | st.sampled_from(["golden-*", "*", "[", "?eb"]),
    tags=st.dictionaries(st.just("export"), st.sampled_from(["true", ""])),
    larger_than=st.none() | st.sampled_from(["40GiB", "1TiB"]),
    older_than=st.none() | st.sampled_from(["1m", "30d"]),
    newer_than=st.none() | st.sampled_from(["1d", "9999w"]),
)
WHEN = st.sampled_from(["nightly", "image-created"])
RULES = st.lists(
    st.builds(
        Rule,
        name=st.sampled_from(["a", "b", "c"]),
        when=st.lists(WHEN, min_size=1).map(tuple),
        match=MATCHES,
        format=st.sampled_from(["raw", "vhd"]),
        max_per_run=st.none() | st.integers(1, 3),
    ),
    max_size=3,
    unique_by=lambda rule: rule.name,
).map(tuple)


@given(st.lists(IMAGES, max_size=12), RULES, WHEN)
@settings(max_examples=150, deadline=None)
def test_any_policy_and_any_inventory_give_each_image_one_decision_with_a_reason(
    images: list[Image], rules: tuple[Rule, ...], when: When
) -> None:
    decisions = planned(*images, rules=rules, when=when)
    assert [(one.account_id, one.region_id, one.image_id) for one in decisions] == list(
        dict.fromkeys((image.account_id, image.region_id, image.image_id) for image in images)
    )
    for one in decisions:
        assert one.reason
        assert one.wanted is (one.request is not None)
        assert one.rule or not one.wanted
    for rule in rules:
        most = rule.max_per_run if when == "nightly" else None
        assert sum(one.wanted and one.rule == rule.name for one in decisions) <= (most or len(decisions))


@given(st.lists(IMAGES, max_size=12, unique_by=lambda image: image.image_id), RULES, WHEN)
@settings(max_examples=100, deadline=None)
def test_planning_twice_changes_nothing_and_nights_come_to_an_end(
    images: list[Image], rules: tuple[Rule, ...], when: When
) -> None:
    known: dict[str, bool] = {}
    while True:
        first = planned(*images, rules=rules, when=when, known=known)
        again = planned(*reversed(images), rules=rules, when=when, known=known)
        assert first == again[::-1]
        new = {natural_key(one.request): False for one in first if one.request}
        assert not new.keys() & known.keys()
        if not new:
            break
        known.update(new)
    assert not any("in one run" in one.reason for one in first)
