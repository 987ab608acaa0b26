"""Whose keys the command uses: the first that are there, and no others; if there are none, what exactly is missing."""

import json
import shlex
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from image_export.errors import OurFault, Unreached
from image_export_cli.cloud.keys.finding import find_keys
from tests.edges.listening import listening

GIVEN = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI-environment", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "secret-environment"}
NO_METADATA = {"ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"}
OPS = {"name": "ops", "mode": "AK", "access_key_id": "LTAI-ops", "access_key_secret": "secret-of-ops"}
SESSION = {**OPS, "name": "session", "mode": "StsToken", "access_key_id": "STS.s", "sts_token": "token-of-session"}
EMPTY = {"name": "default", "mode": "AK", "access_key_id": "", "access_key_secret": ""}


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment of somebody without keys and without the vendors' files."""
    return {"HOME": str(tmp_path), **NO_METADATA}


def config(home: dict[str, str], *profiles: dict[str, Any], current: str = "") -> None:
    """Write what `aliyun configure` would."""
    file = Path(home["HOME"]) / ".aliyun" / "config.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"current": current, "profiles": profiles}))


def ini(home: dict[str, str], text: str, name: str = "credentials") -> None:
    """Write the SDKs' own file."""
    file = Path(home["HOME"]) / ".alibabacloud" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)


def used(environ: dict[str, str], profile: str | None = None) -> str:
    """The id of the key that is used."""
    return find_keys(environ, profile)().access_key_id


def missing(environ: dict[str, str], profile: str | None = None) -> str:
    """What is said to be missing."""
    with pytest.raises(OurFault) as fault:
        find_keys(environ, profile)()
    assert fault.value.code == "CredentialsMissing"
    return fault.value.cause.message


def test_a_named_profile_goes_before_the_environment_and_the_environment_before_its_own_profile(
    home: dict[str, str],
) -> None:
    config(home, OPS, SESSION, current="session")
    assert used({**home, **GIVEN}, "ops") == "LTAI-ops"
    assert used({**home, **GIVEN, "ALIBABA_CLOUD_PROFILE": "ops"}) == "LTAI-environment"
    assert used({**home, "ALIBABA_CLOUD_PROFILE": "ops"}) == "LTAI-ops"
    assert used(home) == "STS.s"
    assert find_keys(home)().security_token == "token-of-session"


@pytest.mark.parametrize("name", ["credentials", "credentials.ini"])
def test_the_file_of_the_sdks_is_read_where_the_other_has_no_such_profile(home: dict[str, str], name: str) -> None:
    config(home, OPS)
    ini(home, "[default]\ntype = access_key\naccess_key_id = LTAI-ini\naccess_key_secret = secret-ini\n", name)
    assert (used(home), used(home, "default"), used(home, "ops")) == ("LTAI-ini", "LTAI-ini", "LTAI-ops")


def test_a_profile_that_was_never_filled_in_is_passed_over_unless_it_is_named(home: dict[str, str]) -> None:
    config(home, EMPTY, current="default")
    ini(home, "[default]\ntype = access_key\naccess_key_id = LTAI-ini\naccess_key_secret = secret-ini\n")
    assert used(home) == "LTAI-ini"
    assert (
        missing(home, "default")
        == "Profile default of ~/.aliyun/config.json has no access_key_id and no access_key_secret."
    )


def test_a_profile_never_takes_the_keys_of_the_environment_for_its_own(home: dict[str, str]) -> None:
    """The vendors' library does."""
    config(
        home, EMPTY, {"name": "role", "mode": "ChainableRamRoleArn", "source_profile": "default", "ram_role_arn": "r"}
    )
    assert "has no access_key_id" in missing({**home, **GIVEN}, "default")
    assert "profile default of ~/.aliyun" in missing({**home, **GIVEN}, "role").lower()


@pytest.mark.parametrize(
    ("profiles", "name", "said"),
    [
        ([OPS, SESSION], "dev", "There is no profile dev in ~/.aliyun/config.json; it has: ops, session."),
        ([], "dev", "There is no profile dev in ~/.aliyun/config.json; it has: none."),
        (
            [{"name": "odd", "mode": "Ak"}],
            "odd",
            "Profile odd of ~/.aliyun/config.json has mode 'Ak', which is none of AK, ",
        ),
        (
            [{"name": "a", "mode": "ChainableRamRoleArn", "source_profile": "a", "ram_role_arn": "r"}],
            "a",
            "Profile a of ~/.aliyun/config.json builds upon itself.",
        ),
    ],
)
def test_what_a_profile_lacks_is_said_exactly(
    home: dict[str, str], profiles: list[dict[str, Any]], name: str, said: str
) -> None:
    config(home, *profiles)
    assert missing(home, name).startswith(said)


