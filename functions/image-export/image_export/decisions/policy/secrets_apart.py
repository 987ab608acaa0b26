"""What of a policy file is not quoted in its faults, since it may be an address or a secret. Pure."""

from typing import Any

MAY_HOLD_SECRETS = ("policy.notify", "policy.heartbeat")  # where somebody may write an address in place of its name
PLAIN_MOST = 16  # characters that are shown there
ADDRESS = "://"


def may_be_secret(path: str, written: Any, *, is_key: bool = False) -> bool:
    """Whether a value at that path, or a key in it, is not to be shown.

    A key that looks like an address is none anywhere; `secret:SEC1` is one where the blank behind the colon lacks.
    """
    text = str(written)
    if is_key and ADDRESS in text:
        return True
    return path.startswith(MAY_HOLD_SECRETS) and (len(text) > PLAIN_MOST or (is_key and ":" in text))


def key_as_shown(path: str, key: Any) -> str:
    """The key, or of one that may be a secret what stands before its first colon."""
    if not may_be_secret(path, key, is_key=True):
        return str(key)
    word = str(key).partition(":")[0]
    return f"{word[:PLAIN_MOST]}:…" if ":" in str(key) else "…"
