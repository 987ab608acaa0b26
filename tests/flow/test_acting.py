"""`image-export export`, `cancel` and `retry` against the emulator, as somebody with keys of their own uses them."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from image_export_cli.main import main
from image_export_cli.outcomes import Outcome
from tests.commands import run_here

from .entrance import Entrance
from .test_replay import environment, generations
from .world import ACCOUNT, BUCKET, REGION, ROOT, World

SCHEMA = Draft202012Validator(json.loads((ROOT / "schemas" / "outcomes.json").read_text(encoding="utf-8")))
NOBODY = "exp-aaaaaaaaaaaaaaaa-0001"


class Ran:
    """A verb, and what came of it."""

    def __init__(self, world: World, *arguments: str) -> None:
        said = [*arguments, "--deployment", str(ROOT / "s.yaml")]
        ran = run_here(main, said, {**environment(world), "COLUMNS": "80"})
        self.code, self.out, self.err = ran.returncode, ran.stdout, ran.stderr

    @property
    def outcomes(self) -> list[dict[str, Any]]:
        """The JSON document, which fits its schema."""
        document = json.loads(self.out)
        SCHEMA.validate(document)
        found: list[dict[str, Any]] = document["Outcomes"]
        return found


@pytest.fixture(autouse=True)
def nothing_is_left_waiting(world: World, entrance: Entrance) -> Iterator[None]:
    """Other tests of the worker share the world: an export whose image never becomes Available would wait for good."""
    yield
    for key in world.ledger("/open/"):
        entrance.ask("DELETE", f"/exports/{key.rpartition('/')[2]}")


def exported(world: World, image: str) -> str:
    """An export that runs."""
    return str(world.tell(image)["Exports"][0]["ExportId"])


def waiting(world: World, **fields: Any) -> str:
    """An export that has not started."""
    return exported(world, world.image(Status="Creating", **fields))


def rejections(world: World) -> int:
    """How many events were rejected."""
    return len([key for key in world.ledger("/rejected/") if key.endswith("/event")])


# export


def test_an_image_is_exported_where_the_policy_says(world: World) -> None:
    image = world.image()
    ran = Ran(world, "export", image)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"✓ {image}: exp-")
    assert ran.out.endswith("-0001 is Exporting\n")
    (call,) = world.calls_of(image)
    assert (call["params"]["OSSBucket"], call["params"]["RegionId"]) == (BUCKET, REGION)
    assert len(world.tasks_of(image)) == 1


def test_format_and_prefix_are_those_that_were_said(world: World) -> None:
    image = world.image(RegionId="ap-southeast-1")
    said = ("--region", "ap-southeast-1", "--format", "QCOW2", "--prefix", "mine")
    (one,) = Ran(world, "export", image, *said, "--output", "json").outcomes
    export = one["Export"]
    assert (one["Name"], one["Result"], export["ImageFormat"]) == (image, "Done", "qcow2")
    assert export["OSSPrefix"].startswith("mine")
    assert export["RequestedBy"]["Trigger"] == "invoke"


def test_an_invocation_whose_answer_is_lost_is_repeated_and_makes_one_export(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even of an export that has failed by then, which without a token would be made anew."""
    image = world.image()
    would = Outcome(name=image, result="Done")
    monkeypatch.setattr("image_export_cli.export.exporting._rehearsed", lambda *_: iter([would]))
    world.emulator.fault("ecs", "ExportImage", "code:InvalidParameter", times=9)
    world.emulator.fault("fc", "InvokeFunction", "reset_after", times=2)
    (one,) = Ran(world, "export", image, "--output", "json").outcomes
    assert (one["Export"]["Status"], one["Export"]["ExportId"][-4:]) == ("Failed", "0001")
    assert len(world.calls_of(image)) == 1


def test_a_dry_run_says_what_would_happen_and_changes_nothing(world: World) -> None:
    image, creating, standing = world.image(), world.image(Status="Creating"), world.image()
    export = exported(world, standing)
    before = world.ledger()
    ran = Ran(world, "export", image, creating, standing, "--dry-run")
    lines = [line.split() for line in ran.out.splitlines()]
    assert (ran.code, lines[0][:3]) == (0, ["IMAGE", "TO", "FORMAT"])
    assert " ".join(lines[1]) == f"{image} {BUCKET} raw it would start"
    assert " ".join(lines[2]) == f"{creating} {BUCKET} raw it would wait: ImageNotAvailable"
    assert " ".join(lines[3]) == f"{standing} {BUCKET} raw {export} is there already: Exporting"
    assert (world.ledger(), world.calls_of(image)) == (before, [])
    assert [one["Result"] for one in Ran(world, "export", image, "--dry-run", "--output", "json").outcomes] == ["Done"]


