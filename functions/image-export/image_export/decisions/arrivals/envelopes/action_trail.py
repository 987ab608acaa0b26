"""The API call that makes an image, as ActionTrail tells it: at the call, before the image is Available. Pure.

Only writes are told, failed ones with an errorCode (docs/cloud-facts.md#fact-6-3). Services and years differ in the
fields that a record has: what may stand in several is looked for in each ("Management event structure").
"""

import re
from collections.abc import Iterator
from typing import Any

from ...wording import printable
from ..direct import IMAGE_ID
from .parts import Found, Origin, UnreadableError, id_of, ignored, is_ecs, sighting
from .texts import Tree, object_of

MAKES_IMAGES = frozenset({"CreateImage", "CopyImage", "ImportImage"})  # ENS, for one, has a CreateImage as well
IMAGE_RESOURCE = "ACS::ECS::Image"
SEPARATORS = re.compile(r"[;,\s]+")


def from_record(record: Tree) -> Iterator[Found]:
    """The bare record (schema RawData)."""
    return made_by_call(record, Origin(id_of(record.get("eventId"))))


def made_by_call(record: Tree, origin: Origin) -> Iterator[Found]:
    """The images that a call made. Raises UnreadableError where it made one and does not say which."""
    name = record.get("eventName")
    if not isinstance(name, str) or name not in MAKES_IMAGES:
        yield ignored(f"API call {printable(name)} makes no image", origin.event_id)
    elif not _of_ecs(record):
        product = record.get("serviceName") or record.get("eventSource")
        yield ignored(f"{name} is a call of {printable(product)}, not of ECS", origin.event_id)
    elif record.get("errorCode"):
        yield ignored(f"{name} failed: {printable(record['errorCode'])}", origin.event_id)
    else:
        asked = object_of(record.get("requestParameters") or record.get("requestParameterJson"))
        placed = origin._replace(
            account=origin.account or _account(record), region=_region(record, asked) or origin.region
        )
        for image in _images(record, asked):
            yield sighting(placed, image)


def _of_ecs(record: Tree) -> bool:
    """By the service's name, else by its endpoint, such as ecs.cn-hangzhou.aliyuncs.com; without either it may be."""
    service, endpoint = record.get("serviceName"), record.get("eventSource")
    if service:
        return is_ecs(service)
    return not endpoint or is_ecs(re.split("[-.]", str(endpoint))[0])


def _account(record: Tree) -> Any:
    """Whose image it is: the account that the record is delivered to. Who called may be of another one."""
    return record.get("recipientAccountId") or object_of(record.get("userIdentity")).get("accountId")


def _region(record: Tree, asked: Tree) -> Any:
    """A copy is called in the source's region and stands in its destination (docs/cloud-facts.md#fact-6-3, UNSURE)."""
    copied_to = asked.get("DestinationRegionId") if record["eventName"] == "CopyImage" else None
    return copied_to or record.get("acsRegion") or asked.get("RegionId")


def _images(record: Tree, asked: Tree) -> list[Any]:
    """The new image's id: in the answer, else among the resources (docs/cloud-facts.md#fact-6-3, UNSURE)."""
    made = _named(object_of(record.get("responseElements")).get("ImageId"))
    if made:
        return made
    resources = _named(object_of(record.get("referencedResources")).get(IMAGE_RESOURCE)) or _by_type(record)
    found = [image for image in resources if image != asked.get("ImageId")]
    if not found:
        raise UnreadableError(f"{record['eventName']} names no image, neither in responseElements nor in resources.")
    return found


def _named(said: Any) -> list[Any]:
    """A list, or a text of one or several."""
    return [*filter(None, SEPARATORS.split(said))] if isinstance(said, str) else said if isinstance(said, list) else []


def _by_type(record: Tree) -> list[Any]:
    """What looks like an image's id in `resourceName`, where `resourceType` names images among others."""
    if IMAGE_RESOURCE not in _named(record.get("resourceType")):
        return []
    return [one for one in _named(record.get("resourceName")) if re.fullmatch(IMAGE_ID, str(one))]
