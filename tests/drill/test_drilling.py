"""A drill from its plan to its verdict: each level says what it says, silence is no failure, and nothing is left."""

import json
from datetime import timedelta

import pytest
from msgspec.structs import replace

from image_export.errors import CloudFault, Unanswered
from image_export.use_cases.drill import facts
from image_export.use_cases.drill import record as recording
from image_export.use_cases.drill.advance import advance
from image_export.use_cases.drill.maintain import on_maintain
from image_export.values.cause import Cause
from image_export.values.drill.steps import CommandResult
from image_export.values.restore.steps import Detection, Risk
from tests.restore.world import ASKER, archived, refused

from .world import PLAIN, World

LOST = Unanswered(Cause(code="Unanswered", message="The connection broke off."))
ALL = ["Imported", "Checked", "PoweredOn", "Spoke", "Answered", "Proved"]
FAULTS = 30  # more than there is time for at any level, and few enough to be over before a clean-up is given up


def verdicts(world: World) -> tuple[str | None, list[tuple[str, str]]]:
    """The drill's verdict, and that of each level."""
    drill = world.drilled(world.begin()).drill
    return drill.verdict, [(one.name, one.verdict) for one in drill.levels]


def test_a_drill_climbs_all_levels_and_leaves_nothing() -> None:
    world = World()
    drill = world.drilled(world.begin()).drill
    assert (drill.status, drill.verdict) == ("Completed", "Proved")
    assert [(one.name, one.verdict) for one in drill.levels] == [(name, "Proved") for name in ALL]
    assert world.left == []
    (start,) = world.instances.started
    assert (start.instance_type, dict(start.tags)) == ("ecs.t6-c1m1.large", {"imageexport:drill": drill.drill_id})
    assert [one.name for one in drill.stages] == ["Restore", "Check", "Start", "Speak"]
    assert 1200 <= drill.stages[0].seconds <= 1560


def test_the_evidence_stands_beside_the_manifest_without_secrets() -> None:
    world = World()
    world.instances.says += "\r\npassword is hunter2"
    drill = world.drilled(world.begin()).drill
    ((key, body),) = world.instances.written.items()
    assert drill.evidence == f"oss://acme-images-hangzhou/{key}"
    assert key.startswith("nightlyk7q2m4x6p3wza_m-bp1source.drill-20261124-")
    said = json.loads(body)
    assert (said["Verdict"], said["ExportId"]) == ("Proved", "exp-rtfyr2rqf6qlm2su-0001")
    assert "golden login:" in said["Console"]
    assert b"hunter2" not in body
    assert all(b"hunter2" not in stored.body for stored in world.objects.values())


def test_without_boot_it_ends_after_image_check() -> None:
    assert verdicts(World(PLAIN)) == ("Proved", [("Imported", "Proved"), ("Checked", "Proved")])


@pytest.mark.parametrize(
    ("says", "verdict"),
    [
        ("Kernel panic - not syncing: VFS: Unable to mount root fs", "Failed"),
        ("Booting from Hard Disk...\r\nBoot failed: not a bootable disk\r\nNo bootable device.", "Failed"),
        ("golden login: \r\nYou are in emergency mode.", "Failed"),
        ("", "Unproven"),
        ("[    0.0] Linux version 6.1", "Unproven"),
    ],
)
def test_what_the_console_says_is_the_fourth_level(says: str, verdict: str) -> None:
    world = World()
    world.instances.says = says
    world.instances.answers = False
    found = verdicts(world)
    assert found[0] == verdict
    assert found[1][3] == ("Spoke", verdict)
    assert world.left == []


def test_a_guest_without_agent_is_unproven_and_its_command_is_not_tried() -> None:
    world = World()
    world.instances.answers = False
    verdict, levels = verdicts(world)
    assert verdict == "Unproven"
    assert levels[4:] == [("Answered", "Unproven"), ("Proved", "Unproven")]
    assert world.left == []


