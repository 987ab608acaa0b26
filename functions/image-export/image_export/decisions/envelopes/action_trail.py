"""The API call that makes an image, as ActionTrail tells it: at the call, before the image is Available. Pure.

Only writes are told, failed ones with an errorCode ("ActionTrail events"; facts §6.3).
"""

from collections.abc import Iterator
from typing import Any

from ..advice import printable
from .parts import Found, Origin, Tree, UnreadableError, id_of, ignored, object_of, sighting

MAKES_IMAGES = frozenset({"CreateImage", "CopyImage", "ImportImage"})
IMAGE_RESOURCE = "ACS::ECS::Image"


def from_record(record: Tree) -> Iterator[Found]:
    """The bare record (schema RawData)."""
    return made_by_call(record, Origin(id_of(record.get("eventId"))))


def made_by_call(record: Tree, origin: Origin) -> Iterator[Found]:
    """The images that a call made. Raises UnreadableError where it made one and does not say which."""
    name = record.get("eventName")
    if not isinstance(name, str) or name not in MAKES_IMAGES:
        yield ignored(f"API call {printable(name)} makes no image", origin.event_id)
    elif record.get("errorCode"):
        yield ignored(f"{name} failed: {printable(record['errorCode'])}", origin.event_id)
    else:
        asked = object_of(record.get("requestParameters"))
        account = origin.account or object_of(record.get("userIdentity")).get("accountId")
        placed = origin._replace(account=account, region=_region(record, asked) or origin.region)
        for image in _images(record, asked):
            yield sighting(placed, image)


def _region(record: Tree, asked: Tree) -> Any:
    """A copy is called in the source's region and stands in its destination (facts §6.3, UNSURE)."""
    copied_to = asked.get("DestinationRegionId") if record["eventName"] == "CopyImage" else None
    return copied_to or record.get("acsRegion") or asked.get("RegionId")


def _images(record: Tree, asked: Tree) -> list[Any]:
    """The new image's id: in the answer, else among the resources less the one copied (facts §6.3, UNSURE)."""
    made = object_of(record.get("responseElements")).get("ImageId")
    if made:
        return [made]
    named = object_of(record.get("referencedResources")).get(IMAGE_RESOURCE)
    found = [image for image in named if image != asked.get("ImageId")] if isinstance(named, list) else []
    if not found:
        raise UnreadableError(f"{record['eventName']} names no image, neither in responseElements nor in resources.")
    return found
