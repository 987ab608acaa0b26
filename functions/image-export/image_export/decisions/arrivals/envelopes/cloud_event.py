"""CloudEvents as EventBridge delivers them ("Event overview"). Pure."""

from collections.abc import Iterator

from ...wording import printable
from .action_trail import made_by_call
from .image_state import seen_in
from .parts import Found, Inside, Origin, id_of, ignored
from .texts import Tree, object_of

# Who called: a program, a person in the console, or the cloud itself ("ActionTrail events").
BY_ACTION_TRAIL = frozenset(f"ecs:ActionTrail:{kind}" for kind in ("ApiCall", "ConsoleOperation", "AliyunServiceEvent"))


def from_cloud_event(event: Tree) -> Iterator[Found]:
    """What an event of the cloud, or a queue's message delivered as one, says of images."""
    kind, data = event.get("type"), object_of(event.get("data") or event.get("data_base64"))
    origin = Origin(
        event_id=id_of(event.get("source"), event.get("id")),
        account=event.get("aliyunoriginalaccountid") or event.get("aliyunaccountid"),
        region=event.get("aliyunregionid"),
    )
    if kind == "ecs:Image:StateChange":
        yield from seen_in(data, origin)
    elif isinstance(kind, str) and kind in BY_ACTION_TRAIL:
        yield from made_by_call(data, origin)
    elif "messageBody" in data:
        yield Inside(data["messageBody"], origin.event_id)
    else:
        yield ignored(f"event type {printable(kind)} is not about an image", origin.event_id)
