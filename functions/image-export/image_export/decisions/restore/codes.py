"""What an answer to ImportImage or CopyImage means for the restore: the codes that differ from ExportImage's. Pure.

Codes: pages ImportImage and CopyImage (docs/cloud-facts.md#fact-18).
"""

from enum import Enum

from msgspec.structs import replace

from ...values.cause import Cause
from .. import codes


class Meaning(Enum):
    """How a refusal of ImportImage is taken."""

    FINAL = "final"
    WAIT = "wait"  # nothing was done, and the same call may succeed later
    ROLE = "role"  # the same for ten minutes: a role may be on its way
    UNPACK = "unpack"  # the object is not taken as it is
    TAKEN = "taken"  # there is an image of that name: ours, or somebody's
    DOUBT = "doubt"  # nobody knows whether it was done: the same call again


REASONS = {
    "QuotaExceed.Image": "ImageQuotaExceed",
    "InvalidOSSObject.NeedRestore": "ObjectArchived",
    "InvalidOSSBucket.FlowLimit": "Throttling",
    "ImageIsImporting": "ImageIsImporting",
    "OperationDenied.ImageCopyConflict": "ImageCopyConflict",
    "ImageCopyConflict": "ImageCopyConflict",
    "OperationDenied.ImageCopying": "ImageCopying",
}
MEANINGS: dict[str, Meaning] = {
    **dict.fromkeys(REASONS, Meaning.WAIT),
    "UnsupportedSuffix.OSSObject": Meaning.UNPACK,
    "InvalidOSSObject.Malformed": Meaning.UNPACK,
    "InvalidImageFormat.Malformed": Meaning.UNPACK,
    "InvalidImageFormat.RegionNotSupported": Meaning.UNPACK,
    "InvalidBlockSize.NotSupport": Meaning.UNPACK,
    "InvalidImageName.Duplicated": Meaning.TAKEN,
    "InvalidOSS.NotAuthorized": Meaning.ROLE,
    "IdempotenceProcessing": Meaning.DOUBT,
    "IdempotentProcessing": Meaning.DOUBT,
}
CONFLICTS = frozenset(
    {"ObjectMissing", "ObjectAltered", "FormatDoesNotComeBack", "ManifestIncomplete", "InvalidImageName.Duplicated"}
)
OF_HANDLING = {
    codes.Handling.FINAL: Meaning.FINAL,
    codes.Handling.WAIT: Meaning.WAIT,
    codes.Handling.ROLE: Meaning.ROLE,
    codes.Handling.FRESH: Meaning.WAIT,
    codes.Handling.DOUBT: Meaning.DOUBT,
}
ADVICE = {
    "QuotaExceed.Image": "Delete images that nobody needs, or ask for a larger image quota; the restore waits.",
    "InvalidOSSObject.NeedRestore": "Restore the object from its archive class; the restore waits for it.",
    "NoSetRoletoECSServiceAcount": "Create the RAM role AliyunECSImageImportDefaultRole, trusted by ecs.aliyuncs.com, "
    "with the policy AliyunECSImageImportRolePolicy.",
    "InvalidOSS.NotAuthorized": "Let AliyunECSImageImportDefaultRole read the bucket (oss:GetObject, "
    "oss:GetBucketLocation, oss:GetBucketInfo).",
    "InvalidImageName.Duplicated": "Restore under another name: one that is taken is never adopted.",
    "InvalidOSSBucket.EncryptUnsupported": "Copy the objects to a bucket without server-side encryption.",
    "UserNotInTheWhiteList": "Ask Alibaba Cloud by ticket to enable image import for this account.",
    "InvalidOperation.VhdImageUnsupported": "Restore it into the bucket's region, or export the image in raw or qcow2.",
    "SizeExceed.Image": "Copy the exported objects to a bucket of the region, and restore the manifest there.",
    "RegionNotSupportCopy": "Copy the exported objects to a bucket of the region, and restore the manifest there.",
    "ImportImageFailed": "Ask Alibaba Cloud by ticket and give the RequestId.",
}
ADVICE["NoSetRoletoECSServiceAccount"] = ADVICE["NoSetRoletoECSServiceAcount"]


def meaning(code: str) -> Meaning:
    """How a refusal with this code is taken; one that nobody has met yet is final."""
    return MEANINGS.get(code) or OF_HANDLING[codes.handling(code)]


def reason(code: str) -> str:
    """The `Reason` that a waiting restore shows."""
    return REASONS.get(code) or codes.reason(code)


def conflict(code: str) -> int | None:
    """409 where a restore ends with this code for what is there already, or is not; None for all others."""
    return 409 if code in CONFLICTS else None


def advised(cause: Cause) -> Cause:
    """The cause with what to do next, for an import."""
    advice = ADVICE.get(cause.code)
    return replace(cause, recommend=advice) if advice and not cause.recommend else codes.advised(cause)
