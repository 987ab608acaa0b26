"""What a refused ExportImage means for the export: over, wait, or again with fresh credentials. Pure; one table.

Codes: ExportImage pages of 2018 and today (docs/cloud-facts.md#fact-1-4), common errors of ECS and STS. What becomes of
them: docs/protocol.md#rule-6, #p6.
"""

from enum import Enum

from ...values.cause import Cause


class Handling(Enum):
    """How an answer to ExportImage is taken."""

    FINAL = "final"
    WAIT = "wait"
    ROLE = "role"  # waited for during 10 minutes from the first such refusal on, final after that
    FRESH = "fresh"  # again with fresh credentials
    DOUBT = "doubt"  # nobody knows: docs/protocol.md#rule-9


FOREIGN = frozenset({"ImageIsExporting", "OperationDenied.ImageExporting"})
QUOTA = frozenset(
    f"{quota}QuotaExceed{of}" for quota in ("Concurrent", "Weekly") for of in ("", ".ExportImage")
)  # the page has the action in them, other places do not
NOT_AVAILABLE = frozenset({"IncorrectImageStatus"})
WATCH_REFUSED = "WatchRefused"  # ours: it could not be looked at
UNREACHED = "Unreached"  # ours: no byte left us
UNREADABLE = "AnswerUnreadable"  # ours: STS answered in a shape that is not known, so that nothing was asked of ECS

_HANDLING: dict[str, Handling] = {
    **dict.fromkeys(FOREIGN | QUOTA | NOT_AVAILABLE | {UNREACHED, UNREADABLE}, Handling.WAIT),
    "NoSetRoletoECSServiceAcount": Handling.ROLE,  # so spelled by the API
    "NoSetRoletoECSServiceAccount": Handling.ROLE,  # so spelled by the SDK
    "NoPermission": Handling.ROLE,
    "EntityNotExist.Role": Handling.ROLE,
    "Forbidden.RAM": Handling.ROLE,
    "SecurityTokenExpired": Handling.FRESH,
    "InvalidAccessKeyId.NotFound": Handling.FRESH,  # a temporary key that ECS no longer knows
    "SignatureNonceUsed": Handling.DOUBT,  # it means that the request was sent twice
    "InternalError": Handling.DOUBT,
    "ServiceUnavailable": Handling.DOUBT,
}

_RECOMMEND: dict[str, str] = {
    "NoSetRoletoECSServiceAcount": (
        "Create the RAM role AliyunECSImageExportDefaultRole, trusted by ecs.aliyuncs.com, "
        "with the policy AliyunECSImageExportRolePolicy."
    ),
    "NoPermission": (
        "Let the function's role call sts:AssumeRole on the account's role, and let that role trust it "
        "(with the external_id of policy.yaml, if it asks for one)."
    ),
    "EntityNotExist.Role": "Create the role that policy.yaml names for this account, or correct its role_arn.",
    "Forbidden.RAM": "Give the assumed role the action that the message names (template.yml lists all of them).",
    "AccessDenied": "Give the role the action that it lacks on this bucket or bus (template.yml lists all of them).",
    "InvalidOSSBucket.NotFound": "Create the bucket in the image's region, or correct the destination in policy.yaml.",
    "InvalidOSSBucket.EncryptUnsupported": "Export to a bucket without server-side encryption, then copy the objects.",
    "InvalidOSSObject.NeedRestore": "Export to a bucket of storage class Standard or IA, not of an archive class.",
    "InvalidObjectState": (
        "Restore the object, and leave its prefix out of the lifecycle rule that archives objects there."
    ),
    "InvalidOSS.NotAuthorized": "Let AliyunECSImageExportDefaultRole write to the bucket of its account.",
    "InvalidImageId.NotFound": "Check the image id, its region and account. It may have been deleted.",
    "ImageNotSupported": "Images from the marketplace or of encrypted snapshots cannot be exported.",
    "InvalidImageFormat.RegionNotSupported": "Use ImageFormat raw in this region.",
    "InvalidImage.DiskAmountOrSize": "Make an image with at most 4 data disks, each within the size limit.",
    "InvalidImageLicense.NotSupported": "Windows and other licensed images cannot be exported.",
    "UserNotInTheWhiteList": "Ask Alibaba Cloud by ticket to enable image export for this account.",
    "ConcurrentQuotaExceed.ExportImage": "Nothing to do: the export starts when a slot is free.",
    "WeeklyQuotaExceed.ExportImage": "Nothing to do: the export starts when the weekly quota allows.",
    "ImageIsExporting": "Nothing to do: another export of this image is waited for.",
    "ExportImageFailed": "Ask Alibaba Cloud by ticket and give the RequestId.",
    "Forbidden": "Let the assumed role export this image (ecs:ExportImage).",
    "EventBusNotExist": "Create the custom bus in EventBridge, in the region that policy.yaml names.",
    "ServiceNotFound": "Create the function that policy.yaml notifies, or correct its name there.",
}
_SAME_AS = {
    "NoSetRoletoECSServiceAccount": "NoSetRoletoECSServiceAcount",
    "OssBucket.NotFound": "InvalidOSSBucket.NotFound",
    "InvalidOSSBucket.NotMatched": "InvalidOSSBucket.NotFound",
    "FunctionNotFound": "ServiceNotFound",
    "ImageId.NotFound": "InvalidImageId.NotFound",
    "OperationDenied.ImageExporting": "ImageIsExporting",
    "ConcurrentQuotaExceed": "ConcurrentQuotaExceed.ExportImage",
    "WeeklyQuotaExceed": "WeeklyQuotaExceed.ExportImage",
}


def is_throttling(code: str) -> bool:
    """Throttling, Throttling.User, Throttling.Api, Rejected.Throttling … (docs/cloud-facts.md#fact-12-1)."""
    return "Throttling" in code


def handling(code: str) -> Handling:
    """How a refusal with this code is taken. A code that nobody has met yet is final (docs/protocol.md#p6)."""
    if is_throttling(code):
        return Handling.WAIT
    if code.startswith("InvalidSecurityToken"):
        return Handling.FRESH
    return _HANDLING.get(code, Handling.FINAL)


def reason(code: str) -> str:
    """The `Reason` that a waiting export shows."""
    if is_throttling(code):
        return "Throttling"
    if code in NOT_AVAILABLE:
        return "ImageNotAvailable"
    return code.split(".")[0] if code in QUOTA else _SAME_AS.get(code, code)


def is_full(shown: str | None) -> bool:
    """Whether a `Reason` says that the account and region take no more exports for now."""
    return shown == "Throttling" or shown in {reason(code) for code in QUOTA}


def advised(cause: Cause) -> Cause:
    """The cause with what to do next: the cloud's own word for it, else ours."""
    if cause.recommend:
        return cause
    return Cause(
        code=cause.code, message=cause.message, request_id=cause.request_id, recommend=recommendation(cause.code)
    )


def recommendation(code: str) -> str | None:
    """What to do about a refusal with this code, where there is a word for it: exports and the doctor say the same."""
    return _RECOMMEND.get(_SAME_AS.get(code, code))
