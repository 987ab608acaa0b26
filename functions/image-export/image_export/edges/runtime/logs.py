"""The log: one JSON object a line on stdout, redacted, at most 32 KB. Decides nothing about what is logged.

What the vendors' libraries log by themselves goes the same way, from WARNING on.
"""

import logging
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import msgspec
import structlog

from ...use_cases.ports import Log
from .redaction import Redaction

LINE_BYTES = 32 * 1024  # one log record of FC (docs/cloud-facts.md#fact-14), its line feed included
KEPT = ("timestamp", "level", "event")
# Every fault of the core SDK is translated and logged by us with its cause; these two would log it again, one of them
# with whole responses, the other (with DEBUG=sdk in the environment) with whole requests on a handler of its own.
UNRESPONSIVE = ("aliyunsdkcore.client", "aliyunsdkcore.http.http_response")


def configure(level: str = "info", stream: TextIO | None = None, redaction: Redaction | None = None) -> Log:
    """A logger that writes from `level` on, and takes standard logging over. Tell `redaction` the known secrets."""
    log = logger(level, Lines(stream or sys.stdout), [redaction or Redaction()])
    _take_over_standard_logging(log)
    return log


def logger(level: str, lines: "Lines", redacting: list[Any]) -> Log:
    """The logger alone; `redacting` is what stands between the making of the fields and their writing."""
    log: Log = structlog.wrap_logger(
        lines,
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            *redacting,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        cache_logger_on_first_use=True,
    )
    return log


def render(_logger: Any, _method: str, fields: Mapping[str, Any]) -> str:
    """The line: times, level and event first; too long, it loses its longest fields whole and names them."""
    line = {name: fields[name] for name in KEPT if name in fields}
    line |= {name: value for name, value in fields.items() if name not in KEPT}
    truncated: list[str] = []
    while (encoded := _encode(line)) and len(encoded) >= LINE_BYTES:
        droppable = [name for name in line if name not in KEPT and name != "truncated"]
        if not droppable:
            line = {"event": "line.too_long", "timestamp": line.get("timestamp"), "level": line.get("level")}
            continue
        longest = max(droppable, key=lambda name: len(_encode(line[name])))
        del line[longest]
        truncated.append(longest[:100])
        line["truncated"] = truncated[:100]
    return encoded.decode()


def _encode(value: Any) -> bytes:
    return msgspec.json.encode(value, enc_hook=str)


class Lines:
    """A stream that takes whole lines; structlog calls the method named like the level."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def msg(self, line: str) -> None:
        self._stream.write(line + "\n")  # one write, so that lines of threads do not mix
        self._stream.flush()

    debug = info = warning = error = critical = msg


class _Standard(logging.Handler):
    """Standard logging, as fields of our line."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = record.getMessage()
        except (TypeError, ValueError):  # arguments that do not fit their format
            text = str(record.msg)
        say = self._log.error if record.levelno >= logging.ERROR else self._log.warning
        say("library.warned", logger=record.name, text=text, exc_info=record.exc_info or None)


def _take_over_standard_logging(log: Log) -> None:
    """One handler for all; what FC's runtime or a library has hung on the root goes."""
    root = logging.getLogger()
    root.handlers = [_Standard(log)]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)
    for name in UNRESPONSIVE:
        logging.getLogger(name).disabled = True