def test_what_would_be_refused_is_not_asked_for_and_nobody_is_told_of_it(world: World) -> None:
    image, before = world.image(), rejections(world)
    ran = Ran(world, "export", "m-notthere", image, "--yes")
    first, second = ran.out.splitlines()
    assert (ran.code, first.startswith("✗ m-notthere: InvalidImageId.NotFound")) == (1, True)
    assert second.startswith(f"✓ {image}: exp-")
    assert "Export 1 of 2" not in ran.out
    ran = Ran(world, "export", image, "--bucket", "not-ours")
    assert (ran.code, ran.out.startswith(f"✗ {image}: Forbidden.Policy: OSSBucket not-ours is not")) == (1, True)
    assert (rejections(world), world.ledger("m-notthere")) == (before, [])


def test_many_images_go_in_parts_and_each_is_answered_in_its_order(world: World) -> None:
    images = [world.image() for _ in range(12)]
    before = len(world.emulator.calls("InvokeFunction"))
    ran = Ran(world, "export", *images, images[0], "--yes", "--output", "json")
    assert [one["Name"] for one in ran.outcomes] == images
    assert {one["Export"]["ImageId"] for one in ran.outcomes} == set(images)
    assert len(world.emulator.calls("InvokeFunction")) - before == 4
    assert {len(world.tasks_of(image)) for image in images} == {1}


def test_of_several_images_somebody_is_asked_and_nobody_there_is_no_yes(world: World) -> None:
    images = [world.image(), world.image()]
    ran = Ran(world, "export", *images)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines()[-1] == "Nobody is there to be asked: add --yes."
    assert all(image in ran.err for image in images)
    assert world.calls_of(images[0]) == []


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (("m-1", "../m-2"), "'../m-2' is no id of an image: m- and 1 to 60 letters or digits."),
        (("golden-db",), "1 to 60 letters or digits. By name: --image-name golden-db"),
        (("m-1", "--region", "eu-west-1"), "The policy has no destination in eu-west-1"),
        (("m-1", "--account", "12"), "There is no account 12 in the policy; it has: prod (1234567890123456)."),
        (("m-1", "--account", " "), "an account has an id of 5 to 20 digits, and a name in the policy"),
        ((), "Name images, or choose them by --image-name or --rule."),
    ],
)
def test_a_command_line_that_asks_for_nothing_that_can_be_ends_with_2(
    world: World, arguments: tuple[str, ...], wrong: str
) -> None:
    ran = Ran(world, "export", *arguments)
    assert (ran.code, ran.out, wrong in " ".join(ran.err.split())) == (2, "", True), ran.err


def test_where_the_function_does_not_answer_nobody_knows(world: World) -> None:
    world.emulator.fault("fc", "InvokeFunction", "code:InternalServerError", times=99)
    ran = Ran(world, "export", world.image())
    assert (ran.code, ran.out[:2]) == (3, "? ")


def test_with_wait_each_is_followed_to_its_end_and_only_completed_is_done(world: World) -> None:
    good, bad = world.image(), world.image("fail", plan={"message": "Sector 7 is gone."})
    with ThreadPoolExecutor() as pool:
        ended = pool.submit(lambda: [until_there(world, image) and world.follow(image) for image in (good, bad)])
        ran = Ran(world, "export", good, bad, "--yes", "--wait", "--interval", "0.2", "--output", "json")
        ended.result()
    assert [(one["Name"], one["Result"], one["Export"]["Status"]) for one in ran.outcomes] == [
        (good, "Done", "Completed"),
        (bad, "NotDone", "Failed"),
    ]
    assert (ran.code, "Completed" in ran.err) == (1, True)


def until_there(world: World, image: str) -> bool:
    """Wait for the export's task."""
    return bool(world.emulator.until(lambda: world.tasks_of(image)))


# cancel


def test_what_has_not_started_is_cancelled_by_name_and_who_has_asked_is_noted(world: World) -> None:
    export = waiting(world)
    ran = Ran(world, "cancel", export, "--yes")
    assert (ran.code, ran.out) == (0, f"✓ {export}: Cancelled\n")
    fact = world.stored(f"exports/{export}/cancel")["Fact"]
    assert fact["RequestedBy"]["Trigger"] == "invoke"
    assert fact["RequestedBy"]["Name"] == f"acs:ram::{ACCOUNT}:user/administrator"
    assert Ran(world, "cancel", export, "--yes").code == 0


def test_a_running_task_is_cancelled_and_its_end_decides(world: World) -> None:
    image = world.image()
    export = exported(world, image)
    (one,) = Ran(world, "cancel", export, "--yes", "--output", "json").outcomes
    assert (one["Result"], one["Export"]["Status"], one["Export"]["Reason"]) == ("Done", "Exporting", "CancelRequested")
    assert world.follow(image)["Status"] == "Cancelled"


