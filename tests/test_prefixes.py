"""Whose prefix is whose: no caller, no second ledger and no later generation gets one that is an export's already."""

import json

import pytest
from msgspec.structs import replace

from image_export.decisions.naming import is_generated, oss_prefix
from image_export.use_cases.entrances.event import on_event
from image_export.use_cases.ports import Stored

from .builders import BUCKET, IMAGE, REGION, a_record, a_request
from .entrance import TOKEN, Entrance
from .fake_world import FakeWorld
from .fakes import no_restores, refused


def rejection(world: FakeWorld, request_id: str, **parameters: object) -> str:
    """The code of what a direct request is rejected with."""
    (cause,) = world.ask(request_id, **parameters).rejected
    return cause.code


def finish(world: FakeWorld) -> None:
    """Every task that runs ends well, and a tick sees it."""
    for task_id in [key for key, one in world.cloud.running.items() if one.task.status == "Processing"]:
        world.cloud.finish(task_id)
    world.tick(minutes=10)


# What was answered and is sent back


@pytest.mark.parametrize("own", ["", "dr", "nightly", "seventeenletters1"])
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_prefix_that_was_answered_is_no_name_for_another_export(world: FakeWorld, own: str, dry_run: bool) -> None:
    asked = {"OSSPrefix": own} if own else {}
    (export,) = world.ask("r-1", **asked).exports
    finish(world)
    assert rejection(world, "r-2", OSSPrefix=export.oss_prefix, DryRun=dry_run) == "PrefixInUse"
    assert rejection(world, "r-3", OSSPrefix=export.oss_prefix, ImageFormat="vhd", DryRun=dry_run) == "PrefixInUse"
    assert len(world.cloud.exported) == 1


def test_a_prefix_that_was_answered_is_409_over_http_while_its_export_runs_too(world: FakeWorld) -> None:
    http = Entrance(world, TOKEN)
    prefix = http.post().value["OSSPrefix"]
    assert http.post(OSSPrefix=prefix).refusal == (409, "PrefixInUse")


@pytest.mark.parametrize("number", [1, 2, 50, 1000])
@pytest.mark.parametrize("voids", [0, 25])
@pytest.mark.parametrize("image_format", ["raw", "vdi"])
@pytest.mark.parametrize("ledger_id", ["", "one"])
def test_each_prefix_that_could_ever_be_made_is_known(
    number: int, voids: int, image_format: str, ledger_id: str
) -> None:
    other = a_request(image_format=image_format, ledger_id=ledger_id)
    export = a_record(request=other).export_id[:-4] + f"{number:04d}"
    prefix = oss_prefix(other, export, voids)
    assert is_generated(a_request(rule=None, caller_prefix=prefix, ledger_id="one"))
    assert not is_generated(a_request(rule=None, caller_prefix=prefix, ledger_id="one", image_id="m-other"))
    assert not is_generated(a_request(rule=None, caller_prefix=prefix, ledger_id="one", oss_bucket="other"))


@pytest.mark.parametrize(
    "prefix", ["aprefixofmorethanseventeen", "nightly", "a" * 30, "A" * 20, "nightly1234567890123"]
)
def test_a_prefix_of_somebodys_own_is_not_taken_for_one_of_ours(prefix: str) -> None:
    assert not is_generated(a_request(rule=None, caller_prefix=prefix, ledger_id="one"))


# The look at the claim


def waiting(world: FakeWorld, prefix: str) -> str:
    """An export with a whole prefix that has been recorded and waits for room."""
    world.cloud.faults.before("export_image", refused("ConcurrentQuotaExceed.ExportImage"))
    (export,) = world.ask("r-1", OSSPrefix=prefix).exports
    assert (export.status, export.reason) == ("Requested", "ConcurrentQuotaExceed")
    return export.export_id


def test_objects_that_came_under_a_whole_prefix_meanwhile_end_the_export_before_its_start(world: FakeWorld) -> None:
    export_id = waiting(world, "a" * 20)
    world.cloud.write(BUCKET, f"{'a' * 20}_{IMAGE}_system.raw.tar.gz", b"theirs")
    world.tick(minutes=2)
    record = world.context().ledger.load(export_id)
    assert record
    assert record.ended
    assert record.ended.error
    assert (record.ended.error.code, record.ended.http_status, world.cloud.exported) == ("PrefixInUse", 409, [])


