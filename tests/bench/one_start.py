"""One cold start, timed from outside: a process of the emulator's bootstrap, from its start to its first answer.

Serves FC's runtime API to that one process, so that nothing but the process lies between the two moments.
"""

import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from alicloud_emulator.fc import bootstrap

LONGEST_S = 120.0
FUNCTION = {"x-fc-function-name": "cold", "x-fc-function-memory": "512", "x-fc-function-timeout": "120"}
PLACE = {"x-fc-region": "cn-hangzhou", "x-fc-account-id": "1234567890123456", "x-fc-qualifier": "LATEST"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What is started: an interpreter of a runtime on code and a layer, with one event for one handler."""

    program: str
    runtime: str
    code: Path
    opt: Path
    handler: str
    event: bytes
    environment: Mapping[str, str]


class _Api(ThreadingHTTPServer):
    """Hands out one invocation and takes its answer."""

    daemon_threads = True

    def __init__(self, start: Start) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.start = start
        self.asked = threading.Event()  # a process asks for work again once it has answered, and waits
        self.answered = threading.Event()
        self.at = 0.0
        self.answer: tuple[str, bytes] = ("", b"")

    def handle_error(self, *_about: Any) -> None:
        """The process is killed while it waits for more work, which is no error here."""


class _Talk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Api

    def do_GET(self) -> None:
        if self.server.asked.is_set():
            self.server.answered.wait(LONGEST_S)
            self.close_connection = True
            return
        self.server.asked.set()
        self.send_response(200)
        headers = {**FUNCTION, **PLACE, "x-fc-function-handler": self.server.start.handler, "x-fc-retry-count": "0"}
        keys = {"x-fc-access-key-id": "ACCESS_KEY_ID", "x-fc-access-key-secret": "ACCESS_KEY_SECRET"}
        own = {name: self.server.start.environment[f"ALIBABA_CLOUD_{key}"] for name, key in keys.items()}
        for name, value in {**headers, **own, "x-fc-security-token": "", "x-fc-request-id": str(uuid.uuid4())}.items():
            self.send_header(name, value)
        self._body(self.server.start.event)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.at = time.perf_counter()
        self.server.answer = (self.path.rsplit("/", 1)[1], body)
        self.server.answered.set()
        self.send_response(202)
        self._body(b"")

    def _body(self, body: bytes) -> None:
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said: Any) -> None:
        """Nothing: a line is work too."""


def timed(start: Start) -> tuple[float, Any]:
    """Seconds from the start of the process to its answer, and the answer. RuntimeError where it is an error."""
    folder = Path(tempfile.mkdtemp(prefix="cold-"))
    program = shutil.copy(bootstrap.__file__, folder)
    with _Api(start) as api, (folder / "log").open("wb") as log:
        threading.Thread(target=api.serve_forever, daemon=True).start()
        own = {"FC_RUNTIME_API": f"127.0.0.1:{api.server_port}", "FC_FUNC_CODE_PATH": str(start.code)}
        command = [start.program, "-I", "-S", program, start.runtime, str(start.opt)]
        environment = {**start.environment, **own, "HOME": str(folder), "PATH": "/usr/bin:/bin"}
        began = time.perf_counter()
        with subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log) as process:  # noqa: S603 - a Python
            api.answered.wait(LONGEST_S)
            process.kill()
        api.shutdown()
    said = (folder / "log").read_text(errors="replace")
    shutil.rmtree(folder)
    kind, body = api.answer
    if kind != "response":
        raise RuntimeError(f"{start.handler} in {start.code}: {body.decode()}\n{said}")
    return api.at - began, json.loads(body)


def imported(program: str, opt: Path, modules: tuple[str, ...]) -> float:
    """Seconds from the start of a process to its end when it imports these modules from a layer and does nothing."""
    source = (
        f"import sys; sys.path.insert(0, {str(opt / 'python')!r}); import {', '.join(modules)}; import os; os._exit(0)"
    )
    began = time.perf_counter()
    subprocess.run([program, "-I", "-S", "-B", "-c", source], check=True, env={"PATH": os.defpath})  # noqa: S603 - a Python
    return time.perf_counter() - began
