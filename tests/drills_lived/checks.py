"""The invariants of drills: what must be true of every life, whatever went wrong in it (docs/protocol.md#rule-20).

Each is a function from a world to the ways in which it is broken. They judge the world and the raw facts.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from msgspec import json

from image_export.decisions.drill.names import restore_of_drill
from tests.fakes import START
from tests.restores_lived import checks as of_restores
from tests.restores_lived.world import TARGETS

from .cloud import CALLED_AFTER_CANCEL
from .guests import ALIVE, Guest
from .weather import OF_IMPORTS
from .world import DrillWorld

ENDS_WITHIN = timedelta(hours=30)  # of fair weather: a day for the restore, and the levels
A_MOMENT = timedelta(seconds=1)  # OSS tells no smaller one
WANTED = {"plain": (1, 2), "web": (1, 2), "boot": (1, 2, 3, 4), "command": (1, 2, 3, 4, 5, 6)}


class Told:
    """A drill as its raw facts tell it, and what is true of it."""

    def __init__(self, world: DrillWorld, drill: str) -> None:
        self.world, self.drill_id, self.restore_id = world, drill, restore_of_drill(drill)
        self.request = world.fact(drill, "requested")["Request"]
        self.cloud = world.cloud(self.request["Role"]["AccountId"])
        self.requested_at = self.at("requested") or START
        self.ended = world.fact(drill, "ended")
        self.ended_at = self.at("ended")
        self.levels = {number: said for number in range(1, 7) if (said := world.fact(drill, f"level-{number}"))}
        self.export = next(one for one in world.exports if one.export_id == self.request["ExportId"])

    def at(self, fact: str) -> datetime | None:
        """When the fact was made, by OSS's clock."""
        stored = self.world.objects.get(f"drills/{self.drill_id}/{fact}")
        return stored.modified_at if stored else None

    @property
    def verdict(self) -> str | None:
        """Of all levels together."""
        return self.ended["Verdict"] if self.ended else None

    @property
    def guests(self) -> list[Guest]:
        """Its instances, also those that are gone."""
        return [one for one in self.cloud.guests.values() if one.drill_id == self.drill_id]

    @property
    def restored(self) -> str | None:
        """The image that its restore has kept."""
        kept = [one["ImageId"] for one in self.world.outcomes(self.restore_id) if one["Kind"] == "keep"]
        return kept[0] if kept else None

    def is_proved(self, number: int) -> bool:
        """Whether the level may say so, by what was true when it did."""
        at = (self.at(f"level-{number}") or START) + A_MOMENT
        image = self.restored
        if image not in self.cloud.imports or self.cloud.imports[image].bad or image not in self.cloud.available_at:
            return False
        if number == 2:
            checked_for = at - self.cloud.available_at[image]
            return self.world.nature.detection == "finished" and checked_for >= timedelta(minutes=4)
        return number == 1 or any(self._proves(one, number, at) for one in self.guests)

    def _proves(self, guest: Guest, number: int, at: datetime) -> bool:
        runs = guest.running_at is not None and guest.running_at <= at
        result = guest.result(at)
        return {
            3: runs,
            4: guest.spoke(at),
            5: guest.answers(at),
            6: result is not None and (result.status, result.exit_code) == ("Success", 0),
        }[number]

    def is_failed(self, number: int) -> bool:
        """Whether there is a reason for it in the world."""
        nature, why = self.world.nature, self.levels[number]["Why"]
        if number == 1:
            refused = any(why.startswith(code) and code in self.world.reasons for code in OF_IMPORTS)
            harmed = bool(self.export.keys & (self.cloud.harmed | self.cloud.rotten)) or bool(self.export.harm)
            return refused or harmed or self.restore_id in self.cloud.failed
        return {
            2: nature.detection == "high",
            3: nature.never_runs,
            4: nature.says not in (*ALIVE, "nothing"),
            5: False,
            6: nature.command == "ends with 1",
        }[number]

    @property
    def is_too_slow(self) -> bool:
        """Whether the image was there later than the entry allows."""
        bound = {"web": timedelta(minutes=30), "boot": timedelta(hours=9)}.get(self.request["Entry"]["name"])
        at = self.at("level-1")
        restored = at is not None and self.levels[1]["Verdict"] == "Proved"
        return bool(bound and at and restored and at - self.requested_at > bound)


def drills(world: DrillWorld) -> list[Told]:
    """All that were recorded."""
    requested = (key for key in world.objects.below("drills/") if key.endswith("/requested"))
    return [Told(world, key.split("/")[1]) for key in requested]


