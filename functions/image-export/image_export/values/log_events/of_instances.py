"""Instances, invocations and the log itself. Data."""

from .log_event import LogEvent

INSTANCES = (
    LogEvent(
        "instance.started",
        "info",
        "version python loads",
        "A new instance has read its settings. `loads` names the SDK versions that it really has.",
        "Nothing. The doctor compares `loads` with the layer's pins.",
    ),
    LogEvent(
        "invocation.refused",
        "error",
        "code error recommend",
        "Settings, policy, credentials or ledger are not fit for work, or the cloud gave no answer.",
        "Follow `recommend`, and run the doctor.",
    ),
    LogEvent(
        "invocation.broken",
        "error",
        "error exception",
        "A bug has ended the invocation.",
        "Report the line.",
    ),
    LogEvent(
        "library.warned",
        "warning error",
        "logger text exception",
        "A library of the vendors has logged this.",
        "Nothing, as a rule.",
    ),
    LogEvent(
        "line.too_long",
        "debug info warning error",
        "",
        "A line was over 32 KB even without its fields.",
        "Report the line before it.",
    ),
)