def test_a_command_that_fails_fails_the_drill() -> None:
    world = World()
    world.instances.result = CommandResult("Failed", 3, "degraded", "ExitCodeNonzero")
    verdict, levels = verdicts(world)
    assert (verdict, levels[-1]) == ("Failed", ("Proved", "Failed"))
    assert world.left == []


def test_a_high_risk_of_image_check_fails_it_before_anything_is_started() -> None:
    world = World()
    risk = Risk("GUESTOS.Fstab", "Fstab.UnmatchedDevice", "High")
    world.images.detection = Detection("Finished", (risk,))
    verdict, levels = verdicts(world)
    assert (verdict, levels) == ("Failed", [("Imported", "Proved"), ("Checked", "Failed")])
    assert world.instances.started == []
    assert world.left == []


def test_an_image_that_is_not_checked_goes_on_unproven() -> None:
    world = World()
    world.images.detection = None
    verdict, levels = verdicts(world)
    assert (verdict, levels[1]) == ("Unproven", ("Checked", "Unproven"))
    assert levels[-1] == ("Proved", "Proved")


def test_what_is_sold_out_gives_way_to_the_next_type_and_none_at_all_is_no_failure() -> None:
    world = World()
    world.instances.sold_out = {"ecs.t6-c1m1.large"}
    assert verdicts(world)[0] == "Proved"
    assert [start.instance_type for start in world.instances.started] == ["ecs.g7.large"]
    world = World()
    world.instances.sold_out = {"ecs.t6-c1m1.large", "ecs.g7.large"}
    verdict, levels = verdicts(world)
    assert (verdict, levels[-1]) == ("Unproven", ("PoweredOn", "Unproven"))
    assert world.left == []


@pytest.mark.parametrize("how", ["before", "after"])
def test_a_lost_answer_of_runinstances_starts_no_second_instance(how: str) -> None:
    world = World()
    getattr(world.instances.faults, how)("run_instance", LOST)
    assert verdicts(world)[0] == "Proved"
    assert len(world.instances.started) == 1
    assert world.left == []


@pytest.mark.parametrize("fault", [LOST, refused("Forbidden.RAM")], ids=["unanswered", "refused"])
@pytest.mark.parametrize(
    ("call", "level"),
    [
        ("image_by_id", 2),
        ("instance_by_tag", 3),
        ("run_instance", 3),
        ("instance", 3),
        ("console", 4),
        ("assistant", 5),
        ("run_command", 6),
        ("command_result", 6),
    ],
)
def test_what_ecs_never_answers_leaves_a_level_unproven_and_holds_nothing_up(
    call: str, level: int, fault: CloudFault
) -> None:
    world = World()
    drill = world.begin()
    if call == "image_by_id":  # which the restore needs as well
        world.images.detection = Detection("Running")
        while (moved := advance(world.context(), world.drilling, drill)) and not moved.drill.levels:
            world.tick(minutes=1)
    faults = world.cloud.faults if call == "image_by_id" else world.instances.faults
    faults.before(call, *[fault] * FAULTS)
    drilled = world.drilled(drill).drill
    assert (drilled.verdict, drilled.levels[level - 1].verdict) == ("Unproven", "Unproven")
    heard_why = drilled.levels[level - 1].why
    assert fault.code in heard_why or "was heard on the console" in heard_why
    assert world.left == []


def test_an_object_that_was_altered_fails_the_first_level() -> None:
    world = World()
    key = archived(0).oss_object
    world.cloud.objects[key] = replace(world.cloud.objects[key], crc64="99")
    verdict, levels = verdicts(world)
    assert (verdict, levels) == ("Failed", [("Imported", "Failed")])
    assert world.left == []


def test_a_restore_that_takes_too_long_fails_the_drill() -> None:
    world = World()
    world.cloud.takes = timedelta(hours=3)
    assert verdicts(world)[0] == "Failed"