def each_drill_ends(world: DrillWorld) -> Iterator[str]:
    """By now, and within a day and a little of fair weather."""
    for one in drills(world):
        if one.ended_at is None:
            yield f"{one.drill_id} has no end"
        elif one.ended_at - max(world.fair_at, one.requested_at) > ENDS_WITHIN:
            yield f"{one.drill_id} has ended at {one.ended_at}, in fair weather since {world.fair_at}"


def nothing_is_left(world: DrillWorld) -> Iterator[str]:
    """No instance, image, snapshot, unpacked object, upload, marker or hint, once a drill has ended."""
    yield from of_restores.nothing_is_left(world)
    yield from world.objects.below("open-drills/")
    for one in drills(world):
        until = (one.ended_at or world.clock.now) + A_MOMENT
        for guest in one.guests:
            if guest.gone_at is None or guest.gone_at > until:
                yield f"{guest.instance_id} of {one.drill_id} is there until {guest.gone_at}, which ended at {until}"
        for cloud in world.clouds.values():
            for image, made in cloud.imports.items():
                if made.restore_id != one.restore_id or image in world.untagged:
                    continue
                if made.gone_at is None or made.gone_at > until:
                    yield f"{image} of {one.drill_id} is there until {made.gone_at}, which ended at {until}"
        yield from _unswept(one)


def _unswept(one: Told) -> Iterator[str]:
    """A drill ends after its restore has removed what was unpacked for it, or a day later."""
    folder = f"restores/{one.restore_id}/"
    if f"{folder}unpacking" not in one.world.objects or one.ended_at is None:
        return
    swept, imported_at = one.world.objects.get(f"{folder}swept"), one.at("level-1") or START
    late = one.ended_at - imported_at >= timedelta(hours=24)
    if not late and (swept is None or swept.modified_at > one.ended_at):
        yield f"{one.drill_id} has ended before its restore has swept"


def never_a_false_proof(world: DrillWorld) -> Iterator[str]:
    """A level is Proved by what is true, and a drill by all the levels that its entry asks for."""
    for one in drills(world):
        for number, said in one.levels.items():
            if said["Verdict"] == "Proved" and not one.is_proved(number):
                yield f"level {number} of {one.drill_id} is Proved: {said['Why']}"
        wanted = WANTED[one.request["Entry"]["name"]]
        missing = [n for n in wanted if one.levels.get(n, {"Verdict": None})["Verdict"] != "Proved"]
        if one.verdict == "Proved" and missing:
            yield f"{one.drill_id} is Proved without {missing}"


def never_a_false_failure(world: DrillWorld) -> Iterator[str]:
    """Failed: for a reason that there was. Silence, refusals, lost answers and missing rights are none."""
    for one in drills(world):
        failed = [number for number, said in one.levels.items() if said["Verdict"] == "Failed"]
        for number in failed:
            if not one.is_failed(number):
                yield f"level {number} of {one.drill_id} has failed: {one.levels[number]['Why']}"
        if one.verdict == "Failed" and not failed and not one.is_too_slow:
            yield f"{one.drill_id} has Failed, and no level has"


def never_a_lost_failure(world: DrillWorld) -> Iterator[str]:
    """A drill of which a level failed has Failed."""
    for one in drills(world):
        before = {
            n for n, said in one.levels.items() if (one.at(f"level-{n}") or START) < (one.at("clean-up") or START)
        }
        if one.ended and one.verdict != "Failed" and any(one.levels[n]["Verdict"] == "Failed" for n in before):
            yield f"{one.drill_id} is {one.verdict}, and a level has failed"


def called_off_is_called_off(world: DrillWorld) -> Iterator[str]:
    """No level is climbed for a drill that was cancelled long before. What a restore came to is said all the same."""
    for one in drills(world):
        cancel_at = one.at("cancel")
        for number in range(2, 7):
            at = one.at(f"level-{number}")
            if cancel_at and at and at > cancel_at + CALLED_AFTER_CANCEL:
                yield f"{one.drill_id} was cancelled at {cancel_at}, and says level {number} at {at}"


def one_drill_at_a_time(world: DrillWorld) -> Iterator[str]:
    """In an account and region."""
    until: dict[str, tuple[datetime, str]] = {}
    for one in sorted(drills(world), key=lambda told: told.requested_at):
        place = one.request["Role"]["AccountId"]
        if place in until and until[place][0] > one.requested_at:
            yield f"{one.drill_id} began at {one.requested_at}, beside {until[place][1]}"
        until[place] = max(until.get(place, (START, "")), (one.ended_at or world.clock.now, one.drill_id))


