"""The invariants: what must be true of every life, whatever went wrong in it (docs/protocol.md#the-promises).

Each is a function from a life to the ways in which it is broken. They judge the world and the raw facts.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from tests.fakes import FakeTask

from .arrivals import an_old_night_says_so, what_is_tagged_in_time_is_exported
from .channel_checks import (
    FLOODED,
    NAMED,
    REMEMBERED,
    WANTED,
    a_channel_is_sent_what_it_wants,
    an_answer_is_remembered,
    channels_are_those_of_today,
    no_channel_is_flooded,
)
from .delivered import ends_are_heard_of_soon, entrances_deliver_nothing, starts_come_before_deliveries
from .odd_checks import all_of_an_array_is_taken, nobody_is_held_up
from .pauses import PAUSED, nothing_starts_while_paused
from .policies import LIMIT, LIMITED
from .reading import Delivered, exports, is_through, totals_of
from .replays import once_more_is_one_more
from .scenario import Scenario
from .tasks import WHOLE, LivingCloud
from .told import targets_of, told_of
from .watched import called_off, refused_watches
from .weather import FINAL
from .world import World

UNSURE = frozenset({"StartUnconfirmed", "TaskNotFound"})  # nothing is certain: no second call (docs/protocol.md#rule-9)
REFUSED = "WatchRefused"  # nobody could see how it ended
LAST_CLAIM_AFTER_CANCEL = timedelta(minutes=6)  # a worker that had looked before the cancel, and is killed by then


def tasks_of(world: World, export: Delivered) -> list[FakeTask]:
    """The tasks that this export made."""
    cloud = world.cloud(*export.place)
    return [cloud.running[task_id] for task_id in sorted(cloud.ours) if _is_of(cloud.running[task_id], export)]


def ids_of(tasks: list[FakeTask]) -> list[str]:
    """Their ids."""
    return [one.task.task_id for one in tasks]


def _is_of(one: FakeTask, export: Delivered) -> bool:
    return one.image_id == export.request["ImageId"] and one.start.oss_prefix in export.prefixes


def never_twice(scenario: Scenario) -> Iterator[str]:
    """At most one task per export; every task has a claim; no two exports share a prefix."""
    world, known = scenario.world, exports(scenario.world)
    for export in known:
        made = tasks_of(world, export)
        if len(made) > 1:
            yield f"{export.export_id} has {ids_of(made)}"
    owners = Counter((*one.place, one.request["ImageId"], prefix) for one in known for prefix in one.prefixes)
    yield from (f"{prefix} is shared by {count}" for prefix, count in owners.items() if count > 1)
    for (account, region), cloud in world.clouds.items():
        for one in (cloud.running[task_id] for task_id in sorted(cloud.ours)):
            if (account, region, one.image_id, one.start.oss_prefix) not in owners:
                yield f"{one.task.task_id} under {one.start.oss_prefix} has no claim"
    doubled = [line for line in world.log.lines if line["event"] == "export.doubled"]
    yield from (f"{line['extra_task_id']} is extra" for line in doubled)


def a_breach_is_seen(scenario: Scenario) -> Iterator[str]:
    """A worker that was told of a task, and was not hindered, has recorded it or logged that it is one too many."""
    world = scenario.world
    recorded = {result["TaskId"] for export in exports(world) for result in export.results.values()}
    doubled = {line["extra_task_id"] for line in world.log.lines if line["event"] == "export.doubled"}
    for cloud in world.clouds.values():
        for task_id, worker in cloud.answered.items():
            if not worker.hindered and task_id not in recorded | doubled:
                yield f"{worker.name} was told of {task_id}, and nobody else is"


def never_lost(scenario: Scenario) -> Iterator[str]:
    """Every recorded export has ended by now; what an entrance has answered is recorded."""
    world, known = scenario.world, {one.export_id: one for one in exports(scenario.world)}
    yield from (f"{one.export_id} is recorded and has no end" for one in known.values() if not one.ended)
    for export in _answered(scenario):
        if export not in known:
            yield f"{export} was answered and is not recorded"
    if not world.steady:
        return
    exported = {one.request["ImageId"] for one in known.values()}
    for image in scenario.images:
        if image.name.startswith("golden") and image.image_id in scenario.kept and image.image_id not in exported:
            yield f"{image.image_id} {image.name} is wanted and was never exported"


def _answered(scenario: Scenario) -> Iterator[str]:
    for _, answer in scenario.answers:
        if hasattr(answer, "exports"):
            yield from (export.export_id for export in answer.exports if export.reason != "DryRun")
        elif isinstance(answer, dict) and answer["statusCode"] in (200, 202) and "location" in answer["headers"]:
            yield answer["headers"]["location"].rsplit("/", 1)[1]


def never_a_false_success(scenario: Scenario) -> Iterator[str]:
    """Completed: the export's own task is Finished and whole, and every object is there, ours and not empty."""
    for export in exports(scenario.world):
        if not export.ended or export.ended["Status"] != "Completed":
            continue
        cloud = scenario.world.cloud(*export.place)
        one = cloud.running.get(export.last_result.get("TaskId") or "")
        if one is None or not _is_of(one, export) or one.start.oss_bucket != export.request["OSSBucket"]:
            yield f"{export.export_id} is Completed by {one and one.task.task_id}, which is not its own"
        elif cloud.fates[one.task.task_id] not in WHOLE or one.task.status != "Finished":
            yield f"{export.export_id} is Completed, and its task did {cloud.fates[one.task.task_id]}"
        else:
            yield from _not_whole(cloud, export, one)


