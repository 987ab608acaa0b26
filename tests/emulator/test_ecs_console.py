"""What is heard of a guest: its console, a picture, Cloud Assistant and commands, by the ECS SDK."""

import base64
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.emulator.ecs_requests import (
    NETWORK,
    assistant_status,
    console_output,
    delete_instance,
    invocation_results,
    run_command,
    run_instances,
    screenshot,
    stop_instance,
)
from tests.emulator.world import World, code_of


def start(world: World, run: bool = True, guest: dict[str, Any] | None = None, **fields: Any) -> str:
    """An instance, Running unless it shall not be yet; `guest` is how it goes."""
    world.post("networks", NETWORK)
    world.post("guests", guest or {})
    image = world.create_image(Status="Available", **fields)["ImageId"]
    (one,) = world.send(run_instances(image))["InstanceIdSets"]["InstanceIdSet"]
    world.advance(25 if run else 0)
    return str(one)


def heard(world: World, instance: str, **params: Any) -> str:
    answer = world.send(console_output(instance, **params))
    assert answer["InstanceId"] == instance
    return base64.b64decode(answer["ConsoleOutput"]).decode()


def updated(world: World, instance: str) -> datetime:
    return datetime.strptime(world.send(console_output(instance))["LastUpdateTime"], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007


def now(world: World) -> datetime:
    return datetime.fromisoformat(world.get("clock")["now"]).replace(tzinfo=None)


def test_a_guest_speaks_line_by_line_until_its_login_prompt(world: World) -> None:
    one = start(world)
    assert [line[:44] for line in heard(world, one).splitlines()] == ["[    0.000000] Linux version 5.10.134-emulat"]
    world.advance(15)
    assert "login:" not in heard(world, one)
    world.advance(16)
    assert heard(world, one).endswith("login: ")
    assert "Reached target" in heard(world, one)


def test_symbols_are_left_out_where_that_is_asked_for(world: World) -> None:
    one = start(world)
    world.advance(31)
    plain = heard(world, one, RemoveSymbols="true")
    assert ("\x1b" in heard(world, one), "\x1b" in plain) == (True, False)
    assert "[  OK  ] Reached target Multi-User System.\n" in plain


@pytest.mark.parametrize(
    ("says", "last"),
    [
        ("panic", "[    1.198113] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block\r\n"),
        ("emergency", "(or press Control-D to continue): "),
        ("no_device", "No bootable device.\r\n"),
        ("silence", ""),
    ],
)
def test_a_guest_that_does_not_start_says_so_and_its_agent_is_never_heard(world: World, says: str, last: str) -> None:
    one = start(world, guest={"says": says})
    world.advance(3600)
    assert (heard(world, one).endswith(last), bool(heard(world, one))) == (True, bool(last))
    assert "login:" not in heard(world, one)
    assert agent(world, one)["CloudAssistantStatus"] == "false"


def test_a_guest_may_say_anything_and_take_its_time(world: World) -> None:
    one = start(world, guest={"text": "one\r\ntwo\r\nthree login: ", "speaks_s": 600})
    world.advance(299)
    assert heard(world, one) == "one\r\n"
    world.advance(2)
    assert heard(world, one) == "one\r\ntwo\r\n"
    world.advance(300)
    assert heard(world, one) == "one\r\ntwo\r\nthree login: "


def test_what_the_newest_order_says_counts_for_images_whose_name_fits(world: World) -> None:
    world.post("guests", {"ImageName": "silent-*", "says": "silence"})
    one = start(world, guest={"ImageName": "loud-*", "says": "panic"}, ImageName="silent-1")
    other = start(world, guest={"ImageName": "silent-*", "text": "x"}, ImageName="silent-2")
    world.advance(60)
    assert (heard(world, one), heard(world, other)) == ("", "x")


def test_there_is_no_console_before_the_start_nor_of_windows_nor_of_nobody(world: World) -> None:
    one = start(world, run=False)
    assert code_of(world, console_output(one)) == (405, "IncorrectInstanceStatus")
    world.advance(25)
    assert code_of(world, console_output(one, RegionId="cn-shanghai")) == (404, "InvalidInstanceId.NotFound")
    assert code_of(world, console_output("i-nobodys")) == (404, "InvalidInstanceId.NotFound")
    assert code_of(world, console_output(one, RemoveSymbols="some")) == (400, "InvalidParameter")
    windows = start(world, OSType="windows")
    assert code_of(world, console_output(windows)) == (405, "NotSupported")


def test_the_console_stays_when_the_instance_has_stopped(world: World) -> None:
    one = start(world)
    world.advance(31)
    world.send(stop_instance(one))
    world.advance(3600)
    assert heard(world, one).endswith("login: ")


def test_a_guest_that_is_stopped_says_no_more(world: World) -> None:
    one = start(world, guest={"text": "one\r\ntwo\r\nthree login: ", "speaks_s": 600})
    world.send(stop_instance(one))
    world.advance(3600)
    assert heard(world, one) == "one\r\n"


def test_the_time_of_the_last_line_is_told_in_one_of_two_time_zones(world: World) -> None:
    one, began = start(world), now(world)
    world.advance(3600)
    spoke = timedelta(seconds=30)
    assert abs(updated(world, one) - (began + spoke + timedelta(hours=8))) < timedelta(seconds=3)
    world.post("unsure", {"console_time_zone": "UTC"})
    assert abs(updated(world, one) - (began + spoke)) < timedelta(seconds=3)


def test_a_console_may_be_kept_as_it_was_at_the_last_start(world: World) -> None:
    world.post("unsure", {"console_refresh": "last_start"})
    quick = start(world)
    slow = start(world, guest={"speaks_s": 120})
    assert heard(world, quick) == ""
    world.advance(61)
    assert heard(world, quick).endswith("login: ")
    kept = heard(world, slow)
    world.advance(3600)
    assert (heard(world, slow), "Linux version" in kept, "login:" in kept) == (kept, True, False)


def test_a_picture_is_a_jpeg_and_comes_every_ten_seconds(world: World) -> None:
    one = start(world, run=False)
    assert code_of(world, screenshot(one)) == (403, "IncorrectInstanceStatus")
    world.advance(25)
    picture = base64.b64decode(world.send(screenshot(one))["Screenshot"])
    assert (picture[:2], picture[-2:]) == (b"\xff\xd8", b"\xff\xd9")
    assert code_of(world, screenshot(one)) == (429, "Throttling")
    world.advance(10)
    assert world.send(screenshot(one))["InstanceId"] == one


def agent(world: World, instance: str) -> dict[str, Any]:
    answer = world.send(assistant_status(instance))
    (one,) = answer["InstanceCloudAssistantStatusSet"]["InstanceCloudAssistantStatus"]
    return dict(one)


def test_the_agent_is_heard_some_time_after_the_start_and_until_two_minutes_after_the_end(world: World) -> None:
    one = start(world)
    before = agent(world, one)
    assert (before["InstanceId"], before["CloudAssistantStatus"], before["LastHeartbeatTime"]) == (one, "false", "")
    assert before["CloudAssistantVersion"] == ""
    world.advance(46)
    after = agent(world, one)
    assert (after["CloudAssistantStatus"], after["CloudAssistantVersion"]) == ("true", "2.2.3.857")
    world.advance(3600)
    beat = datetime.strptime(agent(world, one)["LastHeartbeatTime"], "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007
    assert timedelta(0) <= now(world) - beat <= timedelta(seconds=62)
    world.send(stop_instance(one))
    world.advance(181)
    assert agent(world, one)["CloudAssistantStatus"] == "false"


def test_a_guest_without_the_agent_is_never_heard_and_one_may_be_slow(world: World) -> None:
    none, slow = start(world, guest={"agent": False}), start(world, guest={"agent_s": 600})
    world.advance(595)
    assert (agent(world, none)["CloudAssistantStatus"], agent(world, slow)["CloudAssistantStatus"]) == (
        "false",
        "false",
    )
    world.advance(20)
    assert (agent(world, none)["CloudAssistantStatus"], agent(world, slow)["CloudAssistantStatus"]) == ("false", "true")


def test_the_agents_of_a_region_are_told_together(world: World) -> None:
    one, other = start(world), start(world)
    answer = world.send(assistant_status())
    rows = answer["InstanceCloudAssistantStatusSet"]["InstanceCloudAssistantStatus"]
    assert ([row["InstanceId"] for row in rows], answer["TotalCount"]) == ([one, other], 2)
    assert code_of(world, assistant_status("i-nobodys")) == (404, "InvalidInstance.NotFound")
    assert code_of(world, assistant_status(*[f"i-{n}" for n in range(51)])) == (403, "InstanceIds.ExceedLimit")


def result(world: World, invoke_id: str, **params: Any) -> dict[str, Any]:
    answer = world.send(invocation_results(InvokeId=invoke_id, **params))["Invocation"]
    (one,) = answer["InvocationResults"]["InvocationResult"]
    return dict(one)


def test_a_command_is_pending_running_and_then_ends_with_what_was_ordered(world: World) -> None:
    one = start(world, guest={"exit_code": 0, "output": "running\n", "command_s": 20})
    world.advance(46)
    sent = world.send(run_command(one))
    assert (sent["CommandId"][:2], sent["InvokeId"][:2]) == ("c-", "t-")
    seen = [result(world, sent["InvokeId"])["InvocationStatus"]]
    world.advance(2)
    seen.append(result(world, sent["InvokeId"])["InvocationStatus"])
    world.advance(20)
    ended = result(world, sent["InvokeId"])
    assert [*seen, ended["InvocationStatus"]] == ["Pending", "Running", "Success"]
    assert (ended["ExitCode"], ended["Output"], ended["ErrorCode"]) == (0, "running\n", "")
    assert (ended["InstanceId"], ended["CommandId"], ended["Username"]) == (one, sent["CommandId"], "root")
    encoded = result(world, sent["InvokeId"], ContentEncoding="")
    assert base64.b64decode(encoded["Output"]) == b"running\n"


def after_a_minute(world: World, guest: dict[str, Any], **params: Any) -> tuple[str, str, int | None]:
    """Status, error code and exit code of a command that was sent when the agent was heard."""
    one = start(world, guest=guest)
    world.advance(46)
    sent = world.send(run_command(one, **params))
    world.advance(90)
    ended = result(world, sent["InvokeId"])
    return ended["InvocationStatus"], ended["ErrorCode"], ended["ExitCode"]


def test_a_command_may_fail_in_every_way(world: World) -> None:
    assert after_a_minute(world, {"exit_code": 3}) == ("Failed", "ExitCodeNonzero", 3)
    assert after_a_minute(world, {"command_s": 3600}, Timeout="60") == ("Timeout", "Timeout", None)
    assert after_a_minute(world, {"agent": False}) == ("Failed", "ClientNotRunning", None)
    assert after_a_minute(world, {"says": "panic"}) == ("Failed", "ClientNotRunning", None)
    denied = {"command_error": "SecurityGroupRuleDenied"}
    assert after_a_minute(world, denied) == ("Failed", "SecurityGroupRuleDenied", None)


def test_a_command_to_what_does_not_run_or_goes_meanwhile_fails(world: World) -> None:
    one = start(world, run=False)
    sent = world.send(run_command(one))
    assert result(world, sent["InvokeId"])["ErrorCode"] == "InstanceNotRunning"
    other = start(world, guest={"command_s": 50})
    world.advance(46)
    sent = world.send(run_command(other))
    world.advance(5)
    world.send(delete_instance(other, Force="true"))
    world.advance(60)
    assert result(world, sent["InvokeId"])["ErrorCode"] == "InstanceReleased"


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"Type": ""}, (400, "MissingParameter")),
        ({"CommandContent": ""}, (400, "MissingParameter")),
        ({"InstanceId.1": ""}, (404, "InvalidInstance.NotFound")),
        ({"InstanceId.1": None}, (400, "MissingParameter")),
        ({"InstanceId.2": "i-nobodys"}, (404, "InvalidInstance.NotFound")),
        ({"Type": "RunBasic"}, (403, "InvalidCmdType.NotFound")),
        ({"Timeout": "9"}, (400, "InvalidParameter")),
        ({"Timeout": "86401"}, (400, "InvalidParameter")),
        ({"ContentEncoding": "Morse"}, (400, "InvalidParameter")),
        ({"ContentEncoding": "Base64", "CommandContent": "?"}, (400, "CmdContent.DecodeError")),
        ({"CommandContent": "x" * 20_000}, (403, "CmdContent.ExceedLimit")),
    ],
)
def test_a_wrong_command_is_refused(world: World, params: dict[str, Any], refusal: tuple[int, str]) -> None:
    one = start(world)
    assert code_of(world, run_command(one, **params)) == refusal
    assert world.send(invocation_results())["Invocation"]["TotalCount"] == 0


def test_the_same_token_sends_a_command_once(world: World) -> None:
    one = start(world)
    first = world.send(run_command(one, ClientToken="prove-1"))
    assert world.send(run_command(one, ClientToken="prove-1"))["InvokeId"] == first["InvokeId"]
    assert code_of(world, run_command(one, ClientToken="prove-1", Timeout="90"))[1] == "IdempotentParameterMismatch"
    encoded = base64.b64encode(b"uptime").decode()
    other = world.send(run_command(one, CommandContent=encoded, ContentEncoding="Base64"))
    found = world.send(invocation_results(InstanceId=one))["Invocation"]["InvocationResults"]["InvocationResult"]
    assert [row["InvokeId"] for row in found] == [other["InvokeId"], first["InvokeId"]]
    assert world.send(invocation_results(CommandId="c-nobodys"))["Invocation"]["TotalCount"] == 0
    assert world.send(invocation_results(RegionId="cn-shanghai"))["Invocation"]["TotalCount"] == 0
    assert code_of(world, invocation_results(ContentEncoding="Morse")) == (400, "InvalidParameter")
