"""Names and tags are written by whoever makes an image. They reach logs, events and manifests as text, and no path."""

import io
import json

import msgspec
import pytest

from image_export.edges.aliyun.ecs_answers import read_image
from image_export.edges.runtime.logs import configure

from .builders import ACCOUNT, IMAGE, REGION, an_image
from .fake_world import BUS, FakeWorld

NAMES = {
    "lines": 'golden-x\n{"event":"export.completed","level":"info"}\r\nforged',
    "terminal": "golden-\x1b[2J\x1b]0;owned\x07",
    "separators": "golden-\u2028\u2029\x85\x0b",
    "paths": "golden-../../../etc/passwd",
    "null": "golden-\0\0",
    "quotes": "golden-\"'`$(id)${jndi:ldap://x}{{7*7}}%s%n",
    "right to left": "golden-\u202eevil",
    "long": "golden-" + "x" * 100_000,
    "secret": "golden-SecurityToken=hunter2hunter2",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_is_one_field_of_one_line_and_no_part_of_a_key(name: str) -> None:
    world, lines = FakeWorld(), io.StringIO()
    world.show(an_image(name=name, tags={name: name, "export\n": "true"}))
    world.log = configure("debug", stream=lines)  # type: ignore[assignment]
    world.tell()
    world.cloud.finish(world.task_id)
    (export,) = world.tick(minutes=10).exports
    assert export.status == "Completed"
    assert len(world.notifier.kinds(BUS)) == 2
    read = [json.loads(line) for line in lines.getvalue().split("\n") if line]
    assert [line["event"] for line in read].count("export.completed") == 1
    assert all(len(line.encode()) <= 32 * 1024 for line in lines.getvalue().split("\n"))
    assert "hunter2" not in lines.getvalue()
    keys = [*world.store.objects, *world.cloud.stored]
    assert all(key.isascii() and key.isprintable() and ".." not in key and len(key) < 300 for key in keys)
    assert all(len(json.dumps(event)) < 64 * 1024 for _, event in world.notifier.delivered)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_the_manifest_of_such_an_image_is_whole_json(name: str) -> None:
    world = FakeWorld()
    world.show(an_image(name=name, tags={name: name}))
    world.tell()
    world.cloud.finish(world.task_id)
    world.tick(minutes=10)
    (manifest,) = [body for key, body in world.cloud.stored.items() if key.endswith(".manifest.json")]
    assert json.loads(manifest)["Image"]["ImageId"] == IMAGE


def test_half_a_character_in_a_name_or_tag_can_be_written_down() -> None:
    """JSON can say it, UTF-8 cannot; the ledger would refuse the image for ever."""
    fields = {
        "ImageId": IMAGE,
        "ImageName": "golden-\ud800",
        "CreationTime": "2026-11-24T08:00:00Z",
        "Tags": {"Tag": [{"TagKey": "\udfff", "TagValue": "\ud800"}]},
    }
    image = read_image(fields, ACCOUNT, REGION)
    assert (image.name, image.tags) == ("golden-?", {"?": "?"})
    assert json.loads(msgspec.json.encode(image))["Name"] == "golden-?"
