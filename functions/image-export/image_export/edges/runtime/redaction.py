"""Takes secrets out of texts and fields, wherever they stand. Not a judge of what is worth logging.

What looks like a secret is `decisions/secret_shapes.py`'s to say. What is one, whatever it looks like, is known here:
every pair of keys that this process has come to hold. They are the process's, as standard output is: no edge can forget
to hand them on.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from ...decisions.secret_shapes import HIDDEN, redact

SHORTEST_SECRET = 8  # shorter values would be found in innocent words
DEEPEST = 8
KNOWN_MAX = 2000  # values, up to nine of a secret: a warm instance meets new ones hourly; the oldest have long expired
READ_MOST = 256 * 1024  # characters of one text; a log line, a fact and an answer hold less

_SECRET_KEYS = re.compile(
    r"(?:.*(?:secret|securitytoken|sessiontoken|accesstoken|authtoken|bearertoken|refreshtoken|signature"
    r"|authorization|password|passwd|apikey|privatekey|credentials)|tokens?|cookie|setcookie)"
)


class Secrets:
    """Values that nobody may see, in the order in which they came."""

    def __init__(self) -> None:
        self._known: dict[str, None] = {}

    def keep(self, *secrets: str | None) -> None:
        """Hide these values from now on, plain or percent-encoded, whatever stands around them."""
        for secret in secrets:
            if secret and len(secret) >= SHORTEST_SECRET:
                self._known |= dict.fromkeys(_coatings(secret))
        for oldest in list(self._known)[:-KNOWN_MAX]:
            self._known.pop(oldest, None)

    def hide(self, text: str) -> str:
        """A text without secrets, known or by their looks, and without characters that UTF-8 cannot hold."""
        text = text[:READ_MOST]
        for secret in list(self._known):
            text = text.replace(secret, HIDDEN)
        return redact(text).encode(errors="replace").decode()


KNOWN = Secrets()
"""Those of this process."""


class Redaction:
    """A structlog processor that takes secrets out of all fields."""

    def __init__(self, secrets: Secrets = KNOWN) -> None:
        self._secrets = secrets

    def __call__(self, _logger: Any, _method: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """All fields of a log line, as JSON builtins without secrets."""
        return {str(name): self._field(str(name), value, 0) for name, value in fields.items()}

    def text(self, text: str) -> str:
        """A text without secrets, and without characters that cannot be written as UTF-8."""
        return self._secrets.hide(text)

    def _field(self, name: str, value: Any, depth: int) -> Any:
        if _SECRET_KEYS.fullmatch(re.sub(r"[^a-z]", "", name.lower())) and value not in (None, ""):
            return HIDDEN
        return self._value(value, depth)

    def _value(self, value: Any, depth: int) -> Any:
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if isinstance(value, msgspec.Struct):
            return self._value(msgspec.to_builtins(value), depth)
        if depth < DEEPEST and isinstance(value, Mapping):
            return {self.text(str(key)): self._field(str(key), item, depth + 1) for key, item in value.items()}
        if depth < DEEPEST and isinstance(value, (list, tuple, set, frozenset)):
            return [self._value(item, depth + 1) for item in value]
        return self.text(_shown(value))


def _coatings(secret: str) -> Iterator[str]:
    """As it is, percent-encoded as URLs, bodies and strings to be signed have it, and escaped as in JSON."""
    yield secret
    for safe in ("", "/"):
        once = quote(secret, safe=safe)
        yield from (once, quote(once, safe=""), re.sub("%..", lambda code: code[0].lower(), once))
    yield secret.replace("/", "\\/")
    yield secret.replace("+", "\\u002b").replace("=", "\\u003d")


def _shown(value: Any) -> str:
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode(errors="replace")
    if isinstance(value, BaseException):
        return f"{type(value).__name__}: {value}"
    return str(value)
