"""The manifest: as its schema says, with all that an import needs, and the same bytes however often it is written."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from image_export.decisions.results.manifest import manifest_of, manifest_schema, written
from image_export.values.export import ExportedObject
from image_export.values.facts import Claim, Delivered, Ended
from image_export.values.record import Record

from .builders import a_started_record, an_image, keys_of, minutes
from .fake_world import FakeWorld
from .fakes import START

KEPT = Path(__file__).parent.parent / "schemas" / "manifest.json"
IMAGE = an_image(
    tags={"team": "web"}, os_type="linux", platform="Aliyun", architecture="arm64", boot_mode="UEFI", family="web"
)


def completed(*keys: str, **changes: Any) -> Record:
    """An export of the image that ended well with these objects, or with those that it should have."""
    claim = Claim(kind="start", oss_prefix="p", image=IMAGE)
    made = keys or keys_of(a_started_record(claim=claim))
    objects = tuple(ExportedObject(key=key, size=9, etag="E", crc64="1") for key in made)
    ended = Ended(status="Completed", objects=objects)
    return a_started_record(claim=claim, ended=ended, ended_at=START + minutes(20), **changes)


def read(record: Record) -> Any:
    """The file as a reader has it."""
    return json.loads(written(manifest_of(record)))


def test_the_kept_schema_is_what_make_schemas_writes() -> None:
    assert json.loads(KEPT.read_text()) == json.loads(json.dumps(manifest_schema()))


def test_a_manifest_is_as_its_schema_says() -> None:
    jsonschema_rs.meta.validate(manifest_schema())
    validator = jsonschema_rs.Draft202012Validator(manifest_schema())
    assert [fault.message for fault in validator.iter_errors(read(completed()))] == []
    assert list(validator.iter_errors({**read(completed()), "ManifestVersion": 2}))


def test_it_has_all_that_an_import_needs() -> None:
    said = read(completed())
    assert next(iter(said)) == "ManifestVersion"
    assert (said["Status"], said["ImageFormat"], said["OSSBucket"]) == ("Completed", "raw", "acme-images-hangzhou")
    image = said["Image"]
    assert [image[name] for name in ("Architecture", "OSType", "Platform", "BootMode", "Tags")] == [
        *("arm64", "linux", "Aliyun", "UEFI", {"team": "web"})
    ]
    data, system = keys_of(completed())
    assert [(disk["Device"], disk["Kind"], disk["SizeGib"], disk["Key"]) for disk in said["Disks"]] == [
        ("/dev/xvda", "system", 40, system),
        ("/dev/xvdb", "data", 100, data),
    ]
    assert said["Manifest"].endswith(".manifest.json")


def test_a_disk_whose_object_cannot_be_told_has_none() -> None:
    assert [disk["Key"] for disk in read(completed("p_1.raw.tar.gz", "p_2.raw.tar.gz"))["Disks"]] == [None, None]


@pytest.mark.parametrize("told", [frozenset(), frozenset({"started-x"})])
@pytest.mark.parametrize("manifest", [None, Delivered(), Delivered(given_up=True)])
def test_the_same_facts_give_the_same_bytes_whatever_was_told(told: frozenset[str], manifest: Delivered | None) -> None:
    assert written(manifest_of(completed(delivered=told, manifest=manifest))) == written(manifest_of(completed()))


def test_it_says_what_each_object_holds(world: FakeWorld) -> None:
    world.tell()
    world.cloud.finish(world.task_id)
    world.tick(minutes=10)
    (manifest,) = [body for key, body in world.cloud.stored.items() if key.endswith(".manifest.json")]
    system, data = json.loads(manifest)["Disks"]
    assert [(disk["Member"], disk["VirtualSize"]) for disk in (system, data)] == [
        ("disk.raw", 42_949_672_960),
        ("disk.raw", 107_374_182_400),
    ]


def test_a_manifest_of_the_facts_of_0_1_0_says_that_it_does_not_know() -> None:
    said = read(completed())
    assert [(disk["Member"], disk["VirtualSize"]) for disk in said["Disks"]] == [(None, None), (None, None)]
    assert (said["Image"]["Features"], said["Image"]["IsSupportCloudinit"]) == (None, None)
