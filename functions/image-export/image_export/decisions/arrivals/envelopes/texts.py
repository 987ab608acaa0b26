"""What a text holds: JSON, JSON within JSON, or the base64 of it, as the tools that send messages make them. Pure.

Base64 comes with line breaks (MIME), without padding, and in the alphabet for URLs; a form turns its `+` into a blank.
The time it takes is linear in the text: so many layers, and each is read as often as there are ways to read it.
"""

import base64
from collections.abc import Callable, Mapping
from typing import Any

from ...strict_json import read_json

LAYERS_MAX = 4  # of texts around an object
URL_SAFE = str.maketrans("-_", "+/")

Tree = Mapping[str, Any]


def content_of(value: Any) -> Any:
    """The object or array itself, or that which a text holds; None where there is none."""
    for _ in range(LAYERS_MAX):
        if not isinstance(value, str):
            break
        value = _without_a_layer(value)
    return value if isinstance(value, dict | list) else None


def object_of(value: Any) -> Tree:
    """The same where it is an object; else an empty one."""
    found = content_of(value)
    return found if isinstance(found, dict) else {}


def _without_a_layer(text: str) -> Any:
    """What is inside the outermost text: an object, an array or a further text; None where nothing of these is."""
    for read in WAYS:
        try:
            content = read(text)
        except (ValueError, RecursionError):  # of base64 and of UTF-8, too
            continue
        if isinstance(content, dict | list | str):
            return content
    return None


def _of_base64(text: str, blank: str = "") -> str:
    """Raises ValueError where it is none."""
    letters = blank.join(text.split()).rstrip("=").translate(URL_SAFE)
    return base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True).decode()


def _of_a_form(text: str) -> str:
    return _of_base64(text, "+")


WAYS: tuple[Callable[[str], Any], ...] = (read_json, _of_base64, _of_a_form)
