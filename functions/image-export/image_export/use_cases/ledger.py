"""The ledger: an export is a folder of small facts in OSS, each created once (PROTOCOL). Not a decision maker.

exports/<export>/requested  claim-0001  result-0001  cancel  stalled  ended  told-<event>-<target>
open/<export>                                  the marker: created first, removed last
images/<account>/<region>/<image>/<export>     which exports an image has had
tokens/<hash>                                  ClientToken → export
running/<account>/<region>/<task>/<export>/<stall time>   hints: what the watcher reads instead of bodies;
waiting/<account>/<region>/<priority>/<time>/<export>   one may be stale or lost, never the only trace
due/<time>/<export, sighted-… or rejected-…>
holds/<account>/<region>                       the cloud's word on the quota
sighted/<hash>   rejected/<sha256>/…           images not visible yet; what could not be taken
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from ..errors import CloudFault, LedgerFault, OurFault
from ..values.cause import Cause
from ..values.facts import Claim, Ended, Requested, Result, Told
from ..values.record import Record
from ..values.wire import Wire
from .ports import Entry, Store

F = TypeVar("F")


class Written(Wire, Generic[F], frozen=True, kw_only=True):
    """A fact as it is stored: who wrote it, so that a writer knows its own after a lost answer (PROTOCOL 2)."""

    nonce: str
    fact: F


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
        """Create the fact, or read the one that stands there."""
        written = Written(nonce=self._nonce(), fact=fact)
        with _reaching():
            created = self._store.create(key, msgspec.json.encode(written))
        if created:
            return Standing(fact, self.now, ours=True)
        found = self.read(key, type(fact))
        if found is None:  # deleted between the two calls: only markers ever are
            return Standing(fact, self.now, ours=True)
        return Standing(found.fact, found.at, ours=found.nonce == written.nonce)

    def read(self, key: str, kind: type[F]) -> "Found[F] | None":
        """The fact under that key, with its writer and OSS's own time."""
        with _reaching():
            stored = self._store.get(key)
        if stored is None:
            return None
        written = msgspec.json.decode(stored.body, type=Written[kind])  # type: ignore[valid-type]
        return Found(written.fact, stored.modified_at, written.nonce)

    def read_optional(self, key: str, kind: type[F]) -> F | None:
        """The fact under that key; None where there is none, or a name without a body."""
        with _reaching():
            stored = self._store.get(key)
        return msgspec.json.decode(stored.body, type=Written[kind]).fact if stored and stored.body else None  # type: ignore[valid-type]

    def copy(self, source: str, key: str) -> bool:
        """Create `key` with the very bytes of `source`, its writer included; False where there is no source."""
        with _reaching():
            stored = self._store.get(source)
            if stored is not None:
                self._store.create(key, stored.body)
        return stored is not None

    # Exports

    def load(self, export: str) -> Record | None:
        """The export by its facts; None before `requested` stands. One listing and at most four reads."""
        folder = f"exports/{export}/"
        entries = {entry.key[len(folder) :]: entry for entry in self.walk(folder)}
        requested = self.read(f"{folder}requested", Requested)
        if requested is None:
            return None
        attempt = max((int(name[6:]) for name in entries if name.startswith("claim-")), default=0)
        record = Record(
            export_id=export,
            request=requested.fact.request,
            requested_at=requested.at,
            listed=requested.fact.listed,
            cancel_at=_time(entries, "cancel"),
            stalled_at=_time(entries, "stalled"),
            told=frozenset(name for name in entries if name.startswith("told-")),
        )
        return self._with_end(self._with_attempt(record, attempt), "ended" in entries)

    def _with_attempt(self, record: Record, attempt: int) -> Record:
        if not attempt:
            return record
        claim = self.read(fact_key(record, f"claim-{attempt:04d}"), Claim)
        result = self.read(fact_key(record, f"result-{attempt:04d}"), Result)
        return msgspec.structs.replace(
            record,
            attempt=attempt,
            claim=claim and claim.fact,
            claimed_at=claim and claim.at,
            result=result and result.fact,
            settled_at=result and result.at,
        )

    def _with_end(self, record: Record, listed: bool) -> Record:
        ended = self.read(fact_key(record, "ended"), Ended) if listed else None
        return msgspec.structs.replace(record, ended=ended.fact, ended_at=ended.at) if ended else record

    def tell(self, record: Record, told: str, *, given_up: bool = False) -> Record:
        """Record that a target has accepted an event (or was given up)."""
        self.create(fact_key(record, told), Told(given_up=given_up))
        return msgspec.structs.replace(record, told=record.told | {told})

    def exports_of(self, account_id: str, region_id: str, image_id: str) -> list[str]:
        """All exports that the image has had, to whatever bucket and format."""
        folder = f"images/{account_id}/{region_id}/{image_id}/"
        return [entry.key[len(folder) :] for entry in self.walk(folder)]

    # Keys and hints

    def walk(self, prefix: str) -> Iterator[Entry]:
        """All entries below a prefix, by pages of a thousand."""
        after = ""
        while True:
            page = self.page(prefix, after=after)
            yield from page
            if len(page) < 1000:
                return
            after = page[-1].key

    def page(self, prefix: str, *, after: str = "", limit: int = 1000) -> list[Entry]:
        """One listing."""
        with _reaching():
            return self._store.list(prefix, after=after, limit=limit)

    def put(self, key: str, fact: object = None) -> None:
        """Write a hint or a hold, over whatever is there."""
        with _reaching():
            self._store.put(key, b"" if fact is None else msgspec.json.encode(Written(nonce=self._nonce(), fact=fact)))

    def delete(self, key: str) -> None:
        """Remove a marker, hint or hold."""
        with _reaching():
            self._store.delete(key)


class Found(msgspec.Struct, Generic[F], frozen=True):
    """A fact that was read."""

    fact: F
    at: datetime
    nonce: str


def fact_key(record: Record, name: str) -> str:
    """Where a fact of the export stands."""
    return f"exports/{record.export_id}/{name}"


def _time(entries: dict[str, Entry], name: str) -> datetime | None:
    return entries[name].modified_at if name in entries else None
