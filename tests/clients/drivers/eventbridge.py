"""alibabacloud-eventbridge, the data API."""

from typing import Any

from alibabacloud_eventbridge import models
from alibabacloud_eventbridge.client import Client
from alibabacloud_tea_util import models as util_models
from asking import Asked, body_of, host, serve


def client(asked: Asked) -> Client:
    """Where and as whom."""
    config = models.Config(
        access_key_id=asked["key_id"],
        access_key_secret=asked["secret"],
        security_token=asked["token"],
        endpoint=host(asked),
    )
    return Client(config)


def put_events(asked: Asked) -> dict[str, Any]:
    """One event to the bus."""
    bus = asked["params"].get("Bus")
    event = models.CloudEvent(
        id=asked["params"]["Id"],
        source="conformance",
        type="conformance:Client:Asked",
        datacontenttype="application/json",
        data=body_of(asked),
        extensions={"aliyuneventbusname": bus} if bus else {},
    )
    answer = client(asked).put_events([event])
    answer.validate()
    return {"Failed": answer.failed_entry_count, "Ids": [entry.event_id for entry in answer.entry_list]}


def create_event_bus(asked: Asked) -> dict[str, Any]:
    """A bus."""
    answer = client(asked).create_event_bus(models.CreateEventBusRequest(event_bus_name=asked["params"]["Bus"]))
    return {"Arn": answer.event_bus_arn}


def unknown(asked: Asked) -> dict[str, Any]:
    """A call that the API does not have."""
    there = client(asked)
    return dict(
        there.do_request("nonsense", "HTTP", "POST", "/openapi/nonsense", None, {}, util_models.RuntimeOptions())
    )


def code_of(fault: Exception) -> str:
    """The cloud's code in an exception of the client."""
    return str(getattr(fault, "code", None) or type(fault).__name__)


if __name__ == "__main__":
    serve({"PutEvents": put_events, "CreateEventBus": create_event_bus, "NoSuchAction": unknown}, code_of)
