"""Findings: one sentence each, what to do, and the exact policy or command. Pure."""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from msgspec import field

from image_export.errors import CloudFault, Refused
from image_export.values.wire import Wire

Status = Literal["ok", "wrong", "unknown"]
RIGHT = "Give whoever deploys the right to look, or look at it in the console."
REACH = "See that this machine reaches the host, and look again."


class Finding(Wire, frozen=True, kw_only=True):
    """`exact` is ready for use: JSON for RAM, or a command. `check` is the name of the check that found it."""

    check: str = field(name="Check", default="")
    subject: str = field(name="Subject")
    status: Status = field(name="Status")
    message: str = field(name="Message")
    recommend: str | None = field(name="Recommend", default=None)
    exact: str | None = field(name="Exact", default=None)


def ok(subject: str, message: str, recommend: str | None = None) -> Finding:
    """It is as it must be; the advice is one that can be left."""
    return Finding(subject=subject, status="ok", message=message, recommend=recommend)


def wrong(subject: str, message: str, recommend: str | None = None, exact: str | None = None) -> Finding:
    """Something will not work, or is open to somebody."""
    return Finding(subject=subject, status="wrong", message=message, recommend=recommend, exact=exact)


def unknown(subject: str, message: str, recommend: str | None = None, exact: str | None = None) -> Finding:
    """It cannot be told from here."""
    return Finding(subject=subject, status="unknown", message=message, recommend=recommend, exact=exact)


def looking(subject: str, look: Callable[..., Iterable[Finding]], *about: object) -> Iterator[Finding]:
    """What `look` finds; a cloud that does not answer, or not to us, leaves it unknown."""
    try:
        yield from look(*about)
    except CloudFault as fault:
        advice = fault.cause.recommend or (RIGHT if isinstance(fault, Refused) else REACH)
        yield unknown(subject, f"Could not be looked at: {fault.code}: {fault.cause.message}", advice)
