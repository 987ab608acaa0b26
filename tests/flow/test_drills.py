"""Drills through the deployed functions and the vendors' SDKs: what comes of them, and that nothing is left."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import alibabacloud_oss_v2 as oss
import pytest

from alicloud_emulator.ros import Template
from image_export.edges.aliyun.credentials import drill_policy

from .drills import BOOT, ENTRY, GROUND, Drills, drilling_emulator
from .entrance import Entrance
from .restores import FAR
from .rights import Right, allowed, rights_of, without
from .world import ACCOUNT, BUCKET, REGION, ROOT, bucket_client

ALL = ["Imported", "Checked", "PoweredOn", "Spoke", "Answered", "Proved"]
OFTEN = {"every": "1d", "most_a_day": 100}
ENTRIES = (
    {**ENTRY, **OFTEN},
    {**ENTRY, **OFTEN, "name": "plain", "match": {"name": "plain-*"}, "boot": None},
    {
        **ENTRY,
        **OFTEN,
        "name": "far",
        "match": {"name": "far-*", "region": FAR},
        "boot": {**BOOT, "vswitch": "vsw-t4ndrills", "security_group": "sg-t4ndrills"},
    },
    {
        **ENTRY,
        **OFTEN,
        "name": "large",
        "match": {"name": "large-*"},
        "boot": {**BOOT, "instance_types": ["ecs.g6.xlarge"]},
    },
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drills]:
    """One emulator for all tests of this file."""
    entries = [{word: value for word, value in entry.items() if value is not None} for entry in ENTRIES]
    with drilling_emulator(tmp_path_factory.mktemp("drills"), *entries) as emulator:
        emulator.post("quotas", {"concurrent_exports": 1000, "weekly_exports": 100_000, "api_qps": 10_000})
        yield Drills(emulator)


@pytest.fixture
def drills(running: Drills) -> Iterator[Drills]:
    """With nothing wrong in it."""
    readings: dict[str, Any] = running.emulator.get("unsure")
    yield running
    running.emulator.delete("faults")
    running.emulator.post("unsure", readings)
    running.emulator.post("stock", {"sold_out": [], "not_offered": []})
    running.emulator.post("guests", {"ImageName": "*"})
    running.emulator.post("imports", {"ImageName": "*"})


def test_what_is_due_is_restored_checked_started_heard_and_deleted(drills: Drills) -> None:
    export = drills.golden("web-2026-11")
    drill = drills.begin()
    assert [one["Reason"] for one in drills.maintain()["Drills"]] == ["another drill runs in this account and region"]
    done = drills.ended(drill)
    assert (done.export_id, done.verdict) == (export["ExportId"], "Proved")
    assert [(one.name, one.verdict) for one in done.levels] == [(name, "Proved") for name in ALL]
    assert drills.refused() == []
    address = str(done.evidence)
    evidence = json.loads(read(drills, address.removeprefix(f"oss://{BUCKET}/")))
    assert (evidence["Verdict"], evidence["ExportId"]) == ("Proved", export["ExportId"])
    assert "Multi-User System" in evidence["Console"]
    assert drills.world.kinds(done.drill_id) == ["Proved"]
    shown = Entrance(drills.emulator.http_trigger).get(export["ExportId"]).value
    assert (shown["Status"], shown["DrillVerdict"], shown["DrillLevel"]) == ("Completed", "Proved", 6)
    assert shown["DrilledAt"] >= shown["FinishedAt"]
    (planned,) = drills.maintain()["Drills"]
    assert (planned["Wanted"], planned["Reason"]) == (False, "drilled 0 days ago, and the policy says every 1d")


def read(drills: Drills, key: str) -> bytes:
    """An object of the destination bucket."""
    request = oss.GetObjectRequest(bucket=BUCKET, key=key)
    return bytes(bucket_client(drills.emulator).get_object(request).body.content)


def verdicts(drills: Drills, export: dict[str, Any]) -> tuple[str | None, list[str], str]:
    """Of the export's drill: its verdict, that of each level, and why the last one has it."""
    done = drills.ended(drills.begin_of(export))
    assert drills.refused_since == []
    return done.verdict, [one.verdict for one in done.levels], done.levels[-1].why


