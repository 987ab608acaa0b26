"""Error codes, the cloud's and ours: one row for each, from which everybody else takes what it needs. Pure.

Codes: ExportImage pages of 2018 and today (docs/cloud-facts.md#fact-1-4), common errors of ECS, STS, OSS, EventBridge
and FC. What becomes of them: docs/protocol.md#rule-6, #p6.
"""

from enum import Enum
from typing import NamedTuple

from msgspec.structs import replace

from ..values.cause import Cause


class Handling(Enum):
    """How an answer to ExportImage is taken."""

    FINAL = "final"
    WAIT = "wait"
    ROLE = "role"  # waited for during 10 minutes from the first such refusal on, final after that
    FRESH = "fresh"  # again with fresh credentials
    DOUBT = "doubt"  # nobody knows: docs/protocol.md#rule-9


class Code(NamedTuple):
    """What is known of a code. `status`: with which our HTTP entrance answers it, where it ends a request; 503 for what
    roles, rights and buckets of the deployment are refused, which nobody who asks can mend.

    `same_as`: the code of the same meaning, whose advice holds for this one too. `reason`: what a waiting export shows.
    """

    handling: Handling = Handling.FINAL
    status: int | None = None
    advice: str | None = None
    same_as: str | None = None
    reason: str | None = None


WATCH_REFUSED = "WatchRefused"  # ours: it could not be looked at
UNREACHED = "Unreached"  # ours: no byte left us
PAUSED = "Paused"  # ours: somebody has paused all starts
UNREADABLE = "AnswerUnreadable"  # ours: STS answered in a shape that is not known, so that nothing was asked of ECS

OPERATORS = 503  # the status of what whoever runs the deployment has to mend
OF_OPERATORS = ("Forbidden.", "InvalidOSSBucket.", "InvalidOSS.")  # how codes of it begin that no row names

