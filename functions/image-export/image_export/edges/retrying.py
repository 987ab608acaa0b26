"""How often a call that may be repeated is repeated, and how long one may take. Never used for ExportImage."""

from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeVar

from ..decisions.codes import is_throttling
from ..errors import CloudFault, Refused, Unreached, Unreadable
from ..use_cases.ports import RemainingSeconds
from ..values.cause import Cause

T = TypeVar("T")

TRIES = 5
TRIED_S = 45.0  # in all: two tries of a service that never answers, while many others wait for their turn
FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 5.0
RESERVE_S = 3.0  # left for what the invocation still has to write
CONNECT_S = 5.0
READ_S = 20.0
SHORTEST_READ_S = 1.0
PASSING = frozenset({"ServiceUnavailable", "InternalError"})


def retry_read(
    call: Callable[[], T],
    *,
    remaining_s: RemainingSeconds,
    sleep: Callable[[float], None],
    random: Callable[[], float],
) -> T:
    """What `call` returns at last; its latest fault where it does not pass or time runs out (docs/protocol.md#p6).

    Exponential back-off with full jitter: `random()` is 0 to 1 times 0.2 s, doubled each time, at most 5 s. Not again
    where that could take longer than `TRIED_S` in all. For reads, and for writes that may happen twice.
    """
    until_s = remaining_s() - TRIED_S
    for number in range(TRIES - 1):
        try:
            return call()
        except CloudFault as fault:
            delay_s = random() * min(FIRST_DELAY_S * 2**number, LONGEST_DELAY_S)
            left_s = remaining_s()
            if not passes(fault) or delay_s + RESERVE_S > left_s or left_s - delay_s - READ_S < until_s:
                raise
        sleep(delay_s)
    return call()


def passes(fault: CloudFault) -> bool:
    """Whether the same call may well be answered in a moment: throttling, 5xx, and whatever got no answer."""
    if isinstance(fault, Unreadable):
        return False
    return not isinstance(fault, Refused) or is_throttling(fault.code) or fault.code in PASSING


def in_time(remaining_s: RemainingSeconds) -> None:
    """Before one more call of many. Raises Unreached where the invocation is all but over: nothing was asked."""
    if remaining_s() < RESERVE_S:
        raise Unreached(Cause(code="OutOfTime", message="Too little of this invocation is left for another page."))


def timeouts(remaining_s: float) -> tuple[float, float]:
    """Connect and read time-out in seconds, within what is left of the invocation."""
    read_s = max(SHORTEST_READ_S, min(READ_S, remaining_s - SHORTEST_READ_S))
    return min(CONNECT_S, read_s), read_s


class Once(Protocol):
    """How one try of a call is made."""

    def __call__(self, call: Callable[[], T], /) -> T: ...


def plainly(call: Callable[[], T], /) -> T:
    """The call as it is."""
    return call()


class Retrying(NamedTuple):
    """`retry_read` with its clock, its sleep and its dice; `once` is how each try is made."""

    remaining_s: RemainingSeconds
    sleep: Callable[[float], None]
    random: Callable[[], float]
    once: Once = plainly

    def __call__(self, call: Callable[[], T]) -> T:
        """The same, for one call."""
        return retry_read(lambda: self.once(call), remaining_s=self.remaining_s, sleep=self.sleep, random=self.random)
