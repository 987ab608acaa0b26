"""Looks at the cloud and at the ledger, by the watcher and by the night. Data."""

from .log_event import LogEvent

LOOKS = (
    LogEvent(
        "watch.finished",
        "info",
        "looked undecided",
        "A tick of the watcher has done its work. The alarm of the log store counts this line.",
        "Nothing. Look at the watcher where it is missing for 15 minutes.",
    ),
    LogEvent(
        "watch.failed",
        "warning",
        "code",
        "A tick could not do its work: the policy or the ledger cannot be used, or it ran out of time (`OutOfTime`). "
        "It counts as no success.",
        "Look the code up. The lines before it say more.",
    ),
    LogEvent(
        "look.failed",
        "warning",
        "code error cloud_request_id task",
        "A read of the cloud has failed. It is no verdict: the next look repeats it.",
        "Nothing if it is rare. Else look the code up.",
    ),
    LogEvent(
        "look.broken",
        "warning error",
        "code error exception account_id what hint owed",
        "A look at one export, restore, drill, image, region or delivery has ended early. The others went on. "
        "Level error comes from the watcher; with `exception` it is a bug.",
        "Look the code up. Report a line with `exception`.",
    ),
    LogEvent(
        "tasks.left_out",
        "warning",
        "looked unlooked",
        "More tasks may be the one in doubt than one look has time for. The next look takes others.",
        "Nothing. The export ends as `StartUnconfirmed` after a day of this.",
    ),
    LogEvent(
        "entry.unreadable",
        "warning",
        "entry field account_id",
        "An entry of a list of ECS lacks a field or has it in an unknown form. It is left out.",
        "Update image-export. Report the field if it is the latest version.",
    ),
    LogEvent(
        "fact.unreadable",
        "error",
        "key code error",
        "OSS refuses one object of the ledger, or another version wrote it. All others go on.",
        "Restore an archived object, and leave the ledger out of lifecycle rules.",
    ),
    LogEvent(
        "policy.unreadable",
        "error",
        "code error recommend",
        "The policy cannot be read. Running exports are watched; nothing starts.",
        "Correct the policy or the right to read it.",
    ),
    LogEvent(
        "region.unreached",
        "warning",
        "account_id code",
        "The night could not look at this account and region. It went on with the others.",
        "Look the code up. The next night looks again.",
    ),
    LogEvent(
        "nightly.finished",
        "info",
        "run",
        "The night is through. `run` holds its totals and warnings.",
        "Read `run.Warnings`.",
    ),
    LogEvent(
        "nightly.paused",
        "info",
        "run",
        "The night has run out of time. The watcher goes on with it.",
        "Nothing.",
    ),
    LogEvent(
        "nightly.record_incomplete",
        "error",
        "code error",
        "A part of the night's record, or all of it, could not be written. The exports do not hang on it.",
        "Look the code up. The night's warnings name what the record lacks.",
    ),
    LogEvent(
        "nightly.repeated",
        "warning",
        "run",
        "A `triggerTime` names a run that is finished. Nothing is looked at.",
        "Nothing, if FC has delivered the timer twice.",
    ),
)
