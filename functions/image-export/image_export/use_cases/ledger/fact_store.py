"""Facts in a Store: created once, known by their writer, timed by OSS. Knows nothing of exports.

No worker's clock decides anything between workers, and a 409 may be our own write: docs/protocol.md#rule-1, #rule-2.
"""

from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Generic, TypeVar

import msgspec
from msgspec import field
from msgspec.structs import replace

from ...decisions.codes import advised, is_throttling
from ...errors import CloudFault, FactUnreadable, LedgerFault, OurFault, Refused
from ...values.cause import Cause
from ...values.ledger_keys import Probe
from ...values.wire import Wire
from ..paging import by_key
from ..ports import Entry, Page, Store, Stored

F = TypeVar("F")
A = TypeVar("A")
PAGE = 1000  # of a listing, the most that OSS gives
PROBE = Probe().key  # whether it is there or not, whoever may read and write facts is told
DATES = 8  # answers whose dates must agree that time has passed


class Written(Wire, Generic[F], frozen=True, kw_only=True):
    """A fact as it is stored, with its writer's nonce, by which it is known again (docs/protocol.md#rule-2)."""

    nonce: str = field(name="Nonce")
    fact: F = field(name="Fact")


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


class FactStore:
    """Facts by their keys. Each call raises LedgerFault where the bucket does not answer or refuses everything, and
    FactUnreadable where it refuses this one object: a lifecycle rule has archived it, a policy denies its name.

    Its `now` is the store's: the `Date` of its answers.
    """

    def __init__(self, store: Store, nonce: Callable[[], str]) -> None:
        self.store = store
        self.nonce = nonce
        self._unversioned = False
        self._dates: deque[datetime] = deque(maxlen=DATES)

    def begin(self) -> None:
        """Another invocation begins: what answers have told it was so at an earlier time."""
        self._dates.clear()
        self._unversioned = False

    @property
    def now(self) -> datetime:
        """The earliest `Date` of the latest answers: one that jumps ahead must not end a wait.

        In a warm instance an old one, until something has been asked.
        """
        return min(self._dates, default=None) or self.store.now

    @property
    def latest(self) -> datetime:
        """The latest `Date` of the same: for a name by which nothing may seem old."""
        return max(self._dates, default=None) or self.store.now

    def ask(self, call: Callable[[], A]) -> A:
        """A call to the store, whose answer says what time it is.

        A fault of the ledger's bucket is ours, never a word of the cloud on an export; with what to do about it.
        """
        try:
            answer = call()
        except CloudFault as fault:
            raise LedgerFault(advised(fault.cause), status=503) from fault
        self._dates.append(self.store.now)
        return answer

    def ready(self, *, anew: bool = False) -> None:
        """Refuse a bucket that was ever versioned: forbid-overwrite does nothing there (docs/protocol.md#rule-1).

        Asked once in an invocation, and `anew` at each claim, since somebody may enable it at any time.
        """
        if self._unversioned and not anew:
            return
        versioned = self.ask(self.store.versioned)
        self._unversioned = not versioned
        if versioned:
            raise OurFault(
                Cause(
                    code="LedgerVersioned",
                    message="Versioning is or was enabled on the ledger's bucket, so x-oss-forbid-overwrite is ignored "
                    "there and an image could be exported twice.",
                    recommend="Point IMAGE_EXPORT_LEDGER at a bucket on which versioning was never enabled.",
                )
            )

    def create(self, key: str, fact: F) -> Standing[F]:
        """Create the fact and read it back, or read what was there first (docs/protocol.md#rule-2, #rule-13)."""
        nonce = self.mark(key, fact)
        return self.standing(key, type(fact), nonce)

    def mark(self, key: str, fact: object) -> str:
        """Create a fact whose standing body does not matter; answers our nonce."""
        nonce = self.nonce()
        self._create(key, msgspec.json.encode(Written(nonce=nonce, fact=fact)))
        return nonce

    def standing(self, key: str, kind: type[F], nonce: str) -> Standing[F]:
        """What stands there by now, and whether the writer with this nonce wrote it."""
        found = self.read(key, kind)
        if found is None:
            raise LedgerFault(Cause(code="FactVanished", message=f"{key} was there and is gone."))
        return Standing(found.fact, found.at, ours=found.nonce == nonce)

    def read(self, key: str, kind: type[F]) -> Found[F] | None:
        """The fact under that key; None where there is none. FactUnreadable also where it cannot be understood."""
        stored = self._get(key)
        if stored is None or not stored.body:  # a hint has no body
            return None
        try:
            written = msgspec.json.decode(stored.body, type=Written[kind])  # type: ignore[valid-type]
        except msgspec.MsgspecError as cause:
            message = f"{key} is not a fact that this version understands: {cause}"
            raise FactUnreadable(Cause(code="FactUnreadable", message=message)) from cause
        return Found(written.fact, stored.modified_at, written.nonce)

    def check_readable(self) -> None:
        """Raises LedgerFault where nothing may be read: the right to list names is the bucket's, and may be wider."""
        self.ask(lambda: self.store.get(PROBE))

    def name(self, key: str) -> None:
        """Create a name without a body: however late it arrives, it takes the place of nothing."""
        self._create(key, b"")

    def write_once(self, key: str, body: bytes) -> None:
        """Create what is no fact, such as a compressed text; what is there first stays."""
        self._create(key, body)

    def bytes_of(self, key: str) -> bytes | None:
        """What stands there, unread."""
        stored = self._get(key)
        return stored.body if stored else None

    def put(self, key: str, fact: object = None) -> None:
        """Write a hint, a hold or a line of the history, over whatever is there."""
        body = b"" if fact is None else msgspec.json.encode(Written(nonce=self.nonce(), fact=fact))
        self._write(key, lambda: self.store.put(key, body))

    def delete(self, key: str) -> None:
        """Remove a marker, hint or hold."""
        self._write(key, lambda: self.store.delete(key))

    def walk(self, prefix: str, *, after: str = "") -> Iterator[Entry]:
        """All entries below a prefix (behind a key), by pages of a thousand."""
        return filter(_is_ours, by_key(lambda behind: self._page(prefix, behind, PAGE), after))

    def page(self, prefix: str, *, after: str = "", limit: int = PAGE) -> Page:
        """One listing."""
        page = self._page(prefix, after, limit)
        return Page(list(filter(_is_ours, page.entries)), page.more)

    def _create(self, key: str, body: bytes) -> bool:
        return self._write(key, lambda: self.store.create(key, body))

    def _get(self, key: str) -> Stored | None:
        return self._ask_of(key, lambda: self.store.get(key), lambda: self.store.get(PROBE))

    def _write(self, key: str, call: Callable[[], A]) -> A:
        return self._ask_of(key, call, lambda: self.store.put(PROBE, b""))

    def _ask_of(self, key: str, call: Callable[[], A], probe: Callable[[], object]) -> A:
        """A refusal is of this object alone where the same is allowed for another name; else it is the bucket's."""
        try:
            return self.ask(call)
        except LedgerFault as fault:
            if not isinstance(fault.__cause__, Refused) or is_throttling(fault.code):
                raise
            self.ask(probe)
            message = f"OSS refuses {key} alone ({fault.code}): {fault.cause.message}"
            raise FactUnreadable(replace(fault.cause, message=message)) from fault

    def _page(self, prefix: str, after: str, limit: int) -> Page:
        return self.ask(lambda: self.store.list(prefix, after=after, limit=limit))


def _is_ours(entry: Entry) -> bool:
    """Not what a console makes of a new folder."""
    return not entry.key.endswith("/")