def test_an_account_is_called_by_its_name_too(world: World) -> None:
    image, export = world.image(), waiting(world, ImageName="golden-named")
    ran = Ran(world, "export", image, "--account", "prod", "--dry-run", "--output", "json")
    assert [one["Export"]["AccountId"] for one in ran.outcomes] == ["1234567890123456"]
    ran = Ran(world, "list", "--account", "prod", "--image-name", "golden-named")
    assert (ran.code, export in ran.out) == (0, True)
    ran = Ran(world, "cancel", "--account", "prod", "--image-name", "golden-named", "--status", "requested", "--yes")
    assert (ran.code, ran.out) == (0, f"✓ {export}: Cancelled\n")
    for verb in ("list", "cancel"):
        ran = Ran(world, verb, "--account", "nobody")
        assert (ran.code, "There is no account nobody in the policy; it has: prod (1" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (("watch", "exp-1"), "'exp-1' is no ExportId; exp-mwkh3htwuwqi6f7n-0001 is one"),
        (("cancel", "../x"), "'../x' is no ExportId; exp-mwkh3htwuwqi6f7n-0001 is one"),
        (("watch", "golden-db"), "is one; `image-export list --image-name golden-db` names those of the image"),
        (("cancel", "m-1 --yes"), "'m-1 --yes' is no ExportId; exp-mwkh3htwuwqi6f7n-0001 is one"),
        (("watch", "m-1"), "`image-export list --image-id m-1` names those of the image"),
        (("list", "--image-id", "i-1"), "'i-1' is no id of an image: m- and 1 to 60 letters or digits"),
    ],
)
def test_an_id_that_is_none_is_refused_before_anything_is_asked(
    world: World, arguments: tuple[str, ...], wrong: str
) -> None:
    ran = Ran(world, *arguments)
    assert (ran.code, ran.out, wrong in " ".join(ran.err.split())) == (2, "", True), ran.err


def test_what_had_ended_before_is_said_and_ends_with_1(world: World) -> None:
    image = world.image()
    export = exported(world, image)
    world.follow(image)
    ran = Ran(world, "cancel", export, NOBODY, "--yes")
    assert (ran.code, ran.out.splitlines()) == (
        1,
        [f"✗ {export}: it had ended before: Completed", f"✗ {NOBODY}: ExportNotFound: There is no export {NOBODY}."],
    )
    assert world.ledger(f"exports/{export}/cancel") == []


def test_by_options_the_open_exports_that_fit_are_cancelled_and_no_others(world: World) -> None:
    meant, other = waiting(world, ImageName="golden-7-web"), waiting(world, ImageName="golden-7-db")
    running = exported(world, world.image(ImageName="golden-7-web"))
    asking = ("cancel", "--image-name", "golden-7-w*", "--status", "Requested", "--region", REGION)
    ran = Ran(world, *asking)
    assert (ran.code, ran.out, meant in ran.err) == (2, "", True)
    ran = Ran(world, *asking, "--account", ACCOUNT, "--since", "1h", "--rule", "golden", "--yes", "--output", "json")
    assert [one["Name"] for one in ran.outcomes] == [meant]
    assert other not in ran.err + ran.out
    assert running not in ran.err + ran.out


@pytest.mark.parametrize(
    "arguments",
    [("--since", "2099-01-01"), ("--rule", "other"), ("--account", "99999"), ("--night", "never")],
)
def test_where_no_open_export_fits_that_is_said_and_nothing_is_done(world: World, arguments: tuple[str, ...]) -> None:
    export = waiting(world, ImageName="golden-none")
    ran = Ran(world, "cancel", "--image-name", "golden-none", *arguments)
    assert (ran.code, ran.out, ran.err) == (0, "", "No open export fits.\n")
    assert world.ledger(f"exports/{export}/cancel") == []


def test_all_that_a_night_recorded_is_cancelled(world: World) -> None:
    names = [world.image(), world.image()]
    night = world.emulator.post("timers/on_nightly")
    recorded = {one["ExportId"] for one in night["Exports"]}
    assert set(names) <= {one["ImageId"] for one in night["Exports"]}
    ran = Ran(world, "cancel", "--night", night["RunId"], "--yes", "--output", "json")
    assert {one["Name"] for one in ran.outcomes} == recorded
    assert {one["Export"]["Status"] for one in ran.outcomes} == {"Cancelled"}


@pytest.mark.parametrize("arguments", [(), (NOBODY, "--status", "Requested"), ("../x",), ("--since", "soon")])
def test_a_cancel_of_nothing_or_of_two_things_ends_with_2(world: World, arguments: tuple[str, ...]) -> None:
    ran = Ran(world, "cancel", *arguments)
    assert (ran.code, ran.out) == (2, "")