def events_are_true(world: DrillWorld) -> Iterator[str]:
    """Each target is told the end, by one id and one content, and no other end."""
    told: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    for target, event in world.notifier.delivered:
        told[event["id"]].append((target, event))
    for event_id, events in told.items():
        if any(event != events[0][1] for _, event in events):
            yield f"{event_id} was told in two ways"
    for one in drills(world):
        if one.ended is None:
            continue
        ends = {event_id.split(".")[1] for event_id in told if event_id.startswith(one.drill_id)}
        if ends != {one.verdict}:
            yield f"{sorted(ends)} was told of {one.drill_id}, which is {one.verdict}"
            continue
        event_id = f"{one.drill_id}.{one.verdict}"
        missing = set(TARGETS) - {target for target, _ in told[event_id]}
        if missing:
            yield f"{sorted(missing)} was not told of {one.drill_id}"
        said = told[event_id][0][1]["data"]
        if (said["Verdict"], said["Evidence"]) != (one.verdict, one.ended["Evidence"]):
            yield f"{event_id} says {said}"
        if [target for target, _ in told[event_id]] and (one.ended_at or START) > world.clock.now:
            yield f"{event_id} was told before it was so"


def the_evidence_comes_first(world: DrillWorld) -> Iterator[str]:
    """It stands before the end does, and says the same."""
    for one in drills(world):
        if one.ended_at is None:
            continue
        address = one.ended["Evidence"]
        if address is None:
            if world.nature.takes_evidence and one.ended_at > world.fair_at + timedelta(minutes=5):
                yield f"{one.drill_id} has no evidence"
            continue
        key = address.split("/", 3)[3]
        if key not in one.cloud.written_at or one.cloud.written_at[key] > one.ended_at + A_MOMENT:
            yield f"{address} stood only after {one.drill_id} had ended"
        elif json.decode(one.cloud.bodies[key])["Verdict"] != one.verdict:
            yield f"{address} does not say {one.verdict}"


def notes_agree(world: DrillWorld) -> Iterator[str]:
    """Of a series and an export it is noted which drill was the last, unless OSS refused that name, which is logged."""
    refused = {line["key"] for line in world.log.lines if line["event"] == "fact.unreadable" and "key" in line}
    last: dict[str, Told] = {}
    for one in sorted(drills(world), key=lambda told: told.ended_at or START):
        for key in (f"drilled-series/{one.request['Series']}", f"drilled-exports/{one.request['ExportId']}"):
            last[key] = one
    for key, one in last.items():
        if key in refused:
            continue
        stored = world.objects.get(key)
        note = json.decode(stored.body)["Fact"] if stored else None
        if one.ended and (note is None or (note["DrillId"], note["Verdict"]) != (one.drill_id, one.verdict)):
            yield f"{key} is {note}, and {one.drill_id} is {one.verdict}"


def the_ledger_explains_itself(world: DrillWorld) -> Iterator[str]:
    """The history shows the end, each target is known to be told, and no bug was met."""
    for one in drills(world):
        listed = world.objects.get(world.fact(one.drill_id, "requested")["Listed"])
        if not listed or f'"Verdict":"{one.verdict}"'.encode() not in listed.body:
            yield f"the history does not show the end of {one.drill_id}"
        said = world.objects.below(f"drills/{one.drill_id}/told-drill{str(one.verdict).lower()}-")
        if len(said) != len(TARGETS):
            yield f"{len(said)} targets are known to be told of the end of {one.drill_id}"
    for line in world.log.lines:
        if line["event"] == "look.broken" and line.get("exc_info"):
            yield f"a bug: {line['code']} {line['error']}"


CHECKS: dict[str, Callable[[DrillWorld], Iterator[str]]] = {
    "each drill ends": each_drill_ends,
    "nothing is left": nothing_is_left,
    "no false proof": never_a_false_proof,
    "no false failure": never_a_false_failure,
    "no lost failure": never_a_lost_failure,
    "called off": called_off_is_called_off,
    "one drill at a time": one_drill_at_a_time,
    "events are true": events_are_true,
    "evidence first": the_evidence_comes_first,
    "notes agree": notes_agree,
    "the ledger explains itself": the_ledger_explains_itself,
}
