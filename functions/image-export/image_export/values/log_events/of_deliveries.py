"""Deliveries of events to buses and functions. Data."""

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
        "event.given_up",
        "error",
        "target kind event_id",
        "The target has refused the event for 14 days. The ledger keeps it as `untold-…`.",
        "Mend the target, then `image-export events retry untold-…`.",
    ),
)
