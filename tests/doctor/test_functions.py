"""What is deployed otherwise than meant is named, and above all an HTTP entrance that is open to everybody."""

import hashlib
from typing import Any

import pytest

from image_export_cli.deployment.finding import Finding
from image_export_cli.doctor.checks.deploying import DEPLOY

from .deployment import EmulatedDeployment

HTTP, EVENT, WATCH = "image-export-http", "image-export-event", "image-export-watch"


def entrance(deployment: EmulatedDeployment, auth_type: str, **environment: str) -> Finding:
    """What the doctor says of the HTTP trigger with this authType, as s.yaml has it too, and this environment."""
    deployment.change(deployment.file, "httpAuthType: anonymous", f"httpAuthType: {auth_type}")
    deployment.retrigger(HTTP, authType=auth_type)
    deployment.redeploy(HTTP, environment={**deployment.cloud.fc.by_name[HTTP].environment, **environment})
    return next(one for one in deployment.examine() if one.subject == f"{HTTP}/http")


def test_an_entrance_that_nobody_guards_is_named(deployment: EmulatedDeployment) -> None:
    found = entrance(deployment, "anonymous", IMAGE_EXPORT_HTTP_AUTH="platform")
    assert found.status == "wrong"
    assert "anybody on the internet may export" in found.message
    assert "httpAuthType: function" in str(found.recommend)


@pytest.mark.parametrize("auth_type", ["function", "jwt"])
def test_an_entrance_that_is_guarded_twice_is_named_since_nobody_comes_through(
    deployment: EmulatedDeployment, auth_type: str
) -> None:
    found = entrance(deployment, auth_type, IMAGE_EXPORT_HTTP_AUTH="bearer")
    assert found.status == "wrong"
    assert f"authType is {auth_type}: whoever FC lets in is refused with 401" in found.message


@pytest.mark.parametrize(
    ("auth_type", "ours", "tokens"),
    [("function", "platform", ""), ("jwt", "platform", ""), ("anonymous", "bearer", "a" * 64)],
)
def test_one_guard_is_right(deployment: EmulatedDeployment, auth_type: str, ours: str, tokens: str) -> None:
    found = entrance(deployment, auth_type, IMAGE_EXPORT_HTTP_AUTH=ours, IMAGE_EXPORT_HTTP_TOKENS=tokens)
    assert (found.status, found.recommend) == ("ok", None)
    assert "a" * 64 not in repr(found)


def test_an_entrance_without_tokens_of_the_environment_lets_in_those_of_the_ledger_alone(
    deployment: EmulatedDeployment,
) -> None:
    found = entrance(deployment, "anonymous")
    assert (found.status, "IMAGE_EXPORT_HTTP_TOKENS is empty" in found.message) == ("note", True)
    assert "every request is answered 401" in str(found.recommend)


@pytest.mark.parametrize(("deployed", "said"), [("", "has no tokens"), ("b" * 64, "knows other tokens")])
def test_tokens_of_this_shell_that_are_not_the_deployed_ones_are_named_and_not_shown(
    deployment: EmulatedDeployment, deployed: str, said: str
) -> None:
    deployment.environ["IMAGE_EXPORT_HTTP_TOKENS"] = "a" * 64
    found = entrance(deployment, "anonymous", IMAGE_EXPORT_HTTP_TOKENS=deployed)
    assert (found.status, said in found.message, found.exact) == ("wrong", True, DEPLOY)
    assert not {"a" * 64, "b" * 64} & set(repr(found).split())
    assert "aaaa" not in repr(found)


def test_a_token_that_was_not_set_when_its_hash_was_deployed_is_named(deployment: EmulatedDeployment) -> None:
    nothing = hashlib.sha256(b"").hexdigest()
    found = entrance(deployment, "anonymous", IMAGE_EXPORT_HTTP_TOKENS=f"{'a' * 64},{nothing}")
    assert (found.status, "SHA-256 of nothing" in found.message) == ("wrong", True)


def test_a_function_that_is_not_deployed_is_named(deployment: EmulatedDeployment) -> None:
    del deployment.cloud.fc.by_name[WATCH]
    assert {(one.subject, one.exact) for one in deployment.wrong()} == {
        (WATCH, DEPLOY),
        (f"{WATCH}/every-minute", DEPLOY),
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"timeout_s": 3}, "timeout is 3 and not 120"),
        ({"memory_mib": 1024}, "memorySize is 1024 and not 512"),
        ({"role": "other"}, "role is other and not image-export-event"),
        ({"handler": "index.handler"}, "handler is index.handler"),
        ({"runtime": "python3.9"}, "runtime is python3.9"),
        ({"layers": ("acs:fc:cn-hangzhou:1234567890123456:layers/old/versions/7",)}, "layers/old/versions/7 and not"),
    ],
)
def test_what_is_deployed_otherwise_is_named(deployment: EmulatedDeployment, change: dict[str, Any], said: str) -> None:
    deployment.redeploy(EVENT, **change)
    found = deployment.only_wrong()
    assert (found.subject, said in found.message) == (EVENT, True)


def test_a_function_without_the_layer_is_named_for_the_sdks_that_it_would_load(deployment: EmulatedDeployment) -> None:
    deployment.redeploy(EVENT, layers=())
    assert any("SDKs that FC has preinstalled" in one.message for one in deployment.wrong())


def test_another_ledger_in_the_deployed_environment_is_named_without_its_value(deployment: EmulatedDeployment) -> None:
    known = deployment.cloud.fc.by_name[EVENT].environment
    deployment.redeploy(EVENT, environment={**known, "IMAGE_EXPORT_LEDGER": "oss://old-ledger/x"})
    found = deployment.only_wrong()
    assert "IMAGE_EXPORT_LEDGER is another" in found.message
    assert "old-ledger" not in repr(found)


def test_a_default_that_is_deployed_as_no_variable_is_no_difference(deployment: EmulatedDeployment) -> None:
    known = dict(deployment.cloud.fc.by_name[EVENT].environment)
    deployment.redeploy(EVENT, environment={name: one for name, one in known.items() if name != "IMAGE_EXPORT_POLICY"})
    assert deployment.wrong() == []


def test_a_deployed_environment_that_is_not_valid_is_named(deployment: EmulatedDeployment) -> None:
    deployment.redeploy(EVENT, environment={"IMAGE_EXPORT_LEDGER": "ledger"})
    assert any("oss://bucket/prefix" in one.message for one in deployment.wrong())


@pytest.mark.parametrize(
    ("function", "switch", "effect"),
    [(WATCH, "enable", "nothing runs it by itself"), (EVENT, "triggerEnable", "no event of an image reaches it")],
)
def test_a_trigger_that_is_off_or_not_there_is_named(
    deployment: EmulatedDeployment, function: str, switch: str, effect: str
) -> None:
    deployment.retrigger(function, **{switch: False})
    assert effect in deployment.only_wrong().message
    deployment.redeploy(function, triggers=())
    found = deployment.only_wrong()
    assert "There is no such trigger" in found.message
    assert effect in found.message
