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
from .fakes import START, refused, unanswered, unreadable
from .test_nightly import run
from .test_use_cases import come_late
from .workshop import BUS, FUNCTION, Workshop

EXPORT, MANIFEST = "exp-zirrixzqpdi7igue-0001", f"oss://{BUCKET}/nightlytbq7mwru24iba_{IMAGE}.manifest.json"
SIGHTED = "e847b53db9c5f879622962ae896c7b960dc791130d7b79f2064f095c1e2ddce8"
OF_EXPORT = {"export_id": EXPORT, "region_id": REGION, "image_id": IMAGE}
OF_TASK = {**OF_EXPORT, "task_id": "tsk-0001"}
OF_EVENT = {"region_id": REGION, "image_id": IMAGE, "event_id": "e-1"}
NO = {"error": "The cloud says no.", "cloud_request_id": "C8B26B44-0189-443E-9816-D951F59623A9"}
LOST = {"code": "InternalError", "error": "No usable answer came.", "cloud_request_id": None}
DENIED = {"code": "Forbidden.RAM", **NO}

SCENARIOS: list[tuple[Callable[[Workshop], object], dict[str, Any]]] = []
Line = dict[str, Any]


def leaves(event: str, **line: Any) -> Callable[[Callable[[Workshop], object]], Callable[[Workshop], object]]:
    """What the scenario leaves: this line, whatever other lines there are of it."""

    def add(scenario: Callable[[Workshop], object]) -> Callable[[Workshop], object]:
        SCENARIOS.append((scenario, {"event": event, **line}))
        return scenario

    return add


# Exports


ASKED = {"requested_by": {"Trigger": "event", "Id": "e-1"}, "rule": "golden"}


@leaves("export.requested", **OF_EVENT, export_id=EXPORT, **ASKED)
@leaves("export.answered", **OF_EVENT, export_id=EXPORT, attempt=1, task_id="tsk-0001")
@leaves("export.started", **OF_EVENT, export_id=EXPORT, attempt=1, task_id="tsk-0001")
def an_event_arrives(shop: Workshop) -> None:
    shop.tell()


@leaves("export.answered", **OF_EVENT, export_id=EXPORT, attempt=1, **DENIED)
@leaves("export.refused", **OF_EVENT, export_id=EXPORT, attempt=1, task_id=None, **DENIED)
def a_start_is_refused(shop: Workshop) -> None:
    shop.cloud.faults.before("export_image", refused("Forbidden.RAM"))
    shop.tell()


@leaves("export.start_in_doubt", **OF_EVENT, export_id=EXPORT, attempt=1, **LOST)
@leaves(
    "doubt.not_kept",
    **OF_EVENT,
    export_id=EXPORT,
    code="AccessDenied",
    error="The cloud says no.",
    cloud_request_id=NO["cloud_request_id"],
)
def the_answer_to_a_start_is_lost(shop: Workshop) -> None:
    shop.cloud.faults.before("export_image", unanswered())
    shop.store.faults.before("create doubt", refused("AccessDenied"))
    shop.store.faults.before("put probe", refused("AccessDenied"))
    shop.tell()


@leaves("export.void", **OF_EXPORT, task_id=None, attempt=1)
def a_lost_start_has_made_nothing(shop: Workshop) -> None:
    shop.cloud.faults.before("export_image", unanswered())
    shop.tell()
    shop.tick(minutes=30)


@leaves("export.doubled", extra_task_id="tsk-0001", task_id=None)
@leaves("export.double_not_cancelled", extra_task_id="tsk-0001", code="Unanswered")
def a_worker_comes_late(shop: Workshop) -> None:
    shop.cloud.faults.before("cancel_task", unanswered("Unanswered"))
    come_late(shop)


@leaves("task.cancel_refused", **OF_TASK, code="Forbidden.RAM")
def a_cancel_is_refused(shop: Workshop) -> None:
    shop.tell()
    shop.cloud.faults.before("cancel_task", refused("Forbidden.RAM"))
    Entrance(shop, TOKEN).cancel(EXPORT)


