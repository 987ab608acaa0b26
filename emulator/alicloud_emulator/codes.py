"""The HTTP status of every documented error code that the emulator knows, both generations of names.

Sources: ExportImage pages of 2018 and 2025, pages of ImportImage, CopyImage, ModifyImageAttribute, DeleteImage,
DeleteSnapshot, RunInstances, DeleteInstance, RunCommand, DescribeTaskAttribute, CancelTask, AssumeRole; ECS common
error codes.
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
        "InvalidParameter.PolicyGrammar InvalidParameter.PolicySize "
        "UnsupportedSuffix.OSSObject InvalidOSSObject.Malformed InvalidOSSBucket.Malformed InvalidOSSObject.Size "
        "InvalidDescription.Malformed InvalidArchitecture.Malformed InvalidPlatform.Malformed InvalidOSType.Malformed "
        "InvalidImageName.Duplicated InvalidImageSize InvalidDataDiskSize InvalidOSSObject.NotFound "
        "InvalidLicenseType.NotSupported InvalidLicenseType.BYOLOnly InvalidOSSBucket.FlowLimit "
        "InvalidBootMode.Malformed InvalidBootMode.NotSupport InvalidParameter.DetectionStrategy DRYRUN.SUCCESS "
        "InvalidParameter.FeaturesImdsSupport InvalidClientToken.Malformed Account.Arrearage InvalidTagKey.Malformed "
        "InvalidTagValue.Malformed InvalidTagCount InvalidImageFamily.Malformed ImageQuotaFull.ImageFamily "
        "OperationNotSupported InvalidPart InvalidPartOrder EntityTooSmall MalformedXML InvalidArgument "
        "InvalidInstanceType.ValueNotSupported InvalidVSwitchId.Necessary InvalidParameter.Mismatch "
        "InvalidParameter.Conflict InvalidAutoReleaseTime.Malformed InvalidInstanceName.Malformed Duplicate.TagKey "
        "InvalidSpotStrategy InvalidSpotPriceLimit InvalidSpotDuration InvalidInternetMaxBandwidthOut.Malformed "
        "InvalidSystemDiskCategory.ValueNotSupported InvalidSystemDiskSize.ValueNotSupported "
        "InvalidSystemDiskSize.ImageNotSupportResize ImageNotSupportCloudInit InvalidInstanceIds.Malformed "
        "ImageFamilyQuotaFull InvalidSnapshotIds.Malformed OperationDenied.ImageCopyConflict"
    ),
    403: (
        "ImageNotSupported ImageIsExporting ExportImageFailed UserNotInTheWhiteList NoSetRoletoECSServiceAcount "
        "NoSetRoletoECSServiceAccount ConcurrentQuotaExceed.ExportImage WeeklyQuotaExceed.ExportImage "
        "InvalidImageLicense.NotSupported InvalidOSS.NotAuthorized InvalidImageCategory.NotSupported "
        "InvalidOSSBucket.EncryptUnsupported ImageId.NotFound OperationDenied.ImageExporting Forbidden.RAM "
        "Forbidden.Unauthorized Forbidden.AccessKeyDisabled Forbidden.SubUser LastTokenProcessing NoPermission "
        "InvalidTaskId.TaskActionNotSupport InvalidTaskId.IncorrectTaskStatus CancelTaskFailed AccessDenied "
        "InvalidAccessKeyId SecurityTokenExpired InvalidSecurityToken RequestTimeTooSkewed InvalidObjectState "
        "ImageIsImporting QuotaExceed.Image ImportImageFailed InvalidParameter.Malformed "
        "MissingParameter.DiskDeviceMapping InvalidBlockSize.NotSupport ImageCheckUnsupported.WindowsImage "
        "InvalidVHDImage.IncorrectSize InvalidArchitecture.PlatformUnsupported InvalidAccountStatus.OSSDisabled "
        "InvalidStorageLocation.NotFound InvalidOperation.CloudBoxImageImportRoleRequired "
        "InvalidOperation.CloudBoxImageImportUnsupported TagKey.Duplication ImageStatus.NotAvailable "
        "ImageStatus.NotDeprecated ImageUseShared OperationDeined.ImageUsingByInstance ImageUsingByInstance "
        "InvalidOperation.FeaturesImdsSupportNotMatch InvalidStatus.ImageIsCreating OperationDenied.ImageCopying "
        "ImageIsPublic SnapshotCreatedImage SnapshotCreatedDisk Operation.Conflict QuotaExceed.Snapshot "
        "OperationDenied.NoStock InvalidInstanceType.ZoneNotSupported InvalidInstanceType.NotSupported "
        "ImageNotSupportInstanceType InvalidParameter.NotMatch OperationDenied.ImageNotValid InvalidParam.Amount "
        "QuotaExceed.ElasticQuota InvalidAccountStatus.NotEnoughBalance IncorrectInstanceStatus "
        "IncorrectInstanceStatus.Initializing InvalidOperation.DeletionProtection InvalidCmdType.NotFound "
        "InstanceIds.ExceedLimit InvalidInstance.NotMatch "
        "InvalidOperation.VhdImageUnsupported SizeExceed.Image RegionNotSupportCopy "
        "OperationDenied.NonCompliantDestinationRegion"
    ),
    404: (
        "InvalidImageId.NotFound EntityNotExist.Role InvalidAccessKeyId.NotFound NoSuchBucket NoSuchKey "
        "ServiceNotFound FunctionNotFound InvalidResourceGroup.NotFound InvalidSnapshotId.NotFound NoSuchUpload "
        "InvalidInstanceId.NotFound InvalidInstance.NotFound InvalidVSwitchId.NotFound InvalidSecurityGroupId.NotFound "
        "InvalidZoneId.NotFound InvalidSystemDiskSize.LessThanImageSize InvalidSystemDiskSize.LessThanMinSize"
    ),
    405: "NotSupported MethodNotAllowed",
    409: (
        "OperationConflict FileAlreadyExists BucketAlreadyExists EventBusNotExist EventBusAlreadyExist "
        "RestoreAlreadyInProgress"
    ),
    412: "PreconditionFailed",
    429: "ResourceExhausted TooManyRequests",
    500: "InternalError",
    501: "NotImplemented",
    503: "ServiceUnavailable ResourceThrottled QpsLimitExceeded SlowDown",
}
STATUS_BY_CODE = {code: status for status, codes in STATUSES.items() for code in codes.split()}


def status_of(code: str) -> int:
    """The documented HTTP status of a code; 400 for a code that is in no table."""
    return STATUS_BY_CODE.get(code, 400)
