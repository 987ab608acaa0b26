"""The heartbeat's address as services want to be called: by style, in time, and its key in no fault."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from image_export.edges.outward import heartbeat as edge
from image_export.edges.outward.client import Answer, Outward
from image_export.edges.outward.heartbeat import Pings
from image_export.edges.runtime.redaction import KNOWN
from image_export.errors import Refused, Unanswered
from image_export.use_cases.ports import Moment
from image_export.values.policy import HeartbeatEntry

from .listening import http, listening

NAME = "IMAGE_EXPORT_HEARTBEAT_URL"
KEY = "5bf66975-made-up-key"
INSIDE = Outward("http://127.0.0.1:1", lambda: 60.0)


def told(path: str, moment: Moment, *, style: str = "healthchecks", answer: bytes | None = None) -> str:
    """The request that arrives; nothing where none does."""
    entry = HeartbeatEntry(url=f"env:{NAME}", style="plain" if style == "plain" else "healthchecks")
    heard: list[bytes] = []
    with listening(answer or http("200 OK", b"OK"), heard) as host:
        Pings(INSIDE, {NAME: f"http://{host}{path}"}).ping(entry, moment)
    return b"".join(heard).decode()


@pytest.mark.parametrize(
    ("path", "moment", "line"),
    [
        (f"/{KEY}", "start", f"POST /{KEY}/start HTTP/1.1"),
        (f"/{KEY}", "success", f"POST /{KEY} HTTP/1.1"),
        (f"/{KEY}", "fail", f"POST /{KEY}/fail HTTP/1.1"),
        (f"/{KEY}/", "fail", f"POST /{KEY}/fail HTTP/1.1"),
        (f"/{KEY}?create=1", "fail", f"POST /{KEY}/fail?create=1 HTTP/1.1"),
    ],
)
def test_healthchecks_is_told_each_moment_behind_the_address(path: str, moment: Moment, line: str) -> None:
    assert told(path, moment).splitlines()[0] == line


def test_a_note_is_the_body() -> None:
    bodies: list[bytes] = []

    class Recording(Outward):
        def send(self, url: str, body: bytes = b"", **_: object) -> Answer:
            assert url == f"https://hc-ping.com/{KEY}/fail"
            bodies.append(body)
            return Answer(200, {}, b"")

    entry = HeartbeatEntry(url=f"env:{NAME}")
    Pings(Recording(*INSIDE), {NAME: f"https://hc-ping.com/{KEY}"}).ping(entry, "fail", "OutOfTime")
    assert bodies == [b"OutOfTime"]


def test_plain_is_asked_for_the_address_after_a_success_and_nothing_else() -> None:
    assert told(f"/{KEY}?status=up", "success", style="plain").startswith(f"GET /{KEY}?status=up HTTP/1.1\r\n")
    assert told(f"/{KEY}", "start", style="plain") == ""
    assert told(f"/{KEY}", "fail", style="plain") == ""


@pytest.mark.parametrize("status", ["404 Not Found", "409 Conflict", "429 Too Many Requests", "302 Found"])
def test_whatever_is_no_2xx_is_a_refusal_with_its_status_and_the_variable_to_look_at(status: str) -> None:
    with pytest.raises(Refused) as fault:
        told(f"/{KEY}", "success", answer=http(status, KEY.encode(), Location=f"http://127.0.0.1:1/{KEY}"))
    assert fault.value.code == "HeartbeatRefused"
    assert fault.value.cause.message == f"The heartbeat's address answered with status {status[:3]}."
    assert fault.value.cause.recommend == f"Compare {NAME} with the address that the service shows."


def test_a_refusal_inside_of_200_is_one_too() -> None:
    with pytest.raises(Refused, match=r"answered with status 200: OK \(rate limited\)"):
        told(f"/{KEY}", "success", answer=http("200 OK", b"OK (rate limited)"))


def test_a_service_that_is_out_of_order_has_not_refused() -> None:
    with pytest.raises(Unanswered, match="HeartbeatRefused"):
        told(f"/{KEY}", "success", answer=http("503 Service Unavailable", b""))


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nOK"])
def test_a_service_that_hangs_takes_five_seconds_at_most(said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Measured at a fiftieth of the patience."""
    assert edge.PATIENCE_S * 2 == 5
    monkeypatch.setattr(edge, "PATIENCE_S", 0.05)
    began = time.monotonic()
    with hanging(said) as host, pytest.raises(Unanswered):
        Pings(INSIDE, {NAME: f"http://{host}/{KEY}"}).ping(HeartbeatEntry(url=f"env:{NAME}"), "success")
    assert time.monotonic() - began < 2.0


@contextmanager
def hanging(said: bytes) -> Iterator[str]:
    """The address of a service that says so much and then nothing, and keeps the connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def serve() -> None:
            kept.append(server.accept()[0])
            kept[0].sendall(said)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join(5)
        for connection in kept:
            connection.close()


def test_an_address_that_cannot_be_taken_apart_is_refused() -> None:
    entry = HeartbeatEntry(url=f"env:{NAME}")
    moments: tuple[Moment, ...] = ("success", "fail")
    for moment in moments:
        with pytest.raises(Refused, match="AddressRefused"):
            Pings(Outward(None, lambda: 60.0), {NAME: f"https://[{KEY}/"}).ping(entry, moment)


def test_a_variable_that_is_not_set_is_named_and_one_that_is_read_is_hidden() -> None:
    with pytest.raises(Refused, match=f"VariableMissing: The function has no environment variable {NAME}"):
        Pings(Outward(None, lambda: 60.0), {}).ping(HeartbeatEntry(url=f"env:{NAME}"), "success")
    told(f"/{KEY}-hidden", "success")
    assert f"{KEY}-hidden" not in KNOWN.hide(f"https://hc-ping.com/{KEY}-hidden/fail")