WAIT, ROLE, FRESH, DOUBT = Handling.WAIT, Handling.ROLE, Handling.FRESH, Handling.DOUBT
CODES: dict[str, Code] = {
    # A quota is used up. The page has the action in the code, other places do not.
    "ConcurrentQuotaExceed.ExportImage": Code(
        WAIT, reason="ConcurrentQuotaExceed", advice="Nothing to do: the export starts when a slot is free."
    ),
    "ConcurrentQuotaExceed": Code(WAIT, same_as="ConcurrentQuotaExceed.ExportImage", reason="ConcurrentQuotaExceed"),
    "WeeklyQuotaExceed.ExportImage": Code(
        WAIT, reason="WeeklyQuotaExceed", advice="Nothing to do: the export starts when the weekly quota allows."
    ),
    "WeeklyQuotaExceed": Code(WAIT, same_as="WeeklyQuotaExceed.ExportImage", reason="WeeklyQuotaExceed"),
    # The image is not ready for it.
    "IncorrectImageStatus": Code(WAIT, reason="ImageNotAvailable"),
    "ImageIsExporting": Code(WAIT, advice="Nothing to do: another export of this image is waited for."),
    "OperationDenied.ImageExporting": Code(WAIT, same_as="ImageIsExporting", reason="ImageIsExporting"),
    # Roles, rights and keys.
    "NoSetRoletoECSServiceAcount": Code(  # so spelled by the API
        ROLE,
        status=OPERATORS,
        advice="Create the RAM role AliyunECSImageExportDefaultRole, trusted by ecs.aliyuncs.com, "
        "with the policy AliyunECSImageExportRolePolicy.",
    ),
    "NoSetRoletoECSServiceAccount": Code(  # so spelled by the SDK
        ROLE, status=OPERATORS, same_as="NoSetRoletoECSServiceAcount", reason="NoSetRoletoECSServiceAcount"
    ),
    "NoPermission": Code(
        ROLE,
        status=OPERATORS,
        advice="Let the function's role call sts:AssumeRole on the account's role, and let that role trust it "
        "(with the external_id of policy.yaml, if it asks for one).",
    ),
    "EntityNotExist.Role": Code(
        ROLE,
        status=OPERATORS,
        advice="Create the role that policy.yaml names for this account, or correct its role_arn.",
    ),
    "Forbidden.RAM": Code(
        ROLE,
        status=OPERATORS,
        advice="Give the assumed role the action that the message names (template.yml lists all of them).",
    ),
    "Forbidden": Code(status=OPERATORS, advice="Let the assumed role export this image (ecs:ExportImage)."),
    "Forbidden.Policy": Code(status=403),  # ours: policy.yaml does not allow it
    "SecurityTokenExpired": Code(FRESH),
    "InvalidAccessKeyId.NotFound": Code(FRESH),  # a temporary key that ECS no longer knows
    "UserNotInTheWhiteList": Code(
        status=OPERATORS, advice="Ask Alibaba Cloud by ticket to enable image export for this account."
    ),
    # The image.
    "InvalidImageId.NotFound": Code(
        status=404, advice="Check the image id, its region and account. It may have been deleted."
    ),
    "ImageId.NotFound": Code(status=403, same_as="InvalidImageId.NotFound", reason="InvalidImageId.NotFound"),
    "ImageNotSupported": Code(
        status=403, advice="Images from the marketplace or of encrypted snapshots cannot be exported."
    ),
    "InvalidImageCategory.NotSupported": Code(status=403),
    "InvalidImageLicense.NotSupported": Code(
        status=403, advice="Windows and other licensed images cannot be exported."
    ),
    "InvalidImageFormat.RegionNotSupported": Code(advice="Use ImageFormat raw in this region."),
    "InvalidImage.DiskAmountOrSize": Code(
        advice="Make an image with at most 4 data disks, each within the size limit."
    ),
    "ExportImageFailed": Code(status=403, advice="Ask Alibaba Cloud by ticket and give the RequestId."),
    # The bucket and its objects.
    "AccessDenied": Code(
        status=OPERATORS,
        advice="Give the role the action that it lacks on this bucket or bus (template.yml lists all of them).",
    ),
    "InvalidOSSBucket.NotFound": Code(
        status=OPERATORS,
        advice="Create the bucket in the image's region, or correct the destination in policy.yaml.",
    ),
    "OssBucket.NotFound": Code(
        status=OPERATORS, same_as="InvalidOSSBucket.NotFound", reason="InvalidOSSBucket.NotFound"
    ),
    "InvalidOSSBucket.NotMatched": Code(
        status=OPERATORS, same_as="InvalidOSSBucket.NotFound", reason="InvalidOSSBucket.NotFound"
    ),
    "InvalidOSSBucket.EncryptUnsupported": Code(
        status=OPERATORS, advice="Export to a bucket without server-side encryption, then copy the objects."
    ),
    "InvalidOSSObject.NeedRestore": Code(
        status=OPERATORS, advice="Export to a bucket of storage class Standard or IA, not of an archive class."
    ),
    "InvalidObjectState": Code(
        advice="Restore the object, and leave its prefix out of the lifecycle rule that archives objects there."
    ),
    "InvalidOSS.NotAuthorized": Code(
        status=OPERATORS, advice="Let AliyunECSImageExportDefaultRole write to the bucket of its account."
    ),
    PAUSED: Code(WAIT, advice="Ask who has paused image-export, or resume it."),
    # Notify targets.
    "EventBusNotExist": Code(advice="Create the custom bus in EventBridge, in the region that policy.yaml names."),
    "ServiceNotFound": Code(advice="Create the function that policy.yaml notifies, or correct its name there."),
    "FunctionNotFound": Code(same_as="ServiceNotFound", reason="ServiceNotFound"),
    # No answer, or one that says nothing of the effect.
    UNREACHED: Code(WAIT),
    UNREADABLE: Code(WAIT),
    "InternalError": Code(DOUBT),
    "ServiceUnavailable": Code(DOUBT),
    "SignatureNonceUsed": Code(DOUBT),  # it means that the request was sent twice
    "StartUnconfirmed": Code(status=409),  # ours: nobody knows whether ExportImage was done
}
UNKNOWN = Code()
QUOTA = frozenset(code for code, known in CODES.items() if (known.reason or "").endswith("QuotaExceed"))
FOREIGN = frozenset({"ImageIsExporting", "OperationDenied.ImageExporting"})  # another export of the image


def is_throttling(code: str) -> bool:
    """Throttling, Throttling.User, Throttling.Api, Rejected.Throttling … (docs/cloud-facts.md#fact-12-1)."""
    return "Throttling" in code


def row(code: str) -> Code:
    """What is known of the code. One that nobody has met yet is final (docs/protocol.md#p6)."""
    if is_throttling(code):
        return Code(WAIT, reason="Throttling")
    if code.startswith("InvalidSecurityToken"):
        return Code(FRESH)
    return CODES.get(code) or (Code(status=OPERATORS) if code.startswith(OF_OPERATORS) else UNKNOWN)


def handling(code: str) -> Handling:
    """How a refusal with this code is taken."""
    return row(code).handling


def reason(code: str) -> str:
    """The `Reason` that a waiting export shows."""
    return row(code).reason or code


def is_full(shown: str | None) -> bool:
    """Whether a `Reason` says that the account and region take no more exports for now."""
    return shown == "Throttling" or shown in {reason(code) for code in QUOTA}


def advised(cause: Cause) -> Cause:
    """The cause with what to do next: the cloud's own word for it, else ours."""
    if cause.recommend:
        return cause
    return replace(cause, recommend=recommendation(cause.code))


def recommendation(code: str) -> str | None:
    """What to do about a refusal with this code, where there is a word for it: exports and the doctor say the same."""
    known = row(code)
    return known.advice or (row(known.same_as).advice if known.same_as else None)