def test_files_that_are_not_there_or_cannot_be_read_are_named(home: dict[str, str]) -> None:
    neither = "no ~/.aliyun/config.json and no ~/.alibabacloud/credentials"
    assert missing(home, "dev") == f"There is no profile dev, for there is {neither}."
    assert missing(home) == (
        "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET are not set, "
        f"there is {neither}, and ALIBABA_CLOUD_ECS_METADATA_DISABLED is true."
    )
    config(home)
    (Path(home["HOME"]) / ".aliyun" / "config.json").write_text('{"secret": "abc')
    assert missing(home) == "~/.aliyun/config.json cannot be read: JSONDecodeError."


def test_half_a_key_is_no_key(home: dict[str, str]) -> None:
    (name, value), _ = GIVEN.items()
    assert missing({**home, name: value}) == (
        "ALIBABA_CLOUD_ACCESS_KEY_ID is set and ALIBABA_CLOUD_ACCESS_KEY_SECRET is not."
    )


def external(home: dict[str, str], program: str) -> None:
    """A profile whose keys a program prints."""
    script = Path(home["HOME"]) / "keys.py"
    script.write_text(program)
    config(home, OPS, {"name": "ext", "mode": "External", "process_command": shlex.join([sys.executable, str(script)])})


PRINTS = """
import json, pathlib
count = pathlib.Path({file!r})
number = int(count.read_text()) + 1 if count.exists() else 1
count.write_text(str(number))
print(json.dumps(dict(mode="StsToken", access_key_id=f"STS.{{number}}", access_key_secret="secret-ext",
                      sts_token="token-ext", expiration={expiration!r})))
"""


@pytest.mark.parametrize(("minutes", "third"), [(1, "STS.3"), (60, "STS.1")])
def test_keys_are_renewed_before_they_end_and_kept_till_then(home: dict[str, str], minutes: int, third: str) -> None:
    ends = (datetime.now(timezone.utc) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
    external(home, PRINTS.format(file=str(Path(home["HOME"]) / "count"), expiration=ends))
    keys = find_keys(home, "ext")
    keys()
    keys()
    assert keys().access_key_id == third


def test_what_the_library_says_of_a_failure_is_shown_without_secrets(home: dict[str, str]) -> None:
    external(home, "import sys; sys.exit('it broke with secret-of-ops and Signature=abcdef')")
    said = missing(home, "ext")
    assert "it broke with" in said
    assert "secret-of-ops" not in said
    assert "abcdef" not in said


def test_an_sts_that_cannot_be_reached_is_no_answer_about_the_keys(
    home: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    config(home, {**OPS, "name": "role", "mode": "RamRoleArn", "ram_role_arn": "acs:ram::1:role/a"})
    with pytest.raises(Unreached) as fault:
        find_keys(home, "role")()
    assert "profile role of ~/.aliyun/config.json could not be asked for" in fault.value.cause.message
    assert "secret-of-ops" not in fault.value.cause.message


@pytest.fixture
def metadata(home: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """What the metadata service has heard; it refuses everything. A proxy leads to it, since its address is fixed."""
    del home["ALIBABA_CLOUD_ECS_METADATA_DISABLED"]
    heard: list[bytes] = []
    with listening(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", heard) as address:
        monkeypatch.setenv("HTTP_PROXY", f"http://{address}")
        yield heard


def test_the_metadata_service_is_asked_last_and_only_where_nothing_else_is_there(
    home: dict[str, str], metadata: list[bytes]
) -> None:
    config(home, OPS, current="ops")
    assert used({**home, **GIVEN}) == "LTAI-environment"
    assert used(home) == "LTAI-ops"
    missing(home, "dev")
    assert metadata == []
    config(home)
    assert missing(home).endswith("and no metadata service of ECS gives the keys of a role.")
    assert b"PUT http://100.100.100.200/latest/api/token" in metadata[0]


def test_a_metadata_service_that_does_not_answer_is_not_waited_for(
    home: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    del home["ALIBABA_CLOUD_ECS_METADATA_DISABLED"]
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        missing(home)
    assert time.monotonic() - began < 10
