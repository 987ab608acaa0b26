"""What of a policy file is not quoted in its faults, since it may be an address or a secret. Pure."""

import re
from typing import Any

from ..secret_shapes import HIDDEN, redact

MAY_HOLD_SECRETS = ("policy.notify", "policy.heartbeat")  # where somebody may write an address in place of its name
NAMES_VARIABLE = (".url", ".secret", ".old_secret")  # where a name belongs, and a short secret may stand
PLAIN_MOST = 16  # characters that are shown there
ADDRESS = "://"
# Wherever it stands: an address, what follows a key's name, and the shapes of keys of webhooks and of robots
SECRETS = re.compile(
    r"(?i)[a-z][a-z0-9+.-]*:/+[^\s'\"]{8,}|\b(?:access_token|token|key|sign|secret)=[^\s'\"]+|whsec_[^\s'\"]*"
    r"|(?-i:SEC)[0-9a-zA-Z]{8}[^\s'\"]*|[0-9a-f]{32}[0-9a-f]*|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)


def may_be_secret(path: str, written: Any, *, is_key: bool = False) -> bool:
    """Whether a value at that path, or a key in it, is not to be shown.

    A key that looks like an address is none anywhere; `secret:SEC1` is one where the blank behind the colon lacks.
    """
    text = str(written)
    if (is_key and ADDRESS in text) or hidden(text) != text or redact(text) != text:
        return True
    if path.startswith(MAY_HOLD_SECRETS) and path.endswith(NAMES_VARIABLE) and not text.startswith("env:"):
        return True
    return path.startswith(MAY_HOLD_SECRETS) and (len(text) > PLAIN_MOST or (is_key and ":" in text))


def hidden(text: str) -> str:
    """The text without what looks like a secret, wherever somebody has put one."""
    return SECRETS.sub(HIDDEN, text)


def key_as_shown(path: str, key: Any) -> str:
    """The key, or of one that may be a secret what stands before its first colon."""
    if not may_be_secret(path, key, is_key=True):
        return str(key)
    word = str(key).partition(":")[0]
    return f"{word[:PLAIN_MOST]}:…" if ":" in str(key) else "…"
