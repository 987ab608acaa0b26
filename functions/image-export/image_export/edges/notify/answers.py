"""What the answer of a channel means: a status, and with chats a code within an answer of 200. Sends nothing."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec

from ...errors import CloudFault, Refused, RefusedForGood
from ...values.cause import Cause
from ..faults import answered, quoted, unreadable
from ..outward.client import Answer

WHERE = "The channel"
NUMBER = re.compile(r"-?[0-9]{1,18}")
LATEST_S = 3600.0
TOO_FAST = "Throttling.Channel"  # ours, for what each service calls otherwise


class Says(NamedTuple):
    """What stands within an answer. `code`: None where it says that all is well."""

    code: object = None
    message: object = ""


def judge(
    answer: Answer,
    said: Callable[[Answer], Says],
    *,
    too_fast: Collection[object] = (),
    for_good: Collection[object] = (),
) -> None:
    """Raises CloudFault unless the message was taken. `too_fast`, `for_good`: codes, or statuses, that mean so."""
    if HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
        message = f"{WHERE} answered with a redirect (HTTP {answer.status}), which is not followed."
        raise Refused(Cause(code="RedirectRefused", message=message), status=answer.status)
    says = said(answer)
    if answer.status < HTTPStatus.MULTIPLE_CHOICES and says.code is None:
        return
    code = answer.status if says.code is None else says.code
    cause = quoted(code, says.message or f"{WHERE} answered with HTTP {answer.status}.")
    raise _fault(answer, code, cause, too_fast, for_good)


def _fault(
    answer: Answer, code: object, cause: Cause, too_fast: Collection[object], for_good: Collection[object]
) -> CloudFault:
    later_s = _retry_after_s(answer)
    is_told_when = answer.status == HTTPStatus.SERVICE_UNAVAILABLE and later_s is not None
    if code in too_fast or answer.status == HTTPStatus.TOO_MANY_REQUESTS or is_told_when:
        fault = Refused(Cause(code=TOO_FAST, message=f"{cause.message} ({cause.code})"))
        fault.retry_after_s = later_s
        return fault
    if code in for_good or answer.status in for_good:
        return RefusedForGood(cause)
    within = answer.status < HTTPStatus.MULTIPLE_CHOICES  # the service has answered: it is a no
    return Refused(cause) if within else answered(WHERE, answer.status, cause)


def _retry_after_s(answer: Answer) -> float | None:
    """What the header of that name asks for, in seconds or as a date (RFC 9110, 10.2.3): an hour at most."""
    written = answer.headers.get("retry-after", "").strip()
    if NUMBER.fullmatch(written):
        seconds = float(written)
    else:
        try:
            asked = parsedate_to_datetime(written)
            sent = answer.headers.get("date")
            now = parsedate_to_datetime(sent) if sent else datetime.now(timezone.utc)
            seconds = (asked - now).total_seconds()
        except (ValueError, TypeError, OverflowError):  # TypeError: one of them has no zone
            return None
    return min(max(seconds, 0.0), LATEST_S)


def document(answer: Answer) -> dict[str, Any]:
    """The answer as an object of JSON; an empty one where the status alone says no, as a gateway's does.

    Raises Unanswered where it is none otherwise: nobody knows what it means.
    """
    try:
        read = msgspec.json.decode(answer.body)
    except msgspec.MsgspecError:
        read = None
    if isinstance(read, dict):
        return read
    if answer.status >= HTTPStatus.BAD_REQUEST:
        return {}
    raise unreadable(WHERE, answer.status)


def code_in(answer: Answer, body: Mapping[str, Any], *names: str) -> int | None:
    """The code of the first of these fields that is there, a number or one written as text; None for 0.

    A 2xx must have one: raises Unanswered where none can be read, since nobody knows whether the message was taken.
    """
    written = next((body[name] for name in names if name in body), None)
    if type(written) is int or (isinstance(written, str) and NUMBER.fullmatch(written)):
        return int(written) or None
    if answer.status >= HTTPStatus.BAD_REQUEST:
        return None
    raise unreadable(WHERE, answer.status)