def _not_whole(cloud: LivingCloud, export: Delivered, one: FakeTask) -> Iterator[str]:
    named = {item["Key"] for item in (export.ended or {})["Objects"]}
    wanted = cloud.bodies(one.start)
    for key in sorted({*wanted, *named}):
        if key not in named or cloud.stored.get(f"{one.start.oss_bucket}/{key}") != wanted.get(key):
            yield f"{export.export_id} is Completed without {key}"


def never_a_false_failure(scenario: Scenario) -> Iterator[str]:
    """Failed or Cancelled: no whole export stands behind it, unless nothing could tell (docs/protocol.md#rule-9)."""
    for export in exports(scenario.world):
        cloud = scenario.world.cloud(*export.place)
        if not export.ended or export.ended["Status"] == "Completed" or _unsure(cloud, export):
            continue
        status = export.ended["Status"]
        followed, own = export.last_result.get("TaskId"), tasks_of(scenario.world, export)
        if followed and (own or not export.last_result["Inferred"]) and followed not in ids_of(own):
            yield f"{export.export_id} is {status} by {followed}, which is not its own"
        for one in own:
            fate = cloud.fates[one.task.task_id]
            if one.task.status == "Finished" and fate in WHOLE:
                yield f"{export.export_id} is {status} ({export.error}), and {one.task.task_id} did {fate}"
            elif export.last_claim.get("Kind") in ("cancel", "end"):
                yield f"{export.export_id} ended before it began, and {one.task.task_id} was made"


def _unsure(cloud: LivingCloud, export: Delivered) -> bool:
    followed = export.last_result.get("TaskId")
    if followed and export.error == "DisksUnknown":  # nobody says how many there are of a deleted image
        return export.request["ImageId"] not in cloud.inventory
    if export.error == REFUSED:
        return True
    if followed:
        return export.error == "TaskNotFound" and followed in cloud.forgotten
    codes = {(result.get("Cause") or {}).get("Code") for result in export.results.values()}
    return export.error in UNSURE or bool(codes & {*UNSURE, REFUSED})


def the_cause_is_kept(scenario: Scenario) -> Iterator[str]:
    """A failure says why in the words of whoever said so."""
    for export in exports(scenario.world):
        if not export.ended or export.ended["Status"] != "Failed":
            continue
        if not export.error or not export.ended["Error"]["Message"]:
            yield f"{export.export_id} Failed without a cause"
        task = scenario.world.cloud(*export.place).running.get(export.last_result.get("TaskId") or "")
        if task and task.task.cause and export.error not in (task.task.cause.code, REFUSED):
            yield f"{export.export_id} says {export.error}, its task {task.task.cause.code}"


def nothing_is_left(scenario: Scenario) -> Iterator[str]:
    """No marker, hint or sighting when all has ended and been told."""
    for kind in ("open/", "due/", "running/", "waiting/", "sighted/", "stalled/"):
        yield from scenario.world.objects.below(kind)


def the_ledger_explains_itself(scenario: Scenario) -> Iterator[str]:
    """Facts fit together: a result for each start but the last, one end as the last slot says, a place in the lists."""
    for export in exports(scenario.world):
        yield from (f"{export.export_id}: {fault}" for fault in _inconsistent(scenario.world, export))