@leaves("export.stalled", **OF_TASK, progress="1%", reason=None)
def a_task_takes_too_long(shop: Workshop) -> None:
    shop.tell()
    shop.tick(hours=6)


@leaves("manifest.written", **OF_TASK, manifest=MANIFEST)
@leaves("event.told", **OF_TASK, target=BUS, kind="Completed", event_id=f"{EXPORT}.Completed")
@leaves("event.told", **OF_TASK, target=FUNCTION, kind="Started", event_id=f"{EXPORT}.Started")
def an_export_is_completed(shop: Workshop) -> None:
    shop.tell()
    shop.cloud.finish(shop.task_id)
    shop.tick(minutes=10)


@leaves("manifest.refused", **OF_TASK, code="AccessDenied", error="The cloud says no.")
@leaves("manifest.given_up", **OF_TASK, manifest=MANIFEST)
def a_manifest_is_refused_for_an_hour(shop: Workshop) -> None:
    shop.tell()
    shop.cloud.finish(shop.task_id)
    shop.cloud.faults.before("put_object", *[refused("AccessDenied")] * 9)
    shop.tick(minutes=10)
    shop.tick(hours=2)


@leaves("export.missing", export_id=EXPORT, bucket=BUCKET, keys=(f"nightlytbq7mwru24iba_{IMAGE}_system.raw.tar.gz",))
def an_object_is_gone(shop: Workshop) -> None:
    an_export_is_completed(shop)
    del shop.cloud.stored[f"{BUCKET}/nightlytbq7mwru24iba_{IMAGE}_system.raw.tar.gz"]
    Entrance(shop, TOKEN).get(EXPORT)


@leaves("request.role_unusual", image_id=IMAGE, role_name="another")
def a_request_names_a_role(shop: Workshop) -> None:
    shop.ask(RoleName="another")


@leaves("hint.lost", **OF_EVENT, export_id=EXPORT, error="No usable answer came.")
def the_name_that_nights_read_is_lost(shop: Workshop) -> None:
    shop.store.faults.before("put known", unanswered())
    shop.tell()


# Looks


@leaves("look.failed", **OF_EVENT, code="Throttling", error="The cloud says no.")
def the_look_of_an_event_fails(shop: Workshop) -> None:
    shop.cloud.faults.before("image", refused("Throttling"))
    shop.tell()


@leaves("look.failed", **OF_EXPORT, code="Throttling", **NO)
def the_look_before_a_start_fails(shop: Workshop) -> None:
    shop.cloud.faults.before("image", refused("Throttling"))
    shop.ask()


@leaves("look.failed", region_id=REGION, code="Forbidden.RAM", **NO)
def the_look_at_what_runs_fails(shop: Workshop) -> None:
    shop.tell()
    shop.cloud.faults.before("tasks", refused("Forbidden.RAM"))
    shop.tick(minutes=2)


@leaves("look.failed", export_id=EXPORT, **LOST)
def the_look_of_a_question_over_http_fails(shop: Workshop) -> None:
    shop.tell()
    shop.cloud.faults.before("task", unanswered())
    Entrance(shop, TOKEN).get(EXPORT)


@leaves("look.failed", export_id=EXPORT, **LOST)
def the_look_for_objects_fails(shop: Workshop) -> None:
    an_export_is_completed(shop)
    shop.cloud.faults.before("object_keys", unanswered())
    Entrance(shop, TOKEN).get(EXPORT)


@leaves("tasks.left_out", **OF_EXPORT, looked=0, unlooked=1)
@leaves("entry.unreadable", entry="tsk-0001", field="TaskStatus", account_id=ACCOUNT, **OF_EXPORT)
def a_task_that_could_be_ours_cannot_be_read(shop: Workshop) -> None:
    shop.cloud.faults.after("export_image", unanswered())
    shop.tell()
    shop.cloud.poisoned.add(shop.task_id)
    shop.tick(minutes=5)


