"""Every error code of ExportImage through the wire, by its class (the literals of tests/codes.py)."""

import pytest

from tests.sampling import sampled

from ..codes import CLASSES
from .world import World

# One of each cause: the image, a quota, the rate of calls, a role. tests/test_codes.py has the class of every code.
WAITED_FOR = {"IncorrectImageStatus", "ConcurrentQuotaExceed.ExportImage", "Throttling", "Forbidden.RAM"}
KINDS = ["throttle", "http_500", "http_503", "reset_before", "garbage", "slow"]
LOOKS = ["DescribeImages", "DescribeTasks", "DescribeTaskAttribute"]


def of_class(name: str) -> list[str]:
    return sorted(code for code, kind in CLASSES.items() if kind == name)


def test_a_final_code_fails_the_export_after_one_call(world: World) -> None:
    images = {code: world.image() for code in of_class("final")}
    for code, image in images.items():
        world.emulator.fault("ecs", "ExportImage", f"code:{code}", params={"ImageId": image})
        (export,) = world.tell(image)["Exports"]
        assert (export["Status"], export["Error"]["Code"]) == ("Failed", code)
        assert export["Error"]["RequestId"]
    world.pass_time(3600)
    seen = {code: (len(world.calls_of(image)), world.kinds(image)) for code, image in images.items()}
    assert seen == dict.fromkeys(of_class("final"), (1, ["Failed"]))


@pytest.mark.parametrize("code", sampled(of_class("wait") + of_class("role"), WAITED_FOR.__contains__))
def test_a_code_that_is_waited_for_completes_once_its_cause_is_gone(world: World, code: str) -> None:
    image = world.image()
    world.emulator.fault("ecs", "ExportImage", f"code:{code}", params={"ImageId": image}, times=2)
    (export,) = world.tell(image)["Exports"]
    assert (export["Status"], len(world.calls_of(image))) == ("Requested", 1)
    assert export["Reason"]
    assert world.follow(image, step_s=125, within_s=30_000)["Status"] == "Completed"
    assert (len(world.calls_of(image)), len(world.tasks_of(image))) == (3, 1)


@pytest.mark.parametrize(
    "code", sampled(of_class("role"), {"NoPermission", "NoSetRoletoECSServiceAcount"}.__contains__)
)
def test_a_role_that_never_works_fails_the_export_with_its_code(world: World, code: str) -> None:
    image = world.image()
    world.emulator.fault("ecs", "ExportImage", f"code:{code}", params={"ImageId": image}, times=99)
    world.tell(image)
    export = world.follow(image, within_s=1500)
    assert (export["Status"], export["Error"]["Code"]) == ("Failed", code)


@pytest.mark.parametrize("code", of_class("fresh"))
def test_an_expired_token_is_replaced_and_the_call_made_again(world: World, code: str) -> None:
    image = world.image()
    roles = len(world.emulator.calls("AssumeRole"))
    world.emulator.fault("ecs", "ExportImage", f"code:{code}", params={"ImageId": image})
    (export,) = world.tell(image)["Exports"]
    assert (export["Status"], len(world.calls_of(image))) == ("Exporting", 2)
    assert len(world.emulator.calls("AssumeRole")) > roles
    assert world.follow(image)["Status"] == "Completed"


def test_a_code_that_leaves_it_in_doubt_makes_no_second_call_before_25_minutes(world: World) -> None:
    images = {code: world.image() for code in of_class("doubt")}
    for code, image in images.items():
        world.emulator.fault("ecs", "ExportImage", f"code:{code}", params={"ImageId": image})
        (export,) = world.tell(image)["Exports"]
        assert (export["Status"], export["Reason"]) == ("Requested", "StartInDoubt")
    for _ in range(24):
        world.pass_time(60)
    assert {code: len(world.calls_of(image)) for code, image in images.items()} == dict.fromkeys(images, 1)
    for image in images.values():
        assert world.follow(image)["Status"] == "Completed"
        assert (len(world.calls_of(image)), len(world.tasks_of(image))) == (2, 1)


@pytest.mark.parametrize(
    ("action", "kind"),
    sampled(
        ((action, kind) for action in LOOKS for kind in KINDS),
        lambda case: LOOKS.index(case[0]) == KINDS.index(case[1]) % len(LOOKS),  # each kind once
    ),
)
def test_a_look_that_fails_is_no_verdict(world: World, action: str, kind: str) -> None:
    image = world.image()
    fault = {"times": 1, "delay_s": 0.1} if kind == "slow" else {"times": 2}
    world.emulator.fault("ecs", action, kind, **fault)
    world.tell(image)
    assert world.follow(image)["Status"] == "Completed"
    assert len(world.calls_of(image)) == 1


@pytest.mark.parametrize("code", ["NoPermission", "EntityNotExist.Role"])
def test_a_role_that_cannot_be_assumed_yet_is_waited_for(world: World, code: str) -> None:
    image = world.image()
    world.emulator.advance(4000)  # past the sessions of earlier tests
    world.emulator.fault("sts", "AssumeRole", f"code:{code}", times=2)
    world.tell(image)
    assert world.calls_of(image) == []
    assert world.follow(image)["Status"] == "Completed"
