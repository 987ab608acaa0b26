"""The collaborators of a use case in one hand, wired in `index.py`. Nothing is looked up by name."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple, TypeVar

from ..errors import FactUnreadable, OurFault, Unreached
from ..values import ledger_keys as keys
from ..values.cause import Cause
from ..values.facts import Hold
from ..values.notice import ValidPolicy
from ..values.place import Place
from ..values.policy import Policy
from ..values.record import Record
from .ledger.fact_store import Found
from .ledger.ledger import Ledger
from .ports import Clouds, Log, Notifier, RemainingSeconds, Unread

F = TypeVar("F")
T = TypeVar("T")

SECONDS_FOR_A_CALL = 5.0  # and for the hint that says where to go on
OUT_OF_TIME = "OutOfTime"


def readable(ledger: Ledger, log: Log, key: str, kind: type[F]) -> Found[F] | None:
    """The fact under that key, for what can go on without it: one that cannot be understood is none, and logged."""
    try:
        return ledger.read(key, kind)
    except FactUnreadable as fault:
        log.error("fact.unreadable", key=key, code=fault.code, error=fault.cause.message)
        return None


class Context(NamedTuple):
    """Everything a use case reaches beyond its arguments.

    `policy` is None where it cannot be read: what runs is watched to its end, nothing starts and nothing fails.
    """

    ledger: Ledger
    clouds: Clouds
    notifier: Notifier
    policy: Policy | None
    log: Log
    remaining_s: RemainingSeconds
    policy_fault: Cause | None = None  # why there is no policy
    last_policy: ValidPolicy | None = None  # whom the last valid one named, where there is no policy
    left_alone: dict[str, datetime] | None = (
        None  # targets that have asked for it, until when; this instance alone knows
    )

    def about(self, record: Record) -> "Context":
        """Each line of the log says which export it is about, and which task where there is one."""
        request = record.request
        log = self.log.bind(export_id=record.export_id, region_id=request.region_id, image_id=request.image_id)
        return self._replace(log=log.bind(task_id=record.task_id) if record.task_id else log)

    def ruled(self) -> Policy:
        """The policy, for what cannot go on without one. Raises OurFault."""
        if self.policy is None:
            raise OurFault(Cause(code="PolicyInvalid", message="The policy cannot be read; the log says why."))
        return self.policy

    def unreadable_entries(self, entries: Iterable[Unread], **where: str) -> None:
        """Say what a list of the cloud holds that cannot be read."""
        for one in entries:
            self.log.warning("entry.unreadable", entry=one.entry, field=one.field, **where)

    def in_time(self, things: Iterable[T]) -> Iterator[T]:
        """The things, each of which takes a call. Raises Unreached where too little of the invocation is left for one:
        nothing was asked, and the next look begins anew."""
        for one in things:
            if self.remaining_s() < SECONDS_FOR_A_CALL:
                message = "Too little of this invocation is left for all that is to be looked at."
                raise Unreached(Cause(code=OUT_OF_TIME, message=message))
            yield one

    def readable(self, key: str, kind: type[F]) -> Found[F] | None:
        """The same, with these."""
        return readable(self.ledger, self.log, key, kind)

    def keep(self, key: str, fact: object = None) -> bool:
        """Write over what is there, where all can go on without it: a name that OSS refuses is logged, and False."""
        try:
            self.ledger.put(key, fact)
        except FactUnreadable as fault:
            self._unreadable(key, fault)
            return False
        return True

    def mark(self, key: str, fact: object) -> None:
        """The same for a fact that may stand already, and stays as it is then."""
        try:
            self.ledger.mark(key, fact)
        except FactUnreadable as fault:
            self._unreadable(key, fault)

    def forget(self, key: str) -> None:
        """The same for what is to go."""
        try:
            self.ledger.delete(key)
        except FactUnreadable as fault:
            self._unreadable(key, fault)

    def _unreadable(self, key: str, fault: FactUnreadable) -> None:
        self.log.error("fact.unreadable", key=key, code=fault.code, error=fault.cause.message)

    def hold(self, place: Place) -> Hold | None:
        """The quota hold there."""
        found = self.readable(keys.Hold(place).key, Hold)
        return found.fact if found else None

    @property
    def audience(self) -> Policy | ValidPolicy | None:
        """Who is notified today, and how channels are reached; None where nothing says so."""
        return self.policy or self.last_policy

    @property
    def is_paused(self) -> bool:
        """Whether somebody has had all starts paused, by one read."""
        return self.ledger.paused() is not None
