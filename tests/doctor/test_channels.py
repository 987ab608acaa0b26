"""The doctor looks at channels: which variables the deployed function lacks, and what a channel says to a message."""

import pytest

from image_export_cli.deployment.finding import Finding
from image_export_cli.doctor.examined import Evidence
from tests.emulator.receiving import made, received

from .deployment import EmulatedDeployment

SECRET = "SEC" + "made-up0" * 8
NOTIFY = """notify:
  - dingtalk: {name: oncall, url: env:IMAGE_EXPORT_DINGTALK_URL, secret: env:IMAGE_EXPORT_DINGTALK_SECRET}
  - wecom: {name: oncall, url: env:IMAGE_EXPORT_WECOM_URL}
  - slack: {name: images, url: env:IMAGE_EXPORT_SLACK_URL}
"""


@pytest.fixture
def named(deployment: EmulatedDeployment) -> EmulatedDeployment:
    """The policy names three channels, of which two have a name in common; the watcher has no variable of them."""
    policy = deployment.policy.read_text()
    deployment.policy.write_text(policy[: policy.index("notify:")] + NOTIFY)
    return deployment


def give(deployment: EmulatedDeployment, **variables: str) -> None:
    """The deployed watcher has these variables from now on."""
    watcher = deployment.cloud.fc.by_name["image-export-watch"]
    deployment.redeploy("image-export-watch", environment={**watcher.environment, **variables})


def tried(deployment: EmulatedDeployment, *names: str) -> list[tuple[str, str, str]]:
    """What came of the messages: of which channel, how it is, and why."""
    found: list[Finding] = deployment.examine(Evidence(tried=names))
    return [(one.subject, one.status, one.message) for one in found if one.check == "notify targets"]


def test_each_variable_that_the_watcher_lacks_is_named_and_what_to_do(named: EmulatedDeployment) -> None:
    give(named, IMAGE_EXPORT_SLACK_URL="https://hooks.slack.com/services/made-up")
    found = {(one.subject, one.status): one for one in named.said("notify targets")}
    assert sorted(found) == [("dingtalk:oncall", "wrong"), ("slack:images", "ok"), ("wecom:oncall", "wrong")]
    wecom = found["wecom:oncall", "wrong"]
    assert wecom.message == "The function image-export-watch has no variable IMAGE_EXPORT_WECOM_URL."
    assert (wecom.exact or "").endswith("s deploy")
    assert found["slack:images", "ok"].message == (
        "image-export-watch has IMAGE_EXPORT_SLACK_URL. image-export doctor --test slack:images sends it a message."
    )


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (" \n", "The function image-export-watch has no variable IMAGE_EXPORT_SLACK_URL."),
        ("http://hooks.slack.example/x", "IMAGE_EXPORT_SLACK_URL of image-export-watch is not called: "),
        ("hooks.slack.example/x", "IMAGE_EXPORT_SLACK_URL of image-export-watch is not called: "),
    ],
)
def test_a_variable_that_nothing_could_be_sent_to_is_wrong_without_showing_it(
    named: EmulatedDeployment, value: str, why: str
) -> None:
    give(named, IMAGE_EXPORT_SLACK_URL=value)
    (slack,) = [one for one in named.said("notify targets") if one.subject == "slack:images"]
    assert (slack.status, slack.message.startswith(why)) == ("wrong", True)
    assert "example" not in f"{slack.message} {slack.recommend} {slack.exact}"


def test_the_heartbeat_is_looked_at_and_not_called(named: EmulatedDeployment) -> None:
    policy = named.policy.read_text()
    named.policy.write_text(f"heartbeat: {{url: env:IMAGE_EXPORT_HEARTBEAT_URL, every: 5m}}\n{policy}")

    def heartbeat() -> tuple[str, str]:
        (found,) = [one for one in named.said("notify targets") if one.subject == "heartbeat"]
        return found.status, found.message

    lacks = "The function image-export-watch has no variable IMAGE_EXPORT_HEARTBEAT_URL."
    assert heartbeat() == ("wrong", lacks)
    give(named, IMAGE_EXPORT_HEARTBEAT_URL=made(named.world, "heartbeat"))
    assert heartbeat()[0] == "ok"
    assert received(named.world) == []


def test_a_message_reaches_every_channel_of_that_name_and_says_what_it_is(named: EmulatedDeployment) -> None:
    robots = {kind: made(named.world, kind, f"of-{kind}") for kind in ("wecom",)}
    robots["dingtalk"] = made(named.world, "dingtalk", "of-dingtalk", secret=SECRET)
    give(
        named,
        IMAGE_EXPORT_DINGTALK_URL=robots["dingtalk"],
        IMAGE_EXPORT_DINGTALK_SECRET=SECRET,
        IMAGE_EXPORT_WECOM_URL=robots["wecom"],
    )
    took = "Took a test message. See that it has arrived."
    assert tried(named, "oncall") == [("dingtalk:oncall", "ok", took), ("wecom:oncall", "ok", took)]
    rows = [(row["receiver"], row["verdict"], row["signature"]) for row in received(named.world)]
    assert rows == [("of-dingtalk", "accepted", "valid"), ("of-wecom", "accepted", "none")]


def test_one_of_two_of_a_name_is_meant_by_its_kind(named: EmulatedDeployment) -> None:
    give(named, IMAGE_EXPORT_WECOM_URL=made(named.world, "wecom"))
    took = [(subject, status) for subject, status, _ in tried(named, "wecom:oncall")]
    assert took == [("wecom:oncall", "ok")]


def test_what_a_channel_answers_is_said_with_what_to_do(named: EmulatedDeployment) -> None:
    give(
        named,
        IMAGE_EXPORT_DINGTALK_URL=made(named.world, "dingtalk", secret=SECRET),
        IMAGE_EXPORT_DINGTALK_SECRET="SECanother" + "0" * 20,
    )
    ((subject, status, message),) = tried(named, "dingtalk:oncall")
    assert (subject, status) == ("dingtalk:oncall", "wrong")
    assert message.startswith("Did not take the message: 310000: ")


def test_a_name_that_nobody_has_is_wrong_and_the_others_are_named(named: EmulatedDeployment) -> None:
    known = "dingtalk:oncall, wecom:oncall, slack:images"
    assert tried(named, "nobody") == [("nobody", "wrong", f"The policy has no channel of that name; it has: {known}.")]


def test_nothing_else_is_looked_at_where_a_message_is_sent(named: EmulatedDeployment) -> None:
    checks = {one.check for one in named.examine(Evidence(tried=("nobody",)))}
    assert checks == {"credentials", "files", "notify targets"}
