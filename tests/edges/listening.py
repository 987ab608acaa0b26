"""A loopback server that answers every connection with the same bytes, or breaks it off."""

import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset


@contextmanager
def listening(answer: bytes | None, heard: list[bytes] | None = None) -> Iterator[str]:
    """Its address. Reads a request, then sends `answer` and closes; None resets the connection instead.

    `heard` is given each request.
    """
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:  # closed: the test is over
                return
            with connection:
                head = _request(connection)
                if heard is not None:
                    heard.append(head)
                if answer is None:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                else:
                    connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)


def _request(connection: socket.socket) -> bytes:
    """A request with its body, or whatever else comes first."""
    read = connection.recv(65536)
    head, _, body = read.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    while length and len(body) < int(length[1]) and (more := connection.recv(65536)):
        read, body = read + more, body + more
    return read


@contextmanager
def keeping(body: bytes) -> Iterator[tuple[str, list[str]]]:
    """The address of a server that answers 200 and keeps its connections open, and the clients that have connected."""
    connected: list[str] = []

    class Keeping(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            connected.append(str(self.client_address))
            super().setup()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.do_GET()

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: object) -> None:
            """Nothing on stderr."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Keeping) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"127.0.0.1:{server.server_port}", connected
        finally:
            server.shutdown()


def http(status: str, body: bytes, content_type: str = "application/json", **headers: str) -> bytes:
    """An HTTP answer; `length` overrides what it says of its body."""
    length = headers.pop("length", str(len(body)))
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {length}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def closed_port() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


class Heard(NamedTuple):
    """A request: its target, its headers, their names in lower case, and its body."""

    target: str
    headers: dict[str, str]
    body: bytes


def heard(raw: bytes) -> Heard:
    """The request as it was sent."""
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *rows = head.decode().split("\r\n")
    pairs = (row.split(": ", 1) for row in rows)
    return Heard(first.split(" ")[1], {name.lower(): value for name, value in pairs}, body)
