"""The answers of the HTTP entrance as its OpenAPI document describes them: schema, headers, an example each. Pure."""

from typing import Any, NamedTuple

EXAMPLE_ID = "exp-rtfyr2rqf6qlm2su-0001"
IMAGE, BUCKET, PREFIX = "m-bp170tblytwmm8x372hb", "acme-images-hangzhou", "nightlyk7q2m4x6p3wza"
REQUEST_ID = {"description": "The invocation's id, as in the log", "required": True, "schema": {"type": "string"}}
RETRY = {"description": "Seconds until it is worth asking again", "schema": {"type": "integer", "minimum": 1}}
LOCATION = {"description": "Where it is: the export, or the restore", "schema": {"type": "string"}}
ALLOW = {"description": "What is possible", "schema": {"type": "string"}}
CHALLENGE = {"description": "Bearer", "schema": {"type": "string"}}
Headers = dict[str, dict[str, Any]]

ERRORS = {
    "400": "MissingParameter, InvalidParameter, UnknownParameter (which a parameter is where it is not read, too), "
    "or the cloud's own refusal",
    "401": "Unauthorized: no bearer token, or an unknown one. TokenExpired",
    "403": "InsufficientScope: the token is not for this. Forbidden.Policy, or the cloud's own refusal",
    "404": "ExportNotFound, RestoreNotFound, DrillNotFound, ManifestNotFound, NotFound, or the cloud's own refusal",
    "405": "MethodNotAllowed; Allow says what is possible",
    "409": "IdempotentParameterMismatch, PrefixInUse, StartUnconfirmed, or the cloud's own refusal; of a restore "
    "ExportNotCompleted, FormatDoesNotComeBack, ManifestIncomplete, ObjectMissing, ObjectAltered, "
    "InvalidImageName.Duplicated",
    "413": "RequestEntityTooLarge",
    "415": "UnsupportedMediaType",
    "422": "ManifestUnreadable: what stands there is no manifest of this version, or of another region",
    "503": "PolicyInvalid: the policy cannot be read. Else the cloud or the ledger did not answer, or refused us. "
    "What was asked for may have been recorded: asked again after Retry-After, it is found. With Location it was "
    "refused for good by what whoever runs the deployment has to mend: what was asked for is kept as Failed",
}
_SAID = {
    "400": ("MissingParameter", "OSSBucket is required.", "Correct the request and send it again."),
    "401": ("Unauthorized", "The Authorization header holds no bearer token that is known here.", None),
    "403": ("InsufficientScope", "The bearer token ci lacks the scope cancel; it has read, ask.", None),
    "404": ("ExportNotFound", f"There is no export '{EXAMPLE_ID}'.", "Check the id; GET /exports lists what there is."),
    "405": ("MethodNotAllowed", "PUT is not possible here, but GET, POST.", None),
    "409": ("PrefixInUse", f"oss://{BUCKET}/{PREFIX}_{IMAGE} holds objects already.", "Use another OSSPrefix."),
    "413": ("RequestEntityTooLarge", "The body has 70000 bytes; at most 65536 are read.", None),
    "415": ("UnsupportedMediaType", "Content-Type is 'text/plain'; it must be application/json.", None),
    "422": ("ManifestUnreadable", f"oss://{BUCKET}/{PREFIX}.txt is no manifest that this version understands.", None),
    "503": ("ServiceUnavailable", "The request has failed due to a temporary failure of the server.", None),
}

