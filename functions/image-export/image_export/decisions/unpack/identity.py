"""How an upload and its object say of which order they are. Pure."""

import hashlib
from collections.abc import Mapping

import msgspec

from ...values.unpack import UnpackOrder

LAYOUT = 1  # of what is written; another number where the same order gives other bytes or other parts
ORDER, SOURCE = "image-export-order", "image-export-source"  # user metadata


def order_hash(order: UnpackOrder) -> str:
    """Equal for two orders if and only if they give the same object."""
    return hashlib.sha256(msgspec.json.encode((LAYOUT, order))).hexdigest()


def metadata(order: UnpackOrder) -> dict[str, str]:
    """What the object says of itself, from the beginning of its upload on."""
    return {ORDER: order_hash(order), SOURCE: order.source.etag}


def is_of(order: UnpackOrder, said: Mapping[str, str]) -> bool:
    """Whether an object with this user metadata is what the order gives."""
    return {name.lower(): value for name, value in said.items()}.get(ORDER) == order_hash(order)


def marker(order: UnpackOrder) -> bytes:
    """The first part of an upload until it is replaced by the object's own: nothing else tells uploads apart."""
    return f"unpacking {order_hash(order)}\n".encode()
