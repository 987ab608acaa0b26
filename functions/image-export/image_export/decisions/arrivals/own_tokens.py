"""ClientTokens of our own: what FC delivers twice, or a person replays twice, is one request. Pure.

A caller's token has no blank in it (`direct_request.Token`), so nobody can ask with one of these.
"""

REPLAY = "replay"


def of_delivery(name: str) -> str:
    """Of a message, by its id; of an event without one, by the invocation: both stay the same in each delivery."""
    return f"delivery {name}"


def of_replay(export: str) -> str:
    """Of an export that is done once more."""
    return f"{REPLAY} {export}"


def as_in_0_1_0(token: str) -> str | None:
    """How 0.1.0 spelled it, which a caller could, too; None for a caller's own token."""
    kind, blank, rest = token.partition(" ")
    if not blank:
        return None
    return f"replay-{rest}" if kind == REPLAY else rest


def is_replay(token: str) -> bool:
    """Whether a person has asked for it by the name of an export."""
    return token.startswith(f"{REPLAY} ")


def shown(token: str) -> str:
    """What a message calls it."""
    kind, blank, rest = token.partition(" ")
    return f"The {kind} {rest!r}" if blank else f"ClientToken {token!r}"