def _inconsistent(world: World, export: Delivered) -> Iterator[str]:
    numbers = sorted(export.claims)
    if numbers != list(range(1, len(numbers) + 1)) or not set(export.results) <= set(numbers):
        yield f"claims {numbers}, results {sorted(export.results)}"
    for number in numbers:
        outcome = export.results.get(number, {}).get("Outcome")
        if number < len(numbers) and outcome not in ("refused", "void"):
            yield f"claim {number} of {len(numbers)} has the result {outcome}"
        late = export.cancel_at and export.claimed_at[number] > export.cancel_at + LAST_CLAIM_AFTER_CANCEL
        if late and export.claims[number]["Kind"] == "start":
            yield f"claim {number} came after the cancel"
    yield from (fault for number in export.results for fault in _result_inconsistent(export, number))
    if export.ended:
        yield from _end_inconsistent(world, export, export.ended)


def _result_inconsistent(export: Delivered, number: int) -> Iterator[str]:
    result, after = export.results[number], export.claims.get(number + 1, {})
    told = {"started": "TaskId", "refused": "Cause"}.get(result["Outcome"])
    if {name for name in ("TaskId", "Cause") if result[name]} != ({told} if told else set()):
        yield f"the result {number} is {result}"
    code = (result["Cause"] or {}).get("Code")
    if code in FINAL and after.get("Kind") == "start":
        yield f"{code} was final, and claim {number + 1} followed"


def _end_inconsistent(world: World, export: Delivered, ended: dict[str, Any]) -> Iterator[str]:
    kind, outcome = export.last_claim.get("Kind"), export.last_result.get("Outcome")
    if (kind in ("start", "adopt")) != (outcome == "started"):
        yield f"it ended with a {kind} and the result {outcome}"
    if ended["Status"] == "Completed" and "told-manifest" not in export.told:
        yield "Completed without a manifest"
    said = sum(name.startswith(f"told-{ended['Status'].lower()}-") for name in export.told)
    wanted = len(targets_of(export.request, ended["Status"]))
    if said != wanted:
        yield f"{said} of {wanted} targets are known to be told of its end"
    if (f"failed/{marks(export)}" in world.objects) != (ended["Status"] == "Failed"):
        yield f"it is {ended['Status']}, and the failed say otherwise"
    if (f"known/{marks(export)}/cancelled" in world.objects) != (ended["Status"] == "Cancelled"):
        yield f"it is {ended['Status']}, and the cancelled say otherwise"
    listed = world.objects.get(export.requested["Listed"])
    if not listed or f'"Status":"{ended["Status"]}"'.encode() not in listed.body:
        yield "the history does not show its end"


def once_by_rule(scenario: Scenario) -> Iterator[str]:
    """A rule exports an image once unless it failed; equal requests are one export while that is open."""
    known = {one.export_id: one for one in exports(scenario.world)}
    for export in known.values():
        _, key, generation = export.export_id.split("-")
        before = known.get(f"exp-{key}-{int(generation) - 1:04d}")
        if before is None:
            if int(generation) > 1:
                yield f"{export.export_id} has none before it"
            continue
        by_rule, over = export.request["Rule"], before.ended_at and before.ended_at <= export.requested_at
        again = ("Failed", "Cancelled") if export.request.get("AfterCancel") else ("Failed",)
        if by_rule and not (over and before.ended and before.ended["Status"] in again):
            yield f"{export.export_id} was made by rule {by_rule} after {before.ended and before.ended['Status']}"
        if not over and _parameters(export) == _parameters(before):
            yield f"{export.export_id} is equal to {before.export_id}, which was open"


def _parameters(export: Delivered) -> tuple[Any, ...]:
    """What was meant: the default role may be named or left out."""
    role = export.request["RoleName"]
    asked = tuple(export.request[name] for name in ("ImageId", "OSSBucket", "CallerPrefix", "ImageFormat"))
    return (*asked, None if role == "AliyunECSImageExportDefaultRole" else role)


def no_attempt_is_wasted(scenario: Scenario) -> Iterator[str]:
    """A claim whose owner was not hindered has come to its call; only others are void after the long wait."""
    writers = scenario.world.writers
    for export in exports(scenario.world):
        for number, result in export.results.items():
            owner = writers[export.claimed_by[number]]
            if result["Outcome"] == "void" and not owner.hindered:
                yield f"{export.export_id}: claim {number} is void, and nothing hindered {owner.name}"