def test_a_whole_prefix_that_nothing_has_taken_meanwhile_starts(world: FakeWorld) -> None:
    waiting(world, "a" * 20)
    world.tick(minutes=2)
    assert [start.oss_prefix for start in world.cloud.exported] == ["a" * 20]


def test_what_version_0_1_0_recorded_under_a_prefix_of_ours_does_not_start(world: FakeWorld) -> None:
    """It took such a request: the export waits, and the first one is Completed meanwhile."""
    (first,) = world.ask("r-0").exports
    finish(world)
    export_id = waiting(world, "a" * 20)
    prefix = first.oss_prefix or ""
    for key in [key for key in world.store.objects if "a" * 20 in world.store.objects[key].body.decode()]:
        stored = world.store.objects[key]
        world.store.objects[key] = Stored(stored.body.replace(b"a" * 20, prefix.encode()), stored.modified_at)
    world.tick(minutes=2)
    record = world.context().ledger.load(export_id)
    assert record
    assert record.ended
    assert record.ended.error
    assert record.ended.error.code == "PrefixInUse"
    assert len(world.cloud.exported) == 1


def test_a_whole_prefix_that_another_export_has_by_the_claim_does_not_start(world: FakeWorld) -> None:
    export_id = waiting(world, "a" * 20)
    (key,) = world.keys("prefixes/")
    (other,) = world.ask("r-2", OSSPrefix="b" * 20, ImageFormat="vhd").exports
    held = json.loads(world.store.objects[key].body)
    held["Fact"]["ExportId"] = other.export_id
    world.store.objects[key] = Stored(json.dumps(held).encode().replace(b"b" * 20, b"a" * 20), world.clock.now)
    for name in (f"exports/{other.export_id}/requested", f"open/{other.export_id}"):
        stored = world.store.objects[name]
        world.store.objects[name] = Stored(stored.body.replace(b"b" * 20, b"a" * 20), stored.modified_at)
    finish(world)
    record = world.context().ledger.load(export_id)
    assert record
    assert record.ended
    assert record.ended.error
    assert other.export_id in record.ended.error.message


def test_a_replay_of_a_generated_prefixes_export_makes_one_of_its_own(world: FakeWorld) -> None:
    world.cloud.faults.before("export_image", refused("ImageNotSupported"))
    (failed,) = world.ask("r-1").exports
    body = json.dumps({"Replay": failed.export_id}).encode()
    (export,) = on_event(world.context(), body, request_id="r-2", region_id=REGION, importing=no_restores).exports
    assert export.status == "Exporting"
    assert export.oss_prefix not in (None, failed.oss_prefix)


# Two ledgers


def test_a_renewed_ledger_makes_the_same_image_another_prefix(world: FakeWorld) -> None:
    (old,) = world.ask("r-1").exports
    finish(world)
    stored = dict(world.cloud.written_at)
    world.store.objects.clear()
    world.clock.advance(minutes=10)
    (new,) = world.ask("r-2").exports
    finish(world)
    assert (new.export_id, new.oss_prefix != old.oss_prefix) == (old.export_id, True)
    assert {key: world.cloud.written_at[key] for key in stored} == stored


def test_one_ledger_has_one_id_whoever_asks_first(world: FakeWorld) -> None:
    one, other = world.context().ledger, world.context().ledger
    assert one.identity(make=False) == ""
    assert one.identity() == other.identity() == world.context().ledger.identity(make=False) != ""


def test_a_ledger_tells_its_id_without_being_asked_again(world: FakeWorld) -> None:
    ledger = world.context().ledger
    said = ledger.identity()
    world.store.objects.clear()
    assert ledger.identity() == said


def test_an_export_of_version_0_1_0_keeps_its_prefix() -> None:
    request = a_request(rule=None)
    assert oss_prefix(request, "exp-zirrixzqpdi7igue-0001", 0) == "nightlyzuhapv56kszda"
    assert oss_prefix(replace(request, ledger_id="one"), "exp-zirrixzqpdi7igue-0001", 0) != "nightlyzuhapv56kszda"


def test_a_dry_run_makes_no_id(world: FakeWorld) -> None:
    world.ask("r-1", DryRun=True, OSSPrefix="a" * 20)
    assert not world.store.objects
