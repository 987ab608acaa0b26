"""The parts that events of all sources are made of: ids, checked sightings, messages with something inside. Pure."""

import re
from typing import Any, NamedTuple

from ....values.arrival import Arrival, Ignored, Sighting
from ....values.policy import REGION
from ...wording import shown
from ..direct import ACCOUNT_ID, IMAGE_ID

ID_LONGEST = 256


class UnreadableError(Exception):
    """It claims to be ours, and this is wrong with it."""


class Inside(NamedTuple):
    """A message's content, still to be opened: JSON or the text of it."""

    content: Any
    event_id: str | None = None


Found = Arrival | Inside


class Origin(NamedTuple):
    """Which event it is, of whose account, and in which region; not checked yet."""

    event_id: str
    account: Any = None
    region: Any = None


def id_of(*parts: Any) -> str:
    """An event's id from what its source calls it; a CloudEvent's source and id together name it."""
    text = "/".join(part for part in parts if isinstance(part, str))
    return text[:ID_LONGEST].encode(errors="backslashreplace").decode()


def ignored(reason: str, event_id: str | None = None) -> Ignored:
    """None of our business, and why."""
    return Ignored(reason=reason, event_id=event_id or None)


def is_ecs(product: Any) -> bool:
    """Whether it is what events call ECS, in whatever letter case."""
    return isinstance(product, str) and product.casefold() == "ecs"


def sighting(origin: Origin, image: Any, state: Any = None) -> Sighting:
    """The sighting. Raises UnreadableError where the image, region or account is missing or of no such form.

    Every event says that an image came into being or is about to; it may be visible a little later.
    """
    for name, value, form, right in (
        ("image id", image, IMAGE_ID, "m- and 1 to 60 letters or digits"),
        ("region", origin.region, REGION, "a region's id, such as cn-hangzhou"),
    ):
        if not isinstance(value, str) or not re.fullmatch(form, value):
            raise UnreadableError(f"The event's {name} is {shown(value)}; it must be {right}.")
    return Sighting(
        event_id=origin.event_id,
        account_id=_account(origin.account),
        region_id=origin.region,
        image_id=image,
        state=state if isinstance(state, str) else None,
        named_by_creation=True,
    )


def _account(account: Any) -> str | None:
    if account is None or account == "":
        return None
    digits = str(account) if isinstance(account, int | str) else ""
    if not re.fullmatch(ACCOUNT_ID, digits):
        raise UnreadableError(f"The event's account is {shown(account)}; it must be 5 to 20 digits.")
    return digits
