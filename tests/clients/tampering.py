"""A proxy on loopback that can flip one byte of what a client has signed, and keeps the status of the last answer."""

import http.client
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.patience import HANGS_S

HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class Proxy:
    """`flip` is "", "signature" or "body" (the query where there is no body); `status` is the last answer's."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream  # host:port
        self.endpoint = ""
        self.flip = ""
        self.status = 0


@contextmanager
def proxying(upstream: str) -> Iterator[Proxy]:
    """A proxy that listens until the end of the block."""
    proxy = Proxy(upstream)

    class Handler(Passing):
        through = proxy

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        proxy.endpoint = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield proxy
        finally:
            server.shutdown()


class Passing(BaseHTTPRequestHandler):
    """Passes a request on, changed if the proxy says so; Host stays what the client has signed."""

    through: Proxy
    protocol_version = "HTTP/1.1"

    def passed(self) -> None:
        """One request and its answer."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, headers = self.path, dict(self.headers.items())
        if self.through.flip == "signature":
            path, headers, body = flip_signature(path, headers, body)
        elif self.through.flip == "body":
            path, body = (path, flipped(body)) if body else (flip_query(path), body)
        connection = http.client.HTTPConnection(self.through.upstream, timeout=HANGS_S)
        connection.putrequest(self.command, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        content, self.through.status = answer.read(), answer.status
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP:
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
        self.send_header("Content-Length", length or "0")
        self.end_headers()
        self.wfile.write(content)
        connection.close()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = passed  # noqa: N815 - names of http.server

    def log_message(self, *_said: object) -> None:
        """Nothing on stderr."""


def flip_signature(path: str, headers: dict[str, str], body: bytes) -> tuple[str, dict[str, str], bytes]:
    """A request whose signature differs in one character, wherever it stands."""
    for name in headers:
        if name.lower() == "authorization":
            value = headers[name]
            return path, {**headers, name: value[:-3] + other(value[-3]) + value[-2:]}, body
    changed = re.sub(r"(?<=[?&]Signature=..)(.)", lambda found: other(found[1]), path)
    if changed != path:
        return changed, headers, body
    text = re.sub(rb"(?<=&Signature=..)(.)", lambda found: other(found[1].decode()).encode(), b"&" + body)
    return path, headers, text[1:]


def other(character: str) -> str:
    """Another character that may stand there, and not the same one in a percent code, which has no case."""
    return "c" if character in "bB" else "b"


def flipped(body: bytes) -> bytes:
    """Bytes that differ in one bit of the first letter that is a value: JSON and forms stay what they are."""
    place = next((at for at in range(len(body) // 2, len(body)) if chr(body[at]).isalpha()), len(body) - 1)
    return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]


def flip_query(path: str) -> str:
    """A query whose region, or role session, is another."""
    return re.sub(r"((?:RegionId|SessionName)=)(.)", lambda found: found[1] + other(found[2]), path, count=1)
