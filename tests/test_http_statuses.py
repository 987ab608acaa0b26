"""Faults as answers: the status says whose it is, and `Retry-After` that asking again may help."""

import pytest

from image_export.decisions.http.statuses import fault_answer, refusal
from image_export.errors import (
    AskerFault,
    CloudFault,
    FactUnreadable,
    ImageExportError,
    LedgerFault,
    OurFault,
    Refused,
    Unanswered,
    Unreached,
    Unreadable,
)
from image_export.values.cause import Cause


def cause(code: str) -> Cause:
    return Cause(code=code, message="m")


@pytest.mark.parametrize(
    ("fault", "status", "again"),
    [
        (AskerFault(cause("MissingParameter")), 400, False),
        (AskerFault(cause("PrefixInUse"), status=409), 409, False),
        (Refused(cause("Forbidden.RAM"), status=403), 503, True),
        (Refused(cause("NoSuchBucket"), status=404), 503, True),
        (Refused(cause("Throttling"), status=400), 503, True),
        (Refused(cause("Throttling.User"), status=400), 503, True),
        (Unanswered(cause("Unanswered")), 503, True),
        (LedgerFault(cause("QpsLimitExceeded")), 503, True),
        (OurFault(cause("PolicyInvalid")), 503, True),
        (ImageExportError(cause("InternalError")), 503, True),
    ],
)
def test_a_fault_has_its_status_and_says_whether_to_ask_again(
    fault: ImageExportError, status: int, again: bool
) -> None:
    answer = fault_answer(fault, "r-1")
    assert (answer.status, "retry-after" in answer.headers) == (status, again)
    assert answer.value == {"RequestId": "r-1", "Code": fault.code, "Message": "m", "Recommend": None}


@pytest.mark.parametrize(
    ("kind", "status", "retryable"),
    [
        (ImageExportError, 500, False),
        (AskerFault, 400, False),
        (CloudFault, 503, True),
        (Refused, 400, False),
        (Unreached, 503, True),
        (Unanswered, 503, True),
        (Unreadable, 503, True),
        (OurFault, 503, False),
        (LedgerFault, 503, True),
        (FactUnreadable, 503, True),
    ],
)
def test_each_kind_of_fault_has_its_status_and_says_whether_asking_again_may_help(
    kind: type[ImageExportError], status: int, retryable: bool
) -> None:
    fault = kind(cause("Any"))
    assert (fault.status, fault.retryable, fault.code) == (status, retryable, "Any")


def test_401_says_how_to_get_in() -> None:
    answer = fault_answer(AskerFault(cause("Unauthorized"), status=401), "r-1")
    assert answer.headers == {"www-authenticate": "Bearer"}


@pytest.mark.parametrize(
    ("answered", "status"), [(403, 403), (404, 404), (409, 409), (401, 400), (500, 400), (None, 400)]
)
def test_a_code_that_no_table_names_keeps_the_clouds_status_where_it_says_nothing_of_our_door(
    answered: int | None, status: int
) -> None:
    assert refusal(cause("Never.Seen"), "r-1", answered).status == status


@pytest.mark.parametrize(
    ("code", "status"),
    [("InvalidImageId.NotFound", 404), ("ImageNotSupported", 403), ("StartUnconfirmed", 409), ("Never.Seen", 400)],
)
def test_a_final_refusal_has_the_status_of_the_clouds_own_table(code: str, status: int) -> None:
    said = Cause(code=code, message="m", request_id="cloud-1", recommend="Do that.")
    answer = refusal(said, "r-1", 409 if code != "Never.Seen" else 401)
    assert answer.status == status
    assert answer.value == {"RequestId": "cloud-1", "Code": code, "Message": "m", "Recommend": "Do that."}


STATUSES = {
    403: """ImageNotSupported ExportImageFailed InvalidImageLicense.NotSupported InvalidImageCategory.NotSupported
        ImageId.NotFound Forbidden.Policy""",
    404: "InvalidImageId.NotFound",
    409: "StartUnconfirmed",
    400: "InvalidImageFormat.RegionNotSupported InvalidImage.DiskAmountOrSize Something.New",
    503: """UserNotInTheWhiteList NoSetRoletoECSServiceAcount NoSetRoletoECSServiceAccount NoPermission Forbidden
        Forbidden.RAM Forbidden.Something EntityNotExist.Role InvalidOSS.NotAuthorized InvalidOSSBucket.NotFound
        InvalidOSSBucket.NotMatched InvalidOSSBucket.EncryptUnsupported InvalidOSSBucket.Something OssBucket.NotFound
        InvalidOSSObject.NeedRestore AccessDenied""",
}


@pytest.mark.parametrize(
    ("code", "status"), [(code, status) for status in STATUSES for code in STATUSES[status].split()]
)
def test_an_export_that_was_refused_is_answered_with_the_clouds_own_status_or_503_where_nobody_who_asks_can_mend_it(
    code: str, status: int
) -> None:
    answer = refusal(cause(code), "r-1", 403 if status == 503 else None)
    assert (answer.status, answer.headers.get("retry-after")) == (status, "3600" if status == 503 else None)
