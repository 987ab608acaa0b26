"""What arrives: events, messages, requests, timers and replays. Data."""

from .log_event import LogEvent

ENTRANCES = (
    LogEvent(
        "event.ignored",
        "info",
        "reason",
        "The event names no image that a rule wants, or is no event of an image.",
        "Nothing. `reason` says what each rule lacked.",
    ),
    LogEvent(
        "event.rejected",
        "warning",
        "sha256 code error",
        "An event or request cannot be taken. The ledger keeps it for the replay.",
        "Correct the sender or the policy, then replay it.",
    ),
    LogEvent(
        "event.kept",
        "warning",
        "parts key",
        "The invocation had no time for these parts of an event. The watcher records them within minutes.",
        "Nothing. Send smaller arrays if it comes often.",
    ),
    LogEvent(
        "event.not_recorded",
        "error",
        "code error",
        "The cloud or the ledger kept a part of an event from being recorded. FC or the watcher repeats it.",
        "Look the code up if it comes again.",
    ),
    LogEvent(
        "image.undecided",
        "info",
        "reason until",
        "No rule wants the image yet. A tag, family or name may follow, so it is looked at again until `until`.",
        "Nothing.",
    ),
    LogEvent(
        "image.not_visible",
        "info",
        "",
        "An event names an image that ECS does not list yet. It is looked for again for 15 minutes.",
        "Nothing.",
    ),
    LogEvent(
        "image.found",
        "info",
        "rule",
        "The sweep has found an image that no event named, and records it.",
        "Nothing. See why no event came if it is always so.",
    ),
    LogEvent(
        "rule.nearly_matched",
        "warning",
        "reason",
        "The image is ignored. It lacked nothing but tags or the family of one rule.",
        "Tag the image and ask for the export, if it was meant.",
    ),
    LogEvent(
        "http.asked",
        "info",
        "name address method path status",
        "Somebody asked over HTTP for something that changes an export or a restore. `name` is that of the token.",
        "Nothing. It says who has asked, from where, and what was answered.",
    ),
    LogEvent(
        "http.refused",
        "warning",
        "name address method path status",
        "A request over HTTP was answered 401 or 403. Without a known token there is no `name`.",
        "See who it was if it comes often. Give a token with the scope that is needed.",
    ),
    LogEvent(
        "http.failed",
        "error",
        "code error cloud_request_id",
        "A request over HTTP was answered 503. The fault is of ledger, policy, roles or cloud, not of who asked.",
        "Mend what `code` and `error` name. `make doctor` finds most of it.",
    ),
    LogEvent(
        "replay.taken",
        "info",
        "replayed export_id",
        "A replay was asked for and is done.",
        "Nothing.",
    ),
    LogEvent(
        "replay.refused",
        "warning",
        "code error",
        "A replay was asked for and cannot be done.",
        "`error` says why.",
    ),
    LogEvent(
        "cancel.taken",
        "info",
        "export_id restore_id requested_by status",
        "Somebody has invoked the function to cancel the export or restore. `requested_by.Name` is what they call "
        "themselves.",
        "Nothing.",
    ),
    LogEvent(
        "cancel.refused",
        "warning",
        "code error",
        "Somebody has invoked the function to cancel what is no export and no restore.",
        "`error` says why.",
    ),
    LogEvent(
        "timer.refused",
        "error",
        "code error",
        'The payload of a nightly invocation is neither empty nor `{"DryRun": true}`. Nothing starts.',
        "Correct the trigger's payload.",
    ),
)
