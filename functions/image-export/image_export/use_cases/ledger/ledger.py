"""The ledger: an export is a folder of small facts in OSS, each created once (docs/protocol.md). Not a decision maker.

Its keys, as `values/ledger_keys` writes and reads them:

exports/<export>/requested                                    Who asked for what; creating it makes the export
exports/<export>/claim-<attempt>                              The permission for attempt n, with prefix and image
exports/<export>/result-<attempt>                             What came of attempt n: started, refused or void
exports/<export>/doubt-<attempt>                              What ExportImage gave in attempt n instead of an answer
exports/<export>/cancel                                       Somebody asked for the end
exports/<export>/stalled                                      The task takes longer than its disks explain
exports/<export>/denied                                       Since when the role does not work
exports/<export>/vanished                                     Since when ECS does not know the task
exports/<export>/missed                                       When ECS last did not know the task
exports/<export>/look-refused                                 Since when looks are refused, and why
exports/<export>/waits                                        What an export that has not started waits for
exports/<export>/progress                                     How far its task was when somebody last looked
exports/<export>/looked-at                                    When the objects were last looked for
exports/<export>/ended                                        The verdict
exports/<export>/told-manifest                                The manifest is written, or was given up
exports/<export>/told-<event>                                 A target has accepted an event, or was given up
exports/<export>/refused-<event>                              Since when a target refuses an event
open/<export>                                                 The marker of an open export: created first, removed last
history/<backwards>/<region>/<image>/<export>                 All exports, newest first
images/<image>/<backwards>/<region>/<export>                  The exports of one image, newest first
known/<account>/<region>/<natural key>/<generation>           There is such an export
known/<account>/<region>/<natural key>/<generation>/cancelled The export was cancelled
failed/<account>/<region>/<natural key>/<generation>          The export failed
running/<account>/<region>/<task>/<export>/<look at>          A task that runs, to be asked for with others
waiting/<account>/<region>/<order>/<since>/<export>           An export that waits for room: first the most important
stalled/<account>/<region>/<export>                           An export that takes too long, for nights to count
due/<stamp>/<what>                                            A look at an export or a sighting is due
due/<stamp>/deliver.<order>.<targets>-<what>                  Deliveries alone are due
due/<stamp>/deliver.<order>.<targets>.rejected-<digest>       Deliveries of a rejection are due
due/<stamp>/rejected-<digest>                                 Deliveries of a rejection are due, as 0.1.0 wrote it
tokens/<token>                                                The export that a ClientToken stands for
tokens/<token>-<number>                                       The next place, where another request got that export
access/<digest>                                               A token of HTTP, by its SHA-256
tasks/<account>/<region>/<task>                               The export that a task belongs to
prefixes/<account>/<bucket>/<image>/<prefix>                  The export that has a caller's whole prefix for itself
prefixes/<account>/<bucket>/<image>/<prefix>-<number>         The next place, where the export of that came to nothing
holds/<account>/<region>                                      The cloud's word on the quota of an account and region
pace/<account>/<region>                                       What the last exports of an account and region took
sighted/<sighting>                                            An image that is not decided upon, by its hash
sighted/<late>                                                Parts of an event that are still to be taken: late-<hash>
rejected/<digest>/event                                       What could not be taken, and why
rejected/<digest>/told-<target>                               A target has accepted the rejection, or was given up
rejected/<digest>/refused-<target>                            Since when a target refuses the rejection
untold/<event>/told-<event>                                   An event that a target has not accepted for a fortnight
swept/open                                                    When markers were last held against hints
swept/markers                                                 When 0.1.0 last held them against hints
swept/<account>/<region>                                      When new images were last looked for
swept/indexed                                                 Since when each export has a name below images/
ledger/id                                                     What tells this ledger from every other one
probe                                                         Asked for where one object is refused: are all of them?
switches/paused                                               Nothing starts, since somebody has said so
watcher/succeeded                                             When a tick of the watcher last did its work
watcher/awaited                                               Since when somebody has missed a success of the watcher
watcher/heartbeat                                             When the heartbeat was last told of a success
watcher/heartbeat-failed                                      When the heartbeat was last told of a failure
nightly/run                                                   How far the latest night is
nightly/chosen-<run>                                          What a night has chosen within its limits
nights/<date>/<run>.json.gz                                   Every image of a night, with its decision and reason
nights/<date>/<run>/<account>/<region>/<first>-<last>.gz      The images of these pages, while the run goes on
nights/<date>/<run>/<account>/<region>/<first>-<last>.open.gz Those of them that rules with `max_per_run` choose among
nights/<date>/<run>/finished                                  The night is through: what is told of it
nights/<date>/<run>/told-<event>                              A target has accepted the night's event, or was given up
nights/<date>/<run>/refused-<event>                           Since when a target refuses the night's event
notices/<notice>/event                                        What is delivered about this deployment itself
notices/<notice>/told-<event>                                 A target has accepted the notice, or was given up
notices/<notice>/refused-<event>                              Since when a target refuses the notice
watcher/policy/<digest>                                       Whom a valid policy names
watcher/invalid                                               Since when nobody can read the policy
restores/<restore>/requested                                  Who asked for what; creating it makes the restore
restores/<restore>/claim-<attempt>                            What ImportImage or CopyImage may get in attempt n
restores/<restore>/result-<attempt>                           What came of attempt n: an image, or a refusal
restores/<restore>/snapshots-<attempt>                        The snapshots that the image of attempt n names
restores/<restore>/outcome-<attempt>                          Whether the image of attempt n is kept, deleted or copied
restores/<restore>/discarded-<attempt>                        The image of attempt n is gone, and its snapshots
restores/<restore>/unpacking                                  When unpacking was last asked for or gone on with
restores/<restore>/unpacked-<number>                          Disk n is unpacked, counted from 1
restores/<restore>/unpack-failed                              An object is not what its manifest says
restores/<restore>/unpack-refused                             Since when whoever unpacks is refused, and why
restores/<restore>/look-refused                               Since when looks are refused, and why
restores/<restore>/cancel                                     Somebody asked for the end
restores/<restore>/reason                                     What it did or waited for at the last look
restores/<restore>/ended                                      The verdict
restores/<restore>/swept                                      What was unpacked for it is gone
restores/<restore>/told-<event>                               A target has accepted its event, or was given up
restores/<restore>/refused-<event>                            Since when a target refuses its event
open-restores/<restore>                                       The marker of an open restore: created first, removed last
restore-history/<backwards>/<restore>                         All restores, newest first
takes-archives/<account>/<region>                             Whether ImportImage takes archives there
drills/<drill>/requested                                      Which export is drilled; creating it makes the drill
drills/<drill>/level-<number>                                 The verdict of level n
drills/<drill>/start-<attempt>                                What RunInstances may be called with in attempt n
drills/<drill>/started-<attempt>                              What came of attempt n: an instance, or a refusal
drills/<drill>/ran                                            The policy's command was given to the instance
drills/<drill>/cancel                                         Somebody asked for the end
drills/<drill>/clean-up                                       What is to be deleted, noted before anything is
drills/<drill>/cleaned                                        All that it made is gone
drills/<drill>/ended                                          The verdict
drills/<drill>/told-<event>                                   A target has accepted its event, or was given up
drills/<drill>/refused-<event>                                Since when a target refuses its event
open-drills/<account>/<region>/<drill>                        The marker of an open drill
drill-history/<backwards>/<drill>                             All drills, newest first
drilled-series/<series>                                       When a series was last drilled, by entry
drilled-exports/<export>                                      When an export was last drilled, and what came of it
"""

