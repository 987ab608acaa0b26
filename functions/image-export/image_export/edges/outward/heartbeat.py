"""Calls the address of a heartbeat, as its service wants to be called. Sent once; decides nothing about when."""

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from ...errors import Refused, Unanswered
from ...use_cases.ports import Moment
from ...values.cause import Cause
from ...values.policy import HeartbeatEntry
from .client import Outward
from .variables import variable

PATIENCE_S = 2.5  # until the head of the answer, and as long again for its body: five seconds in all
PASSING = 500  # from this status on the service has not decided
REFUSED = "HeartbeatRefused"
# The hosted healthchecks.io refuses an address with a UUID inside of HTTP 200: "OK (not found)", "OK (rate limited)"
SAID_INSIDE = re.compile(rb"OK \([a-z ]{1,40}\)")


class _Call(NamedTuple):
    """How a moment is told: by this method, with this behind the path."""

    method: str
    suffix: str = ""


# https://healthchecks.io/docs/http_api/: the address, and /start and /fail behind it; the body is kept as a note.
# Uptime Kuma, Cronitor, Better Stack and others take a plain GET of the address, which is a success.
STYLES: dict[str, dict[Moment, _Call]] = {
    "healthchecks": {"start": _Call("POST", "/start"), "success": _Call("POST"), "fail": _Call("POST", "/fail")},
    "plain": {"success": _Call("GET")},
}


class Pings(NamedTuple):
    """Fits `ports.Pinger`. `environ`: where the address is."""

    outward: Outward
    environ: Mapping[str, str]

    def ping(self, heartbeat: HeartbeatEntry, moment: Moment, note: str = "") -> None:
        """Raises CloudFault where the address is not known or not to be called, or does not accept the call."""
        call = STYLES[heartbeat.style].get(moment)
        if call is None:
            return
        url = _behind(variable(self.environ, heartbeat.url), call.suffix)
        answer = self.outward._replace(patience_s=PATIENCE_S).send(url, note.encode(), method=call.method)
        inside = SAID_INSIDE.match(answer.body)
        if inside or not 200 <= answer.status < 300:
            said = f": {inside[0].decode()}" if inside else "."
            message = f"The heartbeat's address answered with status {answer.status}{said}"
            cause = Cause(code=REFUSED, message=message, recommend=_advice(heartbeat))
            raise Unanswered(cause) if answer.status >= PASSING else Refused(cause, status=answer.status)


def _behind(url: str, suffix: str) -> str:
    """The address with this behind its path; its query stays where it is. One that cannot be taken apart is refused."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return parts._replace(path=parts.path.rstrip("/") + suffix).geturl() if suffix else url


def _advice(heartbeat: HeartbeatEntry) -> str:
    return f"Compare {heartbeat.url.removeprefix('env:')} with the address that the service shows."
