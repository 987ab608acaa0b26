"""`image-export export --image-name` and `--rule`: over the images of now, shown first, and asked only then."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from .test_acting import SCHEMA, Ran, until_there
from .world import BUCKET, REGION, World

SINGAPORE = "acme-images-singapore"


def one(world: World, name: str, **fields: Any) -> str:
    """An image of that name alone."""
    return world.image(ImageName=name, **fields)


def would(ran: Ran) -> dict[str, Any]:
    """The outcomes of a dry run by image."""
    SCHEMA.validate(json.loads(ran.out))
    return {said["Name"]: said for said in ran.outcomes}


def test_by_name_each_region_is_read_and_each_image_goes_where_the_policy_sends_it(world: World) -> None:
    here, there = one(world, "chosen-web"), one(world, "chosen-db", RegionId="ap-southeast-1")
    one(world, "Chosen-web")
    ran = Ran(world, "export", "--image-name", "chosen-*", "--yes", "--output", "json")
    found = {said["Name"]: said["Export"] for said in ran.outcomes}
    assert (ran.code, set(found)) == (0, {here, there})
    assert (found[here]["OSSBucket"], found[here]["RegionId"]) == (BUCKET, REGION)
    assert (found[there]["OSSBucket"], found[there]["RegionId"]) == (SINGAPORE, "ap-southeast-1")
    assert "chosen-web m-" in ran.err


def test_even_one_is_shown_and_asked_for_and_without_yes_nothing_is_done(world: World) -> None:
    image = one(world, "asked-first")
    ran = Ran(world, "export", "--image-name", "asked-first")
    assert (ran.code, ran.out, world.calls_of(image), world.ledger(image)) == (2, "", [], [])
    assert image in ran.err
    assert "it would start" in ran.err
    assert "add --yes" in ran.err


def test_a_dry_run_changes_nothing(world: World) -> None:
    image, before = one(world, "only-tried"), world.ledger()
    ran = Ran(world, "export", "--image-name", "only-tried", "--dry-run", "--output", "json")
    assert (ran.code, set(would(ran)), world.ledger()) == (0, {image}, before)


def test_a_rule_chooses_as_in_the_policy_and_the_rest_narrows_it(world: World) -> None:
    tags = {"Tag": [{"TagKey": "backup", "TagValue": "daily"}]}
    first, second = one(world, "narrow-1", Tags=tags), one(world, "narrow-2", Tags=tags)
    golden = one(world, "golden-narrow", Tags=tags)  # the rule before it takes it at night
    far = one(world, "narrow-3", Tags=tags, RegionId="ap-southeast-1")
    one(world, "narrow-4")
    dry = ("--dry-run", "--output", "json")
    every = would(Ran(world, "export", "--rule", "backups", *dry))
    assert {first, second, far} <= set(every)
    assert golden not in every
    narrowed = Ran(world, "export", "--rule", "backups", "--image-name", "narrow-*", "--region", REGION, *dry)
    assert set(would(narrowed)) == {first, second}


def test_what_ecs_does_not_export_is_left_out_and_said(world: World) -> None:
    image = one(world, "left-out", OSType="windows")
    ran = Ran(world, "export", "--image-name", "left-out", "--yes")
    assert (ran.code, ran.out, f"left-out {image} is left out: " in ran.err) == (0, "", True)
    assert "No image is left to export." in ran.err


def test_where_no_image_fits_that_is_said(world: World) -> None:
    ran = Ran(world, "export", "--image-name", "is-not-there-*", "--yes")
    assert (ran.code, ran.out, ran.err) == (0, "", "No image of now fits.\n")


def test_a_region_that_cannot_be_read_is_said_the_rest_is_done_and_it_ends_with_3(world: World) -> None:
    image = one(world, "half-seen", RegionId="ap-southeast-1")
    world.emulator.fault("ecs", "DescribeImages", "code:Forbidden.RAM", times=1)
    ran = Ran(world, "export", "--image-name", "half-seen", "--yes")
    assert (ran.code, f"✓ {image}: exp-" in ran.out) == (3, True)
    assert f"? prod {REGION} could not be read: Forbidden.RAM" in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Name images, or choose them"),
        (("m-bp1readme", "--rule", "golden"), "Name images, or choose them"),
        (("--rule", "none"), "There is no rule none in the policy; it has: golden, backups."),
        (("--rule", "golden", "--region", "cn-nowhere"), "no destination in cn-nowhere"),
        (("--rule", "golden", "--account", "6543210987654321"), "no account 6543210987654321"),
        (("--rule", "golden", "--bucket", "b"), "--bucket is for images that you name"),
    ],
)
def test_what_makes_no_sense_is_refused(world: World, words: tuple[str, ...], said: str) -> None:
    ran = Ran(world, "export", *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in " ".join(ran.err.split())


def test_what_is_exported_already_is_left_out_and_another_format_or_its_name_asks_again(world: World) -> None:
    image = one(world, "done-before", RegionId="ap-southeast-1")
    export = world.request(image, RegionId="ap-southeast-1", OSSBucket=SINGAPORE)["Exports"][0]["ExportId"]
    ran = Ran(world, "export", "--image-name", "done-before", "--yes")
    assert (ran.code, ran.out) == (0, "")
    assert f"done-before {image} is left out: it is exported already, or on its way, as {export}" in ran.err
    other = Ran(world, "export", "--image-name", "done-before", "--format", "qcow2", "--yes", "--output", "json")
    assert [said["Export"]["ImageFormat"] for said in other.outcomes] == ["qcow2"]


def test_a_format_that_is_hard_to_restore_is_said_once_however_many_images_there_are(world: World) -> None:
    names = [one(world, f"moving-{number}", RegionId="ap-southeast-1") for number in range(2)]
    chosen = Ran(world, "export", "--image-name", "moving-*", "--format", "vhd", "--dry-run")
    named = Ran(world, "export", *names, "--region", "ap-southeast-1", "--format", "vdi", "--dry-run")
    raw = Ran(world, "export", *names, "--region", "ap-southeast-1", "--dry-run")
    elsewhere = Ran(world, "export", one(world, "staying"), "--format", "vdi", "--dry-run")
    instead = "; choose qcow2 or raw for what is to be restored."
    assert chosen.err.count(f"ECS may refuse to copy images that were imported from vhd{instead}") == 1
    assert named.err == f"ECS does not import vdi{instead}\n"
    assert (raw.err, elsewhere.err) == ("", "")


def test_with_wait_each_is_followed_to_its_end(world: World) -> None:
    image = one(world, "waited-for")
    with ThreadPoolExecutor() as pool:
        ended = pool.submit(lambda: until_there(world, image) and world.follow(image))
        ran = Ran(world, "export", "--image-name", "waited-for", "--yes", "--wait", "--interval", "0.2")
        ended.result()
    assert (ran.code, ran.out.endswith("-0001 is Completed\n")) == (0, True)
