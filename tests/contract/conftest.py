"""The contract suite runs once on the fakes and once on the edges. A fake is believed because both pass."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alicloud_emulator.running import RunningEmulator
from tests.contract.worlds import EdgeStoreWorld, EdgeWorld, FakeStoreWorld, FakeWorld, StoreWorld, World


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    """One for all tests of a run; its clock all but stands, so that time passes when a test says so."""
    log: Path = tmp_path_factory.mktemp("emulator") / "log"
    with RunningEmulator(
        "--port", "0", "--functions", "none", "--speed", "0.01", "--events", "none", log=log
    ) as running:
        running.post("quotas", {"concurrent_exports": 1000, "api_qps": 10_000})  # a second lasts for all tests
        yield running


@pytest.fixture(params=["fake", "edge"])
def world(request: pytest.FixtureRequest) -> World:
    """A cloud; the emulator is started for the edges alone."""
    return FakeWorld() if request.param == "fake" else EdgeWorld(request.getfixturevalue("emulator"))


@pytest.fixture(params=["fake", "edge", "edge without a prefix"])
def ledger(request: pytest.FixtureRequest) -> StoreWorld:
    """A ledger's bucket."""
    if request.param == "fake":
        return FakeStoreWorld()
    return EdgeStoreWorld(request.getfixturevalue("emulator"), "ledger" if request.param == "edge" else "")
