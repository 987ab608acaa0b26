"""The ledger: an export is a folder of small facts in OSS, each created once (PROTOCOL). Not a decision maker.

exports/<export>/requested  claim-0001  result-0001  cancel  stalled  ended  told-<event>-<target>
open/<export>                                  the marker: created first, removed last
history/<time backwards>/<region>/<image>/<export>   newest first; the body is the whole Export once it has ended
tokens/<hash>                                  ClientToken → export
tasks/<account>/<region>/<task>                whose task it is
prefixes/<account>/<bucket>/<image>/<prefix>   whose prefix it is, where the caller gave a whole one
running/<account>/<region>/<task>/<export>/<stall time>   hints: what the watcher reads instead of bodies;
waiting/<account>/<region>/<priority>/<time>/<export>     one may be stale or lost, never the only trace
due/<time>/<export, sighted-… or rejected-…>
holds/<account>/<region>                       the cloud's word on the quota
sighted/<hash>   rejected/<sha256>/…   untold/<event>/…   images not decided upon; what could not be taken, or told
swept                                          when the markers were last held against the hints
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Generic, TypeVar

import msgspec
from msgspec.structs import replace

from ..decisions.identity import natural_key
from ..errors import CloudFault, LedgerFault, OurFault
from ..values.cause import Cause
from ..values.export_request import ExportRequest
from ..values.facts import Claim, Ended, Requested, Result, Stalled, Told
from ..values.record import Record
from ..values.wire import Wire
from .ports import Entry, Store

F = TypeVar("F")
PAGE = 1000  # of a listing, the most that OSS gives


class Written(Wire, Generic[F], frozen=True, kw_only=True):
    """A fact as it is stored: who wrote it, so that a writer knows its own after a lost answer (PROTOCOL 2)."""

    nonce: str
    fact: F


class Found(msgspec.Struct, Generic[F], frozen=True):
    """A fact that was read, OSS's own time of it, and its writer."""

    fact: F
    at: datetime
    nonce: str


class Standing(msgspec.Struct, Generic[F], frozen=True):
    """What stands in the ledger after a create: our fact, or the one that was there first."""

    fact: F
    at: datetime
    ours: bool


@contextmanager
def _reaching() -> Iterator[None]:
    """A fault of the ledger's bucket is ours, never a word of the cloud on an export."""
    try:
        yield
    except CloudFault as fault:
        raise LedgerFault(fault.cause, status=503) from fault


