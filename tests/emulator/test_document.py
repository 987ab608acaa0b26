"""`docs/emulator.md` names every option, control call, fault and reading; and its example for other projects works."""

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import alibabacloud_oss_v2 as oss

from alicloud_emulator.command import arguments
from alicloud_emulator.control import ROUTES
from alicloud_emulator.faults import KINDS
from alicloud_emulator.unsure import READINGS, Unsure
from tests.emulator.world import World

PAGE = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")


def rows(head: str) -> dict[str, str]:
    """The rows of the table whose head begins with these words: the first cell's codes, and the last cell."""
    table = PAGE.partition(f"\n| {head} |")[2].partition("\n\n")[0]
    cells = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    return {name: row[-1] for row in cells for name in re.findall(r"`([^`]+)`", row[0])}


def test_every_option_has_its_row() -> None:
    options = [name for action in arguments()._actions for name in action.option_strings if name.startswith("--")]  # noqa: SLF001
    assert sorted(rows("Option")) == sorted(name for name in options if name != "--help")


def test_every_control_call_has_its_row() -> None:
    calls = [f"{method} {path}" for method, path, *_ in ROUTES]
    assert sorted(rows("Call")) == sorted([*calls, "POST /invoke/{name}"])


def test_every_kind_of_fault_has_its_row() -> None:
    assert set(rows("`kind`")) == {*KINDS, "code:CODE"}


def test_every_reading_has_its_row_with_the_one_in_force_first() -> None:
    said = {name: re.findall(r"`([^`]+)`", cell) for name, cell in rows("Name").items()}
    known = {name: [str(value).lower() if isinstance(value, bool) else str(value) for value in values]
             for name, values in READINGS.items()}  # fmt: skip
    assert said == {**known, "task_list_lag_s": ["20.0"]}
    assert {name: values[0] for name, values in said.items()} == {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in asdict(Unsure()).items()
    }


def test_the_example_for_other_projects_reaches_ecs_and_oss(world: World) -> None:
    shown: dict[str, Any] = {}
    exec(re.findall(r"^```python example\n([\s\S]*?)^```$", PAGE, re.MULTILINE)[0], shown)  # noqa: S102 - our own page
    key = world.administrator
    ready = {"endpoint": world.endpoint, "access_key_id": key.access_key_id, "access_key_secret": key.secret}
    made = world.create_image(Status="Available")
    assert [image["ImageId"] for image in shown["images"](ready)] == [made["ImageId"]]
    client = shown["bucket_client"](ready)
    client.put_object(oss.PutObjectRequest(bucket="acme-images-hangzhou", key="a", body=b"x"))
    answer = client.get_object(oss.GetObjectRequest(bucket="acme-images-hangzhou", key="a"))
    assert answer.body.content == b"x"