from collections.abc import Callable, Container
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from ...decisions.naming import natural_key
from ...errors import FactUnreadable, LedgerFault
from ...values import ledger_keys as keys
from ...values.export_request import ExportRequest
from ...values.facts import (
    Claim,
    Delivered,
    Doubt,
    Ended,
    LedgerIdentity,
    LookRefused,
    Pause,
    Progressed,
    Refusing,
    Requested,
    Result,
    Stalled,
    Waits,
)
from ...values.place import Place
from ...values.record import Record
from ...values.run import Newest
from .fact_store import FactStore, Found, Standing, Written

F = TypeVar("F")
T = TypeVar("T")


class Ledger(FactStore):
    """Exports, made of facts."""

    _identity = ""

    def identity(self, *, make: bool = True) -> str:
        """What tells this ledger from every other one; read once. Empty where there is none and none is to be made.

        Raises LedgerFault where it cannot be read: without it nothing at all can be recorded.
        """
        try:
            if not self._identity:
                key = keys.Identity().key
                found = self.read(key, LedgerIdentity)
                if found:
                    self._identity = found.fact.id
                elif make:
                    self._identity = self.create(key, LedgerIdentity(id=self.nonce())).fact.id
        except FactUnreadable as fault:
            raise LedgerFault(fault.cause) from fault
        return self._identity

    def address(self, key: str) -> str:
        """Where a person finds the object."""
        return self.store.address(key)

    def paused(self) -> Found[Pause] | None:
        """Who has paused all starts, and since when; None where nobody has.

        A switch that cannot be read is on: nothing may start that somebody has forbidden.
        """
        try:
            return self.read(keys.Paused().key, Pause)
        except FactUnreadable as fault:
            return Found(Pause(by="unknown", reason=f"the switch cannot be read: {fault.cause.message}"), self.now, "")

    def pause(self, by: str, reason: str | None = None) -> Standing[Pause]:
        """Have nothing start any more. Where somebody has done so already, that stands. No function does it."""
        return self.create(keys.Paused().key, Pause(by=by, reason=reason))

    def resume(self) -> Found[Pause] | None:
        """Let exports start again; answers the pause that stood, if one did. No function has the right to."""
        found = self.paused()
        self.delete(keys.Paused().key)
        return found

    def schedule(self, hint: str, then: Callable[[], T]) -> T:
        """Leave the hint, and only then write what it leads to.

        Whoever dies in between leaves a hint that leads nowhere, and no fact that nobody finds.
        """
        self.put(hint)
        return then()

    def reschedule(self, was: set[str], to: set[str]) -> None:
        """Leave the new hints, and only then remove the old ones."""
        for hint in sorted(to - was):
            self.put(hint)
        for hint in sorted(was - to):
            self.delete(hint)

    def open(self, requested: Requested) -> Standing[Requested] | None:
        """Create the open marker, then `requested` with the same body: whose marker was first has the export.

        None where our marker stands, so that the export is recorded, and what came after it cannot be read.
        """
        nonce, export = self.nonce(), requested.export_id
        body = msgspec.json.encode(Written(nonce=nonce, fact=requested))
        ours = self._create(keys.Open(export).key, body)
        try:
            self.help_along(export, body if ours else None)
            return self.standing(keys.Requested(export).key, Requested, nonce)
        except LedgerFault:
            if ours:
                return None
            raise

    def help_along(self, export: str, body: bytes | None = None) -> bool:
        """Make the missing `requested` from the marker's body (docs/protocol.md#rule-4); False where there is none."""
        if body is None:
            marker = self._get(keys.Open(export).key)
            body = marker.body if marker else None
        if body is not None:
            self._create(keys.Requested(export).key, body)
        return body is not None

    def requested(self, export: str) -> Requested | None:
        """What was asked for, by one read; None where there is no such export."""
        found = self.read(keys.Requested(export).key, Requested)
        return found.fact if found else None

    def is_known(self, request: ExportRequest) -> bool:
        """Whether there has been such an export, by one listing. What that does not show yet, `record` finds."""
        folder = keys.Known.below(request.place, natural_key(request))
        return bool(self.page(folder, limit=1).entries)

    def known(self, place: Place) -> dict[str, Newest]:
        """The natural keys that have an export there, and their newest one. Reads names alone."""
        newest: dict[str, tuple[str, bool]] = {}
        for entry in self.walk(keys.Known.below(place)):  # generations sort as text, so the last one is the newest
            one = keys.Known.read(entry.key) or keys.Cancelled.read(entry.key)
            if one:
                newest[one.natural_key] = one.generation, isinstance(one, keys.Cancelled)
        failed = {entry.key for entry in self.walk(keys.Failed.below(place))}
        return {
            key: Newest(
                keys.Known(place, key, last).export_id,
                "cancelled" if cancelled else "failed" if keys.Failed(place, key, last).key in failed else "standing",
            )
            for key, (last, cancelled) in newest.items()
        }

    def newest_known(self, place: Place, natural_key: str) -> str | None:
        """The newest export of a natural key there, by one listing; None where there is none."""
        entries = self.walk(keys.Known.below(place, natural_key))
        found = [one.export_id for entry in entries if (one := keys.Known.read(entry.key))]
        return found[-1] if found else None

    def load(self, export: str) -> Record | None:
        """The export by its facts; None before `requested` stands. A listing, and a read of each fact that decides."""
        times = {entry.key: entry.modified_at for entry in self.walk(keys.Requested.below(export))}
        requested = self.read(keys.Requested(export).key, Requested)
        if requested is None:
            return None
        record = Record(
            export_id=export,
            request=requested.fact.request,
            requested_at=requested.at,
            listed=requested.fact.listed,
            cancel_at=times.get(keys.Cancel(export).key),
            denied_at=times.get(keys.Denied(export).key),
            vanished_at=times.get(keys.Vanished(export).key),
            missed_at=times.get(keys.Missed(export).key),
            delivered=frozenset(delivered.event for delivered in map(keys.Delivered.read, times) if delivered),
            refused_since={one.event: at for key, at in times.items() if (one := keys.Refused.read(key))},
        )
        claimed = max((claim.attempt for claim in map(keys.Claim.read, times) if claim), default=0)
        # First: what came before an end stands by then.
        record = self._with_end(record, stalled=keys.Stalled(export).key in times)
        if keys.Manifest(export).key in times:
            record = self._with_manifest(record)
        doubts = sorted(filter(keys.Doubt.read, times))
        record = self._with_doubt(record, doubts[-1]) if doubts else record
        refused = self._note(keys.LookRefused(export).key, LookRefused, times)
        waits = self._note(keys.Waits(export).key, Waits, times)
        progressed = self._note(keys.Progress(export).key, Progressed, times) if record.ended is None else None
        record = replace(
            record,
            look_refused=refused and refused.fact,
            look_refused_at=refused and refused.at,
            waits=waits and waits.fact,
            waits_at=waits and waits.at,
            progressed=progressed and progressed.fact,
            progressed_at=progressed and progressed.at,
        )
        return self._with_attempts(record, claimed)

    def _note(self, key: str, kind: type[F], listed: Container[str]) -> Found[F] | None:
        """A note that is written anew by the next look: one that cannot be understood is none."""
        try:
            return self.read(key, kind) if key in listed else None
        except FactUnreadable:
            return None

    def _with_attempts(self, record: Record, listed: int) -> Record:
        """The newest attempt. A listing may lag, so the next is asked for by name (docs/cloud-facts.md#fact-14)."""
        record = self.with_attempt(record, listed) if listed else record
        while (following := self.with_attempt(record, record.attempt + 1)) is not record:
            record = following
        return record

    def with_attempt(self, record: Record, attempt: int) -> Record:
        """The record with claim n and its result as they stand; the record itself where there is no claim n."""
        claim = self.read(keys.Claim(record.export_id, attempt).key, Claim)
        if claim is None:
            return record
        result = self.read(keys.Result(record.export_id, attempt).key, Result)
        return replace(
            record,
            attempt=attempt,
            claim=claim.fact,
            claimed_at=claim.at,
            result=result and result.fact,
            settled_at=result and result.at,
        )

    def _with_end(self, record: Record, *, stalled: bool) -> Record:
        found = self.read(keys.Stalled(record.export_id).key, Stalled) if stalled else None
        ended = self.read(keys.Ended(record.export_id).key, Ended)
        return replace(
            record,
            stalled=found and found.fact,
            stalled_at=found and found.at,
            ended=ended and ended.fact,
            ended_at=ended and ended.at,
        )

    def _with_doubt(self, record: Record, key: str) -> Record:
        """It explains, and decides nothing: one that cannot be understood is left out."""
        try:
            found = self.read(key, Doubt)
        except FactUnreadable:
            return record
        return replace(record, doubt=found and found.fact.cause)

    def _with_manifest(self, record: Record) -> Record:
        delivered = self.read(keys.Manifest(record.export_id).key, Delivered)
        return replace(record, manifest=delivered and delivered.fact)

    def mark_delivered(self, record: Record, delivered: str, *, given_up: bool = False) -> Record:
        """Record that a target has accepted an event (or was given up)."""
        self.mark(keys.Delivered(record.export_id, delivered).key, Delivered(given_up=given_up))
        return replace(record, delivered=record.delivered | {delivered})

    def refuse(self, record: Record, delivered: str) -> Record:
        """Record that a target refuses an event; the fortnight of docs/protocol.md#rule-17 begins the first time."""
        standing = self.create(keys.Refused(record.export_id, delivered).key, Refusing())
        return replace(record, refused_since={**record.refused_since, delivered: standing.at})

    def settle_manifest(self, record: Record, *, given_up: bool = False) -> Record:
        """Record that the manifest is written, or given up: the first word stands, so that every target is told it."""
        standing = self.create(keys.Manifest(record.export_id).key, Delivered(given_up=given_up))
        return replace(record, manifest=standing.fact)