# retry


def failed(world: World, name: str = "golden-web", message: str = "Sector 7 is gone.") -> str:
    """An export that failed."""
    image = world.image("fail", plan={"message": message}, ImageName=name)
    world.tell(image)
    return str(world.follow(image)["ExportId"])


def test_a_failed_export_is_made_again_once_however_often_it_is_asked_for(world: World) -> None:
    first = failed(world)
    second = f"{first[:-4]}0002"
    for _ in range(2):
        ran = Ran(world, "retry", first)
        assert (ran.code, ran.out, ran.err) == (0, f"✓ {first}: {second} is Exporting\n", "")
    assert generations(world, first) == [first, second]


def fails(world: World, export: str) -> None:
    """Let time pass until it has failed."""
    for _ in range(30):
        if any(one["ExportId"] == export and one["Status"] == "Failed" for one in world.pass_time(61)):
            return
    raise AssertionError(export)


def test_where_the_export_that_was_made_again_has_failed_too_the_next_name_is_said(world: World) -> None:
    first = failed(world)
    second, third = f"{first[:-4]}0002", f"{first[:-4]}0003"
    assert Ran(world, "retry", first).code == 0
    fails(world, second)
    again = Ran(world, "retry", first)
    assert (again.code, again.out.startswith(f"✗ {first}: {second} is Failed: ExportImageFailed: ")) == (1, True)
    assert again.out.endswith(f" Next: image-export retry {second}\n")
    assert Ran(world, "retry", second).code == 0
    (outcome,) = Ran(world, "retry", first, "--output", "json").outcomes
    assert outcome["Next"] == f"image-export show {third}"
    fails(world, third)
    (outcome,) = Ran(world, "retry", first, "--output", "json").outcomes
    assert (outcome["Export"]["ExportId"], outcome["Next"]) == (second, f"image-export retry {third}")
    assert generations(world, first) == [first, second, third]


def test_all_that_failed_and_fit_are_made_again_and_what_was_followed_is_left_out(world: World) -> None:
    one, two, followed = failed(world, "golden-r1"), failed(world, "golden-r2"), failed(world, "golden-r1")
    cancelled = waiting(world, ImageName="golden-r1")
    Ran(world, "cancel", cancelled, "--yes")
    Ran(world, "retry", followed)
    asking = ("retry", "--failed", "--image-name", "golden-r1", "--code", "ExportImageFailed", "--since", "30d")
    ran = Ran(world, *asking)
    assert (ran.code, ran.out, one in ran.err) == (2, "", True)
    ran = Ran(world, *asking, "--yes", "--output", "json")
    assert [outcome["Name"] for outcome in ran.outcomes] == [one]
    assert "more have failed, and another export of the image has followed." in ran.err
    assert (generations(world, two), generations(world, cancelled)) == ([two], [cancelled])


def test_what_was_cancelled_is_made_again_and_followed_to_its_end(world: World) -> None:
    image = world.image()
    first = exported(world, image)
    Ran(world, "cancel", first, "--yes")
    assert world.follow(image)["Status"] == "Cancelled"
    with ThreadPoolExecutor() as pool:
        ended = pool.submit(passing, world, image)
        ran = Ran(world, "retry", first, "--wait", "--interval", "0.2")
        ended.result()
    assert (ran.code, ran.out) == (0, f"✓ {first}: {first[:-4]}0002 is Completed\n")


def passing(world: World, image: str) -> None:
    """Once there is a second task, let some minutes pass, and the watcher look."""
    assert world.emulator.until(lambda: len(world.tasks_of(image)) == 2)
    for _ in range(10):
        world.pass_time(61)


def test_where_no_failed_export_fits_that_is_said(world: World) -> None:
    failed(world, "golden-r3")
    for narrow in (("--code", "Other"), ("--since", "2099-01-01")):
        ran = Ran(world, "retry", "--failed", "--image-name", "golden-r3", *narrow)
        assert (ran.code, ran.out, ran.err.splitlines()[-1]) == (0, "", "No failed export fits.")


@pytest.mark.parametrize("arguments", [(), (NOBODY, "--failed"), (NOBODY, "--code", "Other")])
def test_a_retry_of_nothing_or_of_two_things_ends_with_2(world: World, arguments: tuple[str, ...]) -> None:
    ran = Ran(world, "retry", *arguments)
    assert (ran.code, ran.out) == (2, "")


def test_what_is_not_there_is_said_and_hinders_nothing(world: World) -> None:
    first = failed(world)
    ran = Ran(world, "retry", NOBODY, first)
    assert (ran.code, ran.out.splitlines()[0]) == (1, f"✗ {NOBODY}: NotFound: The ledger has no {NOBODY}.")
    assert ran.out.splitlines()[1].startswith(f"✓ {first}: ")
