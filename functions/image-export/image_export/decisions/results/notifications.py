"""The CloudEvents of exports, rejections and nights, and to whom they are owed. Pure: of facts alone.

docs/protocol.md#rule-13.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from ...values.cause import Cause
from ...values.ledger_keys import Rejected
from ...values.night import NightFinished
from ...values.notice import Notice
from ...values.notify_target import EventKind, NotifyTarget, target_slug, targets_of, wants
from ...values.record import Record
from .delivery import Pending
from .export_view import export_of

POLICY_NOTICE, WATCHER_NOTICE = "notice-policy-", "notice-watcher-"
MANIFEST_FOR = timedelta(hours=1)  # then Completed is told without one
EVENT_BYTES = 64 * 1024  # of EventBridge and of asynchronous destinations (docs/cloud-facts.md#fact-8, #fact-9)
_DROPPED_FIRST = ("Objects", "ImageName", "Reason", "Error")
_COUNTS = ("Images", "Recorded", "Exported", "Cancelled", "LeftOver", "Unwanted", "Unreadable")


def happenings(record: Record) -> Iterator[tuple[EventKind, datetime]]:
    """What has happened so far, as event kind and time."""
    if record.started_at:
        yield "Started", record.started_at
    if record.stalled_at:
        yield "Stalled", record.stalled_at
    if record.ended and record.ended_at:
        yield record.ended.status, record.ended_at


def pending(record: Record) -> list[Pending]:
    """What is to be told to whom, in the order in which it is delivered."""
    pending_events = [
        Pending(
            kind=kind,
            happened_at=at,
            refused_since=record.refused_since.get(fact),
            target=target,
            fact=fact,
        )
        for kind, at in happenings(record)
        if kind != "Completed" or not manifest_pending(record)  # its event names the manifest, so that comes first
        for target in targets_of(record.request)
        if wants(target, kind)
        if (fact := f"{kind.lower()}-{target_slug(target)}") not in record.delivered
    ]
    return sorted(pending_events, key=lambda pending_event: pending_event.order)


class Single(NamedTuple):
    """The one event of something. `kind`: how logs call it; `fact`: what the facts of its deliveries begin with.

    `or_as`: whoever does not want the event wants it as this, if it is one.
    """

    event_kind: EventKind
    kind: str
    fact: str
    or_as: EventKind | None = None

    def pending(
        self,
        targets: Iterable[NotifyTarget],
        at: datetime,
        delivered: Container[str] = (),
        refused_since: Mapping[str, datetime] = MappingProxyType({}),
    ) -> list[Pending]:
        """What is to be delivered of it to whom."""
        kinds = [kind for kind in (self.event_kind, self.or_as) if kind]
        wanting = [target for target in targets if any(wants(target, kind) for kind in kinds)]
        facts = {f"{self.fact}{target_slug(target)}": target for target in wanting}
        return [
            Pending(kind=self.kind, happened_at=at, refused_since=refused_since.get(fact), target=target, fact=fact)
            for fact, target in facts.items()
            if fact not in delivered
        ]


REJECTION = Single("Rejected", "Rejected", "")
NIGHT = Single("NightFinished", "Finished", "finished-")
POLICY = Single("PolicyInvalid", "Invalid", "invalid-")
WATCHER = Single("WatcherOverdue", "Overdue", "overdue-")


def manifest_pending(record: Record) -> bool:
    """Whether a manifest is still to be written, or to be given up."""
    completed = record.ended is not None and record.ended.status == "Completed"
    return completed and record.manifest is None


def export_event(record: Record, kind: str) -> dict[str, Any]:
    """The event of that kind. The same facts always give the same event, whoever makes it and whenever.

    A note of what is waited for, or of the progress, is no such fact: it is put again, and one that cannot be read is
    left out. QueuePosition and EstimatedEnd are always null.
    """
    seen = msgspec.structs.replace(record, waits=None, waits_at=None, progressed=None, progressed_at=None)
    if kind in ("Started", "Stalled"):
        seen = _as_it_was(seen, stalled=kind == "Stalled")
    why = (record.stalled and record.stalled.reason) or "Stalled"  # in the cloud's words, where a look was refused
    export = export_of(seen, reason=why if kind == "Stalled" else None)
    since = next(at for one, at in happenings(record) if one == kind)
    subject = f"acs:ecs:{export.region_id}:{export.account_id}:image/{export.image_id}"
    event_id = f"{export.export_id}.{kind}"
    return cloud_event(event_id, f"Export:{kind}", since, subject, _fitting(export.wire(), _DROPPED_FIRST))


def rejected_event(digest: str, cause: Cause, since: datetime) -> dict[str, Any]:
    """An event or request that could not be taken: the error and a hash of what arrived, never the content."""
    data = {"Error": _fitting(cause.wire(), ("Message", "Recommend")), "Sha256": digest}
    return cloud_event(Rejected(digest).name, "Export:Rejected", since, None, data)


def night_event(name: str, finished: NightFinished, since: datetime) -> dict[str, Any]:
    """A night that is through: its counts, all together and by account and region, and where every image stands."""
    told = {key: value for key, value in finished.wire().items() if key not in ("Notify", "Channels")}
    counts = {count: sum(total[count] for total in told["Totals"]) for count in _COUNTS}
    data = {**told, "Counts": counts}
    return cloud_event(f"{name}.Finished", "Night:Finished", since, None, _fitting(data, ("Totals", "Warnings")))


def single_of(notice: str) -> Single:
    """What the notice of that name is."""
    return POLICY if notice.startswith(POLICY_NOTICE) else WATCHER


def night_of(finished: NightFinished) -> Single:
    """What a night that is through is: with warnings those hear of it too who want to hear of these alone."""
    return NIGHT._replace(or_as="NightWarned") if finished.warnings else NIGHT


def notice_event(name: str, notice: Notice, since: datetime) -> dict[str, Any]:
    """An event of the deployment itself."""
    single = single_of(name)
    kind = single.event_kind.removesuffix(single.kind)
    return cloud_event(f"{name}.{single.kind}", f"{kind}:{single.kind}", since, None, notice.data)


def cloud_event(
    event_id: str, kind: str, since: datetime, subject: str | None, data: Mapping[str, Any]
) -> dict[str, Any]:
    """A CloudEvents 1.0 envelope in structured JSON."""
    event: dict[str, Any] = {
        "id": event_id,
        "source": "image-export",
        "specversion": "1.0",
        "type": f"imageexport:{kind}",
        "datacontenttype": "application/json",
        "time": since.isoformat().replace("+00:00", "Z"),
        "data": dict(data),
    }
    return {**event, "subject": subject} if subject else event


def _as_it_was(record: Record, *, stalled: bool) -> Record:
    seen = msgspec.structs.replace(record, ended=None, ended_at=None, manifest=None, look_refused=None)
    return seen if stalled else msgspec.structs.replace(seen, stalled=None, stalled_at=None)


def _fitting(data: dict[str, Any], dropped: Iterable[str]) -> dict[str, Any]:
    """Event data below the limit: whole fields go, largest kind first; bytes are never cut."""
    for field in dropped:
        if len(msgspec.json.encode(data)) <= EVENT_BYTES - 2048:
            break
        data.pop(field)
    return data
