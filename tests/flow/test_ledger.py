"""The ledger's bucket as the functions find it."""

import json
from collections.abc import Iterator
from pathlib import Path

import alibabacloud_oss_v2 as oss
import pytest

from alicloud_emulator.running import RunningEmulator

from .world import ACCOUNT, World, bucket_client, still_functions


@pytest.fixture
def versioned(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    """A world whose ledger bucket is versioned, in one of the two ways that OSS knows."""
    arguments = ("--functions", str(still_functions(tmp_path)), "--speed", "1", "--events", "none")
    with RunningEmulator(*arguments, log=tmp_path / "functions.log") as running:
        for status in ("Enabled", "Suspended")[: 1 + (request.param == "Suspended")]:
            bucket_client(running).put_bucket_versioning(
                oss.PutBucketVersioningRequest(
                    bucket=f"image-export-ledger-{ACCOUNT}",
                    versioning_configuration=oss.VersioningConfiguration(status=status),
                )
            )
        yield World(running)


@pytest.mark.parametrize("versioned", ["Enabled", "Suspended"], indirect=True)
def test_on_a_versioned_ledger_the_functions_refuse_to_work_and_say_why(versioned: World) -> None:
    image = versioned.image()
    with pytest.raises(RuntimeError, match="LedgerVersioned"):
        versioned.tell(image)
    with pytest.raises(RuntimeError, match="LedgerVersioned"):
        versioned.emulator.tick()
    assert (versioned.calls_of(image), versioned.ledger()) == ([], [])
    log = [one["line"] for one in versioned.emulator.get("logs") if "invocation.refused" in one["line"]]
    assert log
    assert all(json.loads(line)["code"] == "LedgerVersioned" for line in log)
