"""`Image:StateChange`, the native event of an image, from CloudMonitor or EventBridge. Pure.

Source: ECS documents, "Image event notification".
"""

from collections.abc import Iterator

from ...wording import printable
from .parts import Found, Origin, id_of, ignored, is_ecs, sighting
from .texts import Tree, object_of

MAY_BE_EXPORTED = {word.casefold(): word for word in ("Available", "Creating", "Waiting")}  # now, or once it gets there


def from_notification(notice: Tree) -> Iterator[Found]:
    """A notification of CloudMonitor; its status may follow the name (docs/cloud-facts.md#fact-6-6)."""
    name, product, event_id = notice.get("name"), notice.get("product"), id_of(notice.get("id"))
    if not isinstance(name, str) or name.split(":")[:2] != ["Image", "StateChange"]:
        yield ignored(f"notification {printable(name)} is not about an image", event_id)
    elif not is_ecs(product):
        yield ignored(f"{printable(name)} is of {printable(product)}, not of ECS", event_id)
    else:
        yield from seen_in(notice, Origin(event_id))


def from_content(content: Tree) -> Iterator[Found]:
    """The bare `data` of an event (schema RawData)."""
    return seen_in(content, Origin(""))


def seen_in(data: Tree, origin: Origin) -> Iterator[Found]:
    """The image of an event: its data is the content or all around it (docs/cloud-facts.md#fact-6-4, UNSURE)."""
    content = object_of(data.get("content")) or data
    state = content.get("currentState")
    if isinstance(state, str):
        state = MAY_BE_EXPORTED.get(state.strip().casefold(), state)
    if isinstance(state, str) and state not in MAY_BE_EXPORTED.values():
        yield ignored(f"the image is {printable(state)}", origin.event_id)
        return
    region = origin.region or data.get("regionId") or content.get("regionId")
    account = origin.account or data.get("userId")
    yield sighting(origin._replace(region=region, account=account), content.get("imageId"), state)
