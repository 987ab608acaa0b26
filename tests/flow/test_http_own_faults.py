"""A fault of settings, policy, ledger or our own roles is never the asker's: 503, with its cause in the log."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from alicloud_emulator.running import RunningEmulator

from .entrance import OLDER_TOKEN, TOKEN, Answer, Entrance, accepting
from .world import ACCOUNT, World, still_functions

NOBODY = "exp-rtfyr2rqf6qlm2su-0001"
UNKNOWN = "iexp_" + "x" * 43
LEDGER = "oss://image-export-ledger-${config('AccountID')}/ledger"
OWN = f"image-export-ledger-{ACCOUNT}"
WHOLE = "w" * 20
PAST_SESSIONS_S = 4000

POLICIES = {
    "its bucket is missing": ("oss://no-such-bucket/policy.yaml", "NoSuchBucket"),
    "it is not there": (f"oss://{OWN}/ledger/policy.yaml", "NoSuchKey"),
    "it may not be read": (f"oss://{OWN}/policy/policy.yaml", "AccessDenied"),
    "no file beside the code": ("nothing.yaml", "cannot be read beside index.py"),
}
LEDGERS = {
    "its bucket is missing": "oss://no-such-bucket/ledger",
    "another prefix than the roles may use": f"oss://{OWN}/elsewhere",
}


@contextmanager
def deployed(folder: Path, **replaced: str) -> Iterator[World]:
    """The functions with another s.yaml."""
    text = {**accepting(OLDER_TOKEN, TOKEN), **replaced}
    arguments = ("--functions", str(still_functions(folder, **text)), "--speed", "1", "--events", "none")
    with RunningEmulator(*arguments, log=folder / "log") as emulator:
        yield World(emulator)


def told(world: World) -> str:
    """The log."""
    return json.dumps(world.emulator.get("logs"))


def is_ours(answer: Answer) -> None:
    """A 503 in the ECS shape that says when to ask again."""
    assert answer.refusal[0] == 503, answer
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("what", POLICIES)
def test_a_policy_that_cannot_be_read_is_503_and_the_log_says_why(tmp_path: Path, what: str) -> None:
    address, said = POLICIES[what]
    with deployed(tmp_path, **{"policy: policy.yaml": f"policy: {address}"}) as world:
        entrance = Entrance(world.emulator.http_trigger)
        for answer in (entrance.post("m-1"), entrance.post("m-1", DryRun=True), entrance.post("m-1", OSSPrefix=WHOLE)):
            is_ours(answer)
            assert answer.refusal[1] == "PolicyInvalid"
        assert entrance.page().status == 200  # what stands is shown
        assert said in told(world)


@pytest.mark.parametrize("what", LEDGERS)
def test_a_ledger_that_is_not_there_or_not_ours_is_503_and_the_log_says_why(tmp_path: Path, what: str) -> None:
    with deployed(tmp_path, **{LEDGER: LEDGERS[what]}) as world:
        entrance = Entrance(world.emulator.http_trigger)
        stranger = Entrance(world.emulator.http_trigger, UNKNOWN)
        answers = [entrance.post("m-1"), entrance.get(NOBODY), entrance.cancel(NOBODY), entrance.page(ImageId="m-1")]
        for answer in [*answers, entrance.page(), entrance.post("m-1", DryRun=True), stranger.page()]:
            is_ours(answer)
        assert "NoSuchBucket" in told(world) or "AccessDenied" in told(world)
        assert "http.failed" in told(world)


def test_settings_that_are_wrong_are_503_and_the_log_names_them(tmp_path: Path) -> None:
    with deployed(tmp_path, **{"${env('IMAGE_EXPORT_LOG_LEVEL', 'info')}": "loud"}) as world:
        is_ours(Entrance(world.emulator.http_trigger).page())
        assert "IMAGE_EXPORT_LOG_LEVEL" in told(world)


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("code", ["EntityNotExist.Role", "NoPermission"])
def test_a_role_of_ours_that_cannot_be_assumed_is_503(
    world: World, entrance: Entrance, code: str, dry_run: bool
) -> None:
    image = world.image()
    world.emulator.advance(PAST_SESSIONS_S)
    world.emulator.fault("sts", "AssumeRole", f"code:{code}", times=9)
    answer = entrance.post(image, OSSPrefix=WHOLE, DryRun=dry_run)
    world.emulator.delete("faults")
    is_ours(answer)
    assert answer.refusal[1] == code
    assert code in told(world)


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("code", ["NoSuchBucket", "AccessDenied"])
def test_a_bucket_of_the_policy_that_cannot_be_listed_is_503(
    world: World, entrance: Entrance, code: str, dry_run: bool
) -> None:
    """The policy names it, so nobody who asks can mend it."""
    image = world.image()
    world.emulator.fault("oss", "ListObjectsV2", f"code:{code}", times=9, params={"prefix": WHOLE})
    answer = entrance.post(image, OSSPrefix=WHOLE, DryRun=dry_run)
    world.emulator.delete("faults")
    is_ours(answer)
    assert answer.refusal[1] == code
    assert "http.failed" in told(world)
