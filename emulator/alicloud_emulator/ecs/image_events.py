"""What the cloud tells of images on its bus `default`.

Sources: `events/` of EventBridge and ActionTrail documents; the events of CreateImage are derived from those
(docs/cloud-facts.md#fact-6).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alicloud_emulator.calls import new_request_id
from alicloud_emulator.ecs.image import Image
from alicloud_emulator.unsure import Unsure

INSTANCE = "i-bp1g6zv0ce8oghu7emul"  # of which control calls make images


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """The call that made an image: CreateImage, or CopyImage in the region of the source."""

    name: str
    region: str
    request_id: str
    asked: Mapping[str, str]


class ImageEvents:
    """Publishes the kinds of events that are chosen; `publish` puts one on the bus `default`."""

    def __init__(self, kinds: frozenset[str], unsure: Unsure, publish: Callable[[dict[str, Any]], None]) -> None:
        self._kinds = kinds
        self._unsure = unsure
        self._publish = publish

    def created(self, image: Image, when: datetime, call: ApiCall | None) -> None:
        """Tell that an image was made by a call (CreateImage, where it was a control call), and its first state."""
        if "actiontrail" in self._kinds:
            record = api_call(self._unsure, image, when, call or control_call(image))
            self._publish(cloud_event(image, when, f"ecs:ActionTrail:{record['eventType']}", record))
        self.state_changed(image, when)

    def state_changed(self, image: Image, when: datetime) -> None:
        """Tell the image's new state, where EventBridge is read as passing that event on."""
        if "image" not in self._kinds:
            return
        data: dict[str, Any] = {"imageId": image.id, "currentState": image.status}
        if self._unsure.image_event_shape == "content":
            data = {"regionId": image.region, "name": "Image:StateChange", "content": data}
        self._publish(cloud_event(image, when, "ecs:Image:StateChange", data))


def cloud_event(image: Image, when: datetime, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """A CloudEvent of the image's region."""
    return {
        "id": new_request_id(),
        "source": "acs.ecs",
        "specversion": "1.0",
        "subject": f"acs:ecs:{image.region}:{image.account_id}:image/{image.id}",
        "time": stamp(when),
        "type": kind,
        "datacontenttype": "application/json;charset=utf-8",
        "aliyunregionid": image.region,
        "aliyunaccountid": image.account_id,
        "data": data,
    }


def control_call(image: Image) -> ApiCall:
    """The CreateImage that a control call stands for."""
    asked = {"RegionId": image.region, "InstanceId": INSTANCE, "ImageName": str(image.fields["ImageName"])}
    return ApiCall(name="CreateImage", region=image.region, request_id=new_request_id(), asked=asked)


def api_call(unsure: Unsure, image: Image, when: datetime, call: ApiCall) -> dict[str, Any]:
    """ActionTrail's record of the call; where it names the new image, and of which sort it is, is not documented."""
    reading, request_id = unsure.actiontrail_image_id, call.request_id
    sources = [call.asked["ImageId"]] if "ImageId" in call.asked else []
    referenced = {"ACS::ECS::Image": [*sources, image.id]} if reading != "responseElements" else {}
    response = {"ImageId": image.id} if reading != "referencedResources" else {}
    return {
        "eventId": request_id,
        "eventVersion": 1,
        "eventRW": "Write",
        "eventType": unsure.actiontrail_event_type,
        "eventSource": f"ecs.{call.region}.aliyuncs.com",
        "serviceName": "Ecs",
        "apiVersion": "2014-05-26",
        "eventName": call.name,
        "eventTime": stamp(when),
        "acsRegion": call.region,
        "isGlobal": False,
        "requestId": request_id,
        "sourceIpAddress": "127.0.0.1",
        "userAgent": "emulator",
        "userIdentity": {
            "type": "root-account",
            "userName": "root",
            "accountId": image.account_id,
            "principalId": image.account_id,
        },
        "requestParameters": dict(call.asked),
        "responseElements": {"RequestId": request_id, **response},
        "referencedResources": {**referenced, **instances(call)},
    }


def instances(call: ApiCall) -> dict[str, list[str]]:
    """The instance that the image was made of, if it was one."""
    return {"ACS::ECS::Instance": [call.asked["InstanceId"]]} if "InstanceId" in call.asked else {}


def stamp(when: datetime) -> str:
    """RFC 3339, whole seconds."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")
