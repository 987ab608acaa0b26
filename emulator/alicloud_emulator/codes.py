"""The HTTP status of every documented error code that the emulator knows, both generations of names.

Sources: ExportImage pages of 2018 and 2025, DescribeTaskAttribute, CancelTask, AssumeRole, ECS common error codes.
"""

STATUSES = {
    400: (
        "MissingParameter InvalidParameter UnsupportedParameter InvalidImageName.Malformed InvalidOSSPrefix.Malformed "
        "InvalidRegionId.NotFound InvalidRegion.NotSupport IncorrectImageStatus InvalidImageFormat.Malformed "
        "InvalidOSSBucket.NotFound OperationDenied InvalidImage.DiskAmountOrSize InvalidOSSBucket.NotMatched "
        "InvalidImageFormat.RegionNotSupported InvalidOSSObject.NeedRestore InvalidTaskId.NotFound Forbidden "
        "OssBucket.NotFound OssPrefix.Malformed RegionId.NotFound Throttling Throttling.User Throttling.Api "
        "Rejected.Throttling IncompleteSignature SignatureDoesNotMatch SignatureNonceUsed IllegalTimestamp "
        "InvalidTimeStamp.Expired IdempotentParameterMismatch InvalidSecurityToken.Expired "
        "InvalidSecurityToken.Malformed InvalidSecurityToken.MismatchWithAccessKey DryRunOperation "
        "InvalidParameter.RoleArn InvalidParameter.RoleSessionName InvalidParameter.DurationSeconds "
        "InvalidParameter.PolicyGrammar InvalidParameter.PolicySize"
    ),
    403: (
        "ImageNotSupported ImageIsExporting ExportImageFailed UserNotInTheWhiteList NoSetRoletoECSServiceAcount "
        "NoSetRoletoECSServiceAccount ConcurrentQuotaExceed.ExportImage WeeklyQuotaExceed.ExportImage "
        "InvalidImageLicense.NotSupported InvalidOSS.NotAuthorized InvalidImageCategory.NotSupported "
        "InvalidOSSBucket.EncryptUnsupported ImageId.NotFound OperationDenied.ImageExporting Forbidden.RAM "
        "Forbidden.Unauthorized Forbidden.AccessKeyDisabled Forbidden.SubUser LastTokenProcessing NoPermission "
        "InvalidTaskId.TaskActionNotSupport InvalidTaskId.IncorrectTaskStatus CancelTaskFailed AccessDenied "
        "InvalidAccessKeyId SecurityTokenExpired InvalidSecurityToken RequestTimeTooSkewed"
    ),
    404: (
        "InvalidImageId.NotFound EntityNotExist.Role InvalidAccessKeyId.NotFound NoSuchBucket NoSuchKey "
        "ServiceNotFound FunctionNotFound"
    ),
    409: "OperationConflict FileAlreadyExists BucketAlreadyExists EventBusNotExist EventBusAlreadyExist",
    429: "ResourceExhausted TooManyRequests",
    500: "InternalError",
    501: "NotImplemented",
    503: "ServiceUnavailable ResourceThrottled QpsLimitExceeded SlowDown",
}
STATUS_BY_CODE = {code: status for status, codes in STATUSES.items() for code in codes.split()}


def status_of(code: str) -> int:
    """The documented HTTP status of a code; 400 for a code that is in no table."""
    return STATUS_BY_CODE.get(code, 400)
