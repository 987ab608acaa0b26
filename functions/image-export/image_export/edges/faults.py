"""From what went wrong in a vendor's SDK to our faults, by whether it can have happened (docs/protocol.md#rule-6).

Messages carry no secret, query or signature: a connection fault is told by its innermost reason, and whatever the cloud
says becomes a Cause in `quoted` alone, from where it goes into facts, events and answers.
"""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import CloudFault, Refused, Unanswered, Unreached, Unreadable
from ..use_cases.ports import Unread
from ..values.cause import Cause
from .runtime.redaction import KNOWN

LONGEST_MESSAGE = 1000
LONGEST_NAME = 200  # of codes and RequestIds
UNREADABLE = "AnswerUnreadable"
NONCE_USED = "SignatureNonceUsed"  # our request, sent once, was seen twice: nobody knows what the first one did
# Two copies of urllib3 are in use (the core SDK brings one), so its exceptions are known by name.
NOT_CONNECTED = frozenset({"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"})
BEFORE_THE_REQUEST = frozenset({"do_handshake", "_tunnel"})  # of `ssl` and `http.client`: nothing was sent yet


class FieldUnreadable(ValueError):
    """The field is not there, or in another shape than any that is known."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} cannot be read")
        self.field = field


def quoted(code: object, message: object, request_id: object = None) -> Cause:
    """The cloud's own words, without secrets and control characters, and no longer than anybody reads."""
    named = _plain(request_id)[:LONGEST_NAME] if request_id else None
    words = _plain(message or "")[:LONGEST_MESSAGE]
    return Cause(code=_plain(code)[:LONGEST_NAME], message=words, request_id=named)


def _plain(text: object) -> str:
    """Without secrets, and with a blank for whatever would move a terminal's cursor or turn its text around."""
    return "".join(one if one.isprintable() else " " for one in KNOWN.hide(str(text)))


def answered(where: str, status: int, cause: Cause) -> CloudFault:
    """The fault of a well-formed error answer, by `quoted`: 4xx is a no, everything else leaves it open."""
    if 400 <= status < 500 and cause.code != NONCE_USED:
        return Refused(cause, status=status)
    message = f"{where}: {cause.message} (HTTP {status})"
    return Unanswered(Cause(code=cause.code, message=message, request_id=cause.request_id))


def unreadable(where: str, status: int | None = None, request_id: object = None) -> Unanswered:
    """An answer came, and says nothing. That is no silence: nobody has waited for it in vain."""
    shown = f" (HTTP {status})" if status else ""
    return Unanswered(quoted(UNREADABLE, f"{where} gave an answer that cannot be read{shown}.", request_id))


def unread(where: str, left_out: Unread) -> Unreadable:
    """An answer came, and the entry that was asked for cannot be read."""
    said = f"{where} gave an answer that cannot be read: {left_out.field} of {left_out.entry}."
    return Unreadable(Cause(code=UNREADABLE, message=said))


def unusable(where: str, reason: str) -> Unanswered:
    """An answer came, and cannot be used."""
    return Unanswered(Cause(code=UNREADABLE, message=f"{where} gave an answer that cannot be used: {reason}."))


def unanswered(where: str, reason: str) -> Unanswered:
    """Something was sent, and no answer came."""
    return Unanswered(Cause(code="Unanswered", message=f"{where} gave no answer: {reason}."))


def unconnected(where: str, fault: BaseException) -> Unreached | Unanswered:
    """The connection failed: before a byte of the request left us, or at a moment when it may have been read."""
    chain = list(_behind(fault))
    reason = _reason(chain[-1])
    if any(_is_early(one) for one in chain):
        return Unreached(Cause(code="Unreached", message=f"{where} could not be reached: {reason}."))
    return unanswered(where, reason)


@contextmanager
def reading(where: str, request_id: object = None) -> Iterator[None]:
    """An answer that lacks what it must have, or has it in another shape, is no answer; but it may have a RequestId."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as fault:
        field = f": {fault.field}" if isinstance(fault, FieldUnreadable) else ""
        message = f"{where} gave an answer that cannot be read{field}."
        raise Unreadable(quoted(UNREADABLE, message, request_id)) from fault


def _behind(fault: BaseException) -> Iterator[BaseException]:
    """The fault and those that it wraps, outermost first. Not `__context__`: what it holds may be another call's."""
    seen: set[int] = set()
    current: object = fault
    while isinstance(current, BaseException) and id(current) not in seen:
        seen.add(id(current))
        yield current
        inner = getattr(current, "reason", None)
        wrapped = (inner, current.__cause__, *current.args)
        current = next((one for one in wrapped if isinstance(one, BaseException)), None)


def _is_early(fault: BaseException) -> bool:
    if type(fault).__name__ in NOT_CONNECTED:
        return True
    frames = traceback.walk_tb(fault.__traceback__)
    return isinstance(fault, OSError) and any(frame.f_code.co_name in BEFORE_THE_REQUEST for frame, _ in frames)


def _reason(fault: BaseException) -> str:
    """In few words, without addresses or texts that a library has put together."""
    for one in (fault, fault.__context__):  # urllib3 1.x wraps without a cause
        text = getattr(one, "verify_message", None) or getattr(one, "strerror", None)
        if text:
            return _plain(text)
    return type(fault).__name__
