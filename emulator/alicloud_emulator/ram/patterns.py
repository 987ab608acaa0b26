"""RAM's wildcards: `*` for any text, `?` for one character. Pure.

Source: RAM page "Policy elements". A resource is compared part by part, so that a `*` of one part reaches no other.
"""

import re
from functools import lru_cache

PARTS = 5  # acs:service:region:account:name, and the name may hold colons


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression."""
    return re.compile("".join({"*": ".*", "?": "."}.get(char) or re.escape(char) for char in pattern), re.DOTALL)


def like(pattern: str, text: str) -> bool:
    """Whether the whole text is of this pattern; capitals matter."""
    return compiled(pattern).fullmatch(text) is not None


def is_resource(pattern: str) -> bool:
    """Whether a pattern may stand for resources: `*` alone, or an ARN with all its parts."""
    return pattern == "*" or (pattern.startswith("acs:") and pattern.count(":") >= PARTS - 1)


def covers(pattern: str, resource: str) -> bool:
    """Whether a resource pattern covers a resource."""
    if pattern == "*":
        return True
    parts = zip(pattern.split(":", PARTS - 1), resource.split(":", PARTS - 1), strict=True)
    return all(like(wanted, found) for wanted, found in parts)