REQUEST = {"RegionId": "cn-hangzhou", "ImageId": IMAGE, "OSSBucket": BUCKET}
EXPORTING: dict[str, Any] = {
    "ExportId": EXAMPLE_ID,
    "RegionId": "cn-hangzhou",
    "AccountId": "1234567890123456",
    "ImageId": IMAGE,
    "ImageName": "golden-web-2026-11",
    "OSSBucket": BUCKET,
    "OSSPrefix": PREFIX,
    "ImageFormat": "raw",
    "Rule": None,
    "Status": "Exporting",
    "Reason": None,
    "QueuePosition": None,
    "TaskId": "t-bp1hvkxz4q9d0m2c5r7e",
    "ExportTaskId": "t-bp1hvkxz4q9d0m2c5r7e",
    "Progress": "37%",
    "EstimatedEnd": "2026-11-24T02:11:02Z",
    "Objects": [],
    "MissingObjects": [],
    "Manifest": None,
    "RequestedAt": "2026-11-24T02:00:00Z",
    "StartedAt": "2026-11-24T02:00:02Z",
    "FinishedAt": None,
    "RequestedBy": {
        "Trigger": "http",
        "Id": "1-69240a40-5f3c1a9e-0c2b7d41e8f6",
        "Name": "ci",
        "Address": "203.0.113.7",
    },
    "Error": None,
    "DrilledAt": None,
    "DrillVerdict": None,
    "DrillLevel": None,
}
OBJECT = {
    "Key": f"{PREFIX}_{IMAGE}_system.raw.tar.gz",
    "Size": 1073741824,
    "ETag": "5B3C1A2E053D763E1B002CC607C5A0FE",
    "Crc64": "3231342946509354535",
}
COMPLETED = {
    **EXPORTING,
    "Status": "Completed",
    "Progress": "100%",
    "EstimatedEnd": None,
    "Objects": [OBJECT],
    "Manifest": f"oss://{BUCKET}/{PREFIX}_{IMAGE}.manifest.json",
    "FinishedAt": "2026-11-24T02:11:00Z",
}
CANCELLED = {
    **EXPORTING,
    "Status": "Cancelled",
    "Progress": None,
    "EstimatedEnd": None,
    "FinishedAt": "2026-11-24T02:01:00Z",
}
PAGE = {"Exports": [COMPLETED], "NextToken": None}

HEALTHY: dict[str, Any] = {
    "Status": "ok",
    "Versions": {"image-export": "0.2.0"},
    "Watcher": {"LastSucceeded": "2026-11-24T02:10:03Z", "Overdue": False},
    "Policy": {"Readable": True, "Code": None, "Message": None},
    "Paused": None,
    "Counts": {"Waiting": 2, "Running": 5, "Stalled": 0, "Undelivered": 0, "AtLeast": []},
}


def answer(schema: str, description: str, example: Any, headers: Headers | None = None) -> dict[str, Any]:
    """An answer in JSON of that schema of the components."""
    content = {"schema": {"$ref": f"#/components/schemas/{schema}"}, "example": example}
    return {
        "description": description,
        "headers": {"x-request-id": REQUEST_ID, **(headers or {})},
        "content": {"application/json": content},
    }


def errors(*statuses: str, recorded: bool = False) -> dict[str, Any]:
    """These errors, and 405; `recorded`: a refusal may say where the export is that was refused."""
    return {status: _error(status, recorded=recorded) for status in (*statuses, "405")}


def _error(status: str, *, recorded: bool) -> dict[str, Any]:
    certain: dict[str, Headers] = {
        "401": {"WWW-Authenticate": CHALLENGE},
        "405": {"Allow": ALLOW},
        "503": {"Retry-After": RETRY},
    }
    headers = {name: always(header) for name, header in certain.get(status, {}).items()}
    if recorded and status in ("400", "403", "404", "409", "503"):
        headers["Location"] = LOCATION
    code, message, recommend = _SAID[status]
    example = {"RequestId": "1-69240a40-5f3c1a9e-0c2b7d41e8f6", "Code": code, "Message": message}
    return answer("Error", ERRORS[status], {**example, "Recommend": recommend}, headers)


def or_unhealthy(fault: dict[str, Any]) -> dict[str, Any]:
    """The answer 503 where it is either that fault, or a whole look that has found something wrong."""
    description = "The watcher is overdue, or the policy cannot be read. An Error where the ledger does not answer"
    example = {**HEALTHY, "Status": "overdue", "Watcher": {**HEALTHY["Watcher"], "Overdue": True}}
    either = or_schema("Health", fault)
    either["content"]["application/json"]["example"] = example
    return {**either, "description": description}


def or_schema(schema: str, described: dict[str, Any]) -> dict[str, Any]:
    """The same answer, which may be of that schema as well."""
    content = described["content"]["application/json"]
    both = {"anyOf": [content["schema"], {"$ref": f"#/components/schemas/{schema}"}]}
    return {**described, "content": {"application/json": {**content, "schema": both}}}


def always(header: dict[str, Any]) -> dict[str, Any]:
    """The header, on every such answer."""
    return {**header, "required": True}


class Described(NamedTuple):
    """What an operation answers, and the errors besides those of every one."""

    summary: str
    answers: dict[str, Any]
    errors: tuple[str, ...] = ()
    request: Any = None  # an example of the body
