"""Who was passed by? Reads the functions' log, invocation by invocation. Pure.

In an account and region nobody starts in an invocation that leaves a more important one waiting which was recorded
before and could start: its image is Available, its own look did not fail there, its start is not in doubt.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from .calendar import PRIORITY, Birth

Line = Mapping[str, Any]
CALLED = ("export.started", "export.start_in_doubt")
ENDED = ("export.completed", "export.failed", "export.cancelled")
BENCHED = ("look.failed", "look.broken")
RIPENS = timedelta(minutes=5)  # an image that is being created is looked at again within this time


def passed_by(lines: Iterable[Line], births: Mapping[str, Birth], made_at: Mapping[str, datetime]) -> Iterator[str]:
    """Whom each start has passed by. `births`: by image; `made_at`: when each image was made, and each task."""
    waiting: dict[str, str] = {}  # export → image
    doubtful: set[str] = set()
    for _, invocation in groupby(lines, key=lambda line: line.get("request_id")):
        told = list(invocation)
        before = dict(waiting)
        started = {}
        for line in told:
            export = str(line.get("export_id"))
            if line["event"] == "export.requested" or (line["event"] == "export.void" and export in doubtful):
                waiting[export] = line["image_id"]
                doubtful.discard(export)
            elif line["event"] in CALLED:
                if line["event"] == "export.started" and export not in doubtful:
                    started[export] = line
                doubtful |= {export} if line["event"] == "export.start_in_doubt" else set()
                waiting.pop(export, None)
            elif line["event"] in ENDED:
                waiting.pop(export, None)
        could = {
            export: image for export, image in before.items() if export in waiting and not _is_benched(export, told)
        }
        for line in started.values():
            yield from _more_important(line, could, births, made_at)


def _is_benched(export: str, told: list[Line]) -> bool:
    """Whether it was looked at in vain: its look failed, or ExportImage refused it for a reason of its own."""
    own = [line for line in told if line.get("export_id") == export]
    refused = [line["code"] for line in own if line["event"] == "export.refused"]
    return any(line["event"] in BENCHED for line in own) or any("QuotaExceed" not in code for code in refused)


def _more_important(
    line: Line, could: Mapping[str, str], births: Mapping[str, Birth], made_at: Mapping[str, datetime]
) -> Iterator[str]:
    own, at = births[line["image_id"]], made_at[line["task_id"]]
    for image in could.values():
        other = births[image]
        ripe = at - made_at[image] > RIPENS
        if other.group == own.group and PRIORITY[other.rule or ""] > PRIORITY[own.rule or ""] and ripe:
            yield f"{own.image_id} ({own.rule}) started while {image} ({other.rule}) waited in {own.region}"
