"""The ledger: an export is a folder of small facts in OSS, each created once (docs/protocol.md). Not a decision maker.

exports/<export>/requested  claim-0001  result-0001  cancel  stalled  ended
                 doubt-0001                    what ExportImage gave instead of an answer that could be used
                 denied  vanished              since when the role does not work, ECS does not know the task;
                                               removed when it does again
                 missed                        when ECS last did not know the task: put again
                 looked-at                     when the objects of what is Completed were last looked for: put again
                 look-refused  waits           since when looks are refused, and why; what it waits for: put again
                 told-manifest  told-<event>-<target>  refused-<event>-<target>   the last: since when it refuses
open/<export>                                  the marker: created first, removed last
history/<time backwards>/<region>/<image>/<export>   newest first; the body is the whole Export once it has ended
images/<image>/<time backwards>/<region>/<export>    the same of one image: names alone
tokens/<hash>, tokens/<hash>-2 …               ClientToken → export; the next where another request got that one
tasks/<account>/<region>/<task>                whose task it is
prefixes/<account>/<bucket>/<image>/<prefix>, <prefix>-2 …   whose it is, where the caller gave a whole one
running/<account>/<region>/<task>/<export>/<stall time>   hints: what the watcher reads instead of bodies;
waiting/<account>/<region>/<priority>/<time>/<export>     one may be stale or lost, never the only trace
due/<time>/<export or sighted-…>
due/<time>/deliver.<how urgent>.<targets>-<export, rejected-… or untold-…>   nothing but deliveries is owed
stalled/<account>/<region>/<export>            what takes longer than its disks explain, for nights to count
holds/<account>/<region>                       the cloud's word on the quota
sighted/<hash>   rejected/<sha256>/…   untold/<event>/…   images not decided upon; what could not be taken, or delivered
swept/markers   swept/<account>/<region>       when markers were last held against hints, and new images looked for
swept/indexed                                  since when each export has a name below images/
known/<account>/<region>/<hash>/<generation>   names alone, which plans read: there was such an export;
known/<account>/<region>/<hash>/<generation>/cancelled   it was cancelled;
failed/<account>/<region>/<hash>/<generation>      it failed
ledger/id                                      what tells this ledger from every other one
probe                                          written where one object is refused, to see whether all are
nightly/run   nightly/chosen-<hash>            how far the latest night is; what a night has chosen within its limits
"""

import re
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from ...decisions import ledger_keys as hints
from ...decisions.naming import natural_key
from ...errors import FactUnreadable, LedgerFault
from ...values.export_request import ExportRequest
from ...values.facts import (
    Claim,
    Doubt,
    Ended,
    LedgerIdentity,
    LookRefused,
    Refusing,
    Requested,
    Result,
    Stalled,
    Told,
    Waits,
)
from ...values.record import Record
from ...values.run import Before
from .fact_store import FactStore, Found, Standing, Written

F = TypeVar("F")

TOLD, REFUSED = "told-", "refused-"
MANIFEST = "told-manifest"
DOUBT = "doubt-"
IDENTITY = "ledger/id"
LOOK_REFUSED, WAITS = "look-refused", "waits"


