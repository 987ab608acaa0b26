"""Events to a custom bus of EventBridge: the RPC action PutEvents through the core SDK. Sent once.

PutEvents page of EventBridge 2020-04-01 (documented since 2026-09-08; docs/cloud-facts.md#fact-9, #fact-14-6).
"""

import json
from collections.abc import Mapping
from typing import Any

from aliyunsdkcore.request import CommonRequest

from ...errors import CloudFault
from ...values.notify_target import EventBus
from ..aliyun.hosts import eventbridge_host
from ..aliyun.rpc import Rpc
from ..faults import quoted, reading
from .origin import Origin, Sender

VERSION = "2020-04-01"
NAMES = {
    "id": "Id",
    "source": "Source",
    "specversion": "SpecVersion",
    "type": "Type",
    "subject": "Subject",
    "time": "Time",
    "datacontenttype": "DataContentType",
    "data": "Data",
}


def sender(origin: Origin) -> Sender:
    """Sends to buses, through one connection of its own."""
    rpc = Rpc(origin.credentials, origin.addresses, origin.remaining_s)
    return lambda bus, events, _: put_event(rpc, bus, *events)


def put_event(rpc: Rpc, bus: EventBus, event: Mapping[str, Any]) -> None:
    """Raises CloudFault where the bus, or the event by itself, is not taken."""
    host = eventbridge_host(bus.region)
    request = CommonRequest(domain=host, version=VERSION, action_name="PutEvents", product="eventbridge")
    request.set_method("POST")
    request.add_query_param("RegionId", bus.region)
    # In the body: an event has up to 64 KB, which no URL takes
    request.add_body_params("EventBusName", bus.bus)
    request.add_body_params("EventList", json.dumps([_entry(event)], ensure_ascii=False, separators=(",", ":")))
    answer = rpc.call(request, host)
    request_id = answer.get("RequestId")
    if str(answer.get("Success")).lower() == "false":  # a refusal of the whole request also comes with HTTP 200
        raise _not_taken(answer.get("Code"), answer.get("Message"), request_id)
    with reading(host, request_id):
        data = answer["Data"]
        failed = int(data["FailedEntryCount"])
        entries = [one for one in data.get("EntryList") or () if one.get("ErrorCode")]
    if failed or entries:
        entry = entries[0] if entries else {}
        raise _not_taken(entry.get("ErrorCode"), entry.get("ErrorMessage"), request_id)


def _entry(event: Mapping[str, Any]) -> dict[str, Any]:
    """A CloudEvent under the names of PutEvents."""
    return {NAMES[name]: value for name, value in event.items() if name in NAMES}


def _not_taken(code: Any, message: Any, request_id: str | None) -> CloudFault:
    """The request, or the one event in it, was refused."""
    return CloudFault(quoted(code or "EventRefused", message or "The event was not taken.", request_id))
