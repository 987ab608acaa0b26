"""An emulated cloud of our own, and the clouds of one worker on it."""

from collections.abc import Iterator

import pytest

from alicloud_emulator.running import RunningEmulator
from image_export.edges.aliyun.clouds import AliyunCloud, AliyunClouds
from image_export.edges.aliyun.hosts import Addresses
from image_export.edges.notify.notifier import AliyunNotifier
from image_export.values.place import Place
from tests.builders import ACCOUNT, BUCKET, REGION, a_role
from tests.contract.worlds import EdgeWorld, administrator, impatient
from tests.emulator.deployment import write


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    """One for all tests here, with a function of FC 3.0 that writes what it gets; its clock all but stands."""
    folder = tmp_path_factory.mktemp("emulator")
    functions = str(write(folder, "def handler(event, context):\n    print(event.decode())\n"))
    arguments = ("--port", "0", "--functions", functions, "--speed", "0.01", "--events", "none")
    with RunningEmulator(*arguments, log=folder / "log") as running:
        yield running


@pytest.fixture
def emulator(running: RunningEmulator) -> Iterator[RunningEmulator]:
    """The same without faults and with the usual readings afterwards."""
    readings = running.get("unsure")
    yield running
    running.delete("faults")
    running.post("unsure", readings)


@pytest.fixture
def world(emulator: RunningEmulator) -> EdgeWorld:
    """As the contract suite has it."""
    return EdgeWorld(emulator)


@pytest.fixture
def clouds(emulator: RunningEmulator) -> AliyunClouds:
    """Nothing cached yet."""
    return AliyunClouds(lambda: administrator(emulator), Addresses(emulator.endpoint), impatient())


@pytest.fixture
def cloud(clouds: AliyunClouds) -> AliyunCloud:
    """The account, region and bucket of the examples."""
    return clouds.at(a_role(), REGION, BUCKET)


@pytest.fixture
def notifier(emulator: RunningEmulator) -> AliyunNotifier:
    """In the administrator's name."""
    return AliyunNotifier(
        lambda: administrator(emulator), Addresses(emulator.endpoint), Place(ACCOUNT, REGION), lambda: 60.0
    )
