"""The doctor in front of an emulated cloud of its own, on which a test makes the mistakes that people make."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.cloud import Settings
from tests.emulator.world import running

from .ward import ROOT, Ward, files_of


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    """A deployment in which nothing is wrong; its files may be changed before the doctor comes."""
    files = files_of(tmp_path)
    settings = Settings(
        speed=1, functions=files, template=ROOT / "template.yml", policy=ROOT / "functions/image-export/policy.yaml"
    )
    with running(settings) as world:
        yield Ward(world, files)