class Ledger(FactStore):
    """Exports, made of facts."""

    _identity = ""

    def identity(self, *, make: bool = True) -> str:
        """What tells this ledger from every other one; read once. Empty where there is none and none is to be made.

        Raises LedgerFault where it cannot be read: without it nothing at all can be recorded.
        """
        try:
            if not self._identity:
                found = self.read(IDENTITY, LedgerIdentity)
                if found:
                    self._identity = found.fact.id
                elif make:
                    self._identity = self.create(IDENTITY, LedgerIdentity(id=self.nonce())).fact.id
        except FactUnreadable as fault:
            raise LedgerFault(fault.cause) from fault
        return self._identity

    def open(self, requested: Requested) -> Standing[Requested] | None:
        """Create the open marker, then `requested` with the same body: whose marker was first has the export.

        None where our marker stands, so that the export is recorded, and what came after it cannot be read.
        """
        nonce = self.nonce()
        body = msgspec.json.encode(Written(nonce=nonce, fact=requested))
        marker, key = f"open/{requested.export_id}", f"exports/{requested.export_id}/requested"
        ours = self._create(marker, body)
        try:
            self.help_along(requested.export_id, body if ours else None)
            return self.standing(key, Requested, nonce)
        except LedgerFault:
            if ours:
                return None
            raise

    def help_along(self, export: str, body: bytes | None = None) -> bool:
        """Make the missing `requested` from the marker's body (docs/protocol.md#rule-4); False without a marker."""
        if body is None:
            marker = self._get(f"open/{export}")
            body = marker.body if marker else None
        if body is not None:
            self._create(f"exports/{export}/requested", body)
        return body is not None

    def is_known(self, request: ExportRequest) -> bool:
        """Whether there has been such an export, by one listing. What that does not show yet, `record` finds."""
        prefix = f"known/{request.account_id}/{request.region_id}/{natural_key(request)}/"
        return bool(self.page(prefix, limit=1).entries)

    def known(self, account_id: str, region_id: str) -> dict[str, Before]:
        """The natural keys that have an export there, and what became of the newest one. Reads names alone."""
        group = f"{account_id}/{region_id}/"
        newest: dict[str, str] = {}
        for entry in self.walk(f"known/{group}"):  # generations sort as text, so the last one is the newest
            key, generation = entry.key[len(f"known/{group}") :].split("/", 1)
            newest[key] = generation
        failed = {entry.key[len(f"failed/{group}") :] for entry in self.walk(f"failed/{group}")}
        return {key: _became(generation, f"{key}/{generation}" in failed) for key, generation in newest.items()}

    def load(self, export: str) -> Record | None:
        """The export by its facts; None before `requested` stands. A listing, and a read of each fact that decides."""
        folder = f"exports/{export}/"
        entries = {entry.key[len(folder) :]: entry for entry in self.walk(folder)}
        requested = self.read(f"{folder}requested", Requested)
        if requested is None:
            return None
        record = Record(
            export_id=export,
            request=requested.fact.request,
            requested_at=requested.at,
            listed=requested.fact.listed,
            cancel_at=entries["cancel"].modified_at if "cancel" in entries else None,
            denied_at=entries["denied"].modified_at if "denied" in entries else None,
            vanished_at=entries["vanished"].modified_at if "vanished" in entries else None,
            missed_at=entries["missed"].modified_at if "missed" in entries else None,
            told=frozenset(name for name in entries if name.startswith(TOLD)),
            refused_since={
                name.replace(REFUSED, TOLD, 1): entry.modified_at
                for name, entry in entries.items()
                if name.startswith(REFUSED)
            },
        )
        listed = max((int(name[6:]) for name in entries if re.fullmatch("claim-[0-9]+", name)), default=0)
        record = self._with_end(record, stalled="stalled" in entries)  # first: what came before an end stands by then
        if MANIFEST in entries:
            record = self._with_manifest(record)
        doubts = sorted(name for name in entries if name.startswith(DOUBT))
        record = self._with_doubt(record, doubts[-1]) if doubts else record
        refused = self._note(f"{folder}{LOOK_REFUSED}", LookRefused) if LOOK_REFUSED in entries else None
        waits = self._note(f"{folder}{WAITS}", Waits) if WAITS in entries else None
        record = replace(
            record,
            look_refused=refused and refused.fact,
            look_refused_at=refused and refused.at,
            waits=waits and waits.fact,
            waits_at=waits and waits.at,
        )
        return self._with_attempts(record, listed)

    def _note(self, key: str, kind: type[F]) -> Found[F] | None:
        """A note that is written anew by the next look: one that cannot be understood is none."""
        try:
            return self.read(key, kind)
        except FactUnreadable:
            return None

    def _with_attempts(self, record: Record, listed: int) -> Record:
        """The newest attempt. A list may lag (docs/cloud-facts.md#fact-14-3): the next one is asked for by name."""
        record = self.with_attempt(record, listed) if listed else record
        while (following := self.with_attempt(record, record.attempt + 1)) is not record:
            record = following
        return record

    def with_attempt(self, record: Record, attempt: int) -> Record:
        """The record with claim n and its result as they stand; the record itself where there is no claim n."""
        claim = self.read(fact_key(record, f"claim-{attempt:04d}"), Claim)
        if claim is None:
            return record
        result = self.read(fact_key(record, f"result-{attempt:04d}"), Result)
        return replace(
            record,
            attempt=attempt,
            claim=claim.fact,
            claimed_at=claim.at,
            result=result and result.fact,
            settled_at=result and result.at,
        )

    def _with_end(self, record: Record, *, stalled: bool) -> Record:
        found = self.read(fact_key(record, "stalled"), Stalled) if stalled else None
        ended = self.read(fact_key(record, "ended"), Ended)
        return replace(
            record,
            stalled=found and found.fact,
            stalled_at=found and found.at,
            ended=ended and ended.fact,
            ended_at=ended and ended.at,
        )

    def _with_doubt(self, record: Record, name: str) -> Record:
        """It explains, and decides nothing: one that cannot be understood is left out."""
        try:
            found = self.read(fact_key(record, name), Doubt)
        except FactUnreadable:
            return record
        return replace(record, doubt=found and found.fact.cause)

    def _with_manifest(self, record: Record) -> Record:
        told = self.read(fact_key(record, MANIFEST), Told)
        return replace(record, manifest=told and told.fact)

    def tell(self, record: Record, told: str, *, given_up: bool = False) -> Record:
        """Record that a target has accepted an event (or was given up)."""
        self.mark(fact_key(record, told), Told(given_up=given_up))
        return replace(record, told=record.told | {told})

    def refuse(self, record: Record, told: str) -> Record:
        """Record that a target refuses an event; the fortnight of docs/protocol.md#rule-17 begins the first time."""
        standing = self.create(fact_key(record, told.replace(TOLD, REFUSED, 1)), Refusing())
        return replace(record, refused_since={**record.refused_since, told: standing.at})

    def settle_manifest(self, record: Record, *, given_up: bool = False) -> Record:
        """Record that the manifest is written, or given up: the first word stands, so that every target is told it."""
        return replace(record, manifest=self.create(fact_key(record, MANIFEST), Told(given_up=given_up)).fact)


def _became(name: str, failed: bool) -> Before:
    """What a name below `known/` says of its export."""
    if name.endswith(hints.CANCELLED):
        return "cancelled"
    return "failed" if failed else "standing"


def fact_key(record: Record, name: str) -> str:
    """Where a fact of the export stands."""
    return f"exports/{record.export_id}/{name}"
