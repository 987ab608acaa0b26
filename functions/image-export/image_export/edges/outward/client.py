"""One request to an address that people chose: HTTPS, no redirects, no place inside, a bounded answer. Sent once."""

import ssl
import time
from collections.abc import Mapping
from threading import Thread
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

import certifi
import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError

from ...errors import Unreached
from ...use_cases.ports import RemainingSeconds
from ...values.cause import Cause
from ..faults import unanswered, unconnected
from ..retrying import timeouts
from .addresses import public_addresses, refused

ANSWER_BYTES = 64 * 1024
PATIENCE_S = 10.0  # of a person's channel; the cloud's own services are given more
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Answer(NamedTuple):
    """What came back, whatever it says. `headers`: their names in lower case. The body is cut at 64 KiB."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Outward(NamedTuple):
    """`endpoint`: the setting IMAGE_EXPORT_ENDPOINT. Where it is on loopback, addresses may be, over HTTP too.

    `patience_s`: for the connection and the head of the answer together. All of it has twice that, the name server too.
    """

    endpoint: str | None
    remaining_s: RemainingSeconds
    patience_s: float = PATIENCE_S

    def send(
        self, url: str, body: bytes = b"", *, headers: Mapping[str, str] | None = None, method: str = "POST"
    ) -> Answer:
        """Raises CloudFault where there is no answer; its message never holds more of the address than its host."""
        answer: list[Answer | Exception] = []

        def ask() -> None:
            try:
                answer.append(self._send(url, body, headers or {}, method))
            except Exception as fault:  # noqa: BLE001 - raised below, by who waits
                answer.append(fault)

        thread = Thread(target=ask, daemon=True)  # a head may come drop by drop, and a name server be silent
        thread.start()
        thread.join(2 * self.patience_s)
        if not answer:
            raise unanswered("The address", "its answer has no end")
        if isinstance(answer[0], Exception):
            raise answer[0]
        return answer[0]

    def _send(self, url: str, body: bytes, headers: Mapping[str, str], method: str) -> Answer:
        parts = self.parts(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        where = f"The address at {host}"
        try:
            places = [host] if self._is_inside(parts) else public_addresses(host, port)
        except (OSError, UnicodeError) as fault:  # of the name server, or of a name that is none
            why = getattr(fault, "strerror", None) or "its name is none"
            raise Unreached(Cause(code="Unreached", message=f"{where} could not be reached: {why}.")) from None
        try:
            for number, place in enumerate(places, 1):
                try:
                    return self._ask(method, parts, (place, port), body, headers)
                except NewConnectionError:
                    if number == len(places):
                        raise
        except (HTTPError, OSError) as fault:
            raise unconnected(where, fault) from None
        raise refused("its host has no address")

    def parts(self, url: str) -> SplitResult:
        """The address, taken apart. Raises Refused where it is none that may be called."""
        try:
            parts = urlsplit(url)
            usable = parts.hostname and parts.port != 0 and url.isascii() and url.isprintable() and " " not in url
        except ValueError:
            usable, parts = False, urlsplit("")
        if not usable or parts.username is not None:
            raise refused("it is no plain URL")
        if parts.scheme != "https" and not (parts.scheme == "http" and self._is_inside(parts)):
            raise refused("it is not https")
        return parts

    def _is_inside(self, parts: SplitResult) -> bool:
        """Loopback, which an emulator is on."""
        return parts.hostname in LOOPBACK and urlsplit(self.endpoint or "").hostname in LOOPBACK

    def _ask(
        self, method: str, parts: SplitResult, place: tuple[str, int], body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        """At one address. The certificate must be the host's, by whatever address it is reached."""
        connect_s, read_s = timeouts(self.remaining_s())
        patience_s = min(read_s, self.patience_s)
        until = time.monotonic() + patience_s
        timeout = urllib3.Timeout(connect=connect_s, read=patience_s, total=patience_s)
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=certifi.where())
            name = parts.hostname
            pool: urllib3.HTTPConnectionPool = urllib3.HTTPSConnectionPool(
                *place, timeout=timeout, ssl_context=context, server_hostname=name, assert_hostname=name
            )
        else:
            pool = urllib3.HTTPConnectionPool(*place, timeout=timeout)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sent = {"Host": parts.netloc, "User-Agent": "image-export", "Connection": "close", **headers}
        with pool:
            answer = pool.urlopen(
                method, target, body=body, headers=sent, retries=False, redirect=False, preload_content=False
            )
            lower = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status, lower, _read(answer, until))


def _read(answer: urllib3.BaseHTTPResponse, until: float) -> bytes:
    """At most so much, for at most so long: a body may come drop by drop."""
    body = b""
    while len(body) < ANSWER_BYTES:
        some = answer.read1(ANSWER_BYTES - len(body), decode_content=False)
        if not some:
            break
        body += some
        if time.monotonic() > until:
            raise unanswered("The address", "its answer has no end")
    answer.close()
    return body