@leaves("look.failed", task="tsk-0001", **OF_EXPORT, code="AnswerUnreadable", error="Size of one cannot be read.")
def a_task_that_could_be_ours_cannot_be_read_when_asked_for(shop: Workshop) -> None:
    shop.cloud.faults.after("export_image", unanswered())
    shop.tell()
    shop.cloud.faults.before("task", unreadable())
    shop.tick(minutes=5)


@leaves("look.broken", export_id=EXPORT, code="InternalError", error=str(unanswered()), exc_info=False)
def the_ledger_does_not_answer_in_a_tick(shop: Workshop) -> None:
    shop.ask()
    shop.cloud.finish(shop.task_id)
    shop.store.faults.before("create ended", unanswered())
    shop.tick(minutes=10)


@leaves("look.broken", export_id=EXPORT, code="ZeroDivisionError", error="division", exc_info=True)
def a_bug_in_a_tick(shop: Workshop) -> None:
    shop.ask()
    shop.cloud.finish(shop.task_id)
    shop.cloud.faults.before("task", ZeroDivisionError("division"))
    shop.tick(minutes=10)


@leaves(
    "look.broken",
    code="ZeroDivisionError",
    error="division",
    exc_info=True,
    hint=f"due/20261124T080100Z/sighted-{SIGHTED}",
)
def a_bug_in_the_look_at_an_image(shop: Workshop) -> None:
    shop.cloud.faults.before("image", refused("Throttling"), ZeroDivisionError("division"))
    shop.tell()
    shop.tick(minutes=2)


@leaves("look.broken", export_id=EXPORT, code="InternalError", error="No usable answer came.")
def the_ledger_does_not_answer_after_a_request_is_recorded(shop: Workshop) -> None:
    shop.store.faults.before("create claim", unanswered())
    shop.ask()


@leaves("look.broken", export_id=EXPORT, code="InternalError", error="No usable answer came.")
def the_ledger_does_not_answer_after_a_post(shop: Workshop) -> None:
    shop.store.faults.before("create claim", unanswered())
    Entrance(shop, TOKEN).post()


@leaves("fact.unreadable", **OF_EXPORT, key=f"holds/{ACCOUNT}/{REGION}", code="InvalidObjectState", error=ANY)
def a_hold_is_archived(shop: Workshop) -> None:
    read = shop.store.get

    def archived(key: str) -> Any:
        if key.startswith("holds/"):
            raise refused("InvalidObjectState")
        return read(key)

    shop.store.get = archived  # type: ignore[method-assign]
    shop.ask()


# Events


@leaves("event.ignored", **OF_EVENT, reason=ANY)
def an_image_that_nobody_wants_is_told_of(shop: Workshop) -> None:
    shop.show(an_image(os_type="windows"))
    shop.tell()


@leaves("image.undecided", **OF_EVENT, reason=ANY, until=START + timedelta(minutes=15, seconds=0))
def an_image_that_may_be_wanted_yet_is_told_of(shop: Workshop) -> None:
    shop.show(an_image(name="scratch"))
    shop.tell()


@leaves("image.not_visible", **OF_EVENT)
def an_image_that_is_not_listed_is_told_of(shop: Workshop) -> None:
    shop.cloud.inventory.clear()
    sighting = Sighting(event_id="e-1", region_id=REGION, image_id=IMAGE, named_by_creation=True)
    consider(shop.context(), sighting)


@leaves("image.found", region_id=REGION, image_id=IMAGE, rule="golden")
def a_sweep_finds_an_image(shop: Workshop) -> None:
    shop.sweeps = True
    shop.tick(minutes=1)


