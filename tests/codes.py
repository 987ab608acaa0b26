"""The error codes of ExportImage and how each must be taken: literals (docs/cloud-facts.md#fact-1-4).

"final": Failed with that code after one call. "wait", "role": Completed once the cause is gone. "fresh": again with
fresh credentials. "doubt": no second call before 25 minutes.
"""

CLASSES: dict[str, str] = {
    # the present page
    "MissingParameter": "final",
    "InvalidImageName.Malformed": "final",
    "InvalidOSSPrefix.Malformed": "final",
    "InvalidRegionId.NotFound": "final",
    "InvalidRegion.NotSupport": "final",
    "InvalidImageId.NotFound": "final",
    "IncorrectImageStatus": "wait",
    "ImageNotSupported": "final",
    "InvalidImageFormat.Malformed": "final",
    "ImageIsExporting": "wait",
    "ExportImageFailed": "final",
    "UserNotInTheWhiteList": "final",
    "NoSetRoletoECSServiceAcount": "role",
    "NoSetRoletoECSServiceAccount": "role",
    "InvalidOSSBucket.NotFound": "final",
    "OperationDenied": "final",
    "InvalidImage.DiskAmountOrSize": "final",
    "InvalidOSSBucket.NotMatched": "final",
    "ConcurrentQuotaExceed.ExportImage": "wait",
    "WeeklyQuotaExceed.ExportImage": "wait",
    "InvalidImageLicense.NotSupported": "final",
    "InvalidImageFormat.RegionNotSupported": "final",
    "InvalidOSSObject.NeedRestore": "final",
    "InvalidOSS.NotAuthorized": "final",
    "InvalidImageCategory.NotSupported": "final",
    "InvalidOSSBucket.EncryptUnsupported": "final",
    # the page of 2018
    "Forbidden": "final",
    "OssBucket.NotFound": "final",
    "OssPrefix.Malformed": "final",
    "RegionId.NotFound": "final",
    "ImageId.NotFound": "final",
    "OperationDenied.ImageExporting": "wait",
    # common to ECS and STS
    "Throttling": "wait",
    "Throttling.User": "wait",
    "Throttling.Api": "wait",
    "Rejected.Throttling": "wait",
    "NoPermission": "role",
    "EntityNotExist.Role": "role",
    "Forbidden.RAM": "role",
    "InvalidSecurityToken.Expired": "fresh",
    "InvalidSecurityToken.Malformed": "fresh",
    "InvalidAccessKeyId.NotFound": "fresh",
    "SignatureNonceUsed": "doubt",
    "ServiceUnavailable": "doubt",
    "InternalError": "doubt",
}
