"""Requests in the ExportImage API's own parameters: what is taken, and what each fault is answered with."""

from typing import Any

import pytest

from image_export.decisions.arrivals.direct import FIELDS, read_direct
from image_export.errors import AskerFault

GOOD = {"ImageId": "m-bp146shijn7hujku3w8z", "OSSBucket": "acme-images-hangzhou"}


def fault(fields: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(AskerFault) as raised:
        read_direct(fields)
    assert raised.value.status == 400
    return raised.value.code, raised.value.cause.message


def test_the_least_that_is_needed_is_an_image_and_a_bucket() -> None:
    request = read_direct(GOOD)
    assert (request.image_format, request.oss_prefix, request.region_id, request.dry_run) == ("raw", None, None, False)


def test_both_generations_of_spelling_are_taken() -> None:
    old = {"ImageId": GOOD["ImageId"], "OssBucket": GOOD["OSSBucket"], "OssPrefix": "nightly"}
    assert read_direct(old) == read_direct({**GOOD, "OSSPrefix": "nightly"})


def test_the_same_parameter_in_both_spellings_is_a_fault() -> None:
    assert fault({**GOOD, "OssBucket": "other"})[0] == "InvalidParameter"


@pytest.mark.parametrize("name", FIELDS)
def test_half_a_character_is_a_fault_of_its_parameter(name: str) -> None:
    code, message = fault({**GOOD, name: "\ud800"})
    assert code == "InvalidParameter"
    assert message.startswith(f"{name} is '\\ud800'; it must be")


@pytest.mark.parametrize("name", ["ImageId", "OSSBucket"])
def test_what_is_required_is_said_to_be_missing(name: str) -> None:
    code, message = fault({key: value for key, value in GOOD.items() if key != name})
    assert (code, name in message) == ("MissingParameter", True)


def test_an_unknown_parameter_is_named_with_what_was_meant() -> None:
    code, message = fault({**GOOD, "OSSPrefx": "a"})
    assert code == "UnknownParameter"
    assert "did you mean OSSPrefix?" in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ImageId", "i-bp1"),
        ("ImageId", "m-a/../b"),
        ("ImageId", "m-a\n"),
        ("ImageId", 7),
        ("OSSBucket", "UPPER"),
        ("OSSBucket", "ab"),
        ("OSSBucket", "a/b"),
        ("OSSPrefix", ""),
        ("OSSPrefix", "a" * 31),
        ("OSSPrefix", "a-b"),
        ("OSSPrefix", "a\n"),
        ("ImageFormat", "iso"),
        ("ClientToken", ""),
        ("ClientToken", "a" * 65),
        ("ClientToken", "a\r\nSet-Cookie: b"),
        ("ClientToken", "tökén"),
        ("RegionId", "cn"),
        ("AccountId", "root"),
        ("DryRun", "yes"),
        ("DryRun", 1),
    ],
)
def test_a_wrong_value_is_named_with_its_parameter(name: str, value: Any) -> None:
    code, message = fault({**GOOD, name: value})
    assert (code, message.startswith(name)) == ("InvalidParameter", True)


def test_all_faults_come_in_one_answer() -> None:
    _, message = fault({"OSSBucket": "UPPER", "OSSPrefix": "a-b", "Colour": "red"})
    assert all(name in message for name in ("ImageId", "OSSBucket", "OSSPrefix", "Colour"))


@pytest.mark.parametrize("written", ["RAW", "Vhd", "qcow2"])
def test_formats_are_taken_in_any_case(written: str) -> None:
    assert read_direct({**GOOD, "ImageFormat": written}).image_format == written.lower()


def test_of_many_unknown_parameters_a_few_are_named() -> None:
    with pytest.raises(AskerFault) as caught:
        read_direct({f"K{number}": 0 for number in range(4000)})
    assert "'K9' is not a parameter" in caught.value.cause.message
    assert "Nor are 3990 more." in caught.value.cause.message
    assert len(caught.value.cause.message) < 3000


# The API's own parameters around these


def test_the_apis_own_action_and_version_may_be_given() -> None:
    assert read_direct({"Action": "ExportImage", "Version": "2014-05-26", **GOOD}) == read_direct(GOOD)


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("Action", "CreateImage", "ExportImage"),
        ("Action", "exportimage", "ExportImage"),
        ("Action", "", "ExportImage"),
        ("Version", "2014-05-15", "2014-05-26"),
        ("Version", 20140526, "2014-05-26"),
    ],
)
def test_another_action_or_version_is_refused_and_the_message_says_the_right_one(
    name: str, value: Any, right: str
) -> None:
    code, message = fault({**GOOD, name: value})
    assert (code, message) == ("InvalidParameter", f"{name} is {value!r}; it must be {right}.")


@pytest.mark.parametrize("name", ["Format", "SignatureNonce", "AccessKeyId", "Timestamp"])
def test_other_common_parameters_of_the_api_are_unknown(name: str) -> None:
    assert fault({**GOOD, name: "x"})[0] == "UnknownParameter"


# Null


OPTIONAL = ["Action", "Version", "RegionId", "OSSPrefix", "OssPrefix", "ImageFormat", "RoleName", "ClientToken"]


@pytest.mark.parametrize("name", [*OPTIONAL, "AccountId", "DryRun"])
def test_null_for_an_optional_parameter_is_as_if_it_were_left_out(name: str) -> None:
    assert read_direct({**GOOD, name: None}) == read_direct(GOOD)


@pytest.mark.parametrize("name", ["ImageId", "OSSBucket"])
def test_null_for_a_required_parameter_is_as_if_it_were_missing(name: str) -> None:
    assert fault({**GOOD, name: None}) == ("MissingParameter", f"{name} is required.")


def test_null_in_one_spelling_beside_a_value_in_the_other_is_no_fault() -> None:
    assert read_direct({**GOOD, "OssPrefix": None, "OSSPrefix": "nightly"}).oss_prefix == "nightly"


def test_null_for_an_unknown_parameter_is_still_unknown() -> None:
    assert fault({**GOOD, "Colour": None})[0] == "UnknownParameter"


# Near names


@pytest.mark.parametrize(
    ("near", "right"),
    [("imageId", "ImageId"), ("image_id", "ImageId"), ("IMAGE-ID", "ImageId"), ("ossbucket", "OSSBucket")],
)
def test_a_name_in_another_spelling_is_named_with_the_right_one(near: str, right: str) -> None:
    _, message = fault({near: "x"})
    assert f"'{near}' is not a parameter; did you mean {right}?" in message
