"""Every error code of ExportImage, in both generations of names, has a class. The classes are literals here."""

import pytest
from msgspec.structs import replace

from image_export.decisions.codes import QUOTA, Handling, advised, handling, reason, recommendation
from image_export.values.cause import Cause

from .codes import CLASSES


@pytest.mark.parametrize(("code", "expected"), sorted(CLASSES.items()))
def test_a_code_is_handled_as_its_class_says(code: str, expected: str) -> None:
    assert handling(code) is Handling(expected)


@pytest.mark.parametrize("quota", ["ConcurrentQuotaExceed", "WeeklyQuotaExceed"])
def test_a_quota_is_waited_for_by_its_short_name_too(quota: str) -> None:
    assert handling(quota) is Handling.WAIT
    assert quota in QUOTA
    assert advised(Cause(code=quota, message="no")).recommend


def test_a_code_that_nobody_has_met_yet_is_final() -> None:
    assert handling("Something.New") is Handling.FINAL


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("ConcurrentQuotaExceed.ExportImage", "ConcurrentQuotaExceed"),
        ("WeeklyQuotaExceed.ExportImage", "WeeklyQuotaExceed"),
        ("ConcurrentQuotaExceed", "ConcurrentQuotaExceed"),
        ("WeeklyQuotaExceed", "WeeklyQuotaExceed"),
        ("Throttling.User", "Throttling"),
        ("Rejected.Throttling", "Throttling"),
        ("OperationDenied.ImageExporting", "ImageIsExporting"),
        ("IncorrectImageStatus", "ImageNotAvailable"),
        ("NoSetRoletoECSServiceAccount", "NoSetRoletoECSServiceAcount"),
        ("NoSetRoletoECSServiceAcount", "NoSetRoletoECSServiceAcount"),
        ("ImageId.NotFound", "InvalidImageId.NotFound"),
        ("OssBucket.NotFound", "InvalidOSSBucket.NotFound"),
        ("InvalidOSSBucket.NotMatched", "InvalidOSSBucket.NotFound"),
        ("FunctionNotFound", "ServiceNotFound"),
        ("Forbidden.RAM", "Forbidden.RAM"),
        ("InvalidSecurityToken.Expired", "InvalidSecurityToken.Expired"),
        ("Something.New", "Something.New"),
    ],
)
def test_what_is_waited_for_has_one_reason_whatever_the_code_is_called(code: str, shown: str) -> None:
    assert reason(code) == shown


def test_the_clouds_own_advice_stands_and_ours_fills_in() -> None:
    theirs = Cause(code="Forbidden.RAM", message="no", recommend="Look here.")
    assert advised(theirs) == theirs
    assert "assumed role" in str(advised(Cause(code="Forbidden.RAM", message="no")).recommend)
    assert advised(Cause(code="Something.New", message="no")).recommend is None


ADVICE = {
    "NoSetRoletoECSServiceAcount": "Create the RAM role AliyunECSImageExportDefaultRole, trusted by ecs.aliyuncs.com",
    "NoSetRoletoECSServiceAccount": "with the policy AliyunECSImageExportRolePolicy",
    "NoPermission": "sts:AssumeRole on the account's role, and let that role trust it (with the external_id",
    "EntityNotExist.Role": "or correct its role_arn",
    "Forbidden.RAM": "Give the assumed role the action that the message names",
    "AccessDenied": "the action that it lacks on this bucket or bus",
    "InvalidOSSBucket.NotFound": "Create the bucket in the image's region",
    "InvalidOSSBucket.NotMatched": "Create the bucket in the image's region",
    "OssBucket.NotFound": "correct the destination in policy.yaml",
    "InvalidOSSBucket.EncryptUnsupported": "a bucket without server-side encryption",
    "InvalidOSSObject.NeedRestore": "storage class Standard or IA",
    "InvalidObjectState": "out of the lifecycle rule that archives objects",
    "InvalidOSS.NotAuthorized": "Let AliyunECSImageExportDefaultRole write to the bucket",
    "InvalidImageId.NotFound": "Check the image id, its region and account",
    "ImageId.NotFound": "It may have been deleted",
    "ImageNotSupported": "from the marketplace or of encrypted snapshots",
    "InvalidImageFormat.RegionNotSupported": "Use ImageFormat raw",
    "InvalidImage.DiskAmountOrSize": "at most 4 data disks",
    "InvalidImageLicense.NotSupported": "Windows and other licensed images",
    "UserNotInTheWhiteList": "by ticket to enable image export",
    "ConcurrentQuotaExceed.ExportImage": "starts when a slot is free",
    "ConcurrentQuotaExceed": "starts when a slot is free",
    "WeeklyQuotaExceed.ExportImage": "when the weekly quota allows",
    "WeeklyQuotaExceed": "when the weekly quota allows",
    "ImageIsExporting": "another export of this image is waited for",
    "OperationDenied.ImageExporting": "another export of this image is waited for",
    "ExportImageFailed": "by ticket and give the RequestId",
    "Forbidden": "(ecs:ExportImage)",
    "EventBusNotExist": "Create the custom bus in EventBridge",
    "ServiceNotFound": "Create the function that policy.yaml notifies",
    "FunctionNotFound": "Create the function that policy.yaml notifies",
}


@pytest.mark.parametrize(("code", "said"), ADVICE.items())
def test_each_refusal_that_somebody_can_do_something_about_says_what(code: str, said: str) -> None:
    assert said in str(advised(Cause(code=code, message="no")).recommend)


def test_no_other_code_of_the_pages_has_an_advice() -> None:
    assert {code for code in CLASSES if recommendation(code)} <= ADVICE.keys()


def test_advice_changes_nothing_else_of_a_cause() -> None:
    said = Cause(code="Forbidden.RAM", message="The cloud's words.", request_id="R-1")
    assert replace(advised(said), recommend=None) == said