@pytest.mark.prove
@pytest.mark.parametrize("archives", ["refused", "fails"])
def test_archives_that_are_not_taken_are_unpacked_for_a_drill(drills: Drills, archives: str) -> None:
    drills.emulator.post("unsure", {"import_of_tar_gz": archives})
    assert verdicts(drills, drills.golden(f"{archives}-archive"))[:2] == ("Proved", ["Proved"] * 6)


@pytest.mark.prove
def test_an_object_that_was_altered_is_found_and_named(drills: Drills) -> None:
    export = drills.golden("altered")
    key = export["Objects"][0]["Key"]
    drills.alter(BUCKET, key, 0.5)
    verdict, levels, why = verdicts(drills, export)
    assert (verdict, levels) == ("Failed", ["Failed"])
    assert key in why


@pytest.mark.prove
def test_a_disk_that_has_lost_its_end_before_its_manifest_was_written_does_not_come_up(drills: Drills) -> None:
    export = drills.golden("cut")
    drills.cut(export)
    verdict, _, why = verdicts(drills, export)
    assert verdict == "Failed"
    assert "READ ERROR" in why


@pytest.mark.prove
def test_another_format_in_another_region_is_drilled_in_a_network_of_that_region(drills: Drills) -> None:
    export = drills.exported(ImageName="far-1", region=FAR, image_format="qcow2")
    assert verdicts(drills, export)[:2] == ("Proved", ["Proved"] * 6)


@pytest.mark.prove
def test_what_is_sold_out_gives_way_to_the_next_type_and_nothing_at_all_is_no_failure(drills: Drills) -> None:
    drills.emulator.post("stock", {"sold_out": ["ecs.t6-c1m1.large"]})
    assert verdicts(drills, drills.golden("scarce"))[0] == "Proved"
    drills.emulator.post("stock", {"sold_out": ["ecs.t6-c1m1.large", "ecs.g6.large"]})
    verdict, levels, why = verdicts(drills, drills.golden("none-left"))
    assert (verdict, levels) == ("Unproven", ["Proved", "Proved", "Unproven"])
    assert "OperationDenied.NoStock" in why


@pytest.mark.prove
@pytest.mark.parametrize(
    ("guest", "verdict", "last"),
    [
        ({"says": "panic"}, "Failed", "Kernel panic"),
        ({"says": "emergency"}, "Failed", "emergency mode"),
        ({"says": "no_device"}, "Failed", "No bootable device"),
        ({"says": "silence", "agent": False}, "Unproven", "needs Cloud Assistant"),
        ({"agent": False}, "Unproven", "needs Cloud Assistant"),
        ({"exit_code": 3}, "Failed", "ended with 3"),
        ({"command_error": "ClientNotResponse"}, "Unproven", "could not be run"),
        ({"command_s": 5000}, "Unproven", "Timeout"),
        ({"outcome": "stall"}, "Failed", "has not become Running"),
        ({"outcome": "vanish"}, "Unproven", "is gone"),
    ],
    ids=str,
)
def test_what_a_guest_does_is_what_the_drill_says(
    drills: Drills, guest: dict[str, Any], verdict: str, last: str
) -> None:
    drills.emulator.post("guests", {"ImageName": "image-export-drill-*", **guest})
    found = verdicts(drills, drills.golden("guest"))
    assert (found[0], last in found[2]) == (verdict, True), found


@pytest.mark.prove
def test_a_high_risk_of_image_check_ends_a_drill_before_anything_is_started(drills: Drills) -> None:
    drills.emulator.post("imports", {"ImageName": "*", "risks": {"GUESTOS.Fstab": "High"}})
    before = len(drills.emulator.calls("RunInstances"))
    verdict, levels, why = verdicts(drills, drills.golden("risky"))
    assert (verdict, levels) == ("Failed", ["Proved", "Failed"])
    assert "GUESTOS.Fstab" in why
    assert len(drills.emulator.calls("RunInstances")) == before


