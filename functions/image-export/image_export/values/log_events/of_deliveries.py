"""Deliveries of events to notify targets, and the calls of the heartbeat. Data."""

from .log_event import LogEvent

DELIVERIES = (
    LogEvent(
        "event.told",
        "info",
        "target kind event_id",
        "The notify target has accepted the event.",
        "Nothing.",
    ),
    LogEvent(
        "event.refused",
        "warning",
        "target kind event_id code error cloud_request_id recommend",
        "The notify target has refused the event, or gave no answer. It is retried with backoff for 14 days.",
        "Follow `recommend`. The doctor sends each bus a test event.",
    ),
    LogEvent(
        "event.withdrawn",
        "warning",
        "target kind event_id",
        "The policy names the target no more, so the event is not delivered to it.",
        "Nothing, or name the target in the policy again: later events reach it.",
    ),
    LogEvent(
        "event.given_up",
        "error",
        "target kind event_id",
        "The target has refused the event for 14 days, or for good. The ledger keeps it as `untold-…`.",
        "Mend the target, then `image-export events retry untold-…`.",
    ),
    LogEvent(
        "heartbeat.refused",
        "warning",
        "moment code error recommend",
        "The policy's heartbeat was not called, or its address did not accept the call. "
        "`moment` is start, success or fail. The tick itself goes on.",
        "Follow `recommend`. Compare the variable with the address that the service shows.",
    ),
    LogEvent(
        "heartbeat.not_kept",
        "warning",
        "code error",
        "The ledger has not taken the note that the heartbeat was called. The next tick calls again.",
        "Nothing if it is rare. Else look the code up.",
    ),
)
