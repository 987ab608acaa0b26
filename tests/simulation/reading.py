"""The ledger after a life, read without the project's own reader: a fault of that must not hide itself."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from .world import World

Fact = dict[str, Any]
NEVER = datetime(9000, 1, 1, tzinfo=timezone.utc)


class Written(NamedTuple):
    """A fact, when it was written and by whom."""

    fact: Fact
    at: datetime
    nonce: str


@dataclass
class Delivered:
    """What the facts of one export say."""

    export_id: str
    requested: Fact
    requested_at: datetime
    claims: dict[int, Fact] = field(default_factory=dict)
    claimed_at: dict[int, datetime] = field(default_factory=dict)
    claimed_by: dict[int, str] = field(default_factory=dict)  # the writers' nonces
    results: dict[int, Fact] = field(default_factory=dict)
    settled_at: datetime = NEVER  # when the newest slot was known to have started
    ended: Fact | None = None
    ended_at: datetime | None = None
    ended_by: str = ""  # the writer's nonce
    cancel_at: datetime | None = None
    stalled: bool = False
    manifest_by: str = ""
    told: set[str] = field(default_factory=set)

    @property
    def request(self) -> Fact:
        """What was asked for."""
        request: Fact = self.requested["Request"]
        return request

    @property
    def place(self) -> tuple[str, str]:
        """Account and region."""
        return self.request["Role"]["AccountId"], self.request["RegionId"]

    @property
    def last_claim(self) -> Fact:
        """The newest slot; empty where there is none."""
        return self.claims[max(self.claims)] if self.claims else {}

    @property
    def last_result(self) -> Fact:
        """What came of the newest slot; empty where nothing stands."""
        return self.results.get(max(self.claims), {}) if self.claims else {}

    @property
    def error(self) -> str:
        """The code of the end's cause; empty without one."""
        return str(((self.ended or {}).get("Error") or {}).get("Code", ""))

    @property
    def prefixes(self) -> set[str]:
        """Every prefix that ExportImage may have been given."""
        return {claim["OSSPrefix"] for claim in self.claims.values() if claim["Kind"] == "start"}


def exports(world: World) -> list[Delivered]:
    """Every export that was recorded."""
    return _exports(world, world.objects.changes)


@lru_cache(maxsize=1)  # every invariant reads the same ledger
def _exports(world: World, _changes: int) -> list[Delivered]:
    folders: dict[str, dict[str, Written]] = defaultdict(dict)
    for key in world.objects.below("exports/"):
        stored = world.objects[key]
        _, export, name = key.split("/")
        body = msgspec.json.decode(stored.body)
        folders[export][name] = Written(body["Fact"], stored.modified_at, body["Nonce"])
    return [_read(export, facts) for export, facts in folders.items() if "requested" in facts]


def _read(export: str, facts: dict[str, Written]) -> Delivered:
    told = Delivered(export, facts["requested"].fact, facts["requested"].at)
    for name, (fact, at, nonce) in facts.items():
        if name.startswith("claim-"):
            told.claims[int(name[6:])] = fact
            told.claimed_at[int(name[6:])] = at
            told.claimed_by[int(name[6:])] = nonce
        elif name.startswith(("result-", "void-")):  # results come first; nobody but a mutant has a key for voids
            told.results.setdefault(int(name[-4:]), fact)
        elif name.startswith("told-"):
            told.told.add(name)
    newest = f"result-{max(told.claims, default=0):04d}"
    told.settled_at = facts[newest].at if told.last_result.get("TaskId") else NEVER
    told.ended, told.ended_at, told.ended_by = facts.get("ended", (None, None, ""))
    told.manifest_by = facts["told-manifest"].nonce if "told-manifest" in facts else ""
    told.cancel_at = facts["cancel"].at if "cancel" in facts else None
    told.stalled = "stalled" in facts
    return told


def is_through(run: bytes) -> bool:
    """Whether a night's run has been everywhere."""
    return bool(msgspec.json.decode(run)["Fact"]["State"] == "finished")


def totals_of(run: bytes) -> tuple[list[Fact], datetime]:
    """The counts of a night's run, and when it began."""
    fact = msgspec.json.decode(run)["Fact"]
    return fact["Totals"], datetime.fromisoformat(fact["BeganAt"].replace("Z", "+00:00"))
