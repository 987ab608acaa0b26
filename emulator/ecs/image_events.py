"""What the cloud tells of images on its bus `default`.

Sources: `events/` of EventBridge and ActionTrail documents; the events of CreateImage are derived from those (facts 6).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from emulator.calls import new_request_id

if TYPE_CHECKING:
    from emulator.cloud import Cloud
    from emulator.ecs.images import Image


def created(cloud: Cloud, image: Image, when: datetime) -> None:
    """Tell that CreateImage was called, and the image's first state."""
    if "actiontrail" in cloud.settings.events:
        publish(cloud, image, when, "ecs:ActionTrail:ApiCall", api_call(cloud, image, when))
    state_changed(cloud, image, when)


def state_changed(cloud: Cloud, image: Image, when: datetime) -> None:
    """Tell the image's new state, where EventBridge is read as passing that event on."""
    if "image" not in cloud.settings.events:
        return
    data: dict[str, Any] = {"imageId": image.id, "currentState": image.status}
    if cloud.unsure.image_event_shape == "content":
        data = {"regionId": image.region, "name": "Image:StateChange", "content": data}
    publish(cloud, image, when, "ecs:Image:StateChange", data)


def publish(cloud: Cloud, image: Image, when: datetime, kind: str, data: dict[str, Any]) -> None:
    """Put a CloudEvent on the default bus of the image's region."""
    event = {
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
    cloud.spawn(cloud.eventbridge.publish("default", event))


def api_call(cloud: Cloud, image: Image, when: datetime) -> dict[str, Any]:
    """ActionTrail's record of CreateImage; where it names the new image is not documented."""
    reading, request_id = cloud.unsure.actiontrail_image_id, new_request_id()
    referenced = {"ACS::ECS::Image": [image.id]} if reading != "responseElements" else {}
    response = {"ImageId": image.id} if reading != "referencedResources" else {}
    return {
        "eventId": request_id,
        "eventVersion": 1,
        "eventRW": "Write",
        "eventType": "ApiCall",
        "eventSource": f"ecs.{image.region}.aliyuncs.com",
        "serviceName": "Ecs",
        "apiVersion": "2014-05-26",
        "eventName": "CreateImage",
        "eventTime": stamp(when),
        "acsRegion": image.region,
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
        "requestParameters": {
            "RegionId": image.region,
            "InstanceId": "i-bp1g6zv0ce8oghu7emul",
            "ImageName": image.fields["ImageName"],
        },
        "responseElements": {"RequestId": request_id, **response},
        "referencedResources": {**referenced, "ACS::ECS::Instance": ["i-bp1g6zv0ce8oghu7emul"]},
    }


def stamp(when: datetime) -> str:
    """RFC 3339, whole seconds."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")