@leaves("event.rejected", sha256=ANY, code="Forbidden.Policy", error=ANY)
@leaves("event.told", sha256=ANY, target=BUS, kind="Rejected", event_id=ANY)
def a_request_to_another_bucket(shop: Workshop) -> None:
    shop.ask(OSSBucket="strangers")
    shop.tick(minutes=1)


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
def a_target_refuses_for_a_fortnight(shop: Workshop) -> None:
    shop.notifier.refusing.add(BUS)
    shop.tell()
    shop.tick(minutes=1)
    shop.tick(days=15)


@leaves("event.not_recorded", code="InternalError", error="No usable answer came.")
def an_event_cannot_be_recorded(shop: Workshop) -> None:
    shop.store.faults.before("create open", unanswered())
    with pytest.raises(LedgerFault):
        shop.ask()


@leaves("event.kept", parts=1, key=ANY)
@leaves("fact.unreadable", error=ANY)
@leaves("event.not_recorded", code="FactUnreadable", error=ANY)
def a_request_whose_export_cannot_be_read(shop: Workshop) -> None:
    shop.ask()
    (key,) = shop.keys("/requested")
    shop.store.put(key, b"{}")
    shop.ask("r-2", OSSPrefix="other")
    shop.tick(minutes=5)


@leaves("fact.unreadable", **OF_EVENT, error=ANY)
def an_event_of_an_image_whose_export_cannot_be_read(shop: Workshop) -> None:
    shop.tell()
    (key,) = shop.keys("/requested")
    shop.store.put(key, b"{}")
    shop.tell()


@leaves("replay.taken", replayed=EXPORT, export_id=EXPORT.replace("0001", "0002"))
def a_failed_export_is_replayed(shop: Workshop) -> None:
    shop.tell()
    shop.cloud.fail(shop.task_id)
    shop.tick(minutes=10)
    on_event(shop.context(), b'{"Replay": "%s"}' % EXPORT.encode(), request_id="r-2", region_id=REGION)


@leaves("replay.refused", code="ExportNotFound", error=f"There is no export {EXPORT}.")
def an_unknown_export_is_replayed(shop: Workshop) -> None:
    on_event(shop.context(), b'{"Replay": "%s"}' % EXPORT.encode(), request_id="r-2", region_id=REGION)


# Nights


@leaves("region.unreached", account_id=ACCOUNT, region_id=REGION, code="Forbidden.RAM")
@leaves("nightly.finished", run=ANY)
def a_night_cannot_look_at_a_region(shop: Workshop) -> None:
    shop.cloud.faults.before("images", refused("Forbidden.RAM"))
    run(shop)


@leaves("nightly.paused", run=ANY)
def a_night_has_no_time(shop: Workshop) -> None:
    shop.remaining_s = 30
    run(shop)


@leaves("nightly.repeated", run=ANY)
def a_night_is_delivered_twice(shop: Workshop) -> None:
    run(shop)
    run(shop)


@leaves("fact.unreadable", region_id=REGION, image_id=IMAGE, error=ANY)
def a_night_meets_an_export_that_cannot_be_read(shop: Workshop) -> None:
    shop.change(rules=(replace(shop.policy.rules[0], when=("nightly",)),) if shop.policy else ())
    shop.ask()
    (key,) = shop.keys("/requested")
    shop.store.put(key, b"{}")
    for name in shop.keys("known/"):
        del shop.store.objects[name]
    run(shop)


@leaves("entry.unreadable", entry=IMAGE, field="Size", account_id=ACCOUNT, region_id=REGION)
def a_night_lists_an_image_that_cannot_be_read(shop: Workshop) -> None:
    shop.cloud.poisoned.add(IMAGE)
    run(shop)


@pytest.mark.parametrize(
    ("scenario", "line"), SCENARIOS, ids=[f"{line['event']} {scenario.__name__}" for scenario, line in SCENARIOS]
)
def test_a_line_of_the_log_says_what_happened_with_all_of_its_fields(
    scenario: Callable[[Workshop], object], line: Line
) -> None:
    shop = Workshop()
    scenario(shop)
    assert line in [one for one in shop.log.lines if one["event"] == line["event"]]
