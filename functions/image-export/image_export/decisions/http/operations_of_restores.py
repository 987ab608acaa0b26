"""Restores in the OpenAPI document: what their operations answer, with an example each. Pure."""

from typing import Any

from .described import BUCKET, EXAMPLE_ID, IMAGE, LOCATION, PREFIX, RETRY, Described, always, answer

RESTORE_ID = "res-k7q2m4x6p3wzab5c"
MANIFEST = f"oss://{BUCKET}/{PREFIX}_{IMAGE}.manifest.json"
NAME = "golden-web-2026-11-restored-p3wzab5c"
REQUEST = {"ExportId": EXAMPLE_ID, "ClientToken": "back-again-1"}
SOURCE = {
    "OSSBucket": BUCKET,
    "OSSObject": f"{PREFIX}_{IMAGE}_system.raw.tar.gz",
    "Format": "RAW",
    "DiskImageSize": 40,
}
IMPORTING: dict[str, Any] = {
    "RestoreId": RESTORE_ID,
    "ExportId": EXAMPLE_ID,
    "AccountId": "1234567890123456",
    "RegionId": "cn-hangzhou",
    "SourceImageId": IMAGE,
    "Manifest": MANIFEST,
    "ImageName": NAME,
    "ImageId": "m-bp1h5a0vb2kz3c4xqy7e",
    "ImportRegionId": None,
    "TemporaryImageId": None,
    "Status": "Importing",
    "Reason": None,
    "TaskId": "t-bp1h5a0vb2kz3c4xqy7f",
    "Progress": "7%",
    "Sources": [SOURCE],
    "Differences": [],
    "Warnings": ["Not restored, as no call takes it: Tag acs:ecs:image:osVersion."],
    "RequestedAt": "2026-11-24T03:12:00Z",
    "StartedAt": "2026-11-24T03:12:02Z",
    "FinishedAt": None,
    "RequestedBy": {
        "Trigger": "http",
        "Id": "1-69240a40-5f3c1a9e-0c2b7d41e8f7",
        "Name": "ci",
        "Address": "203.0.113.7",
    },
    "Error": None,
}
LOST = {"Field": "Tag acs:ecs:image:osVersion", "Wanted": "12", "Found": "not said"}
RESTORED = {
    **IMPORTING,
    "Status": "Completed",
    "Progress": "100%",
    "Differences": [LOST],
    "FinishedAt": "2026-11-24T03:31:00Z",
}
CALLED_OFF = {**IMPORTING, "Reason": "Cancelling", "Progress": None}
PAGE = {"Restores": [RESTORED], "NextToken": None}
PLAN = {
    "Manifest": MANIFEST,
    "ExportId": EXAMPLE_ID,
    "AccountId": "1234567890123456",
    "RegionId": "cn-hangzhou",
    "ImportRegionId": None,
    "ImageName": NAME,
    "Sources": [SOURCE],
    "Unpacks": False,
    "Fields": [
        {"Field": "Architecture", "Value": "x86_64", "Origin": "manifest", "Note": None},
        {"Field": "BootMode", "Value": "BIOS", "Origin": "default", "Note": "the manifest does not say"},
    ],
    "Warnings": [],
    "Refusal": None,
}

NEW = {"Location": always(LOCATION), "Retry-After": always(RETRY)}
KNOWN = (
    "The restore of this ClientToken, or one that has ended already (no Retry-After then); "
    "for a DryRun the plan, which has no Location"
)
CALLING_OFF = "It is called off; what it has made is deleted"


def _known() -> dict[str, Any]:
    """One that there is already, or a plan."""
    known = answer("Restore", KNOWN, RESTORED, {"Location": LOCATION, "Retry-After": RETRY})
    either = {"anyOf": [{"$ref": "#/components/schemas/Restore"}, {"$ref": "#/components/schemas/RestorePlan"}]}
    examples = {"known": {"value": RESTORED}, "DryRun": {"value": PLAN}}
    return {**known, "content": {"application/json": {"schema": either, "examples": examples}}}


def _links() -> dict[str, Any]:
    parameters = {"RestoreId": "$response.body#/RestoreId"}
    return {
        "get": {"operationId": "getRestore", "parameters": parameters},
        "cancel": {"operationId": "cancelRestore", "parameters": parameters},
    }


OF_RESTORES = {
    "postRestore": Described(
        "Ask for a restore, or with DryRun for its plan",
        {
            "202": {**answer("Restore", "A new restore; follow it at Location", IMPORTING, NEW), "links": _links()},
            "200": _known(),
        },
        ("404", "409", "413", "415", "422"),
        REQUEST,
    ),
    "listRestores": Described(
        "Restores, newest first",
        {"200": answer("Restores", "A page; it is the last one only where NextToken is null", PAGE)},
    ),
    "getRestore": Described(
        "A restore, with the progress of its import",
        {"200": answer("Restore", "The restore; Retry-After until it has ended", RESTORED, {"Retry-After": RETRY})},
        ("404",),
    ),
    "cancelRestore": Described(
        "Cancel a restore; nothing of it is left",
        {
            "202": answer("Restore", CALLING_OFF, CALLED_OFF, {"Retry-After": RETRY}),
            "200": answer("Restore", "It had ended before", RESTORED),
        },
        ("404",),
    ),
}
