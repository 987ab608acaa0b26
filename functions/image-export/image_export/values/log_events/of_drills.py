"""The life of a drill. Data."""

from .log_event import LogEvent

DRILLS = (
    LogEvent(
        "maintain.refused",
        "error",
        "code error",
        "`image-export-maintain` was asked for what cannot be done. Nothing was begun.",
        "Correct the payload of its trigger, or what you ask for.",
    ),
    LogEvent(
        "drills.planned",
        "info",
        "drills wanted cut",
        "The drills of every entry of the policy were planned. `cut`: the history is longer than what was read.",
        "Nothing.",
    ),
    LogEvent(
        "drill.requested",
        "info",
        "drill_id entry export_id requested_by",
        "An export is drilled, by this entry of the policy.",
        "Nothing.",
    ),
    LogEvent(
        "drill.level",
        "info",
        "drill_id number verdict why",
        "One level of the drill has its verdict.",
        "Read `why` where it is Failed.",
    ),
    LogEvent(
        "drill.start_refused",
        "warning",
        "drill_id instance_type code error cloud_request_id",
        "ECS has refused RunInstances. Where the type is sold out, the next one of the policy is tried.",
        "Name types that the zone has, and look the code up in [restoring](restore.md).",
    ),
    LogEvent(
        "drill.console_refused",
        "warning",
        "drill_id code error",
        "ECS does not show the console of the instance. The level stays Unproven.",
        "Give the restore role ecs:GetInstanceConsoleOutput.",
    ),
    LogEvent(
        "drill.cancel_asked",
        "info",
        "drill_id requested_by",
        "Somebody has called the drill off. What it has made is deleted.",
        "Nothing.",
    ),
    LogEvent(
        "drill.left_image",
        "error",
        "drill_id image_id",
        "An image was to be deleted and has not the drill's tag any more. It stays, with its snapshots.",
        "Look whose it is, and delete it where nobody needs it.",
    ),
    LogEvent(
        "drill.cleaned",
        "info",
        "drill_id",
        "Instance, image and snapshots of the drill are gone.",
        "Nothing.",
    ),
    LogEvent(
        "drill.evidence_refused",
        "warning",
        "drill_id code error",
        "The evidence could not be written beside the manifest. The verdict stands without it.",
        "Give the restore role oss:PutObject on `*.drill-*.json`.",
    ),
    LogEvent(
        "drill.ended",
        "info",
        "drill_id verdict drill",
        "The drill is over, and nothing is left of it.",
        "Read the levels where it has Failed.",
    ),
)
