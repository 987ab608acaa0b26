"""Exports as they stand, read with a person's own keys: the ledger's facts, and what ECS says of a task.

Writes nothing. What the ledger tells is what the HTTP entrance answers, made by the same code.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from msgspec.structs import replace

from image_export.decisions.codes import is_throttling
from image_export.decisions.results.selection import fits_name
from image_export.errors import CloudFault, Refused
from image_export.use_cases.export.find import Finder
from image_export.use_cases.export.shown import Showing
from image_export.use_cases.ports import Cloud
from image_export.values.export import Export
from image_export.values.export_query import ExportQuery
from image_export.values.record import Record
from image_export.values.task import Task

from .deployed import Deployed, say
from .exports import Shown

T = TypeVar("T")
R = TypeVar("R")

READ_AT_A_TIME = 16  # connections


class Reader:
    """Reads with the keys of whoever calls. What they may not read is said once, and left out."""

    def __init__(self, deployed: Deployed) -> None:
        self.ledger = deployed.ledger
        self._policy = deployed.deployment.policy
        self._clouds = deployed.account.clouds(deployed.deployment.account_id)
        self._denied: set[str] = set()

    def ways(self, record: Record) -> Iterator[Cloud]:
        """The clouds through which the export may be looked at."""
        return self._clouds.of(self._policy, record.request)

    def task(self, record: Record) -> Task | None:
        """The task that runs, as ECS has it now; None where none does, or nobody lets us see it. Raises CloudFault."""
        task_id, account = record.task_id, record.request.account_id
        if task_id is None or record.ended or account in self._denied:
            return None
        refused: Refused | None = None
        for cloud in self.ways(record):
            try:
                return cloud.task(task_id)
            except Refused as fault:
                if is_throttling(fault.code):
                    raise
                refused = refused or fault
        if refused and account not in self._denied:
            self._denied.add(account)
            say(f"? Your keys may not see the tasks of account {account} ({refused.code}): the ledger alone tells.")
        return None

    def seen(self, record: Record) -> Task | CloudFault | None:
        """The same, and a fault in place of an answer."""
        try:
            return self.task(record)
        except CloudFault as fault:
            return fault

    def export(self, record: Record, seen: Task | CloudFault | None, showing: Showing) -> Export:
        """The export as it is now; where ECS gave no answer the fault is its Reason, as over HTTP."""
        if isinstance(seen, CloudFault):
            return replace(showing.shown(record), reason=seen.code)
        return showing.shown(record, seen)

    def find(self, query: ExportQuery) -> Iterator[Export]:
        """The exports that fit, the newest first, a few read at a time. Raises LedgerFault."""
        finder = Finder(self.ledger, CommandLog(), query)
        names = (place.name for place in finder.places() if fits_name(query, place.name))
        return (export for export in ahead(names, finder.export) if export)

    def row(self, export: Export) -> Shown:
        """For a table."""
        return Shown(export, self.where(export.account_id, export.region_id), self.ledger.latest)

    def where(self, account_id: str, region_id: str) -> str:
        """An account and region as the policy names them."""
        account = self._policy.account(account_id)
        return f"{account.name if account else account_id} {region_id}"


class CommandLog:
    """Fits `ports.Log`: what the package would log as wrong is said on stderr."""

    def bind(self, **_fields: Any) -> "CommandLog":
        """The same."""
        return self

    def debug(self, event: str, **fields: Any) -> None:
        """Nothing."""

    info = debug

    def warning(self, event: str, **fields: Any) -> None:
        """On stderr."""
        about = "  ".join(f"{name}={value}" for name, value in fields.items() if value is not None)
        say(f"? {event}  {about}")

    error = warning


def ahead(things: Iterable[T], read: Callable[[T], R]) -> Generator[R, None, None]:
    """What is read of each, in order, a few at a time and no further ahead than that."""
    with ThreadPoolExecutor(READ_AT_A_TIME) as pool:
        coming: deque[Future[R]] = deque()
        try:
            for thing in things:
                coming.append(pool.submit(read, thing))
                if len(coming) > READ_AT_A_TIME:
                    yield coming.popleft().result()
            while coming:
                yield coming.popleft().result()
        finally:
            for future in coming:
                future.cancel()
