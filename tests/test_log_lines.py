"""What happened leaves its line in the log, with every field that docs/operate.md gives it. The lines are literals."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import ANY

import pytest
from msgspec.structs import replace

from image_export.errors import LedgerFault
from image_export.use_cases.entrances.event import on_event
from image_export.use_cases.entrances.sighting import consider
from image_export.values.arrival import Sighting

from .builders import ACCOUNT, BUCKET, IMAGE, REGION, an_image
from .entrance import TOKEN, Entrance
from .fake_world import BUS, FUNCTION, FakeWorld
from .fakes import START, no_restores, refused, unanswered, unreadable
from .test_nightly import run
from .test_use_cases import come_late

EXPORT, MANIFEST = "exp-zirrixzqpdi7igue-0001", f"oss://{BUCKET}/nightlytbq7mwru24iba_{IMAGE}.manifest.json"
SIGHTED = "e847b53db9c5f879622962ae896c7b960dc791130d7b79f2064f095c1e2ddce8"
OF_EXPORT = {"export_id": EXPORT, "region_id": REGION, "image_id": IMAGE}
OF_TASK = {**OF_EXPORT, "task_id": "tsk-0001"}
OF_EVENT = {"region_id": REGION, "image_id": IMAGE, "event_id": "e-1"}
NO = {"error": "The cloud says no.", "cloud_request_id": "C8B26B44-0189-443E-9816-D951F59623A9"}
LOST = {"code": "InternalError", "error": "No usable answer came.", "cloud_request_id": None}
DENIED = {"code": "Forbidden.RAM", **NO}

SCENARIOS: list[tuple[Callable[[FakeWorld], object], dict[str, Any]]] = []
Line = dict[str, Any]


def leaves(event: str, **line: Any) -> Callable[[Callable[[FakeWorld], object]], Callable[[FakeWorld], object]]:
    """What the scenario leaves: this line, whatever other lines there are of it."""

    def add(scenario: Callable[[FakeWorld], object]) -> Callable[[FakeWorld], object]:
        SCENARIOS.append((scenario, {"event": event, **line}))
        return scenario

    return add


# Exports


ASKED = {"requested_by": {"Trigger": "event", "Id": "e-1"}, "rule": "golden"}


@leaves("export.requested", **OF_EVENT, export_id=EXPORT, **ASKED)
@leaves("export.answered", **OF_EVENT, export_id=EXPORT, attempt=1, task_id="tsk-0001")
@leaves("export.started", **OF_EVENT, export_id=EXPORT, attempt=1, task_id="tsk-0001")
def an_event_arrives(world: FakeWorld) -> None:
    world.tell()


@leaves("export.answered", **OF_EVENT, export_id=EXPORT, attempt=1, **DENIED)
@leaves("export.refused", **OF_EVENT, export_id=EXPORT, attempt=1, task_id=None, **DENIED)
def a_start_is_refused(world: FakeWorld) -> None:
    world.cloud.faults.before("export_image", refused("Forbidden.RAM"))
    world.tell()


@leaves("export.start_in_doubt", **OF_EVENT, export_id=EXPORT, attempt=1, **LOST)
@leaves(
    "doubt.not_kept",
    **OF_EVENT,
    export_id=EXPORT,
    code="AccessDenied",
    error="The cloud says no.",
    cloud_request_id=NO["cloud_request_id"],
)
def the_answer_to_a_start_is_lost(world: FakeWorld) -> None:
    world.cloud.faults.before("export_image", unanswered())
    world.store.faults.before("create doubt", refused("AccessDenied"))
    world.store.faults.before("put probe", refused("AccessDenied"))
    world.tell()


@leaves("export.void", **OF_EXPORT, task_id=None, attempt=1)
def a_lost_start_has_made_nothing(world: FakeWorld) -> None:
    world.cloud.faults.before("export_image", unanswered())
    world.tell()
    world.tick(minutes=30)


@leaves("export.doubled", extra_task_id="tsk-0001", task_id=None)
@leaves("export.double_not_cancelled", extra_task_id="tsk-0001", code="Unanswered")
def a_worker_comes_late(world: FakeWorld) -> None:
    world.cloud.faults.before("cancel_task", unanswered("Unanswered"))
    come_late(world)


@leaves("task.cancel_refused", **OF_TASK, code="Forbidden.RAM")
def a_cancel_is_refused(world: FakeWorld) -> None:
    world.tell()
    world.cloud.faults.before("cancel_task", refused("Forbidden.RAM"))
    Entrance(world, TOKEN).cancel(EXPORT)


@leaves("export.stalled", **OF_TASK, progress="1%", reason=None)
def a_task_takes_too_long(world: FakeWorld) -> None:
    world.tell()
    world.tick(hours=6)


@leaves("manifest.written", **OF_TASK, manifest=MANIFEST)
@leaves("event.told", **OF_TASK, target=BUS, kind="Completed", event_id=f"{EXPORT}.Completed")
@leaves("event.told", **OF_TASK, target=FUNCTION, kind="Started", event_id=f"{EXPORT}.Started")
def an_export_is_completed(world: FakeWorld) -> None:
    world.tell()
    world.cloud.finish(world.task_id)
    world.tick(minutes=10)


@leaves("manifest.refused", **OF_TASK, code="AccessDenied", error="The cloud says no.")
@leaves("manifest.given_up", **OF_TASK, manifest=MANIFEST)
def a_manifest_is_refused_for_an_hour(world: FakeWorld) -> None:
    world.tell()
    world.cloud.finish(world.task_id)
    world.cloud.faults.before("put_object", *[refused("AccessDenied")] * 9)
    world.tick(minutes=10)
    world.tick(hours=2)


@leaves("export.missing", export_id=EXPORT, bucket=BUCKET, keys=(f"nightlytbq7mwru24iba_{IMAGE}_system.raw.tar.gz",))
def an_object_is_gone(world: FakeWorld) -> None:
    an_export_is_completed(world)
    del world.cloud.stored[f"{BUCKET}/nightlytbq7mwru24iba_{IMAGE}_system.raw.tar.gz"]
    Entrance(world, TOKEN).get(EXPORT)


@leaves("request.role_unusual", image_id=IMAGE, role_name="another")
def a_request_names_a_role(world: FakeWorld) -> None:
    world.ask(RoleName="another")


@leaves("hint.lost", **OF_EVENT, export_id=EXPORT, error="No usable answer came.")
def the_name_that_nights_read_is_lost(world: FakeWorld) -> None:
    world.store.faults.before("put known", unanswered())
    world.tell()


# Looks


@leaves("look.failed", **OF_EVENT, code="Throttling", error="The cloud says no.")
def the_look_of_an_event_fails(world: FakeWorld) -> None:
    world.cloud.faults.before("image", refused("Throttling"))
    world.tell()


@leaves("look.failed", **OF_EXPORT, code="Throttling", **NO)
def the_look_before_a_start_fails(world: FakeWorld) -> None:
    world.cloud.faults.before("image", refused("Throttling"))
    world.ask()


@leaves("look.failed", region_id=REGION, code="Forbidden.RAM", **NO)
def the_look_at_what_runs_fails(world: FakeWorld) -> None:
    world.tell()
    world.cloud.faults.before("tasks", refused("Forbidden.RAM"))
    world.tick(minutes=2)


@leaves("look.failed", export_id=EXPORT, **LOST)
def the_look_of_a_question_over_http_fails(world: FakeWorld) -> None:
    world.tell()
    world.cloud.faults.before("task", unanswered())
    Entrance(world, TOKEN).get(EXPORT)


@leaves("look.failed", export_id=EXPORT, **LOST)
def the_look_for_objects_fails(world: FakeWorld) -> None:
    an_export_is_completed(world)
    world.cloud.faults.before("object_keys", unanswered())
    Entrance(world, TOKEN).get(EXPORT)


@leaves("tasks.left_out", **OF_EXPORT, looked=0, unlooked=1)
@leaves("entry.unreadable", entry="tsk-0001", field="TaskStatus", account_id=ACCOUNT, **OF_EXPORT)
def a_task_that_could_be_ours_cannot_be_read(world: FakeWorld) -> None:
    world.cloud.faults.after("export_image", unanswered())
    world.tell()
    world.cloud.poisoned.add(world.task_id)
    world.tick(minutes=5)


@leaves("look.failed", task="tsk-0001", **OF_EXPORT, code="AnswerUnreadable", error="Size of one cannot be read.")
def a_task_that_could_be_ours_cannot_be_read_when_asked_for(world: FakeWorld) -> None:
    world.cloud.faults.after("export_image", unanswered())
    world.tell()
    world.cloud.faults.before("task", unreadable())
    world.tick(minutes=5)


@leaves("look.broken", export_id=EXPORT, code="InternalError", error=str(unanswered()), exc_info=False)
def the_ledger_does_not_answer_in_a_tick(world: FakeWorld) -> None:
    world.ask()
    world.cloud.finish(world.task_id)
    world.store.faults.before("create ended", unanswered())
    world.tick(minutes=10)


@leaves("look.broken", export_id=EXPORT, code="ZeroDivisionError", error="division", exc_info=True)
def a_bug_in_a_tick(world: FakeWorld) -> None:
    world.ask()
    world.cloud.finish(world.task_id)
    world.cloud.faults.before("task", ZeroDivisionError("division"))
    world.tick(minutes=10)


@leaves(
    "look.broken",
    code="ZeroDivisionError",
    error="division",
    exc_info=True,
    hint=f"due/20261124T080100Z/sighted-{SIGHTED}",
)
def a_bug_in_the_look_at_an_image(world: FakeWorld) -> None:
    world.cloud.faults.before("image", refused("Throttling"), ZeroDivisionError("division"))
    world.tell()
    world.tick(minutes=2)


@leaves("look.broken", export_id=EXPORT, code="InternalError", error="No usable answer came.")
def the_ledger_does_not_answer_after_a_request_is_recorded(world: FakeWorld) -> None:
    world.store.faults.before("create claim", unanswered())
    world.ask()


@leaves("look.broken", export_id=EXPORT, code="InternalError", error="No usable answer came.")
def the_ledger_does_not_answer_after_a_post(world: FakeWorld) -> None:
    world.store.faults.before("create claim", unanswered())
    Entrance(world, TOKEN).post()


@leaves("fact.unreadable", **OF_EXPORT, key=f"holds/{ACCOUNT}/{REGION}", code="InvalidObjectState", error=ANY)
def a_hold_is_archived(world: FakeWorld) -> None:
    read = world.store.get

    def archived(key: str) -> Any:
        if key.startswith("holds/"):
            raise refused("InvalidObjectState")
        return read(key)

    world.store.get = archived  # type: ignore[method-assign]
    world.ask()


# Events


@leaves("event.ignored", **OF_EVENT, reason=ANY)
def an_image_that_nobody_wants_is_told_of(world: FakeWorld) -> None:
    world.show(an_image(os_type="windows"))
    world.tell()


@leaves("image.undecided", **OF_EVENT, reason=ANY, until=START + timedelta(minutes=15, seconds=0))
def an_image_that_may_be_wanted_yet_is_told_of(world: FakeWorld) -> None:
    world.show(an_image(name="scratch"))
    world.tell()


@leaves("image.not_visible", **OF_EVENT)
def an_image_that_is_not_listed_is_told_of(world: FakeWorld) -> None:
    world.cloud.inventory.clear()
    sighting = Sighting(event_id="e-1", region_id=REGION, image_id=IMAGE, named_by_creation=True)
    consider(world.context(), sighting)


@leaves("image.found", region_id=REGION, image_id=IMAGE, rule="golden")
def a_sweep_finds_an_image(world: FakeWorld) -> None:
    world.sweeps = True
    world.tick(minutes=1)


@leaves("event.rejected", sha256=ANY, code="Forbidden.Policy", error=ANY)
@leaves("event.told", sha256=ANY, target=BUS, kind="Rejected", event_id=ANY)
def a_request_to_another_bucket(world: FakeWorld) -> None:
    world.ask(OSSBucket="strangers")
    world.tick(minutes=1)


@leaves(
    "event.refused",
    **OF_TASK,
    target=BUS,
    kind="Started",
    event_id=f"{EXPORT}.Started",
    code="EventBusNotExist",
    error="There is no such bus.",
    cloud_request_id=None,
    recommend="Create the custom bus in EventBridge, in the region that policy.yaml names.",
)
@leaves("event.given_up", **OF_TASK, target=BUS, kind="Started", event_id=f"{EXPORT}.Started")
def a_target_refuses_for_a_fortnight(world: FakeWorld) -> None:
    world.notifier.refusing.add(BUS)
    world.tell()
    world.tick(minutes=1)
    world.tick(days=15)


@leaves("event.not_recorded", code="InternalError", error="No usable answer came.")
def an_event_cannot_be_recorded(world: FakeWorld) -> None:
    world.store.faults.before("create open", unanswered())
    with pytest.raises(LedgerFault):
        world.ask()


@leaves("event.kept", parts=1, key=ANY)
@leaves("fact.unreadable", error=ANY)
@leaves("event.not_recorded", code="FactUnreadable", error=ANY)
def a_request_whose_export_cannot_be_read(world: FakeWorld) -> None:
    world.ask()
    (key,) = world.keys("/requested")
    world.store.put(key, b"{}")
    world.ask("r-2", OSSPrefix="other")
    world.tick(minutes=5)


@leaves("fact.unreadable", **OF_EVENT, error=ANY)
def an_event_of_an_image_whose_export_cannot_be_read(world: FakeWorld) -> None:
    world.tell()
    (key,) = world.keys("/requested")
    world.store.put(key, b"{}")
    world.tell()


@leaves("replay.taken", replayed=EXPORT, export_id=EXPORT.replace("0001", "0002"))
def a_failed_export_is_replayed(world: FakeWorld) -> None:
    world.tell()
    world.cloud.fail(world.task_id)
    world.tick(minutes=10)
    on_event(
        world.context(),
        b'{"Replay": "%s"}' % EXPORT.encode(),
        request_id="r-2",
        region_id=REGION,
        importing=no_restores,
    )


@leaves("replay.refused", code="ExportNotFound", error=f"There is no export {EXPORT}.")
def an_unknown_export_is_replayed(world: FakeWorld) -> None:
    on_event(
        world.context(),
        b'{"Replay": "%s"}' % EXPORT.encode(),
        request_id="r-2",
        region_id=REGION,
        importing=no_restores,
    )


@leaves(
    "cancel.taken",
    export_id=EXPORT,
    requested_by={"Trigger": "invoke", "Id": "r-2", "Name": "alice"},
    status="Exporting",
)
def a_running_export_is_called_off(world: FakeWorld) -> None:
    world.tell()
    order = b'{"Cancel": "%s", "Caller": "alice"}' % EXPORT.encode()
    on_event(world.context(), order, request_id="r-2", region_id=REGION, importing=no_restores)


@leaves("cancel.refused", code="ExportNotFound", error=f"There is no export {EXPORT}.")
def an_unknown_export_is_called_off(world: FakeWorld) -> None:
    on_event(
        world.context(),
        b'{"Cancel": "%s"}' % EXPORT.encode(),
        request_id="r-2",
        region_id=REGION,
        importing=no_restores,
    )


# Nights


@leaves("region.unreached", account_id=ACCOUNT, region_id=REGION, code="Forbidden.RAM")
@leaves("nightly.finished", run=ANY)
def a_night_cannot_look_at_a_region(world: FakeWorld) -> None:
    world.cloud.faults.before("images", refused("Forbidden.RAM"))
    run(world)


@leaves("nightly.paused", run=ANY)
def a_night_has_no_time(world: FakeWorld) -> None:
    world.remaining_s = 30
    run(world)


@leaves("nightly.repeated", run=ANY)
def a_night_is_delivered_twice(world: FakeWorld) -> None:
    run(world)
    run(world)


@leaves("fact.unreadable", region_id=REGION, image_id=IMAGE, error=ANY)
def a_night_meets_an_export_that_cannot_be_read(world: FakeWorld) -> None:
    world.change(rules=(replace(world.policy.rules[0], when=("nightly",)),) if world.policy else ())
    world.ask()
    (key,) = world.keys("/requested")
    world.store.put(key, b"{}")
    for name in world.keys("known/"):
        del world.store.objects[name]
    run(world)


@leaves("entry.unreadable", entry=IMAGE, field="Size", account_id=ACCOUNT, region_id=REGION)
def a_night_lists_an_image_that_cannot_be_read(world: FakeWorld) -> None:
    world.cloud.poisoned.add(IMAGE)
    run(world)


@pytest.mark.parametrize(
    ("scenario", "line"), SCENARIOS, ids=[f"{line['event']} {scenario.__name__}" for scenario, line in SCENARIOS]
)
def test_a_line_of_the_log_says_what_happened_with_all_of_its_fields(
    scenario: Callable[[FakeWorld], object], line: Line
) -> None:
    world = FakeWorld()
    scenario(world)
    assert line in [one for one in world.log.lines if one["event"] == line["event"]]