@pytest.mark.prove
def test_without_boot_nothing_is_started(drills: Drills) -> None:
    before = len(drills.emulator.calls("RunInstances"))
    assert verdicts(drills, drills.exported(ImageName="plain-1"))[:2] == ("Proved", ["Proved", "Proved"])
    assert len(drills.emulator.calls("RunInstances")) == before


@pytest.mark.prove
def test_a_type_that_the_stack_does_not_allow_is_no_failure_of_the_export(drills: Drills) -> None:
    done = drills.ended(drills.begin_of(drills.exported(ImageName="large-1")))
    assert (done.verdict, done.levels[-1].name, done.levels[-1].verdict) == ("Unproven", "PoweredOn", "Unproven")
    assert "Forbidden" in done.levels[-1].why


@pytest.mark.prove
@pytest.mark.parametrize("ticks", [1, 3, 26, 30])
def test_a_drill_that_is_called_off_leaves_nothing(drills: Drills, ticks: int) -> None:
    drills.emulator.post("guests", {"ImageName": "image-export-drill-*", "says": "silence", "agent": False})
    drill = drills.begin_of(drills.golden("called-off"))
    for _ in range(ticks):
        drills.emulator.advance(61)
        drills.emulator.tick()
    order = json.dumps({"Cancel": drill, "Caller": "ops"}).encode()
    drills.emulator.invoke("image-export-maintain", order)
    done = drills.ended(drill)
    assert done.verdict == "Unproven", done


@pytest.mark.prove
def test_where_the_roles_trust_the_functions_alone_a_drill_is_made_all_the_same(tmp_path: Path) -> None:
    with drilling_emulator(tmp_path, ground={"AssumedBy": "functions"}) as emulator:
        drills = Drills(emulator)
        drills.golden("narrow")
        done = drills.ended(drills.begin())
        assert (done.verdict, len(done.levels)) == ("Proved", 6)
        assert drills.refused() == []


@pytest.mark.prove
def test_the_network_that_the_stack_makes_is_one_to_drill_in(tmp_path: Path) -> None:
    chosen = {"Restore": "boot", "BootNetwork": "on"}
    made = Template(ROOT / "template.yml", account_id=ACCOUNT, region=REGION, **chosen).outputs
    boot = {**BOOT, "vswitch": made["BootVSwitch"], "security_group": made["BootSecurityGroup"]}
    ground = {"BootNetwork": "on", "BootVpcs": "acs:vpc:*:*:vpc/no-vpc"}
    with drilling_emulator(tmp_path, {**ENTRY, "boot": boot}, ground=ground) as emulator:
        drills = Drills(emulator)
        drills.golden("quarantined")
        assert drills.ended(drills.begin()).verdict == "Proved"
        assert drills.refused() == []


@pytest.mark.prove
def test_each_right_of_drills_is_needed_by_one(tmp_path: Path) -> None:
    """Of the stack's policy and of a session's: without it something that a drill does is refused."""
    template = Template(ROOT / "template.yml", account_id=ACCOUNT, region=REGION, **GROUND)
    managed = [one.properties for one in template.resources("ALIYUN::RAM::ManagedPolicy")]
    (own,) = [one["PolicyDocument"] for one in managed if one["PolicyName"] == "image-export-drills"]
    narrowed = json.loads(drill_policy(ACCOUNT, REGION, BUCKET))
    with drilling_emulator(tmp_path) as emulator:
        drills = Drills(emulator)
        drills.golden("rights")
        assert drills.ended(drills.begin()).verdict == "Proved"
        rows = [row for row in emulator.get("decisions") if row["role"].endswith("/image-restore")]
    of_sessions = [row for row in rows if "RunInstances" in (row["session"] or "")]
    for document, asked in ((own, rows), (narrowed, of_sessions)):
        done = [row for row in asked if allowed(row, [document])]
        unused = [right for right in rights_of("drills", document) if not _refused_without(document, right, done)]
        assert unused == []


def _refused_without(document: Any, right: Right, done: list[dict[str, Any]]) -> bool:
    left = without(document, right)
    return any(not (left and allowed(row, [left])) for row in done)