class Ledger:
    """Facts in a Store. Its `now` is the store's: no worker's clock decides anything between workers."""

    def __init__(self, store: Store, nonce: Callable[[], str]) -> None:
        self._store = store
        self._nonce = nonce
        self._unversioned = False

    @property
    def now(self) -> datetime:
        """The `Date` of the store's latest answer."""
        return self._store.now

    def ready(self) -> None:
        """Refuse to work on a bucket that was ever versioned: forbid-overwrite does nothing there (PROTOCOL 1)."""
        with _reaching():
            versioned = not self._unversioned and self._store.versioned()
        if versioned:
            raise OurFault(
                Cause(
                    code="LedgerVersioned",
                    message="Versioning is or was enabled on the ledger's bucket, so x-oss-forbid-overwrite is ignored "
                    "there and an image could be exported twice.",
                    recommend="Point IMAGE_EXPORT_LEDGER at a bucket on which versioning was never enabled.",
                )
            )
        self._unversioned = True

    # Facts

    def create(self, key: str, fact: F) -> Standing[F]:
        """Create the fact and read it back, or read the one that was there first (PROTOCOL 2, 13)."""
        nonce = self.mark(key, fact)
        return self._standing(key, type(fact), nonce)

    def mark(self, key: str, fact: object) -> str:
        """Create a fact whose standing body does not matter; answers our nonce."""
        nonce = self._nonce()
        with _reaching():
            self._store.create(key, msgspec.json.encode(Written(nonce=nonce, fact=fact)))
        return nonce

    def open(self, requested: Requested) -> Standing[Requested]:
        """Create the open marker, then `requested` with the same body: whose marker was first has the export."""
        nonce = self._nonce()
        body = msgspec.json.encode(Written(nonce=nonce, fact=requested))
        marker, key = f"open/{requested.export_id}", f"exports/{requested.export_id}/requested"
        with _reaching():
            ours = self._store.create(marker, body)
        if ours:
            with _reaching():
                self._store.create(key, body)
        else:
            self.help_along(requested.export_id)
        return self._standing(key, Requested, nonce)

    def help_along(self, export: str) -> bool:
        """Make the missing `requested` from the marker's body (PROTOCOL 4); False where there is no marker."""
        with _reaching():
            marker = self._store.get(f"open/{export}")
            if marker is not None:
                self._store.create(f"exports/{export}/requested", marker.body)
        return marker is not None

    def _standing(self, key: str, kind: type[F], nonce: str) -> Standing[F]:
        found = self.read(key, kind)
        if found is None:
            raise LedgerFault(Cause(code="FactVanished", message=f"{key} was there and is gone."))
        return Standing(found.fact, found.at, ours=found.nonce == nonce)

    def read(self, key: str, kind: type[F]) -> Found[F] | None:
        """The fact under that key; None where there is none. LedgerFault where it cannot be understood."""
        with _reaching():
            stored = self._store.get(key)
        if stored is None or not stored.body:  # a hint has no body
            return None
        try:
            written = msgspec.json.decode(stored.body, type=Written[kind])  # type: ignore[valid-type]
        except msgspec.MsgspecError as cause:
            message = f"{key} is not a fact that this version understands: {cause}"
            raise LedgerFault(Cause(code="FactUnreadable", message=message)) from cause
        return Found(written.fact, stored.modified_at, written.nonce)

    def put(self, key: str, fact: object = None) -> None:
        """Write a hint, a hold or a line of the history, over whatever is there."""
        body = b"" if fact is None else msgspec.json.encode(Written(nonce=self._nonce(), fact=fact))
        with _reaching():
            self._store.put(key, body)

    def delete(self, key: str) -> None:
        """Remove a marker, hint or hold."""
        with _reaching():
            self._store.delete(key)

    def walk(self, prefix: str) -> Iterator[Entry]:
        """All entries below a prefix, by pages of a thousand."""
        page: list[Entry] = []
        after = ""
        while not after or len(page) == PAGE:
            page = self._page(prefix, after, PAGE)
            yield from filter(_is_ours, page)
            if not page:
                return
            after = page[-1].key

    def page(self, prefix: str, *, after: str = "", limit: int = PAGE) -> list[Entry]:
        """One listing."""
        return list(filter(_is_ours, self._page(prefix, after, limit)))

    def _page(self, prefix: str, after: str, limit: int) -> list[Entry]:
        with _reaching():
            return self._store.list(prefix, after=after, limit=limit)

    # Exports

    def is_known(self, request: ExportRequest) -> bool:
        """Whether there has been such an export, by one listing. What that does not show yet, `record` finds."""
        prefix = f"known/{request.account_id}/{request.region_id}/{natural_key(request)}/"
        return bool(self.page(prefix, limit=1))

    def known(self, account_id: str, region_id: str) -> dict[str, bool]:
        """The natural keys that have an export there, and whether the newest one Failed. Reads names alone."""
        group = f"{account_id}/{region_id}/"
        newest: dict[str, str] = {}
        for entry in self.walk(f"known/{group}"):  # generations sort as text, so the last one is the newest
            key, generation = entry.key.rsplit("/", 2)[1:]
            newest[key] = generation
        failed = {entry.key[len(f"failed/{group}") :] for entry in self.walk(f"failed/{group}")}
        return {key: f"{key}/{generation}" in failed for key, generation in newest.items()}

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
            told=frozenset(name for name in entries if name.startswith("told-")),
        )
        listed = max((int(name[6:]) for name in entries if name.startswith("claim-")), default=0)
        return self._with_end(self._with_attempts(record, listed), stalled="stalled" in entries)

    def _with_attempts(self, record: Record, listed: int) -> Record:
        """The newest attempt. A listing may lag (facts §14), so what may stand behind it is asked for by name."""
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

    def tell(self, record: Record, told: str, *, given_up: bool = False) -> Record:
        """Record that a target has accepted an event (or was given up)."""
        self.mark(fact_key(record, told), Told(given_up=given_up))
        return replace(record, told=record.told | {told})


def fact_key(record: Record, name: str) -> str:
    """Where a fact of the export stands."""
    return f"exports/{record.export_id}/{name}"


def _is_ours(entry: Entry) -> bool:
    """Not what a console makes of a new folder."""
    return not entry.key.endswith("/")
