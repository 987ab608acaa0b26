"""Findings: one sentence each, what to do, and the exact policy or command. Pure."""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from msgspec import field

from image_export.errors import CloudFault, LedgerFault, Refused
from image_export.values.wire import Wire

Status = Literal["ok", "wrong", "unknown", "note"]
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

    @property
    def is_ok(self) -> bool:
        """Whether nobody has to do anything about it."""
        return self.status in ("ok", "note")


def ok(subject: str, message: str, recommend: str | None = None) -> Finding:
    """It is as it must be; the advice is one that can be left."""
    return Finding(subject=subject, status="ok", message=message, recommend=recommend)


def wrong(subject: str, message: str, recommend: str | None = None, exact: str | None = None) -> Finding:
    """Something will not work, or is open to somebody."""
    return Finding(subject=subject, status="wrong", message=message, recommend=recommend, exact=exact)


def unknown(subject: str, message: str, recommend: str | None = None, exact: str | None = None) -> Finding:
    """It could have been told, and was not: nobody answered, or not to us."""
    return Finding(subject=subject, status="unknown", message=message, recommend=recommend, exact=exact)


def note(subject: str, message: str, recommend: str | None = None, exact: str | None = None) -> Finding:
    """It is said, and is neither right nor wrong: what nobody can tell from here, or what somebody wanted so."""
    return Finding(subject=subject, status="note", message=message, recommend=recommend, exact=exact)


def looking(subject: str, look: Callable[..., Iterable[Finding]], *about: object) -> Iterator[Finding]:
    """What `look` finds; a cloud or ledger that does not answer, or not to us, leaves it unknown."""
    try:
        yield from look(*about)
    except (CloudFault, LedgerFault) as fault:
        refused = isinstance(fault, Refused) or isinstance(fault.__cause__, Refused)
        advice = fault.cause.recommend or (RIGHT if refused else REACH)
        yield unknown(subject, f"Could not be looked at: {fault.code}: {fault.cause.message}", advice)