def nights_keep_their_measure(scenario: Scenario) -> Iterator[str]:
    """A run that stopped anywhere is gone on with to its end, and makes no more than `max_per_run` of a rule."""
    stored = scenario.world.objects.get("nightly/run")
    if stored and not is_through(stored.body):
        yield f"the run stands at {stored.body.decode()[:200]}"
    made = defaultdict(set)
    for one in exports(scenario.world):
        if one.request["RequestedBy"]["Trigger"] == "nightly" and one.request["Rule"] == LIMITED:
            made[one.request["RequestedBy"]["Id"]].add(one.request["ImageId"])
    for run, images in made.items():
        if len(images) > LIMIT:
            yield f"{run} exports {sorted(images)} by {LIMITED}"


def cancelled_is_wanted(scenario: Scenario) -> Iterator[str]:
    """A night takes again what was cancelled by then, or leaves it over for the next, where the rule says again."""
    stored, objects = scenario.world.objects.get("nightly/run"), scenario.world.objects
    if stored is None or not scenario.world.steady:
        return
    totals, began_at = totals_of(stored.body)
    known = exports(scenario.world)
    made = {marks(one) for one in known}
    again = [
        one.request["ImageId"]
        for one in known
        if one.request.get("AfterCancel") and one.request["ImageId"] in scenario.kept
        if (mark := objects.get(f"known/{marks(one)}/cancelled")) and mark.modified_at < began_at
        if marks(one, 1) not in made
    ]
    if len(again) > sum(one["LeftOver"] for one in totals) and not any(one["Fault"] for one in totals):
        yield f"{again} were cancelled, and the night that began at {began_at} has passed them by"


def marks(export: Delivered, later: int = 0) -> str:
    """The part of a name by which plans know the export, or one so many generations later."""
    _, key, generation = export.export_id.split("-")
    return "/".join((*export.place, key, f"{int(generation) + later:04d}"))


def http_answers(scenario: Scenario) -> Iterator[str]:
    """Over HTTP there is an answer for everything."""
    for asked, answer in scenario.answers:
        if isinstance(answer, dict) and answer["statusCode"] not in (200, 202, 400, 403, 404, 409, 503):
            yield f"{answer['statusCode']} for {asked[:200]}: {answer['body'][:200]}"


def no_bug(scenario: Scenario) -> Iterator[str]:
    """The watcher goes on past whatever is wrong with one export; a bug among that is still a bug."""
    for line in scenario.world.log.lines:
        if line.get("exc_info"):
            yield f"{line['code']}: {line['error']}"


CHECKS: dict[str, Callable[[Scenario], Iterator[str]]] = {
    "never twice": never_twice,
    "a breach is seen": a_breach_is_seen,
    "never lost": never_lost,
    "every end is told, once an id": told_of,
    NAMED: channels_are_those_of_today,
    WANTED: a_channel_is_sent_what_it_wants,
    FLOODED: no_channel_is_flooded,
    REMEMBERED: an_answer_is_remembered,
    "entrances deliver nothing": entrances_deliver_nothing,
    "starts come before deliveries": starts_come_before_deliveries,
    "an end is heard of soon": ends_are_heard_of_soon,
    "never a false success": never_a_false_success,
    "never a false failure": never_a_false_failure,
    "the cause is kept": the_cause_is_kept,
    "nothing is left": nothing_is_left,
    "the ledger explains itself": the_ledger_explains_itself,
    "once by rule": once_by_rule,
    "once more is one more": once_more_is_one_more,
    "no attempt is wasted": no_attempt_is_wasted,
    "nights keep their measure": nights_keep_their_measure,
    "what was cancelled is exported again": cancelled_is_wanted,
    "an answer for everything": http_answers,
    "all of an array is taken": all_of_an_array_is_taken,
    "nobody is held up": nobody_is_held_up,
    PAUSED: nothing_starts_while_paused,
    "what is tagged in time is exported": what_is_tagged_in_time_is_exported,
    "an old night says so": an_old_night_says_so,
    "no bug": no_bug,
    "a watch is refused for a fortnight": refused_watches,
    "a cancel ends what cannot be seen": called_off,
}
