"""What must be true after the two weeks. Pure: from what was seen to the sentences that are broken; none is the aim."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from .calendar import MOST_A_NIGHT, Birth
from .priorities import passed_by
from .two_weeks import Seen

BUS, FUNCTION = "eventbridge:image-export", "fc:images/after-export"
ENDS = ("Completed", "Failed", "Cancelled")
LEFT_NOTHING = ("open", "running", "waiting", "due", "sighted", "untold")
LOST = frozenset({"reset_after", "http_500", "http_503"})  # after these nobody knows whether the event was taken


def broken(seen: Seen) -> list[str]:
    """Every sentence that does not hold."""
    checks = (once, forgotten, unwanted, priorities, delivered, closed, nights_finished, limits, teeth)
    return [sentence for check in checks for sentence in check(seen)]


def once(seen: Seen) -> Iterator[str]:
    """No image has two exports that made objects, and no export two tasks."""
    made = Counter((task["ImageId"], task["OSSBucket"]) for task in seen.tasks if task["TaskStatus"] == "Finished")
    yield from (
        f"{image} was exported {count} times to {bucket}" for (image, bucket), count in made.items() if count > 1
    )
    prefixes = Counter(task["OSSPrefix"] for task in seen.tasks)
    yield from (
        f"the export with the prefix {prefix} has {count} tasks" for prefix, count in prefixes.items() if count > 1
    )
    doubled = [line for line in seen.lines if line["event"] == "export.doubled"]
    yield from (f"{line['image_id']} had an extra task" for line in doubled)


def forgotten(seen: Seen) -> Iterator[str]:
    """Every image that a rule wants has been exported: all are kept for days, and most for ever."""
    made = {task["ImageId"] for task in seen.tasks if task["TaskStatus"] == "Finished"}
    for birth in seen.births:
        if birth.rule and birth.image_id not in made:
            yield f"{birth.image_id} ({birth.rule}, {birth.region}) was never exported"


def unwanted(seen: Seen) -> Iterator[str]:
    """No image has a task that no rule wants, and none more tasks than its life asks for."""
    tasks = Counter(task["ImageId"] for task in seen.tasks)
    for birth in seen.births:
        if tasks[birth.image_id] > _tasks_at_most(birth):
            yield f"{birth.image_id} ({birth.rule}) has {tasks[birth.image_id]} tasks"


def _tasks_at_most(birth: Birth) -> int:
    """One; and one for each night before it was mended, where exports of it fail at first."""
    if birth.rule is None:
        return 0
    return 3 if birth.fails_first else 1


def priorities(seen: Seen) -> Iterator[str]:
    """Nobody starts while a more important one of the same account and region could."""
    made_at = {task["TaskId"]: datetime.fromisoformat(task["CreationTime"]) for task in seen.tasks}
    for birth in seen.births:
        made_at[birth.image_id] = seen.began + timedelta(days=birth.day, hours=birth.hour)
    yield from passed_by(seen.lines, {birth.image_id: birth for birth in seen.births}, made_at)


def delivered(seen: Seen) -> Iterator[str]:
    """Every end is delivered to every target under one id, with one content, again only after a lost answer."""
    exports = {key.split("/")[2] for key in seen.keys if key.endswith("/requested")}
    for target in (BUS, FUNCTION):
        events = [one["event"] for one in seen.received if one["target"].startswith(target)]
        ends: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for event in events:
            if event["type"].rsplit(":", 1)[1] in ENDS:
                ends[event["data"]["ExportId"]].append(event)
        yield from (f"{target} was not told of the end of {export}" for export in sorted(exports - set(ends)))
        for export, versions in ends.items():
            if len({json.dumps([one["id"], one["type"], one["data"]], sort_keys=True) for one in versions}) > 1:
                yield f"{target} was told of different ends of {export}"
        again = len(events) - len({event["id"] for event in events})
        action = "PutEvents" if target == BUS else "InvokeFunction"
        lost = sum(call["action"] == action and call["fault"] in LOST for call in seen.calls)
        if again > lost:
            yield f"{target} was told {again} events again, and {lost} answers were lost"


def closed(seen: Seen) -> Iterator[str]:
    """No open marker is left, and no hint."""
    for key in seen.keys:
        if key.split("/")[1] in LEFT_NOTHING:
            yield f"{key} is left"


def nights_finished(seen: Seen) -> Iterator[str]:
    """Every night's run has been finished, the cut ones by the watcher."""
    runs = {line["run"]["RunId"] for line in seen.lines if line["event"] == "nightly.finished"}
    if len(runs) != seen.nights:
        yield f"{len(runs)} of {seen.nights} nights were finished"


def limits(seen: Seen) -> Iterator[str]:
    """No night has recorded more of a rule than its `max_per_run`."""
    requested = [line for line in seen.lines if line["event"] == "export.requested" and line["rule"] == "daily"]
    for run, count in Counter(line["requested_by"]["Id"] for line in requested).items():
        if count > MOST_A_NIGHT:
            yield f"the night {run} has recorded {count} images of the rule daily"


def teeth(seen: Seen) -> Iterator[str]:
    """The two weeks were as hard as they should be."""
    codes = {call["code"] for call in seen.calls if call["action"] == "ExportImage"}
    for quota in ("Concurrent", "Weekly"):
        if f"{quota}QuotaExceed.ExportImage" not in codes:
            yield f"the {quota.lower()} quota was never reached"
    if sum(call["fault"] is not None for call in seen.calls) < len(seen.calls) / 100:
        yield "fewer than one call in a hundred met a fault"
    events = {line["event"] for line in seen.lines}
    for event in ("nightly.paused", "region.unreached", "image.found", "export.start_in_doubt", "export.failed"):
        if event not in events:
            yield f"the log has no {event}"


def decided(seen: Seen) -> list[tuple[str, str, int]]:
    """What was decided: image, export, and the day of the calendar on which its task was started."""
    exports = {line["task_id"]: line["export_id"] for line in seen.lines if line["event"] == "export.started"}
    days = {task["TaskId"]: (datetime.fromisoformat(task["CreationTime"]) - seen.began).days for task in seen.tasks}
    return sorted((task["ImageId"], exports[task["TaskId"]], days[task["TaskId"]]) for task in seen.tasks)