@pytest.mark.parametrize("minutes", [1, 10, 30])
def test_a_drill_that_is_cancelled_cleans_up(minutes: int) -> None:
    world = World()
    world.instances.says = ""
    drill = world.begin()
    for _ in range(minutes):
        world.tick(minutes=1)
    context = world.context()
    standing = facts.load(context.ledger, drill)
    assert standing is not None
    recording.cancel(context, standing, ASKER)
    assert world.drilled(drill).drill.verdict == "Unproven"
    assert world.left == []


def test_the_plan_says_why_and_drills_each_series_once_in_a_while() -> None:
    world = World(PLAIN)
    world.show("golden-web-2026-10", 2, days=40)
    world.show("golden-db-7", 3, days=2)
    world.show("golden-mail-1", 4, status="Failed")
    world.show("scratch-1", 5)
    planned = world.maintain(dry_run=True).drills
    assert [(one.series, one.export_id[-4:], one.wanted, one.reason) for one in planned] == [
        ("golden-db", "0003", True, "never drilled"),
        ("golden-web", "0001", False, "another drill runs in this account and region"),
    ]
    assert world.left == []
    first = world.begin()
    world.drilled(first)
    world.clock.advance(days=1)
    planned = world.maintain(dry_run=True).drills
    assert [(one.series, one.wanted, one.reason) for one in planned] == [
        ("golden-web", True, "never drilled"),
        ("golden-db", False, "drilled 1 days ago, and the policy says every 30d"),
    ]


def test_two_plans_of_one_hour_begin_one_drill() -> None:
    world = World(PLAIN)
    assert world.begin()
    again = world.maintain().drills
    assert [one.wanted for one in again] == [False]
    assert len(world.objects.below("open-drills/")) == 1


def test_a_person_asks_for_a_drill_and_calls_it_off() -> None:
    world = World()
    ask = b'{"Drill": "exp-rtfyr2rqf6qlm2su-0001", "Caller": "acs:ram::1234567890123456:user/alice"}'
    answer = on_maintain(world.context(), ask, request_id="one")
    assert answer.drill is not None
    assert (answer.drill.status, answer.drill.requested_by.name) == (
        "Restoring",
        "acs:ram::1234567890123456:user/alice",
    )
    again = on_maintain(world.context(), ask, request_id="two")
    assert again.rejected is not None
    assert again.rejected.code == "DrillRuns"
    world.tick(minutes=2)
    end = b'{"Cancel": "%s"}' % answer.drill.drill_id.encode()
    assert on_maintain(world.context(), end, request_id="three").rejected is None
    assert world.drilled(answer.drill.drill_id).drill.verdict == "Unproven"
    assert world.left == []


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (b'{"Dryrun": true}', "InvalidParameter"),
        (b"dry run", "InvalidParameter"),
        (b"[]", "InvalidParameter"),
        (b'{"Drill": "exp-aaaaaaaaaaaaaaaa-0001"}', "ExportNotFound"),
        (b'{"Drill": "exp-rtfyr2rqf6qlm2su-0001", "Name": "weekly"}', "DrillNotFound"),
        (b'{"Cancel": "dri-aaaaaaaaaaaaaaaa"}', "DrillNotFound"),
        (b'{"triggerTime": "2026-11-24T08:00:00Z", "triggerName": "t", "payload": "{"Dry": 1}"}', "InvalidParameter"),
    ],
)
def test_what_cannot_be_done_begins_nothing(event: bytes, code: str) -> None:
    world = World()
    answer = on_maintain(world.context(), event, request_id="one")
    assert answer.rejected is not None
    assert answer.rejected.code == code
    assert not world.objects.below("drills/")


def test_a_timer_begins_what_is_due() -> None:
    world = World()
    event = b'{"triggerTime": "2026-11-24T08:00:00Z", "triggerName": "hourly", "payload": ""}'
    assert [one.wanted for one in on_maintain(world.context(), event, request_id="one").drills] == [True]
    assert len(world.objects.below("open-drills/")) == 1
