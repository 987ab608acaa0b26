"""The deployment that the doctor looks at, in which no event tells of new images; and a further account."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doctor.deployment import EmulatedDeployment, files_of, settings_of
from tests.doctor.test_other_accounts import far
from tests.emulator.world import running

__all__ = ["deployment", "far", "images"]


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[EmulatedDeployment]:
    """Nothing is wrong in it, and nothing is exported by itself."""
    files = files_of(tmp_path)
    with running(settings_of(files, events=frozenset())) as world:
        yield EmulatedDeployment(world, files)


@pytest.fixture
def images(deployment: EmulatedDeployment) -> dict[str, str]:
    """The ids of some images of 40 GiB by their names."""
    names = ("golden-web", "golden-db", "scratch")
    fields = {"RegionId": "cn-hangzhou", "Status": "Available"}
    return {name: str(deployment.world.create_image(ImageName=name, **fields)["ImageId"]) for name in names}
