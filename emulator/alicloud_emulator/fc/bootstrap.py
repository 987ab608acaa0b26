"""The program inside an instance: it takes work over FC's runtime API, calls the handler and answers.

Standard library only and one file: it is copied to a folder of its own and run by a bare interpreter, so that a
function finds its code, its layer and the standard library, and nothing of the emulator. The shape of the exchange,
of the context and of the search path: public copy of FC's Python bootstrap, "Context" page of FC
(docs/cloud-facts.md#fact-15, #fact-7-2).
"""

from __future__ import annotations

import datetime as dt
import decimal
import http.client
import importlib
import json
import logging
import os
import sys
import traceback
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

API = "/2020-11-11/runtime/invocation"
Handler = Callable[[bytes, Any], Any]


def main() -> None:
    """Serve invocations one after the other until the process is killed."""
    runtime, *layers = sys.argv[1:]
    del sys.argv[1:]
    prepare_imports(layers)
    logger = prepare_output()
    connection = http.client.HTTPConnection(os.environ["FC_RUNTIME_API"])
    while True:
        serve_one(connection, runtime, logger)


def prepare_imports(layers: list[str]) -> None:
    """Search the code, then the layer's site-packages, then the layer, then the standard library."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    places = [os.environ["FC_FUNC_CODE_PATH"]]
    for layer in layers:
        places += [f"{layer}/python/lib/{version}/site-packages", f"{layer}/python"]
    sys.path[:0] = places
    sys.dont_write_bytecode = True  # the code folder and /opt are read-only in the cloud


def prepare_output() -> logging.Logger:
    """Send records of `logging` to stdout with the request id, as FC's own logger does."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", line_buffering=True)  # type: ignore[union-attr]  # text streams here
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    return logging.getLogger("fc")


def serve_one(connection: http.client.HTTPConnection, runtime: str, logger: logging.Logger) -> None:
    """Wait for one invocation, run it, and answer it."""
    connection.request("GET", f"{API}/next")
    answer = connection.getresponse()
    event, headers = answer.read(), {name.lower(): value for name, value in answer.getheaders()}
    request_id = headers["x-fc-request-id"]
    put_credentials(headers)
    print(f"FC Invoke Start RequestId: {request_id}", flush=True)  # noqa: T201  # the cloud's own log line
    kind, body = call(headers["x-fc-function-handler"], event, make_context(runtime, headers, logger))
    sys.stderr.flush()
    print(f"FC Invoke End RequestId: {request_id}", flush=True)  # noqa: T201  # the cloud's own log line
    connection.request("POST", f"{API}/{request_id}/{kind}", body)
    connection.getresponse().read()


def put_credentials(headers: dict[str, str]) -> None:
    """Keep the environment's credentials the same as those of the context."""
    for name, header in (
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "x-fc-access-key-id"),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "x-fc-access-key-secret"),
        ("ALIBABA_CLOUD_SECURITY_TOKEN", "x-fc-security-token"),
    ):
        if headers.get(header):
            os.environ[name] = headers[header]


def call(handler: str, event: bytes, context: Any) -> tuple[str, bytes]:
    """Run the handler; give the kind of the answer ("response" or "error") and its body."""
    try:
        return "response", encode(load(handler)(event, context))
    except Exception as fault:  # noqa: BLE001  # whatever the function raises is an answer
        traceback.print_exc()
        return "error", encode(describe(fault))


def load(handler: str) -> Handler:
    """Find `file.function`; a second look finds the module already there."""
    module, _, name = handler.rpartition(".")
    found: Handler = getattr(importlib.import_module(module.replace("/", ".")), name)
    return found


def encode(result: Any) -> bytes:
    """Pass bytes and text on as they are; make JSON of anything else."""
    if isinstance(result, bytes):
        return result
    return (result if isinstance(result, str) else json.dumps(result, default=jsonable)).encode()


def jsonable(value: Any) -> Any:
    """Translate what JSON lacks, as FC's bootstrap does: times to ISO 8601, decimals to floats."""
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def describe(fault: Exception) -> dict[str, Any]:
    """Give the error body: message, type and stack of an exception of the function."""
    frames = traceback.extract_tb(fault.__traceback__)
    stack = [[frame.filename, frame.lineno, frame.name, frame.line] for frame in frames if frame.filename != __file__]
    return {"errorMessage": str(fault), "errorType": type(fault).__name__, "stackTrace": stack}


def make_context(runtime: str, headers: dict[str, str], logger: logging.Logger) -> SimpleNamespace:
    """Build the context object in the shape of the runtime; unknown attributes raise AttributeError."""
    meta = {
        "name": headers["x-fc-function-name"],
        "handler": headers["x-fc-function-handler"],
        "memory": int(headers["x-fc-function-memory"]),
        "timeout": int(headers["x-fc-function-timeout"]),
    }
    shared = {
        "request_id": headers["x-fc-request-id"],
        "region": headers["x-fc-region"],
        "account_id": headers["x-fc-account-id"],
        "logger": logger,
    }
    shape = newer_shape if runtime == "python3.12" else older_shape
    return SimpleNamespace(**shared, **shape(meta, headers))


def newer_shape(meta: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    """Python 3.12: neither credentials nor service."""
    meta |= {"version_id": "", "qualifier": headers["x-fc-qualifier"]}
    return {"function": SimpleNamespace(**meta), "log_project": "", "log_store": ""}


def older_shape(meta: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    """Python 3.10 and older: credentials in both spellings, a service, tracing."""
    key, secret = headers["x-fc-access-key-id"], headers["x-fc-access-key-secret"]
    token = headers["x-fc-security-token"]
    service = {"name": "", "log_project": "", "log_store": "", "qualifier": headers["x-fc-qualifier"], "version_id": ""}
    return {
        "requestId": headers["x-fc-request-id"],
        "credentials": SimpleNamespace(
            access_key_id=key,
            accessKeyId=key,
            access_key_secret=secret,
            accessKeySecret=secret,
            security_token=token,
            securityToken=token,
        ),
        "function": SimpleNamespace(**meta),
        "service": SimpleNamespace(**service),
        "retry_count": int(headers["x-fc-retry-count"]),
        "tracing": SimpleNamespace(span_context="", jaeger_endpoint="", span_baggages={}),
    }


if __name__ == "__main__":
    main()
